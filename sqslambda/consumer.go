package sqslambda

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/mediasupplychain/cdk/internal/alarm"
	"github.com/mediasupplychain/cdk/internal/props"
	"github.com/mediasupplychain/cdk/internal/queue"
)

// Consumer is a queue, the dead-letter queue behind it, and the function that
// processes its messages.
type Consumer struct {
	constructs.Construct

	// Queue holds the messages: the new queue, or ExistingQueue.
	Queue awssqs.IQueue

	// DeadLetterQueue keeps what could not be processed. Nil with an imported
	// ExistingQueue whose dead-letter queue was not given.
	DeadLetterQueue awssqs.IQueue

	// Function processes the messages: the new function, or the given one.
	Function awslambda.IFunction

	// LogGroup is where the new function logs. Nil with a function or log group of
	// your own.
	LogGroup awslogs.LogGroup

	// Policy lets the function read the queue and send to the dead-letter queue.
	// Nil with a function that is imported without its role.
	Policy awsiam.Policy

	// Mapping is what polls the queue and invokes the function.
	Mapping awslambda.EventSourceMapping
}

// NewConsumer defines a [Consumer]. It panics with an error that lists every
// invalid property, a compiler's error of GoPackage among them; nothing is
// defined then.
func NewConsumer(scope constructs.Construct, id *string, p *ConsumerProps) *Consumer {
	p = props.Merge(ConsumerProps{}, p)
	plan, problems := p.plan(scope)
	props.Check(scope, id, "sqslambda.Consumer", problems)

	c := &Consumer{}
	constructs.NewConstruct_Override(c, scope, id)

	source := p.source()
	pair := source.Define(c, plan.QueueLayer())
	source.Warn(c, pair)
	c.Queue, c.DeadLetterQueue = pair.Queue, pair.DeadLetterQueue
	c.allow(p)

	reader := plan.Define(c, pair)
	c.Function, c.LogGroup, c.Policy, c.Mapping = reader.Function, reader.LogGroup, reader.Policy, reader.Mapping
	return c
}

// GrantSendMessages lets grantee send to the queue, and encrypt for it where it
// has a customer managed key.
func (c *Consumer) GrantSendMessages(grantee awsiam.IGrantable) awsiam.Grant {
	return c.Queue.GrantSendMessages(grantee)
}

// GrantConsumeMessages lets grantee receive and delete messages, as a tool for
// operators does; the function has the permission already.
func (c *Consumer) GrantConsumeMessages(grantee awsiam.IGrantable) awsiam.Grant {
	return c.Queue.GrantConsumeMessages(grantee)
}

// MetricDeadLetters is the number of messages in the dead-letter queue, the
// average over 5 minutes unless options differ. Nil without DeadLetterQueue.
func (c *Consumer) MetricDeadLetters(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	if c.DeadLetterQueue == nil {
		return nil
	}
	return c.DeadLetterQueue.MetricApproximateNumberOfMessagesVisible(options)
}

// MetricOldestMessage is the age of the oldest message in the queue in seconds,
// the maximum over 5 minutes unless options differ.
func (c *Consumer) MetricOldestMessage(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return c.Queue.MetricApproximateAgeOfOldestMessage(options)
}

// MetricMessagesWaiting is the number of messages in the queue that are not
// being processed, the average over 5 minutes unless options differ.
func (c *Consumer) MetricMessagesWaiting(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return c.Queue.MetricApproximateNumberOfMessagesVisible(options)
}

// AlarmsProps configures the alarms of a [Consumer].
type AlarmsProps struct {
	// OldestMessage is how long a message may wait in the queue, at least one
	// minute, before the alarm.
	//
	// Default: 15 minutes.
	OldestMessage awscdk.Duration
}

// Alarms are the alarms of a [Consumer].
type Alarms struct {
	// DeadLetters alarms when the dead-letter queue holds a message. Nil without
	// DeadLetterQueue.
	DeadLetters awscloudwatch.Alarm

	// OldestMessage alarms when a message waits too long.
	OldestMessage awscloudwatch.Alarm
}

// AddAlarms defines the alarms, each on the maximum of one minute, and lets
// action know when one begins and ends. It panics without an action, and when
// called again. The argument p may be nil.
func (c *Consumer) AddAlarms(action awscloudwatch.IAlarmAction, p *AlarmsProps) *Alarms {
	p = props.Merge(alarmsDefaults(), p)
	scope := alarm.Scope(c, "sqslambda.Consumer.AddAlarms", action,
		props.Duration("OldestMessage", p.OldestMessage, 60, queue.MaxRetention))
	alarms := &Alarms{OldestMessage: alarm.OldestMessage(scope, "OldestMessage", c.Queue, p.OldestMessage,
		"A message waits too long in the queue: the function does not keep up, or fails.", action)}
	if c.DeadLetterQueue != nil {
		alarms.DeadLetters = alarm.DeadLetters(scope, "DeadLetters", c.DeadLetterQueue,
			"Messages could not be processed. Their attribute DeadLetterReason or the function's log says why.", action)
	}
	return alarms
}

// allow lets the senders in, and use the key of the queue.
func (c *Consumer) allow(p *ConsumerProps) {
	senders := p.senders()
	if !senders.Any() {
		return
	}
	for _, statement := range senders.Statements(c.Queue.QueueArn(), nil, "sqs:SendMessage") {
		queue.AddToPolicy(c, c.Queue, statement)
	}
	if key := c.Queue.EncryptionMasterKey(); key != nil {
		senders.AllowKey(c, key)
	}
}
