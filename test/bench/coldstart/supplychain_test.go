package coldstart_test

import (
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/internal/chain"
	"github.com/mediasupplychain/cdk/internal/chainstore"
	"github.com/mediasupplychain/cdk/internal/chaintest"
	"github.com/mediasupplychain/cdk/internal/golambda"
	"github.com/mediasupplychain/cdk/internal/wire"
	"github.com/mediasupplychain/cdk/mediaevent"
	"github.com/mediasupplychain/cdk/test/bench/coldstart"
)

// What a function of a supply chain is held to: nobody waits for its answer, but
// a burst of events starts many of them.
const (
	maxChainAnswer = 20 * time.Millisecond
	maxChainPeak   = 25 << 20
)

// chainFunction is a function of a supply chain with its first event, and the
// calls to AWS that the event costs.
type chainFunction struct {
	name  string
	event func(testing.TB) any
	calls map[string]int
}

var chainFunctions = []chainFunction{
	// An answer is mapped and applied.
	{"intake", answer, map[string]int{"DynamoDB_20120810.TransactWriteItems": 1}},
	// A run that has begun: its execution is started, and the line of its history
	// put on the bus.
	{"outbox", runBegins, map[string]int{"AWSStepFunctions.StartExecution": 1, "AWSEvents.PutEvents": 1}},
	// Three stages are looked at; nothing is late.
	{"watch", tick, map[string]int{"DynamoDB_20120810.Query": 3}},
}

func TestTheFunctionsOfASupplyChainStartWithinTheirLimits(t *testing.T) {
	for _, f := range chainFunctions {
		t.Run(f.name, func(t *testing.T) {
			aws := &counted{calls: map[string]int{}}
			starts, err := coldstart.Repeat(t.Context(), inChain(t, f, aws), 20)
			require.NoError(t, err)
			for _, s := range starts {
				assert.NotContains(t, string(s.Body), "itemIdentifier", "the event was not processed")
			}
			each := maps.Clone(f.calls)
			for api := range each {
				each[api] *= len(starts)
			}
			assert.Equal(t, each, aws.calls, "calls to AWS")
			// The fastest start, since others may be using this machine.
			assert.LessOrEqual(t, starts.Answer(0), maxChainAnswer)
			assert.LessOrEqual(t, starts.Peak(), int64(maxChainPeak))
			t.Logf("first answer after %s (median), %.1f MB", starts.Answer(0.5).Round(10*time.Microsecond), megabytes(starts))
		})
	}
}

// BenchmarkSupplyChain compares the functions of a supply chain with the least
// that a function in Go can be. They take turns, so that what else the machine
// does is shared by all.
func BenchmarkSupplyChain(b *testing.B) {
	least := coldstart.Function{Command: baseline(b), Event: []byte(`{}`), AWS: http.NotFoundHandler()}
	for _, f := range chainFunctions {
		b.Run(f.name, func(b *testing.B) {
			function := inChain(b, f, &counted{calls: map[string]int{}})
			var ours, theirs coldstart.Starts
			for b.Loop() {
				for starts, function := range map[*coldstart.Starts]coldstart.Function{&ours: function, &theirs: least} {
					s, err := coldstart.Run(b.Context(), function)
					require.NoError(b, err)
					*starts = append(*starts, s)
				}
			}
			b.ReportMetric(milliseconds(ours.Answer(0.5)), "p50-ms")
			b.ReportMetric(milliseconds(ours.Answer(0.9)), "p90-ms")
			b.ReportMetric(megabytes(ours), "MB")
			b.ReportMetric(milliseconds(theirs.Answer(0.5)), "least-p50-ms")
			b.ReportMetric(megabytes(theirs), "least-MB")
			b.ReportMetric(float64(ours.Answer(0.5))/float64(theirs.Answer(0.5)), "x-least")
		})
	}
}

// baseline builds the least function as the library builds its own.
func baseline(t testing.TB) []string {
	t.Helper()
	asset, err := golambda.Build(golambda.Spec{Dir: ".", Package: "./baseline", Arch: runtime.GOARCH})
	require.NoError(t, err)
	return []string{filepath.Join(asset.Dir, "bootstrap")}
}

func inChain(t testing.TB, f chainFunction, aws http.Handler) coldstart.Function {
	t.Helper()
	spec, err := golambda.Handler("internal/lambda/"+f.name, runtime.GOARCH)
	require.NoError(t, err)
	asset, err := golambda.Build(spec)
	require.NoError(t, err)
	event, err := json.Marshal(f.event(t))
	require.NoError(t, err)
	plan, err := chainPlan.Encode()
	require.NoError(t, err)
	mappings, err := mediaevent.Encode(mediaevent.Mapping{
		Partner: "vidcheck", EventID: "$.id", AssetID: "$.asset", Status: "$.status", Time: "$.time",
		Output: map[string]mediaevent.Locator{"report": "$.report"},
		Rules: []mediaevent.Rule{
			{Status: mediaevent.Words{"passed"}, Do: mediaevent.Complete("qc")},
			{Status: mediaevent.Words{"rejected"}, Do: mediaevent.Fail("qc")},
		},
	})
	require.NoError(t, err)
	return coldstart.Function{
		Command: []string{filepath.Join(asset.Dir, "bootstrap")}, Event: event, AWS: aws,
		Environment: []string{
			wire.EnvChainTable + "=state", wire.EnvChainPlan + "=" + plan, wire.EnvChainName + "=titles",
			wire.EnvChainSource + "=qc", wire.EnvChainSourceKind + "=" + wire.SourcePartner, wire.EnvChainBucket + "=payloads",
			wire.EnvChainEnvelope + "=" + string(mediaevent.RawEnvelope), wire.EnvChainMappings + "=" + mappings,
			wire.EnvChainStateMachine + "=arn:aws:states:eu-west-1:111122223333:stateMachine:titles", wire.EnvChainBus + "=titles",
			wire.EnvDeadLetterQueueURL + "=https://sqs.eu-west-1.amazonaws.com/111122223333/letters",
		},
	}
}

var chainPlan = chain.Plan{SecondStart: chain.Refuse, Stages: []chain.StagePlan{
	{Name: "transcode", WarnSeconds: 3600}, {Name: "qc", WarnSeconds: 3600}, {Name: "delivery", WarnSeconds: 3600},
}}

func answer(testing.TB) any {
	return events.SQSEvent{Records: []events.SQSMessage{{
		MessageId: "059f36b4-87a3-44ab-83d2-661975830a7d", EventSourceARN: "arn:aws:sqs:eu-west-1:111122223333:qc",
		Body: `{"id":"1","asset":"tt-1","status":"passed","time":"2026-11-24T12:00:00Z","report":"s3://reports/1"}`,
	}}}
}

// runBegins are the records of the stream when an event has started a run.
func runBegins(t testing.TB) any {
	t.Helper()
	table, now := chaintest.NewTable(), time.Now()
	store := chainstore.New("state", chainPlan, 0, func() chainstore.DynamoDB { return table })
	_, err := store.Apply(context.Background(), chain.Event{
		Key: chain.EventKey{Source: "/partners/mam", ID: "1"}, Kind: chain.Start, Type: "media.asset.ingested.v1", Asset: "tt-1",
		Partner: "mam", Occurred: now, Recorded: now,
	})
	require.NoError(t, err)
	var event events.DynamoDBEvent
	for i, change := range table.Stream() {
		event.Records = append(event.Records, change.Record(i, now))
	}
	return event
}

func tick(testing.TB) any { return map[string]any{"source": "aws.events"} }

// counted answers as AWS does where all is well, and counts the calls.
type counted struct {
	mu    sync.Mutex
	calls map[string]int
}

func (c *counted) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	api := r.Header.Get("X-Amz-Target")
	c.mu.Lock()
	c.calls[api]++
	c.mu.Unlock()
	answer := map[string]any{}
	switch {
	case strings.HasSuffix(api, ".PutEvents"):
		answer = map[string]any{"FailedEntryCount": 0, "Entries": []any{map[string]any{"EventId": "1"}}}
	case strings.HasSuffix(api, ".StartExecution"):
		answer = map[string]any{"executionArn": "arn:aws:states:eu-west-1:111122223333:execution:titles:run-1", "startDate": 1}
	case strings.HasSuffix(api, ".Query"):
		answer = map[string]any{"Items": []any{}, "Count": 0}
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	_ = json.NewEncoder(w).Encode(answer)
}
