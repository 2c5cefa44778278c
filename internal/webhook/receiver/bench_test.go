package receiver_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/internal/webhook/partner"
	"github.com/mediasupplychain/cdk/webhook/signature"
)

// BenchmarkInvoke is the warm function alone, with fakes in the place of AWS:
// from API Gateway's event to its answer.
func BenchmarkInvoke(b *testing.B) {
	for _, size := range []int{1 << 10, 256 << 10, 1 << 20} {
		b.Run(fmt.Sprintf("%dKiB", size>>10), func(b *testing.B) {
			e := newEndpoint(b, signature.Mux(), func(c *partner.Config) { c.MaxBodySize, c.InlineSize = 2<<20, 2<<20 })
			body := `{"type":"video.asset.ready","id":"1","object":{"id":"as-7"},"data":{"text":"`
			body += strings.Repeat("x", size-len(body)-3) + `"}}`
			event := e.sign(b, signature.Mux(), post(body)).event(b)
			took := make([]time.Duration, 0, 1<<16)
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				start := time.Now()
				_, err := e.Invoke(context.Background(), event)
				took = append(took, time.Since(start))
				require.NoError(b, err)
				e.logs.Reset()
				e.metrics.Reset()
				require.Len(b, e.bus.events, 1)
				e.bus.events = e.bus.events[:0]
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Nanoseconds())/1000, "p50-µs")
			b.ReportMetric(float64(took[len(took)*99/100].Nanoseconds())/1000, "p99-µs")
		})
	}
}
