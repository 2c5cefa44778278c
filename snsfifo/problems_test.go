package snsfifo_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
	"github.com/stretchr/testify/assert"

	"github.com/mediasupplychain/cdk/internal/cdktest"
	"github.com/mediasupplychain/cdk/snsfifo"
	"github.com/mediasupplychain/cdk/testkit"
)

func TestSubscriberProblems(t *testing.T) {
	type props = snsfifo.SubscriberProps
	const managed = " must not use the AWS managed key (KMS_MANAGED), which lets neither AWS services nor other accounts send: use SQS_MANAGED, or KMS with a key of your own"
	arn := jsii.String(partnersTopic)
	for name, c := range map[string]struct {
		props func(scope constructs.Construct) *props
		want  string
	}{
		"no topic": {
			func(constructs.Construct) *props { return nil },
			"- one of Topic, TopicArn is required",
		},
		"two topics": {
			func(s constructs.Construct) *props {
				return &props{TopicArn: arn, Topic: awssns.NewTopic(s, jsii.String("T"), &awssns.TopicProps{Fifo: jsii.Bool(true)})}
			},
			"- Topic and TopicArn exclude each other: set one of them",
		},
		"a standard topic": {
			func(s constructs.Construct) *props { return &props{Topic: awssns.NewTopic(s, jsii.String("T"), nil)} },
			"- Topic must be a FIFO topic: a standard topic cannot deliver to a FIFO queue",
		},
		"an imported standard topic": {
			func(s constructs.Construct) *props {
				return &props{Topic: awssns.Topic_FromTopicArn(s, jsii.String("T"), jsii.String("arn:aws:sns:eu-west-1:444455556666:results"))}
			},
			"- Topic must be a FIFO topic: a standard topic cannot deliver to a FIFO queue",
		},
		"the ARN of a standard topic": {
			func(constructs.Construct) *props {
				return &props{TopicArn: jsii.String("arn:aws:sns:eu-west-1:444455556666:results")}
			},
			`- TopicArn must be the ARN of a FIFO topic, which ends with ".fifo" (a standard topic cannot deliver to a FIFO queue), got "arn:aws:sns:eu-west-1:444455556666:results"`,
		},
		"two filters": {
			func(constructs.Construct) *props {
				return &props{TopicArn: arn, FilterPolicy: &map[string]awssns.SubscriptionFilter{}, FilterPolicyWithMessageBody: &map[string]awssns.FilterOrPolicy{}}
			},
			"- FilterPolicy and FilterPolicyWithMessageBody exclude each other: set one of them",
		},
		"standard queues": {
			func(s constructs.Construct) *props {
				return &props{TopicArn: arn, ExistingQueue: importedQueue(s, "inbox"), ExistingDeadLetterQueue: importedQueue(s, "parked.fifo"), ExistingUndeliverable: importedQueue(s, "lost")}
			},
			"- ExistingQueue must be a FIFO queue, got a standard one; import one by token with Fifo: true\n" +
				"- ExistingDeadLetterQueue must be a standard queue like what is before it, got a FIFO one\n" +
				"- ExistingUndeliverable must be a FIFO queue like what is before it, got a standard one; import one by token with Fifo: true",
		},
		"a standard dead-letter queue": {
			func(s constructs.Construct) *props {
				return &props{TopicArn: arn, ExistingDeadLetterQueue: importedQueue(s, "parked")}
			},
			"- ExistingDeadLetterQueue must be a FIFO queue like what is before it, got a standard one; import one by token with Fifo: true",
		},
		"properties of standard queues": {
			func(constructs.Construct) *props {
				standard := &awssqs.QueueProps{Fifo: jsii.Bool(false)}
				return &props{TopicArn: arn, QueueProps: standard, DeadLetterQueueProps: standard, UndeliverableProps: standard}
			},
			"- QueueProps.Fifo must be true or unset, got false: a queue and its dead-letter queue are of one kind\n" +
				"- DeadLetterQueueProps.Fifo must be true or unset, got false: a queue and its dead-letter queue are of one kind\n" +
				"- UndeliverableProps.Fifo must be true or unset, got false: a queue and its dead-letter queue are of one kind",
		},
		"keys that SNS cannot use": {
			func(constructs.Construct) *props {
				managed := &awssqs.QueueProps{Encryption: awssqs.QueueEncryption_KMS_MANAGED}
				return &props{TopicArn: arn, QueueProps: managed, UndeliverableProps: managed}
			},
			"- QueueProps.Encryption" + managed + "\n- UndeliverableProps.Encryption" + managed,
		},
		"existing queues with keys that SNS cannot use": {
			func(s constructs.Construct) *props {
				managed := &awssqs.QueueProps{Fifo: jsii.Bool(true), Encryption: awssqs.QueueEncryption_KMS_MANAGED}
				return &props{
					TopicArn:              arn,
					ExistingQueue:         awssqs.NewQueue(s, jsii.String("Inbox"), managed),
					ExistingUndeliverable: awssqs.NewQueue(s, jsii.String("Lost"), managed),
				}
			},
			"- ExistingQueue" + managed + "\n- ExistingUndeliverable" + managed,
		},
		"what blocking a group leaves no room for": {
			func(s constructs.Construct) *props {
				return &props{
					TopicArn: arn, OnPoison: snsfifo.BlockGroup, MaxReceiveCount: jsii.Number(5),
					ExistingDeadLetterQueue: importedQueue(s, "parked.fifo"),
				}
			},
			"- OnPoison BlockGroup and ExistingDeadLetterQueue exclude each other: set one of them\n" +
				"- OnPoison BlockGroup and MaxReceiveCount exclude each other: set one of them",
		},
		"an unknown way with poison": {
			func(constructs.Construct) *props { return &props{TopicArn: arn, OnPoison: "Drop"} },
			`- OnPoison must be DeadLetter or BlockGroup, got "Drop"`,
		},
		"what cannot be changed on an existing queue": {
			func(s constructs.Construct) *props {
				return &props{TopicArn: arn, ExistingQueue: importedQueue(s, "inbox.fifo"), OnPoison: snsfifo.DeadLetter, HighThroughput: jsii.Bool(true)}
			},
			"- ExistingQueue and OnPoison exclude each other: set one of them\n" +
				"- ExistingQueue and HighThroughput exclude each other: set one of them",
		},
		"half of high throughput": {
			func(constructs.Construct) *props {
				return &props{TopicArn: arn, QueueProps: &awssqs.QueueProps{FifoThroughputLimit: awssqs.FifoThroughputLimit_PER_MESSAGE_GROUP_ID}}
			},
			"- QueueProps.DeduplicationScope and FifoThroughputLimit must be unset: set HighThroughput, which raises both",
		},
		"two of what is undeliverable": {
			func(s constructs.Construct) *props {
				return &props{TopicArn: arn, ExistingUndeliverable: importedQueue(s, "lost.fifo"), UndeliverableProps: &awssqs.QueueProps{}}
			},
			"- ExistingUndeliverable and UndeliverableProps exclude each other: set one of them",
		},
		"a dead-letter queue behind one": {
			func(s constructs.Construct) *props {
				return &props{TopicArn: arn, UndeliverableProps: &awssqs.QueueProps{
					DeadLetterQueue: &awssqs.DeadLetterQueue{Queue: importedQueue(s, "x.fifo"), MaxReceiveCount: jsii.Number(1)},
				}}
			},
			"- UndeliverableProps.DeadLetterQueue must be unset: there is none behind a dead-letter queue",
		},
		"settings without a function": {
			func(constructs.Construct) *props { return &props{TopicArn: arn, BatchSize: jsii.Number(10)} },
			"- one of Function, GoPackage, Code is required",
		},
		"a large batch": {
			func(constructs.Construct) *props {
				return &props{TopicArn: arn, GoPackage: goPackage(), BatchSize: jsii.Number(11), MaxConcurrency: jsii.Number(1)}
			},
			"- BatchSize must be between 1 and 10, got 11\n" +
				"- MaxConcurrency must be between 2 and 1000, got 1: to process one message after the other, use a FIFO queue and a single message group, or reserve a concurrency of 1 for the function",
		},
	} {
		t.Run(name, func(t *testing.T) {
			stack := testkit.NewStack(t)
			given := c.props(stack)
			err := cdktest.Problem(t, stack, func(scope constructs.Construct, id *string) { snsfifo.NewSubscriber(scope, id, given) })
			assert.EqualError(t, err, "snsfifo.Subscriber \"Stack/Bad\": invalid properties:\n"+c.want)
		})
	}
}

func TestTheUndeliverableIsWhereTheSubscriptionIs(t *testing.T) {
	stack := stackIn(t, "444455556666", "us-east-1")
	err := cdktest.Problem(t, stack, func(scope constructs.Construct, id *string) {
		snsfifo.NewSubscriber(scope, id, &snsfifo.SubscriberProps{
			TopicArn: jsii.String(partnersTopic), ExistingUndeliverable: importedQueue(scope, "lost.fifo"),
		})
	})
	assert.EqualError(t, err, `snsfifo.Subscriber "Stack/Bad": invalid properties:
- ExistingUndeliverable must be in the account of the subscription, 444455556666, got 111122223333
- ExistingUndeliverable must be in the Region of the subscription, us-east-1, got eu-west-1`)
}
