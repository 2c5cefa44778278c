package sqsbatch

import (
	"context"
	"errors"
	"log/slog"

	"github.com/mediasupplychain/cdk/internal/telemetry"
	"github.com/mediasupplychain/cdk/internal/wire"
)

// logFailure names the message itself, not through the context: the logger may
// be one that knows nothing of ours.
func (p *Processor) logFailure(ctx context.Context, r Result) {
	level, message := slog.LevelWarn, "message failed, to be delivered again"
	attrs := append(r.Record.logAttrs(), slog.String("reason", reason(r.Err)), slog.String("error", r.Err.Error()))

	var panicked *PanicError
	var stuck *MoveError
	switch {
	case r.State == DeadLettered:
		level, message = slog.LevelError, "message moved to the dead-letter queue"
	case errors.As(r.Err, &stuck):
		level = slog.LevelError
	case errors.As(r.Err, &panicked):
		level = slog.LevelError
		attrs = append(attrs, slog.String("stack", string(panicked.Stack)))
	}
	p.log.LogAttrs(ctx, level, message, attrs...)
}

// count adds the batch to the metrics.
func (p *Processor) count(results []Result) {
	p.metrics.Count(wire.MetricReceived, len(results))
	for _, r := range results {
		if r.State != NotTried && r.Record.ReceiveCount() > 1 {
			p.metrics.Count(wire.MetricRetried, 1)
		}
		switch r.State {
		case Succeeded:
			p.metrics.Count(wire.MetricSucceeded, 1)
		case Failed:
			p.metrics.Count(wire.MetricFailed, 1, telemetry.Reason(reason(r.Err)))
		case NotTried:
			p.metrics.Count(wire.MetricNotTried, 1, telemetry.Reason(reason(r.Err)))
		case DeadLettered:
			p.metrics.Count(wire.MetricDeadLettered, 1, telemetry.Reason(reason(r.Err)))
		}
	}
}

// reason is the kind of an error in one of a few fixed words, for metrics.
func reason(err error) string {
	var (
		notTried *NotTriedError
		stuck    *MoveError
		panicked *PanicError
		body     *DecodeError
	)
	switch {
	case errors.As(err, &notTried) && notTried.After != "":
		return "earlier-failure"
	case errors.As(err, &notTried):
		return "no-time"
	case errors.As(err, &stuck):
		return "not-moved"
	case errors.As(err, &panicked):
		return "panic"
	case errors.As(err, &body):
		return "undecodable"
	case IsPermanent(err):
		return "permanent"
	case errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	}
	return "error"
}
