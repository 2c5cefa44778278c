package telemetry

import (
	"encoding/json"
	"time"

	"github.com/mediasupplychain/cdk/internal/wire"
)

// Limits of "Specification: Embedded metric format" in the CloudWatch user
// guide. A document beyond them is ignored as a whole, without an error.
const (
	maxMetrics         = 100 // definitions in a directive
	maxValuesPerMetric = 100 // members of a metric's array of values
)

// document is one line: the values under one set of dimensions.
type document struct {
	dimensions []Dimension
	base       int // how many dimensions each set begins with
	metrics    []metric
}

// documents spreads a set over as few documents as the limits allow. A metric
// with more values than fit goes on in the next document, never twice in one.
func documents(s *set, base int) []document {
	var all []document
	for from := 0; ; from += maxValuesPerMetric {
		var part []metric
		for _, m := range s.metrics {
			if from < len(m.values) {
				to := min(from+maxValuesPerMetric, len(m.values))
				part = append(part, metric{name: m.name, unit: m.unit, values: m.values[from:to]})
			}
		}
		if len(part) == 0 {
			return all
		}
		for len(part) > 0 {
			n := min(maxMetrics, len(part))
			all = append(all, document{dimensions: s.dimensions, base: base, metrics: part[:n]})
			part = part[n:]
		}
	}
}

type metadata struct {
	Timestamp         int64       `json:"Timestamp"` // milliseconds since 1970
	CloudWatchMetrics []directive `json:"CloudWatchMetrics"`
}

type directive struct {
	Namespace  string             `json:"Namespace"`
	Dimensions [][]wire.Dimension `json:"Dimensions"`
	Metrics    []definition       `json:"Metrics"`
}

type definition struct {
	Name wire.Metric `json:"Name"`
	Unit string      `json:"Unit"`
}

// encode returns the document as one line. Its root holds the metadata, the
// dimensions, the request id and the values, in that order.
func (d document) encode(now time.Time, requestID string) []byte {
	line := member([]byte{'{'}, "_aws", d.metadata(now))
	for _, dim := range d.dimensions {
		line = member(append(line, ','), string(dim.Name), dim.Value)
	}
	if requestID != "" {
		line = member(append(line, ','), RequestID, requestID)
	}
	for _, m := range d.metrics {
		var value any = m.values
		if len(m.values) == 1 {
			value = m.values[0]
		}
		line = member(append(line, ','), string(m.name), value)
	}
	return append(line, "}\n"...)
}

func (d document) metadata(now time.Time) metadata {
	dir := directive{Namespace: wire.MetricsNamespace}
	names := make([]wire.Dimension, len(d.dimensions))
	for i, dim := range d.dimensions {
		names[i] = dim.Name
	}
	for n := d.base; n <= len(names); n++ {
		dir.Dimensions = append(dir.Dimensions, names[:n])
	}
	for _, m := range d.metrics {
		dir.Metrics = append(dir.Metrics, definition{Name: m.name, Unit: m.unit})
	}
	return metadata{Timestamp: now.UnixMilli(), CloudWatchMetrics: []directive{dir}}
}

// member appends "name":value. Marshalling cannot fail: names and values are
// strings and finite numbers.
func member(line []byte, name string, value any) []byte {
	for i, v := range []any{name, value} {
		if i == 1 {
			line = append(line, ':')
		}
		text, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		line = append(line, text...)
	}
	return line
}
