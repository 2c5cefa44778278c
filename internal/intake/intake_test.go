package intake_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/internal/chain"
	"github.com/mediasupplychain/cdk/internal/chainstore"
	"github.com/mediasupplychain/cdk/internal/chaintest"
	"github.com/mediasupplychain/cdk/internal/intake"
	"github.com/mediasupplychain/cdk/internal/telemetry"
	"github.com/mediasupplychain/cdk/internal/wire"
	"github.com/mediasupplychain/cdk/mediaevent"
	"github.com/mediasupplychain/cdk/sqsbatch"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

var vidcheck = mediaevent.Mapping{
	Partner: "vidcheck", Items: "$.events", EventID: "@.id", AssetID: "@.asset", Status: "@.status", JobID: "@.job", CallbackID: "@.callback",
	Output: map[string]mediaevent.Locator{"report": "@.report"}, ErrorDetail: "@.error", Time: "@.time",
	Findings: &mediaevent.FindingsMapping{Items: "@.findings[*]", Severity: "@.severity", Term: "@.term"},
	Rules: []mediaevent.Rule{
		{Status: mediaevent.Words{"new"}, Do: mediaevent.Start()},
		{Status: mediaevent.Words{"passed"}, Do: mediaevent.Complete("qc")},
		{Status: mediaevent.Words{"rejected"}, Do: mediaevent.Fail("qc")},
		{Status: mediaevent.Words{"accepted"}, Do: mediaevent.Progress("qc")},
	},
}

// payloads is a bucket in memory.
type payloads map[string][]byte

func (p payloads) Put(_ context.Context, key, _ string, payload []byte) (string, error) {
	p["s3://payloads/"+key] = bytes.Clone(payload)
	return "s3://payloads/" + key, nil
}

func (p payloads) Get(_ context.Context, ref string) ([]byte, error) {
	if payload, ok := p[ref]; ok {
		return payload, nil
	}
	return nil, errors.New("no such object")
}

type letters []string

func (l *letters) SendMessage(_ context.Context, in *sqs.SendMessageInput, _ ...func(*sqs.Options)) (*sqs.SendMessageOutput, error) {
	*l = append(*l, *in.MessageAttributes[sqsbatch.AttributeReason].StringValue)
	return &sqs.SendMessageOutput{}, nil
}

type bench struct {
	t        *testing.T
	table    *chaintest.Table
	payloads payloads
	letters  letters
	metrics  bytes.Buffer
	handle   func(context.Context, events.SQSEvent) (events.SQSEventResponse, error)
	n        int
}

func newBench(t *testing.T, envelope mediaevent.Envelope) *bench {
	b := &bench{t: t, table: chaintest.NewTable(), payloads: payloads{}}
	mapper, err := mediaevent.NewMapper(vidcheck)
	require.NoError(t, err)
	p := &intake.Partner{Common: b.common(), Envelope: envelope, Mapper: mapper, Store: b.store(), Payloads: b.payloads}
	b.handle = p.Handler(p.Process, sqsbatch.WithSender(&b.letters), sqsbatch.WithDeadLetterQueue("https://dead"), sqsbatch.WithoutMetrics())
	return b
}

func (b *bench) common() intake.Common {
	function := telemetry.Dimension{Name: wire.DimensionFunction, Value: "intake"}
	return intake.Common{
		Source: "qc", Now: func() time.Time { return noon.Add(time.Duration(b.n) * time.Minute) }, Log: slog.New(slog.DiscardHandler),
		Metrics: telemetry.NewMetricsTo(&b.metrics, time.Now, function),
	}
}

func (b *bench) store() *chainstore.Store {
	plan := chain.Plan{SecondStart: chain.Refuse, Stages: []chain.StagePlan{{Name: "qc"}}}
	s := chainstore.New("state", plan, 0, func() chainstore.DynamoDB { return b.table })
	s.Sleep = func(context.Context, time.Duration) error { return nil }
	return s
}

// deliver delivers one message and reports how many failures SQS is told.
func (b *bench) deliver(body string) int {
	b.t.Helper()
	b.n++
	response, err := b.handle(b.t.Context(), events.SQSEvent{Records: []events.SQSMessage{{
		MessageId: fmt.Sprint("message-", b.n), Body: body, EventSourceARN: "arn:aws:sqs:eu-west-1:111122223333:qc",
	}}})
	require.NoError(b.t, err)
	return len(response.BatchItemFailures)
}

// fates lists the history: what happened, and what became of it.
func (b *bench) fates() []string {
	var all []string
	for _, item := range b.table.Items() {
		if i := chainstore.Item(item); strings.HasPrefix(i.Text(wire.KeySort), wire.PrefixEntry) {
			e := chainstore.EntryOf(i)
			all = append(all, fmt.Sprintf("%s %s %s", e.Event.ID, e.What, e.Fate))
		}
	}
	return all
}

func (b *bench) entry(id string) chain.Entry {
	for _, item := range b.table.Items() {
		if e := chainstore.EntryOf(item); e.Event.ID == id && e.What != "" {
			return e
		}
	}
	b.t.Fatalf("no entry of event %s", id)
	return chain.Entry{}
}

func (b *bench) qc() chain.Stage {
	key := chainstore.StageKey("tt-1", "qc")
	return chainstore.StageOf(b.table.Item(key.PK, key.SK))
}

func TestAPayloadsEventsAreAllTakenIn(t *testing.T) {
	b := newBench(t, mediaevent.RawEnvelope)
	assert.Zero(t, b.deliver(`{"events":[{"id":"1","asset":"tt-1","status":"new"},{"id":"2","asset":"tt-1","status":"passed","report":"s3://r/1"},{"id":"3","asset":"tt-1","status":"melted"}]}`))
	assert.Equal(t, []string{"2 stage.completed applied", "1 run.started applied", "3 event.recorded unmapped"}, sorted(b.fates(), "2", "1", "3"))
	assert.JSONEq(t, `{"type":"media.qc.completed.v1","output":{"report":"s3://r/1"},"severity":"","findings":0}`, string(b.qc().Outcome.Data))
	canonical, err := mediaevent.Parse(b.entry("3").Canonical)
	require.NoError(t, err)
	assert.Equal(t, "melted", canonical.Data.Partner.Status, "the partner's own word")

	assert.Zero(t, b.deliver(`{"events":[{"id":"1","asset":"tt-1","status":"new"}]}`))
	assert.Len(t, b.fates(), 3)
	for _, metric := range []string{`"Unmapped":1`, `"Fate":"duplicate"`, `"Fate":"applied"`} {
		assert.Contains(t, b.metrics.String(), metric)
	}
}

// sorted orders the lines by the ids that they begin with.
func sorted(lines []string, ids ...string) []string {
	var all []string
	for _, id := range ids {
		for _, line := range lines {
			if strings.HasPrefix(line, id+" ") {
				all = append(all, line)
			}
		}
	}
	return all
}

func TestOneEventOfManyThatCannotBeTakenInDoesNotKeepTheOthersOut(t *testing.T) {
	b := newBench(t, mediaevent.RawEnvelope)
	assert.Zero(t, b.deliver(`{"events":[{"id":"1","status":"new"},{"id":"2","asset":"tt-1","status":"new"}]}`), "it is in the dead-letter queue")
	assert.Equal(t, []string{"2 run.started applied"}, b.fates())
	require.Len(t, b.letters, 1)
	assert.True(t, strings.HasPrefix(b.letters[0], "event of vidcheck: AssetID: nothing at @.asset"), b.letters[0])
}

func TestTroubleThatPassesComesBeforeOneThatDoesNot(t *testing.T) {
	b := newBench(t, mediaevent.RawEnvelope)
	b.table.Fault = func(string) error { return errors.New("connection refused") }
	body := `{"events":[{"id":"1","status":"new"},{"id":"2","asset":"tt-1","status":"new"}]}`
	assert.Equal(t, 1, b.deliver(body), "it comes again")
	assert.Empty(t, b.letters)
	b.table.Fault = nil
	assert.Zero(t, b.deliver(body))
	assert.Len(t, b.letters, 1)
	assert.Equal(t, []string{"2 run.started applied"}, b.fates())
}

func TestWhatIsNotInItsEnvelopeIsDeadLetteredAtOnce(t *testing.T) {
	b := newBench(t, mediaevent.EventBridgeEnvelope)
	assert.Zero(t, b.deliver(`{"hello":"world"}`))
	assert.Equal(t, letters{"not in its envelope (eventbridge): want id, source, detail-type and detail"}, b.letters)
}

func TestALargePayloadIsKeptFirstAndTravelsByReference(t *testing.T) {
	b := newBench(t, mediaevent.RawEnvelope)
	require.Zero(t, b.deliver(`{"events":[{"id":"1","asset":"tt-1","status":"new"}]}`))
	body := `{"events":[{"id":"2","asset":"tt-1","status":"passed","report":"r","pad":"` + strings.Repeat("x", mediaevent.InlineLimit) + `"}]}`
	require.Zero(t, b.deliver(body))
	ref := "s3://payloads/" + mediaevent.PayloadKey(mediaevent.Digest([]byte(body)))
	assert.Equal(t, body, string(b.payloads[ref]))
	assert.Equal(t, ref, b.qc().Outcome.Ref)
	canonical, err := mediaevent.Parse(b.entry("2").Canonical)
	require.NoError(t, err)
	assert.Equal(t, ref, canonical.Data.Raw.Ref)
	assert.Empty(t, canonical.Data.Raw.Body)
}

func TestALargeOutputIsReplacedByAReference(t *testing.T) {
	b := newBench(t, mediaevent.RawEnvelope)
	require.Zero(t, b.deliver(`{"events":[{"id":"1","asset":"tt-1","status":"new"}]}`))
	require.Zero(t, b.deliver(`{"events":[{"id":"2","asset":"tt-1","status":"passed","report":"`+strings.Repeat("x", 5000)+`","findings":[{"severity":"high"},{"severity":"low"}]}]}`))
	o := b.qc().Outcome
	assert.JSONEq(t, `{"type":"media.qc.completed.v1","output":{},"severity":"high","findings":2}`, string(o.Data))
	assert.NotEmpty(t, o.Ref)
	assert.Len(t, b.payloads, 1)
}

func TestAPayloadByReferenceIsFetchedAndChecked(t *testing.T) {
	event := func(digest string) string {
		return `{"version":"0","id":"e","source":"webhook","detail-type":"t","time":"2026-11-24T12:00:00Z","detail":{"specversion":"1.0","id":"d-1",` +
			`"source":"/partners/vidcheck","type":"t","dataref":"s3://webhook/k","datasha256":"` + digest + `"}}`
	}
	payload := []byte(`{"events":[{"id":"1","asset":"tt-1","status":"new"}]}`)
	b := newBench(t, mediaevent.WebhookEnvelope)
	assert.Equal(t, 1, b.deliver(event(strings.TrimPrefix(mediaevent.Digest(payload), "sha256:"))), "it is not there yet")
	b.payloads["s3://webhook/k"] = payload
	assert.Zero(t, b.deliver(event(strings.TrimPrefix(mediaevent.Digest(payload), "sha256:"))))
	assert.Equal(t, []string{"1 run.started applied"}, b.fates())
	assert.Zero(t, b.deliver(event(strings.Repeat("0", 64))))
	require.Len(t, b.letters, 1)
	assert.Contains(t, b.letters[0], "digest does not match")
}

func TestACallbackIDFindsItsAttemptWithoutARead(t *testing.T) {
	b := newBench(t, mediaevent.RawEnvelope)
	require.Zero(t, b.deliver(`{"events":[{"id":"1","asset":"tt-1","status":"new"}]}`))
	b.table.Calls()
	callback := chain.Callback{Asset: "tt-1", Run: b.qc().Run, Stage: "qc", Attempt: 1}
	require.Zero(t, b.deliver(`{"events":[{"id":"2","status":"rejected","error":"no audio","job":"j","callback":"`+callback.String()+`"}]}`))
	assert.Equal(t, map[string]int{"TransactWriteItems": 1}, b.table.Calls())
	assert.Equal(t, "rejected: no audio", b.qc().Outcome.Cause)
}

func TestExecutionsCloseTheirRuns(t *testing.T) {
	b := newBench(t, mediaevent.RawEnvelope)
	require.Zero(t, b.deliver(`{"events":[{"id":"1","asset":"tt-1","status":"new"}]}`))
	x := &intake.Executions{Common: b.common(), Store: b.store()}
	b.handle = x.Handler(x.Process, sqsbatch.WithSender(&b.letters), sqsbatch.WithDeadLetterQueue("https://dead"), sqsbatch.WithoutMetrics())
	run := b.qc().Run
	change := func(status string, stop int64, input any) string {
		text, err := json.Marshal(map[string]any{"source": "aws.states", "detail": map[string]any{
			"executionArn": "arn:x:" + run, "name": run, "status": status, "stopDate": stop, "input": input, "error": "States.Runtime", "cause": "boom",
		}})
		require.NoError(t, err)
		return string(text)
	}
	input := fmt.Sprintf(`{"asset":"tt-1","run":%q}`, run)
	assert.Zero(t, b.deliver(change("RUNNING", 0, input)))
	assert.Zero(t, b.deliver(change("FAILED", noon.UnixMilli(), input)))
	assert.Zero(t, b.deliver(change("FAILED", noon.UnixMilli(), input)), "delivered twice")
	assert.Zero(t, b.deliver(change("SUCCEEDED", noon.UnixMilli()+1, input)), "after a redrive")
	assert.Equal(t, chain.StageCanceled, b.qc().Status)
	snapshot, err := chainstore.Snapshot(t.Context(), b.table, "state", "tt-1")
	require.NoError(t, err)
	assert.Nil(t, snapshot.Head.Active)
	assert.Equal(t, chain.RunFailed, snapshot.Head.Last.Status)
	assert.Equal(t, "States.Runtime: boom", snapshot.Head.Last.Cause)
	assert.Equal(t, 1, strings.Count(b.metrics.String(), `"RunsEnded":1`))

	assert.Zero(t, b.deliver(change("ABORTED", 1, nil)))
	assert.Zero(t, b.deliver(change("ABORTED", 1, `{"by":"hand"}`)))
	assert.Equal(t, letters{
		"execution " + run + ": the event does not carry its input",
		"execution " + run + ": its input tells no asset and run: the supply chain has not started it",
	}, b.letters)
}

func FuzzBodies(f *testing.F) {
	f.Add(`{"events":[{"id":"1","asset":"tt-1","status":"new"}]}`)
	f.Add(`{"events":[{"id":"2","callback":"YQ","status":"passed"}]}`)
	f.Add(`{`)
	f.Fuzz(func(t *testing.T, body string) {
		b := newBench(t, mediaevent.RawEnvelope)
		require.Zero(t, b.deliver(body), "with all services up, a message is taken in or dead-lettered")
		if len(b.letters) == 0 {
			require.NotEmpty(t, b.fates(), "it is in the history")
		}
	})
}
