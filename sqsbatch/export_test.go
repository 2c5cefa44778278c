package sqsbatch

import (
	"io"
	"time"

	"github.com/mediasupplychain/cdk/internal/telemetry"
	"github.com/mediasupplychain/cdk/internal/wire"
)

// WithMetricsTo writes the metrics to w as of a function named "qc".
func WithMetricsTo(w io.Writer) Option {
	return func(p *Processor) {
		p.metrics = telemetry.NewMetricsTo(w, time.Now, telemetry.Dimension{Name: wire.DimensionFunction, Value: "qc"})
	}
}

// WithRandom replaces the jitter's random number. It goes after WithBackoff.
func WithRandom(random func() float64) Option {
	return func(p *Processor) { p.backoff.random = random }
}
