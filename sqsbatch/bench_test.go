package sqsbatch_test

import (
	"context"
	"encoding/json"
	"io"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/mediasupplychain/cdk/sqsbatch"
)

// benchBatch is ten messages that succeed, as one FIFO batch can hold.
func benchBatch(b *testing.B) events.SQSEvent {
	e := event(b, "fifo.json")
	first := e.Records[0]
	e.Records = nil
	for range 10 {
		e.Records = append(e.Records, first)
	}
	return e
}

// BenchmarkLoop is the least that any handler does: decode each body.
func BenchmarkLoop(b *testing.B) {
	e := benchBatch(b)
	b.ReportAllocs()
	for b.Loop() {
		for _, r := range e.Records {
			var v verdict
			if err := json.Unmarshal([]byte(r.Body), &v); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func BenchmarkHandle(b *testing.B) {
	done := func(context.Context, sqsbatch.Message[verdict]) error { return nil }
	for name, options := range map[string][]sqsbatch.Option{
		"quiet":   quiet(),
		"metrics": {sqsbatch.WithMetricsTo(io.Discard)},
	} {
		b.Run(name, func(b *testing.B) {
			e := benchBatch(b)
			p := sqsbatch.New(done, options...)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := p.Handle(context.Background(), e); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
