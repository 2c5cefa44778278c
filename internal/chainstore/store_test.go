package chainstore

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/internal/chain"
	"github.com/mediasupplychain/cdk/internal/chaintest"
	"github.com/mediasupplychain/cdk/internal/wire"
)

func event(kind chain.Kind, id, stage string, minute int) chain.Event {
	at := noon.Add(time.Duration(minute) * time.Minute)
	return chain.Event{
		Key: chain.EventKey{Source: "/partners/a", ID: id}, Kind: kind, Asset: asset, Stage: stage, Partner: "a", Occurred: at, Recorded: at,
	}
}

func apply(t *testing.T, s *Store, e chain.Event) Result {
	t.Helper()
	r, err := s.Apply(t.Context(), e)
	require.NoError(t, err)
	return r
}

func fixture(t *testing.T) (*Store, *chaintest.Table) {
	table := chaintest.NewTable()
	s := newStore(table, plan)
	require.Equal(t, Result{Fate: chain.Applied, Asset: asset}, apply(t, s, event(chain.Start, "m-1", "", 0)))
	table.Calls()
	return s, table
}

func TestAnEventCostsOneCallAndSoDoesADuplicate(t *testing.T) {
	for _, c := range []struct {
		name  string
		event chain.Event
		fate  chain.Fate
	}{
		{"an answer", event(chain.Complete, "a", "qc", 1), chain.Applied},
		{"a failure", event(chain.Fail, "a", "qc", 1), chain.Applied},
		{"a sign of life", event(chain.Progress, "a", "qc", 1), chain.Applied},
		{"something to keep", event(chain.Record, "a", "", 1), chain.Recorded},
		{"words nobody knows", event(chain.Unmapped, "a", "", 1), chain.NotMapped},
		{"a stage nobody knows", event(chain.Complete, "a", "captions", 1), chain.Unmatched},
		{"a start", func() chain.Event { e := event(chain.Start, "a", "", 1); e.Asset = "tt-2"; return e }(), chain.Applied},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, table := fixture(t)
			assert.Equal(t, Result{Fate: c.fate, Asset: c.event.Asset}, apply(t, s, c.event))
			assert.Equal(t, map[string]int{"TransactWriteItems": 1}, table.Calls())
			items := len(table.Items())
			assert.Equal(t, Result{Fate: c.fate, Asset: c.event.Asset, Duplicate: true}, apply(t, s, c.event), "the stored outcome")
			assert.Equal(t, map[string]int{"TransactWriteItems": 1}, table.Calls())
			assert.Len(t, table.Items(), items)
		})
	}
}

func TestWhatIsNotAsExpectedIsReadAndDecided(t *testing.T) {
	s, table := fixture(t)
	assert.Equal(t, Result{Fate: chain.Refused, Asset: asset, Read: true}, apply(t, s, event(chain.Start, "m-2", "", 1)))
	calls := table.Calls()
	assert.Equal(t, 2, calls["TransactWriteItems"])
	assert.Equal(t, 2, calls["Query"], "of two items a page")
}

func TestAnEventIsNewAgainWhenItsClaimHasEndedWhetherOrNotItWasDeleted(t *testing.T) {
	s, _ := fixture(t)
	e := event(chain.Record, "note", "", 1)
	apply(t, s, e)
	e.Recorded = e.Recorded.Add(DefaultHorizon)
	assert.True(t, apply(t, s, e).Duplicate)
	e.Recorded = e.Recorded.Add(time.Second)
	assert.False(t, apply(t, s, e).Duplicate)
}

func conflict() error {
	code := "TransactionConflict"
	return &types.TransactionCanceledException{CancellationReasons: []types.CancellationReason{{}, {Code: &code}}}
}

func TestConflictsAreTriedAgainInPlaceEachTimeLater(t *testing.T) {
	s, table := fixture(t)
	left := 3
	table.Fault = func(string) error {
		left--
		if left >= 0 {
			return conflict()
		}
		return nil
	}
	var pauses []time.Duration
	s.Sleep = func(_ context.Context, d time.Duration) error { pauses = append(pauses, d); return nil }
	s.Random = func() float64 { return 1 }
	assert.Equal(t, Result{Fate: chain.Applied, Asset: asset, Conflicts: 3}, apply(t, s, event(chain.Complete, "a", "qc", 1)))
	assert.Equal(t, []time.Duration{50 * time.Millisecond, 90 * time.Millisecond, 170 * time.Millisecond}, pauses)

	left = 1000
	_, err := s.Apply(t.Context(), event(chain.Complete, "b", "transcode", 1))
	var canceled *types.TransactionCanceledException
	require.ErrorAs(t, err, &canceled, "then the queue delivers it again")
}

func TestAnAnswerThatWasLostOnTheWayIsNotADuplicate(t *testing.T) {
	s, table := fixture(t)
	lost := true
	table.Lost = func(string) error {
		if lost {
			lost = false
			return conflict() // so that it is tried again in place, as the SDK does after a cut connection
		}
		return nil
	}
	r := apply(t, s, event(chain.Complete, "a", "qc", 1))
	assert.Equal(t, Result{Fate: chain.Applied, Asset: asset, Conflicts: 1}, r)
}

func TestOtherTroubleIsTheCallers(t *testing.T) {
	s, table := fixture(t)
	down := errors.New("connection refused")
	table.Fault = func(string) error { return down }
	_, err := s.Apply(t.Context(), event(chain.Complete, "a", "qc", 1))
	require.EqualError(t, err, "apply event a of /partners/a: connection refused")
	require.ErrorIs(t, err, down)
}

func TestAnAssetThatKeepsChangingIsGivenUpForNow(t *testing.T) {
	s, table := fixture(t)
	table.Fault = func(api string) error {
		if api == "TransactWriteItems" {
			code := "ConditionalCheckFailed"
			return &types.TransactionCanceledException{CancellationReasons: []types.CancellationReason{{}, {Code: &code}}}
		}
		return nil
	}
	_, err := s.Apply(t.Context(), event(chain.Complete, "a", "qc", 1))
	require.ErrorIs(t, err, ErrContended)
}

// Many deliveries of the same events at the same time: each takes effect once.
func TestParallelDeliveriesTakeEffectOnce(t *testing.T) {
	s, table := fixture(t)
	results := make(chan Result, 64)
	var group sync.WaitGroup
	for n := range 64 {
		group.Go(func() {
			r, err := s.Apply(t.Context(), event([]chain.Kind{chain.Complete, chain.Fail}[n%2], []string{"a", "b"}[n%2], "qc", 1))
			if assert.NoError(t, err) {
				results <- r
			}
		})
	}
	group.Wait()
	close(results)
	fates := map[chain.Fate]int{}
	for r := range results {
		if !r.Duplicate {
			fates[r.Fate]++
		}
	}
	assert.Equal(t, map[chain.Fate]int{chain.Applied: 1, chain.Conflict: 1}, fates)
	assert.NotEmpty(t, table.Calls())
}

func TestAJobIsParkedRegisteredAndThenKnown(t *testing.T) {
	s, table := fixture(t)
	answer := event(chain.Complete, "early", "", 1)
	answer.Asset, answer.Job = "", "j-7"
	assert.Equal(t, Result{Fate: chain.Parked, Read: true}, apply(t, s, answer))

	register := event(chain.Record, "accepted", "qc", 2)
	register.Job = "j-7"
	assert.Equal(t, chain.Recorded, apply(t, s, register).Fate)
	slot := StageOf(table.Item(StageKey(asset, "qc").PK, StageKey(asset, "qc").SK))
	assert.Equal(t, chain.StageCompleted, slot.Status)
	assert.Equal(t, answer.Key, slot.Outcome.Event)
	claim := ClaimKey(answer.Key)
	assert.Equal(t, "applied", Item(table.Item(claim.PK, claim.SK)).Text(attrFate), "the claim tells the final fate")
	assert.Equal(t, Result{Fate: chain.Applied, Duplicate: true}, apply(t, s, answer).withoutRead())

	table.Calls()
	again := event(chain.Fail, "later", "", 3)
	again.Asset, again.Job = "", "j-7"
	r := apply(t, s, again)
	assert.Equal(t, chain.Conflict, r.Fate)
	assert.Equal(t, asset, r.Asset, "the job tells the asset")
}

func (r Result) withoutRead() Result {
	r.Read, r.Asset = false, ""
	return r
}

// A registration that comes while an answer is being parked is not overwritten.
func TestParkingMeetsARegistration(t *testing.T) {
	s, table := fixture(t)
	register := event(chain.Record, "accepted", "qc", 2)
	register.Job = "j-7"
	reads := 0
	s.Client = func() DynamoDB {
		return &between{Table: table, before: func() {
			reads++
			if reads == 2 { // the answer has read the job, and is about to write
				apply(t, newStore(table, plan), register)
			}
		}}
	}
	answer := event(chain.Complete, "early", "", 1)
	answer.Asset, answer.Job = "", "j-7"
	r := apply(t, s, answer)
	assert.Equal(t, chain.Applied, r.Fate)
	assert.Equal(t, asset, r.Asset)
}

// between calls a function after each read of a job.
type between struct {
	*chaintest.Table
	before func()
}

func (b *between) GetItem(ctx context.Context, in *dynamodb.GetItemInput, o ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	out, err := b.Table.GetItem(ctx, in, o...)
	b.before()
	return out, err
}

func TestClosingEndsTheRunAndBeginsTheNext(t *testing.T) {
	table := chaintest.NewTable()
	queueing := plan
	queueing.SecondStart = chain.Queue
	s := newStore(table, queueing)
	apply(t, s, event(chain.Start, "m-1", "", 0))
	assert.Equal(t, chain.Queued, apply(t, s, event(chain.Start, "m-2", "", 1)).Fate)
	first := Item(table.Item(HeadKey(asset).PK, HeadKey(asset).SK)).Text(attrActiveRun)
	c := chain.Closing{
		Key: chain.EventKey{Source: "aws.states", ID: "x"}, Asset: asset, Run: first, Status: chain.RunTimedOut, Cause: "too slow",
		Occurred: noon.Add(2 * time.Minute), Recorded: noon.Add(3 * time.Minute),
	}
	for _, duplicate := range []bool{false, true} {
		r, err := s.Close(t.Context(), c)
		require.NoError(t, err)
		assert.Equal(t, chain.Applied, r.Fate)
		assert.Equal(t, duplicate, r.Duplicate)
	}
	snapshot, err := Snapshot(t.Context(), table, "state", asset)
	require.NoError(t, err)
	assert.NotEqual(t, first, snapshot.Head.Active.ID)
	assert.Equal(t, "m-2", snapshot.Head.Active.Start.ID)
	assert.Equal(t, chain.RunTimedOut, snapshot.Head.Last.Status)
	var runs []chain.Run
	for _, i := range table.Items() {
		if r := RunOf(i); Item(i).Has(attrStartedAt) {
			runs = append(runs, r)
		}
	}
	require.Len(t, runs, 2)
	assert.Equal(t, "too slow", runs[0].Cause)
	assert.Equal(t, chain.RunRunning, runs[1].Status)
}

// An operator may redrive an execution whose run is closed. It must not ask
// partners in the name of a run that is over.
func TestAnExecutionOfAClosedRunWritesNothing(t *testing.T) {
	s, table := fixture(t)
	run := Item(table.Item(HeadKey(asset).PK, HeadKey(asset).SK)).Text(attrActiveRun)
	pipeline := chaintest.Pipeline{Table: table, Asset: asset, Run: run, Now: func() time.Time { return noon }}
	require.True(t, pipeline.Request("qc", "p", "token-1", 1, time.Hour, time.Minute))
	_, err := s.Close(t.Context(), chain.Closing{
		Key: chain.EventKey{Source: "aws.states", ID: "x"}, Asset: asset, Run: run, Status: chain.RunAborted, Occurred: noon, Recorded: noon,
	})
	require.NoError(t, err)
	before := table.Items()

	assert.False(t, pipeline.Request("qc", "p", "token-2", 1, time.Hour, time.Minute))
	assert.False(t, pipeline.Again("qc", 1))
	assert.False(t, pipeline.TimedOut("qc", 1))
	assert.False(t, pipeline.Over("qc", 1))
	assert.False(t, pipeline.Skip("qc"))
	assert.False(t, pipeline.Done("qc", wire.StatusCompleted, "{}"))

	assert.Equal(t, before, table.Items())
}

func TestItemsAreReadAsTheyWereWritten(t *testing.T) {
	percent := 12.5
	moment := &chain.Moment{Source: "s", Sequence: "7", Time: noon}
	head := chain.Head{
		Asset: asset, Version: 3, LastStart: moment, Queue: []chain.Event{event(chain.Start, "q", "", 1)},
		Active: &chain.Run{ID: "run-1", Asset: asset, Status: chain.RunRunning, StartedAt: noon, Start: chain.EventKey{Source: "s", ID: "1"}, Data: []byte(`{"a":1}`)},
		Last:   &chain.Run{ID: "run-0", Asset: asset, Status: chain.RunFailed, StartedAt: noon, EndedAt: noon, Cause: "c", Start: chain.EventKey{Source: "s", ID: "0"}},
	}
	i, err := HeadItem(head)
	require.NoError(t, err)
	got, err := HeadOf(i)
	require.NoError(t, err)
	assert.Equal(t, head, got)

	stage := chain.Stage{
		Name: "qc", Run: "run-1", Attempt: 2, Status: chain.StageFailed, ResetAt: noon, OverAt: noon, ProgressAt: moment, Progress: &percent, Version: 9,
		Outcome: &chain.Outcome{Status: chain.StageFailed, Attempt: 2, Event: chain.EventKey{Source: "s", ID: "1"}, At: *moment, Data: []byte(`{"x":1}`), Ref: "s3://b/k", Cause: "bad"},
		Request: chain.Request{Partner: "p", Token: "t", At: noon, Timeout: time.Hour, Warn: time.Minute, Text: "{}"},
	}
	assert.Equal(t, stage, StageOf(StageItem(asset, stage)))

	entry := chain.Entry{
		ID: "e", What: chain.WhatStageFailed, Fate: chain.Applied, Event: chain.EventKey{Source: "s", ID: "1"}, Type: "t", Asset: asset, Run: "r", Stage: "qc",
		Attempt: 1, Partner: "p", Job: "j", Occurred: noon, Recorded: noon, Deadline: noon, Cause: "c", Detail: "{}", Canonical: []byte(`{}`),
	}
	item := EntryItem(entry)
	assert.Equal(t, entry, EntryOf(item))
	assert.Equal(t, "FAILED#2026-11-24", item.Text(wire.AttrTimeline))
}
