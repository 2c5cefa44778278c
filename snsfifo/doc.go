// Package snsfifo receives what a media partner publishes to an Amazon SNS FIFO
// topic, in order for each asset.
//
// It has two halves, which may be in one stack, in two, or in two accounts:
//
//   - [Topic] is a FIFO topic that partners publish to. Publishers and subscribers
//     of other accounts are named by account or organization (publishers also by
//     IAM principal), each grant with its condition, and the topic's key lets the
//     publishers in too.
//   - [Subscriber] is a FIFO queue that receives the messages as they were
//     published (raw delivery), with two dead-letter queues behind it: one for what
//     SNS could not deliver, one for what could not be processed; and, if you like,
//     the function that processes them.
//
// What SNS, SQS or Lambda would refuse, or worse accept and lose messages with, is
// an error at synthesis that lists every problem: a standard topic or queue where
// FIFO is needed, a dead-letter queue of the wrong kind, a key that SNS cannot
// use. See [NewTopic] and [NewSubscriber].
//
// # Order
//
// Messages of one message group are delivered in the order published. Use the
// asset's id as message group: a coarser one makes assets wait for each other, a
// finer one loses the order. A message that fails again and again is either taken
// out of the order or holds up its group: choose with OnPoison.
//
// Messages that wait behind a failing one in the same batches count as received
// each time too, and can be parked with it although nobody tried them. With a
// BatchSize of 1 none waits there, and what package sqsbatch moves at once delays
// none.
//
// # Duplicates
//
// SNS and SQS drop a message whose deduplication id they had in the last 5
// minutes. Use the event's own id for it. A partner may send an event again hours
// later, so let the function recognise what it had: package sqsbatch gives each
// message's EventID, which is the deduplication id.
//
// With a filter policy a FIFO topic delivers at most once (SNS developer guide,
// "Amazon SNS message delivery for FIFO topics").
//
// # A topic of another account
//
// The owner of the queue subscribes, since a subscription that somebody else makes
// stays pending until it is confirmed. So this account needs sns:Subscribe in the
// topic's policy, for which [Subscriber.TopicPolicyStatement] gives the text; a
// [Topic] has it with SubscriberAccounts or SubscriberOrganizations.
//
// # Size
//
// SNS takes messages of up to 256 KiB ([MaxMessageBytes]); publish a reference to
// what is larger.
//
// # Replay and redrive
//
// A topic with ArchiveDays can deliver what it has archived again, to one
// subscription at a time, by the subscription's attribute ReplayPolicy (SNS
// developer guide, "Message replay for FIFO topic subscribers"). Replayed messages
// have the ids they had before.
//
// Messages in DeadLetterQueue are moved back by "aws sqs start-message-move-task",
// given the queue as --destination-arn; those in Undeliverable are not (API
// reference of SQS, StartMessageMoveTask): receive them, and send them to the queue
// with their group and deduplication ids.
package snsfifo
