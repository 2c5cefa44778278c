package sqsbatch

import (
	"log/slog"
	"time"
)

// defaultMargin is enough for a cold SQS client to open a connection and move a
// message with little memory, and short against any sensible timeout.
const defaultMargin = time.Second

// Option changes what a [Processor] does by default.
type Option func(*Processor)

// WithPerGroup lets a failure in a FIFO queue hold up its own message group
// only; the other groups of the batch go on. It has no effect on standard
// queues.
//
// Default: nothing after the first failure is tried, in any group, as AWS
// advises ("Handling errors for an SQS event source in Lambda").
func WithPerGroup() Option {
	return func(p *Processor) { p.perGroup = true }
}

// WithConcurrency processes up to n messages at the same time: of a standard
// queue any, of a FIFO queue with [WithPerGroup] one of each message group.
// Order within a group stays. A FIFO queue without WithPerGroup is not affected.
//
// Default: 1, in the order of the batch. A number below 1 counts as 1.
func WithConcurrency(n int) Option {
	return func(p *Processor) { p.concurrency = max(1, n) }
}

// WithTimeMargin sets how long before the function's timeout the context of your
// function ends and no further message is begun. In what remains, failures are
// moved and the response is sent; a function that times out instead gets its
// whole batch again, with all it has done.
//
// It is never more than a quarter of the time there is at the start of the
// invocation. A negative margin counts as none.
//
// Default: 1 second.
func WithTimeMargin(margin time.Duration) Option {
	return func(p *Processor) { p.margin = max(0, margin) }
}

// WithBackoff lets a message that failed wait for about first before it is
// delivered again, then twice as long, and so on up to longest, each time with
// random jitter. SQS knows whole seconds, up to 12 hours.
//
// In a FIFO queue, the message's whole group waits with it: that is what order
// means. Messages of other groups that were not tried come back at once.
//
// The function needs sqs:ChangeMessageVisibility on the queue, which this
// library's constructs grant.
//
// Default: no backoff; the queue's visibility timeout is the delay. So it is
// with a first that is not positive.
func WithBackoff(first, longest time.Duration) Option {
	return func(p *Processor) { p.backoff = newBackoff(first, longest) }
}

// WithDeadLetterQueue sets the URL of the queue that permanent failures move to;
// an empty one means that they are failures like others. The function needs
// sqs:SendMessage on the queue, and for one with a customer-managed key
// kms:GenerateDataKey and kms:Decrypt.
//
// Default: the environment variable DEAD_LETTER_QUEUE_URL, which this library's
// constructs set, with the permission.
func WithDeadLetterQueue(url string) Option {
	return func(p *Processor) { p.deadLetterQueueURL = url }
}

// WithSender sets what messages are sent to the dead-letter queue with.
//
// Default: an SQS client with the default configuration, made when it is first
// needed.
func WithSender(s Sender) Option {
	return func(p *Processor) { p.sender = s }
}

// WithVisibilityChanger sets what [WithBackoff] works with.
//
// Default: as with [WithSender].
func WithVisibilityChanger(v VisibilityChanger) Option {
	return func(p *Processor) { p.visibility = v }
}

// WithLogger sets where failures are logged. slog.New(slog.DiscardHandler) logs
// nothing. Bodies are never logged, the texts of errors are.
//
// Default: JSON to standard output at the level of the environment variable
// LOG_LEVEL, else of the function's logging configuration, else INFO.
func WithLogger(log *slog.Logger) Option {
	return func(p *Processor) { p.log = log }
}

// WithoutMetrics turns the metrics off.
//
// Default: CloudWatch metrics in the namespace MediaSupplyChain with the
// dimension FunctionName: Received, Succeeded, Retried (a further attempt),
// Duration in milliseconds, and, with the dimension Reason too, Failed, NotTried
// and DeadLettered. They are written to standard output in the embedded metric
// format, so that no permission is needed.
func WithoutMetrics() Option {
	return func(p *Processor) { p.metrics = nil }
}
