package intake

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/mediasupplychain/cdk/internal/awsfault"
	"github.com/mediasupplychain/cdk/internal/chain"
	"github.com/mediasupplychain/cdk/internal/chainstore"
	"github.com/mediasupplychain/cdk/internal/telemetry"
	"github.com/mediasupplychain/cdk/internal/wire"
	"github.com/mediasupplychain/cdk/sqsbatch"
)

// errRef says that a reference to a payload is not one that can be followed.
var errRef = errors.New("not a reference to a payload")

// Common is what every kind of source has.
type Common struct {
	Source  string // id of the source, for logs
	Now     func() time.Time
	Log     *slog.Logger
	Metrics *telemetry.Metrics
}

// message is one message of the source's queue.
type message = sqsbatch.Message[sqsbatch.Text]

// Handler is the Lambda handler of a source that processes messages by process.
func (c Common) Handler(process func(context.Context, message) error, options ...sqsbatch.Option) func(context.Context, events.SQSEvent) (events.SQSEventResponse, error) {
	processor := sqsbatch.New(process, append([]sqsbatch.Option{sqsbatch.WithLogger(c.Log)}, options...)...)
	return func(ctx context.Context, event events.SQSEvent) (events.SQSEventResponse, error) {
		ctx = telemetry.With(ctx, slog.String(telemetry.Source, c.Source))
		response, err := processor.Handle(ctx, event)
		if flush := c.Metrics.Flush(ctx); flush != nil {
			c.Log.WarnContext(ctx, "metrics not written", "error", flush)
		}
		return response, err
	}
}

// report tells what became of an event.
func (c Common) report(ctx context.Context, what string, r chainstore.Result) {
	fate := r.Fate
	if r.Duplicate {
		fate = chain.Duplicate
	}
	c.Metrics.Count(wire.MetricEvents, 1, telemetry.Dimension{Name: wire.DimensionFate, Value: string(fate)})
	if r.Conflicts > 0 {
		c.Metrics.Count(wire.MetricConflicts, r.Conflicts)
	}
	if r.Read && !r.Duplicate {
		c.Metrics.Count(wire.MetricSlowPath, 1)
	}
	c.Log.InfoContext(ctx, what, "fate", string(fate), "first", string(r.Fate), telemetry.AssetID, r.Asset)
}

// classify marks what no retry can mend.
func classify(err error) error {
	if awsfault.Never(err) || errors.Is(err, errRef) {
		return sqsbatch.Permanent(err)
	}
	return err
}
