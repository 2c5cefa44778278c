package outbox

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/internal/chain"
	"github.com/mediasupplychain/cdk/internal/chainstore"
	"github.com/mediasupplychain/cdk/internal/chaintest"
	"github.com/mediasupplychain/cdk/internal/wire"
)

var plan = chain.Plan{SecondStart: chain.Supersede, Stages: []chain.StagePlan{{Name: "qc"}, {Name: "delivery"}}}

// bench is a table with a store before it and an outbox behind it.
type bench struct {
	t      *testing.T
	table  *chaintest.Table
	store  *chainstore.Store
	world  *world
	outbox *Handler
	stream stream
	now    time.Time
}

func newBench(t *testing.T) *bench {
	b := &bench{t: t, table: chaintest.NewTable(), world: newWorld(), now: noon}
	b.store = chainstore.New("state", plan, 0, func() chainstore.DynamoDB { return b.table })
	b.outbox = newHandler(b.table, b.world)
	b.stream.table = b.table
	return b
}

func (b *bench) apply(kind chain.Kind, id, stage string) chainstore.Result {
	b.t.Helper()
	b.now = b.now.Add(time.Second)
	r, err := b.store.Apply(b.t.Context(), chain.Event{
		Key: chain.EventKey{Source: "/partners/vidcheck", ID: id}, Kind: kind, Type: "media.qc.completed.v1", Asset: "tt-0042", Stage: stage,
		Partner: "vidcheck", Occurred: b.now, Recorded: b.now, Canonical: canonicalEvent(id),
	})
	require.NoError(b.t, err)
	return r
}

func canonicalEvent(id string) json.RawMessage {
	return json.RawMessage(fmt.Sprintf(`{"specversion":"1.0","id":%q,"source":"/partners/vidcheck","type":"media.qc.completed.v1","subject":"tt-0042","data":{"partner":{"name":"vidcheck","status":"PASSED"}}}`, id))
}

func (b *bench) run() string {
	s, err := chainstore.Snapshot(b.t.Context(), b.table, "state", "tt-0042")
	require.NoError(b.t, err)
	require.NotNil(b.t, s.Head.Active, "a run is active")
	return s.Head.Active.ID
}

func (b *bench) pipeline() chaintest.Pipeline {
	return chaintest.Pipeline{Table: b.table, Asset: "tt-0042", Run: b.run(), Now: func() time.Time { b.now = b.now.Add(time.Second); return b.now }}
}

// settle runs the outbox until the stream is empty, since effects write history.
func (b *bench) settle() {
	b.t.Helper()
	for {
		e := b.stream.take()
		if len(e.Records) == 0 {
			return
		}
		require.NoError(b.t, b.outbox.Handle(b.t.Context(), e))
	}
}

func TestAStartBecomesAnExecutionNamedAfterItsRun(t *testing.T) {
	b := newBench(t)
	b.apply(chain.Start, "master-1", "")
	b.settle()
	assert.Equal(t, []string{
		`StartExecution ` + b.run() + ` {"asset":"tt-0042","data":{},"results":{},"run":"` + b.run() + `","version":""}`,
		`PutEvents media.supplychain media.qc.completed.v1`,
	}, b.world.calls)
	assert.Equal(t, []string{"run.started applied"}, b.world.told())
}

func TestARequestReachesThePartnerOnceWithACallbackAndADeadline(t *testing.T) {
	b := newBench(t)
	b.apply(chain.Start, "master-1", "")
	require.True(t, b.pipeline().Request("qc", "vidcheck", "token-1", 1, time.Hour, 0))
	require.True(t, b.pipeline().Request("qc", "vidcheck", "token-1b", 1, time.Hour, 0), "Step Functions tries the write again")
	b.settle()
	var requests []busEvent
	for _, e := range b.world.events {
		if e.What == chain.WhatStageRequested {
			requests = append(requests, e)
		}
	}
	require.Len(t, requests, 1)
	request := requests[0]
	assert.Equal(t, "media.qc.requested.v1", request.Type)
	assert.Equal(t, "/supplychains/trailers", request.Source)
	assert.Equal(t, "vidcheck", request.Data.Partner.Name)
	assert.Equal(t, request.Time.Add(time.Hour), request.ExpiryTime)
	callback, err := chain.ParseCallback(request.Data.Job.CallbackID)
	require.NoError(t, err)
	assert.Equal(t, chain.Callback{Asset: "tt-0042", Run: b.run(), Stage: "qc", Attempt: 1}, callback)
}

// The answers, by when they come. The outcome of each is the same task result.
func TestTokenAndAnswerMeetInWhicheverOrderTheyCome(t *testing.T) {
	for _, early := range []bool{true, false} {
		t.Run(fmt.Sprintf("early %v", early), func(t *testing.T) {
			b := newBench(t)
			b.apply(chain.Start, "master-1", "")
			b.world.tokens["token-1"] = ""
			request := func() { require.True(t, b.pipeline().Request("qc", "vidcheck", "token-1", 1, time.Hour, time.Minute)) }
			answer := func() { require.Equal(t, chain.Applied, b.apply(chain.Complete, "report-1", "qc").Fate) }
			steps := []func(){request, answer}
			if early {
				steps = []func(){answer, request}
			}
			for _, step := range steps {
				step()
				b.settle()
			}
			assert.Equal(t, `{"status":"Completed","data":{},"ref":"","cause":"","event":{"source":"/partners/vidcheck","id":"report-1"}}`, b.world.tokens["token-1"])
			key := chainstore.StageKey("tt-0042", "qc")
			assert.Nil(t, b.table.Item(key.PK, key.SK)[wire.AttrWaitingOn], "it is in no list of those that wait")
			assert.Contains(t, b.world.told(), "stage.completed applied qc 1", "the bus is told run and attempt, which the event did not tell")
		})
	}
}

func TestAFailedAnswerFailsTheTaskAndTheNextAttemptIsAskedAgain(t *testing.T) {
	b := newBench(t)
	b.apply(chain.Start, "master-1", "")
	b.world.tokens["token-1"], b.world.tokens["token-2"] = "", ""
	require.True(t, b.pipeline().Request("qc", "vidcheck", "token-1", 1, time.Hour, 0))
	b.apply(chain.Fail, "report-1", "qc")
	b.settle()
	assert.Equal(t, "StageFailed: ", b.world.tokens["token-1"])
	require.True(t, b.pipeline().Again("qc", 1))
	require.True(t, b.pipeline().Request("qc", "vidcheck", "token-2", 2, time.Hour, 0))
	b.apply(chain.Complete, "report-2", "qc")
	b.settle()
	assert.Equal(t, []string{
		"run.started applied", "stage.failed applied qc 1", "stage.requested applied qc 1", "stage.requested applied qc 2", "stage.completed applied qc 2",
	}, sortedLike(b.world.told(), "run.started", "stage.failed", "stage.requested", "stage.requested", "stage.completed"))
}

// sortedLike keeps the lines in the order of the words: lines of one batch that
// are written by the outbox follow those of the events.
func sortedLike(lines []string, words ...string) []string {
	var all []string
	for _, word := range words {
		for i, line := range lines {
			if strings.HasPrefix(line, word+" ") {
				all = append(all, line)
				lines = append(append([]string{}, lines[:i]...), lines[i+1:]...)
				break
			}
		}
	}
	return append(all, lines...)
}

func TestTimeoutsAndOwnStagesAreToldToo(t *testing.T) {
	b := newBench(t)
	b.apply(chain.Start, "master-1", "")
	require.True(t, b.pipeline().Request("qc", "vidcheck", "token-1", 1, time.Hour, 0))
	require.True(t, b.pipeline().TimedOut("qc", 1))
	require.True(t, b.pipeline().Request("qc", "vidcheck", "token-2", 2, time.Hour, 0))
	require.True(t, b.pipeline().Over("qc", 2))
	require.True(t, b.pipeline().Skip("delivery"))
	require.True(t, b.pipeline().Done("delivery", wire.StatusCompleted, `{"title":"Nosferatu"}`))
	b.settle()
	told := b.world.told()
	for _, line := range []string{
		"stage.timed-out applied qc 1", "stage.timed-out applied qc 2", "stage.skipped applied delivery 1", "stage.completed applied delivery 1",
	} {
		assert.Contains(t, told, line)
	}
}

func TestAnAnswerAfterTheTimeoutDoesNothingToTheExecution(t *testing.T) {
	b := newBench(t)
	b.apply(chain.Start, "master-1", "")
	require.True(t, b.pipeline().Request("qc", "vidcheck", "token-1", 1, time.Hour, 0))
	require.True(t, b.pipeline().Over("qc", 1))
	assert.Equal(t, chain.Late, b.apply(chain.Complete, "report-1", "qc").Fate)
	b.settle()
	for _, call := range b.world.calls {
		assert.NotContains(t, call, "SendTask")
	}
	assert.Contains(t, b.world.told(), "stage.completed late qc 1")
	last := b.world.events[len(b.world.events)-1]
	assert.NotEqual(t, "media.qc.completed.v1", last.Type)
}

// The table decides: an answer got in, then the clock of Step Functions ran out
// before the outbox delivered it. The dead token is no error.
func TestADeadTokenIsDone(t *testing.T) {
	b := newBench(t)
	b.apply(chain.Start, "master-1", "")
	require.True(t, b.pipeline().Request("qc", "vidcheck", "dead-token", 1, time.Hour, 0))
	b.apply(chain.Complete, "report-1", "qc")
	require.False(t, b.pipeline().Over("qc", 1), "the execution must read the answer from the table")
	b.settle()
	assert.Empty(t, b.world.letters)
}

func TestASupersededRunIsStoppedAndItsPartnerTold(t *testing.T) {
	b := newBench(t)
	b.apply(chain.Start, "master-1", "")
	old := b.run()
	require.True(t, b.pipeline().Request("qc", "vidcheck", "token-1", 1, time.Hour, 0))
	b.apply(chain.Start, "master-2", "")
	b.settle()
	assert.False(t, b.world.executions[old])
	assert.True(t, b.world.executions[b.run()])
	assert.Contains(t, b.world.told(), "stage.canceled applied qc 1")
	assert.Contains(t, b.world.told(), "run.superseded applied")
	assert.False(t, chaintest.Pipeline{Table: b.table, Asset: "tt-0042", Run: old, Now: time.Now}.Request("qc", "vidcheck", "token-3", 1, time.Hour, 0))
}

func TestProgressIsAHeartbeat(t *testing.T) {
	b := newBench(t)
	b.apply(chain.Start, "master-1", "")
	b.world.tokens["token-1"] = ""
	require.True(t, b.pipeline().Request("qc", "vidcheck", "token-1", 1, time.Hour, 0))
	b.apply(chain.Progress, "p-1", "qc")
	b.settle()
	assert.Contains(t, b.world.calls, "SendTaskHeartbeat token-1")
}

func TestPassingTroubleHoldsUpItsAssetOnlyAndFailsTheInvocation(t *testing.T) {
	b := newBench(t)
	b.apply(chain.Start, "master-1", "")
	for _, asset := range []string{"tt-0042", "tt-0043"} {
		_, err := b.store.Apply(t.Context(), chain.Event{
			Key: chain.EventKey{Source: "/partners/mam", ID: "note-" + asset}, Kind: chain.Record, Asset: asset, Occurred: b.now, Recorded: b.now.Add(time.Minute),
			Canonical: canonicalEvent("note-" + asset),
		})
		require.NoError(t, err)
	}
	down := true
	b.world.fault = func(call string) error {
		if down && strings.HasPrefix(call, "StartExecution") {
			return fails("ThrottlingException")
		}
		return nil
	}
	batch := b.stream.take()
	err := b.outbox.Handle(t.Context(), batch)
	require.EqualError(t, err, "outbox: records have to come again: ASSET#tt-0042: start-execution: api error ThrottlingException: said the test")
	assert.Equal(t, []string{"event.recorded recorded"}, b.world.told(), "only the other asset's, and none of this one's later records")

	down = false
	before := len(b.world.calls)
	require.NoError(t, b.outbox.Handle(t.Context(), batch))
	assert.Len(t, b.world.events, 3)
	assert.Len(t, b.world.calls, before+3, "what was done in this process is not done again")
}

func TestWhatCanNeverBeDoneIsPutAsideWithItsReasonAndWithoutTheToken(t *testing.T) {
	b := newBench(t)
	b.apply(chain.Start, "master-1", "")
	require.True(t, b.pipeline().Request("qc", "vidcheck", "token-secret", 1, time.Hour, 0))
	b.apply(chain.Complete, "report-1", "qc")
	b.world.fault = func(call string) error {
		if strings.HasPrefix(call, "SendTaskSuccess") {
			return fails("InvalidOutput")
		}
		return nil
	}
	b.settle()
	require.Len(t, b.world.letters, 1)
	assert.True(t, strings.HasPrefix(b.world.letters[0], "api error InvalidOutput: said the test\n{"), b.world.letters[0])
	assert.Contains(t, b.world.letters[0], `"effect":"complete-task"`)
	assert.NotContains(t, b.world.letters[0], "token-secret")
	assert.Contains(t, b.world.told(), "stage.completed applied qc 1", "the asset goes on")
}

func TestWhatCannotBePutAsideComesAgain(t *testing.T) {
	b := newBench(t)
	b.apply(chain.Start, "master-1", "")
	b.world.fault = func(call string) error {
		if strings.HasPrefix(call, "StartExecution") {
			return fails("StateMachineDoesNotExist")
		}
		if strings.HasPrefix(call, "SendMessage") {
			return fails("InternalError")
		}
		return nil
	}
	require.ErrorContains(t, b.outbox.Handle(t.Context(), b.stream.take()), "put aside: api error InternalError")
}

func TestNothingIsBegunWhenTimeIsUp(t *testing.T) {
	b := newBench(t)
	b.apply(chain.Start, "master-1", "")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, b.outbox.Handle(ctx, b.stream.take()), context.Canceled)
	assert.Empty(t, b.world.calls)
}

func TestRedoDoesAgainWhatTheTableSays(t *testing.T) {
	b := newBench(t)
	b.apply(chain.Start, "master-1", "")
	b.world.tokens["token-1"] = ""
	require.True(t, b.pipeline().Request("qc", "vidcheck", "token-1", 1, time.Hour, 0))
	b.apply(chain.Complete, "report-1", "qc")
	_ = b.stream.take() // lost

	redone, err := b.outbox.Actor.Redo(t.Context(), b.table, "tt-0042", noon)
	require.NoError(t, err)
	var effects []string
	for _, r := range redone {
		effects = append(effects, r.Effect)
	}
	assert.Equal(t, []string{"start-execution", "complete-task", "publish", "publish"}, effects)
	assert.True(t, b.world.executions[b.run()])
	assert.Contains(t, b.world.tokens["token-1"], "report-1")

	_, err = b.outbox.Actor.Redo(t.Context(), b.table, "tt-9999", noon)
	assert.EqualError(t, err, `no asset is called "tt-9999"`)
}

func TestMemoryForgetsTheOldest(t *testing.T) {
	var m memory
	for i := range remembered + 1 {
		m.add(strconv.Itoa(i))
	}
	assert.False(t, m.has("0"))
	assert.True(t, m.has("1"))
	assert.True(t, m.has(strconv.Itoa(remembered)))
	assert.Len(t, m.known, remembered)
}

func FuzzRecords(f *testing.F) {
	b := newBench(&testing.T{})
	_, err := b.store.Apply(context.Background(), chain.Event{
		Key: chain.EventKey{Source: "s", ID: "1"}, Kind: chain.Start, Asset: "a", Occurred: noon, Recorded: noon,
	})
	require.NoError(f, err)
	for _, r := range b.stream.take().Records {
		text, err := json.Marshal(events.DynamoDBEvent{Records: []events.DynamoDBEventRecord{r}})
		require.NoError(f, err)
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var e events.DynamoDBEvent
		if json.Unmarshal(body, &e) != nil {
			return
		}
		// Whatever the stream holds, it is done or put aside; nothing panics.
		_ = newHandler(chaintest.NewTable(), newWorld()).Handle(t.Context(), e)
	})
}
