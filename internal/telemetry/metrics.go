package telemetry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/mediasupplychain/cdk/internal/wire"
)

// maxValues is how many different values of one dimension are kept apart.
// CloudWatch bills each combination of dimensions as a metric of its own, so
// what comes from outside must not decide how many there are.
const maxValues = 50

// other stands for all values of a dimension beyond the first [maxValues].
const other = "other"

// unknown stands for an empty value, which the format does not allow.
const unknown = "unknown"

// maxDimensions is how many dimensions a set may have ("Specification: Embedded
// metric format"); those beyond are left out.
const maxDimensions = 30

// maxValueLength is how long CloudWatch lets a dimension's value be
// (MetricDatum API reference).
const maxValueLength = 1024

// Dimension is one name and value a metric is told apart by. Both are few: see
// [Metrics].
type Dimension struct {
	Name  wire.Dimension
	Value string
}

// Function is the dimension that names the running Lambda function.
func Function() Dimension {
	return Dimension{Name: wire.DimensionFunction, Value: lambdacontext.FunctionName}
}

// Reason is the dimension that says why, in a few fixed words such as
// "bad-signature"; never an error's text.
func Reason(words string) Dimension { return Dimension{Name: wire.DimensionReason, Value: words} }

// FromPartner is the dimension that names a configured partner.
func FromPartner(name string) Dimension { return Dimension{Name: wire.DimensionPartner, Value: name} }

// Metrics collects counts and durations and writes them in CloudWatch's
// embedded metric format: CloudWatch Logs makes metrics of the lines, no API is
// called.
//
// Every metric has the base dimensions. Dimensions given with a value come on
// top, and each prefix is a metric too: a count by partner and reason also
// counts for the partner and in total, so an alarm on a total needs no
// arithmetic. No more than 50 values of a dimension are kept apart; the rest is
// counted as "other".
//
// Methods are safe for concurrent use. Those of a nil *Metrics do nothing.
type Metrics struct {
	w    io.Writer
	now  func() time.Time
	base []Dimension

	mu   sync.Mutex
	sets []*set                                 // in order of first use
	seen map[wire.Dimension]map[string]struct{} // survives Flush: the bound is on the instance's life
}

// set is what was measured under the same dimensions.
type set struct {
	dimensions []Dimension // base first
	metrics    []*metric   // in order of first use
}

// metric is one sum, or the values of one measurement.
type metric struct {
	name   wire.Metric
	unit   string
	values []float64
}

// NewMetrics returns metrics of this function that go to standard output.
func NewMetrics() *Metrics { return NewMetricsTo(os.Stdout, time.Now, Function()) }

// NewMetricsTo returns metrics with the base dimensions that go to w, stamped
// with the time by now.
func NewMetricsTo(w io.Writer, now func() time.Time, base ...Dimension) *Metrics {
	m := &Metrics{w: w, now: now, seen: map[wire.Dimension]map[string]struct{}{}}
	m.base = m.bounded(base)
	return m
}

// Count adds n to a count.
func (m *Metrics) Count(name wire.Metric, n int, by ...Dimension) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	c := m.metric(name, "Count", by)
	if len(c.values) == 0 {
		c.values = []float64{0}
	}
	c.values[0] += float64(n)
}

// Milliseconds records one duration, with microsecond resolution. Its minimum,
// maximum and percentiles are statistics of the metric.
func (m *Metrics) Milliseconds(name wire.Metric, d time.Duration, by ...Dimension) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	c := m.metric(name, "Milliseconds", by)
	c.values = append(c.values, float64(d.Microseconds())/1000)
}

// Flush writes what was collected, one line for each set of dimensions, and
// starts anew. Call it at the end of each invocation: Lambda may freeze or end
// the process afterwards. What cannot be written is dropped, not kept: a
// function must not grow or fail because of its metrics.
func (m *Metrics) Flush(ctx context.Context) error {
	if m == nil {
		return nil
	}
	m.mu.Lock()
	sets := m.sets
	m.sets = nil
	m.mu.Unlock()

	var requestID string
	if lc, ok := lambdacontext.FromContext(ctx); ok {
		requestID = lc.AwsRequestID
	}
	var all error
	for _, s := range sets {
		for _, d := range documents(s, len(m.base)) {
			// One Write a line, so that lines of other goroutines never mix in.
			if _, err := m.w.Write(d.encode(m.now(), requestID)); err != nil {
				all = errors.Join(all, fmt.Errorf("write metrics: %w", err))
			}
		}
	}
	return all
}

// metric finds or makes the metric of that name under base and by. A name has
// one unit: the first one given. m.mu is held.
func (m *Metrics) metric(name wire.Metric, unit string, by []Dimension) *metric {
	dimensions := append(slices.Clone(m.base), m.bounded(by)...)
	dimensions = dimensions[:min(len(dimensions), maxDimensions)]
	i := slices.IndexFunc(m.sets, func(s *set) bool { return slices.Equal(s.dimensions, dimensions) })
	if i < 0 {
		i = len(m.sets)
		m.sets = append(m.sets, &set{dimensions: dimensions})
	}
	s := m.sets[i]
	for _, c := range s.metrics {
		if c.name == name {
			return c
		}
	}
	c := &metric{name: name, unit: unit}
	s.metrics = append(s.metrics, c)
	return c
}

// bounded makes values fit for CloudWatch, in size and number.
func (m *Metrics) bounded(dimensions []Dimension) []Dimension {
	all := slices.Clone(dimensions)
	for i := range all {
		v := strings.TrimSpace(strings.ToValidUTF8(all[i].Value, "?"))
		if v == "" {
			v = unknown
		}
		if len(v) > maxValueLength {
			v = strings.ToValidUTF8(v[:maxValueLength], "")
		}
		all[i].Value = m.known(all[i].Name, v)
	}
	return all
}

func (m *Metrics) known(name wire.Dimension, value string) string {
	values := m.seen[name]
	if _, ok := values[value]; ok {
		return value
	}
	if len(values) >= maxValues {
		return other
	}
	if values == nil {
		values = map[string]struct{}{}
		m.seen[name] = values
	}
	values[value] = struct{}{}
	return value
}
