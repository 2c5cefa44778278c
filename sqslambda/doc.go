// Package sqslambda connects an SQS queue, filled by a partner or by your own
// applications, to a Lambda function.
//
// One [Consumer] is a queue, a dead-letter queue behind it, the function, and
// the event source mapping between them, wired so that no message is lost and
// a bad one costs nobody else:
//
//   - A message that fails MaxReceiveCount times moves to the dead-letter queue
//     and stays there for 14 days. A function that uses package sqsbatch also
//     moves there, at once and with the reason, what can never succeed.
//   - The function answers with the messages that failed, not with an error for
//     the batch.
//   - The visibility timeout follows the function's timeout: six times that, plus
//     the batching window (Lambda developer guide, "Configuring a queue to use
//     with Lambda").
//   - Senders in other accounts are named by account, organization or IAM
//     principal, each grant with its condition. Queues are encrypted and refuse
//     connections without TLS.
//
// What SQS or Lambda would refuse, or worse accept and lose messages with, is an
// error at synthesis that lists every problem; see [NewConsumer].
//
// # Order
//
// A standard queue may deliver twice and in any order. A FIFO queue (set Fifo)
// keeps the order within a message group; as many groups are processed at the
// same time as there are (or as MaxConcurrency allows), so use the asset's id as
// the group, and nothing coarser. For one message after the other over all
// assets, use a single group, or reserve a concurrency of 1 for the function.
//
// A dead-letter queue takes a message out of its order: the next one of the same
// group is processed without it. Messages that wait behind a failing one in the
// same batches count as received each time too, and can be parked with it although
// nobody tried them; with a BatchSize of 1 none waits there, and what package
// sqsbatch moves at once delays none.
//
// # Queues of others
//
// An existing queue of this app is checked like a new one. Of an imported queue
// only the ARN is known, so warnings say what its owner must see to: the
// visibility timeout, the redrive policy, and the policy statements. The queue
// may belong to another account but must be in the function's Region (Lambda
// developer guide, "Using Lambda with Amazon SQS").
//
// # Size
//
// A message is at most 1 MiB, attributes included (SQS developer guide, "Amazon
// SQS message quotas"); send a reference to what is larger.
//
// # Redrive
//
// When the cause is mended, move the parked messages back with the console's
// "Start DLQ redrive" or with
//
//	aws sqs start-message-move-task --source-arn DEAD_LETTER_QUEUE_ARN --destination-arn QUEUE_ARN
//
// which runs one task at a time for each queue. The destination must be given,
// since SQS knows where a message came from only if SQS moved it, and package
// sqsbatch moves messages too. It works because the queue is a dead-letter queue of
// SQS; those of SNS subscriptions and of EventBridge rules it refuses (API
// reference of SQS, StartMessageMoveTask).
package sqslambda
