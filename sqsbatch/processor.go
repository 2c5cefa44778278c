package sqsbatch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/mediasupplychain/cdk/internal/telemetry"
	"github.com/mediasupplychain/cdk/internal/wire"
)

// Processor runs a function of yours for each message of a batch and works out
// what SQS is to deliver again. Make one with [New] when the program starts; it
// is safe for concurrent use.
type Processor struct {
	process func(context.Context, Record) error

	perGroup    bool
	concurrency int
	margin      time.Duration
	backoff     backoff

	deadLetterQueueURL string
	sender             Sender
	visibility         VisibilityChanger

	log     *slog.Logger
	metrics *telemetry.Metrics
}

// New returns a processor that decodes the JSON body of each message to T and
// calls handle with it. For a body that is not JSON, see [BodyUnmarshaler].
//
// What handle returns decides about the message:
//
//   - nil: it is done, SQS deletes it.
//   - an error: it is delivered again after the queue's visibility timeout,
//     or as [WithBackoff] says.
//   - [Permanent] somewhere in the error: it moves to the dead-letter queue at
//     once. A body that cannot be decoded is such an error.
//   - a panic: as an error, a [*PanicError]. The other messages are not affected.
//
// The context ends shortly before the function does (see [WithTimeMargin]).
func New[T any](handle func(ctx context.Context, message Message[T]) error, options ...Option) *Processor {
	client := &lazyClient{}
	p := &Processor{
		process: func(ctx context.Context, r Record) error {
			body, err := decode[T](r.Body)
			if err != nil {
				return Permanent(&DecodeError{Err: err})
			}
			return handle(ctx, Message[T]{Record: r, Body: body})
		},
		concurrency:        1,
		margin:             defaultMargin,
		deadLetterQueueURL: os.Getenv(wire.EnvDeadLetterQueueURL),
		sender:             client,
		visibility:         client,
		log:                telemetry.NewLogger(),
		metrics:            telemetry.NewMetrics(),
	}
	for _, option := range options {
		option(p)
	}
	return p
}

// Handle is the Lambda handler: pass it to lambda.Start. The event source
// mapping must have ReportBatchItemFailures among its function response types,
// or Lambda takes every response for success.
//
// The list of failures is never null. Handle returns an error, so that Lambda
// delivers the whole batch again, only for an event that is not of SQS: a
// message without an id could not be reported.
func (p *Processor) Handle(ctx context.Context, event events.SQSEvent) (events.SQSEventResponse, error) {
	for i, r := range event.Records {
		if r.MessageId == "" {
			return events.SQSEventResponse{}, fmt.Errorf("sqsbatch: record %d of %d has no messageId: not an event of SQS", i+1, len(event.Records))
		}
	}
	return response(p.Process(ctx, event)), nil
}

// response reports each message that is not done, once and in the order of the
// batch.
func response(results []Result) events.SQSEventResponse {
	failures := []events.SQSBatchItemFailure{} // an empty list, not null: null fails the batch
	reported := map[string]bool{}
	for _, r := range results {
		id := r.Record.MessageId
		if r.done() || reported[id] {
			continue
		}
		reported[id] = true
		failures = append(failures, events.SQSBatchItemFailure{ItemIdentifier: id})
	}
	return events.SQSEventResponse{BatchItemFailures: failures}
}

// Process is [Processor.Handle] for those who want to know more than Lambda
// does: the result of each record, in the order of the batch.
func (p *Processor) Process(ctx context.Context, event events.SQSEvent) []Result {
	results := make([]Result, len(event.Records))
	for i, r := range event.Records {
		results[i] = Result{Record: Record{r}, State: NotTried, Err: &NotTriedError{}}
	}
	// Two earlier ends than the function's own: work leaves time to move its
	// failures, and the calls for that leave time to respond.
	calls, cancelCalls := before(ctx, p.margin/4)
	defer cancelCalls()
	work, cancelWork := before(ctx, p.margin)
	defer cancelWork()

	p.run(p.lanes(results), func(l lane) { p.inOrder(calls, work, l) })

	p.count(results)
	if err := p.metrics.Flush(ctx); err != nil {
		p.log.WarnContext(ctx, "metrics not written", "error", err)
	}
	return results
}

// before returns a context that ends the margin before ctx does, but never
// costs it more than a quarter of its time: with a very short timeout, nothing
// would ever be tried.
func before(ctx context.Context, margin time.Duration) (context.Context, context.CancelFunc) {
	end, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, end.Add(-min(margin, time.Until(end)/4)))
}

// over reports whether ctx has ended. A context learns of its deadline from a
// timer, which may be late; the clock is not.
func over(ctx context.Context) bool {
	end, ok := ctx.Deadline()
	return ctx.Err() != nil || ok && !time.Now().Before(end)
}

// one processes a record and, if it must never be retried, moves it. Whatever
// panics on the way, up to the text of the error, fails this record only.
func (p *Processor) one(calls, work context.Context, r *Result) {
	defer func() {
		if v := recover(); v != nil {
			r.Err = &PanicError{Value: v, Stack: debug.Stack()}
			p.logFailure(calls, *r)
		}
	}()
	r.State, r.Err = Failed, errEnded // until it is known better
	err := p.attempt(telemetry.With(work, r.Record.logAttrs()...), r.Record)
	if err == nil {
		r.State, r.Err = Succeeded, nil
		return
	}
	r.Err = err
	if IsPermanent(err) && p.deadLetterQueueURL != "" {
		if moveErr := p.moveToDeadLetterQueue(calls, r.Record, err); moveErr != nil {
			r.Err = &MoveError{Err: moveErr, Because: err}
		} else {
			r.State = DeadLettered
		}
	}
	p.logFailure(calls, *r)
}

// attempt calls the function and measures it, also if it panics.
func (p *Processor) attempt(ctx context.Context, r Record) error {
	begun := time.Now()
	defer func() { p.metrics.Milliseconds(wire.MetricDuration, time.Since(begun)) }()
	return p.process(ctx, r)
}

// IsPermanent reports whether err is [Permanent] or wraps such an error.
func IsPermanent(err error) bool {
	var permanent *PermanentError
	return errors.As(err, &permanent)
}
