// Package sqsbatch processes batches of Amazon SQS messages in a Lambda function
// written in Go. You write a function for one message; the package decodes the
// body, keeps failures apart and tells SQS which messages to deliver again.
//
//	type Verdict struct {
//		AssetID string `json:"assetId"`
//		Passed  bool   `json:"passed"`
//	}
//
//	func main() {
//		lambda.Start(sqsbatch.New(record).Handle)
//	}
//
//	func record(ctx context.Context, m sqsbatch.Message[Verdict]) error {
//		return store.Put(ctx, m.EventID(), m.Body)
//	}
//
// # What happens to a message
//
// Each message of a batch ends in exactly one [State], by what your function
// returns:
//
//	nil                  succeeded: SQS deletes it
//	an error, a panic    failed: delivered again, until the queue's maximum receive count
//	Permanent(err)       dead-lettered at once, with its reason
//	(not called)         not tried: time was up, or a message before it failed; delivered again
//
// A message may arrive more than once whatever you return: SQS delivers at
// least once, and a function that times out gets its whole batch again. Make
// your function idempotent; [Record.EventID] is the id to do it by.
//
// # Standard queues
//
// Messages are independent. One that fails does not keep the others from being
// processed, and only it is delivered again. [WithConcurrency] processes several
// at the same time.
//
// # FIFO queues
//
// Whether a queue is FIFO is known by its name. Messages are processed one by
// one, in order, and after the first that fails none is begun: all of them are
// delivered again, in order. That is what AWS advises, and it is safe whatever
// the order means to you. A batch can hold several message groups, though, and
// then one group's failure holds up the others and adds to their receive count.
// If only the order within a group matters, as when the group is an asset's
// id, use [WithPerGroup].
//
// A message that moves to the dead-letter queue does not stop its group: the
// next message is processed as if it had succeeded. Where one missing message
// spoils all later ones, as in an edit decision list, have no dead-letter queue
// ([WithDeadLetterQueue] with an empty URL).
//
// # Dead letters
//
// SQS itself moves a message after its maximum receive count, and does not say
// why it failed. [Permanent] marks an error that no retry can mend. The message
// is sent to the dead-letter queue at once, with its body, its attributes, its
// message group and two attributes more: [AttributeReason] and
// [AttributeOrigin]. A body that cannot be decoded is permanent by itself.
//
// A message is deleted from its queue only once it is in the other one. If it
// cannot be sent, because a permission is missing or the message is too large
// with its reason, it is retried instead, and SQS moves it in the end.
//
// The queue is the one in the environment variable DEAD_LETTER_QUEUE_URL, which
// this library's constructs set and grant. Without one, a permanent error is an
// error like any other.
//
// To process such messages again, redrive them with the queue as explicit
// destination (StartMessageMoveTask, DestinationArn): SQS knows the origin only
// of messages it moved itself. They keep their [Record.EventID].
//
// # Retries
//
// A message that failed is delivered again after the visibility timeout of the
// queue, which has to be long: six times the function's. [WithBackoff] makes it
// short at first, and longer with each attempt.
//
// # Time
//
// When the function is about to time out, no further message is begun, and the
// context of the one in progress ends, so that there is time left to respond
// ([WithTimeMargin]). A function that does not heed its context can still time
// out; the whole batch is then delivered again.
//
// # Setting up
//
// The event source mapping needs the function response type
// ReportBatchItemFailures: without it, Lambda deletes every message of a batch
// that did not fail as a whole. This library's constructs set it. Messages that
// come through SNS must be subscribed with raw message delivery.
//
// Failures are logged, and counted in CloudWatch metrics; see [WithLogger] and
// [WithoutMetrics]. Neither shows a body, but the text of an error is logged and
// sent with a dead letter: keep secrets out of it.
//
// The SQS client is made when a message has to be moved or delayed for the first
// time. A function for which that does not happen pays nothing for it when it
// starts.
package sqsbatch
