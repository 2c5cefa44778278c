package telemetry_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/internal/telemetry"
	"github.com/mediasupplychain/cdk/internal/wire"
)

func noon() time.Time { return time.UnixMilli(1_790_000_000_123) }

func newMetrics(w *bytes.Buffer) *telemetry.Metrics {
	return telemetry.NewMetricsTo(w, noon, telemetry.Dimension{Name: wire.DimensionFunction, Value: "webhook"})
}

func invocation() context.Context {
	return lambdacontext.NewContext(context.Background(), &lambdacontext.LambdaContext{AwsRequestID: "req-1"})
}

// lines returns each line written as JSON of its own.
func lines(t *testing.T, w *bytes.Buffer) []map[string]any {
	t.Helper()
	var all []map[string]any
	for line := range strings.Lines(w.String()) {
		require.True(t, strings.HasSuffix(line, "}\n"), "a line must be whole: %q", line)
		var doc map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &doc))
		all = append(all, doc)
	}
	return all
}

func TestCountsAndDurationsMakeOneLine(t *testing.T) {
	var w bytes.Buffer
	m := newMetrics(&w)

	m.Count(wire.MetricReceived, 2)
	m.Count(wire.MetricReceived, 1)
	m.Milliseconds(wire.MetricDuration, 12500*time.Microsecond)
	m.Milliseconds(wire.MetricDuration, 3*time.Millisecond)
	require.NoError(t, m.Flush(invocation()))

	assert.Equal(t, `{"_aws":{"Timestamp":1790000000123,"CloudWatchMetrics":[{"Namespace":"MediaSupplyChain",`+
		`"Dimensions":[["FunctionName"]],`+
		`"Metrics":[{"Name":"Received","Unit":"Count"},{"Name":"Duration","Unit":"Milliseconds"}]}]},`+
		`"FunctionName":"webhook","requestId":"req-1","Received":3,"Duration":[12.5,3]}`+"\n", w.String())
}

func TestEachPrefixOfTheDimensionsIsCounted(t *testing.T) {
	var w bytes.Buffer
	m := newMetrics(&w)

	m.Count(wire.MetricRejected, 1, telemetry.FromPartner("mux"), telemetry.Reason("bad-signature"))
	m.Count(wire.MetricRejected, 1, telemetry.FromPartner("mux"), telemetry.Reason("stale"))
	m.Count(wire.MetricRejected, 1, telemetry.FromPartner("mux"), telemetry.Reason("bad-signature"))
	require.NoError(t, m.Flush(context.Background()))

	const aws = `{"_aws":{"Timestamp":1790000000123,"CloudWatchMetrics":[{"Namespace":"MediaSupplyChain",` +
		`"Dimensions":[["FunctionName"],["FunctionName","Partner"],["FunctionName","Partner","Reason"]],` +
		`"Metrics":[{"Name":"Rejected","Unit":"Count"}]}]},"FunctionName":"webhook","Partner":"mux",`
	assert.Equal(t, aws+`"Reason":"bad-signature","Rejected":2}`+"\n"+aws+`"Reason":"stale","Rejected":1}`+"\n", w.String())
}

func TestFlushStartsAnew(t *testing.T) {
	var w bytes.Buffer
	m := newMetrics(&w)
	m.Count(wire.MetricReceived, 1)
	require.NoError(t, m.Flush(context.Background()))
	w.Reset()

	require.NoError(t, m.Flush(context.Background()))
	assert.Empty(t, w.String(), "nothing was measured, so nothing is written")
}

func TestNoDocumentExceedsTheFormat(t *testing.T) {
	var w bytes.Buffer
	m := newMetrics(&w)
	for i := range 150 {
		m.Count(wire.Metric(fmt.Sprintf("Metric%03d", i)), 1)
	}
	for i := range 250 {
		m.Milliseconds("Metric250Values", time.Duration(i)*time.Millisecond)
	}
	require.NoError(t, m.Flush(context.Background()))

	counts, durations := 0, 0
	docs := lines(t, &w)
	for _, doc := range docs {
		defs := doc["_aws"].(map[string]any)["CloudWatchMetrics"].([]any)[0].(map[string]any)["Metrics"].([]any)
		assert.LessOrEqual(t, len(defs), 100)
		for _, d := range defs {
			name := d.(map[string]any)["Name"].(string)
			switch v := doc[name].(type) {
			case float64:
				counts++
			case []any:
				assert.LessOrEqual(t, len(v), 100)
				durations += len(v)
			default:
				t.Errorf("%s is defined and has no value", name)
			}
		}
	}
	assert.Len(t, docs, 4, "two for 151 metrics, two more for the values 101 to 250")
	assert.Equal(t, 150, counts)
	assert.Equal(t, 250, durations)
}

func TestDimensionValuesAreBounded(t *testing.T) {
	var w bytes.Buffer
	m := newMetrics(&w)
	for i := range 60 { // as an attacker would, one partner a request
		m.Count(wire.MetricReceived, 1, telemetry.FromPartner(fmt.Sprint("p", i)))
		require.NoError(t, m.Flush(context.Background()), "the bound holds across flushes")
	}
	kept := map[any]int{}
	for _, doc := range lines(t, &w) {
		kept[doc["Partner"]]++
	}
	assert.Len(t, kept, 51)
	assert.Equal(t, 10, kept["other"])
	assert.Equal(t, 1, kept["p49"])
}

func TestDimensionValuesAreMadeValid(t *testing.T) {
	for given, want := range map[string]string{
		"":                        "unknown",
		"  ":                      "unknown",
		" mux ":                   "mux",
		"a\"b\n":                  `a"b`,
		"\xffx":                   "?x",
		strings.Repeat("é", 1000): strings.Repeat("é", 512),
	} {
		var w bytes.Buffer
		m := newMetrics(&w)
		m.Count(wire.MetricReceived, 1, telemetry.FromPartner(given))
		require.NoError(t, m.Flush(context.Background()))
		assert.Equal(t, want, lines(t, &w)[0]["Partner"])
	}
}

func TestNoMetricsIsValid(t *testing.T) {
	var m *telemetry.Metrics
	m.Count(wire.MetricReceived, 1)
	m.Milliseconds(wire.MetricDuration, time.Second)
	assert.NoError(t, m.Flush(context.Background()))
}

func TestConcurrentCountsAreNotLost(t *testing.T) {
	var w bytes.Buffer
	m := newMetrics(&w)
	var all sync.WaitGroup
	for range 8 {
		all.Add(1)
		go func() {
			defer all.Done()
			for range 100 {
				m.Count(wire.MetricReceived, 1)
			}
		}()
	}
	all.Wait()
	require.NoError(t, m.Flush(context.Background()))
	assert.EqualValues(t, 800, lines(t, &w)[0]["Received"])
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestAFailedWriteIsReportedAndDropped(t *testing.T) {
	m := telemetry.NewMetricsTo(brokenPipe{}, noon)
	m.Count(wire.MetricReceived, 1, telemetry.Reason("x"))
	require.EqualError(t, m.Flush(context.Background()), "write metrics: broken pipe")
	assert.NoError(t, m.Flush(context.Background()))
}

func BenchmarkCountAndFlush(b *testing.B) {
	var w bytes.Buffer
	m := newMetrics(&w)
	ctx := invocation()
	b.ReportAllocs()
	for b.Loop() {
		w.Reset()
		m.Count(wire.MetricReceived, 1)
		m.Count(wire.MetricPublished, 1)
		m.Milliseconds(wire.MetricDuration, time.Millisecond)
		_ = m.Flush(ctx)
	}
}
