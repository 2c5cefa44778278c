package snsfifo

import (
	"fmt"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/internal/alarm"
	"github.com/mediasupplychain/cdk/internal/consumer"
	"github.com/mediasupplychain/cdk/internal/props"
	"github.com/mediasupplychain/cdk/internal/queue"
)

// Subscriber is a FIFO queue that receives what a FIFO topic publishes, in order
// for each message group, and the function that processes it, if there is one.
type Subscriber struct {
	constructs.Construct

	// Topic delivers the messages.
	Topic awssns.ITopic

	// Queue receives the messages: the new queue, or ExistingQueue.
	Queue awssqs.IQueue

	// DeadLetterQueue keeps what could not be processed. Nil with BlockGroup, and
	// with an imported ExistingQueue whose dead-letter queue was not given.
	DeadLetterQueue awssqs.IQueue

	// Undeliverable keeps what SNS could not deliver to Queue.
	Undeliverable awssqs.IQueue

	// Subscription ties Queue to the topic.
	Subscription awssns.Subscription

	// Function processes the messages: the new function, or the given one. Nil
	// without a function, as are the fields below.
	Function awslambda.IFunction

	// LogGroup is where the new function logs. Nil with a function or log group of
	// your own.
	LogGroup awslogs.LogGroup

	// Policy lets the function read Queue and send to DeadLetterQueue. Nil with a
	// function that is imported without its role.
	Policy awsiam.Policy

	// Mapping is what polls the queue and invokes the function.
	Mapping awslambda.EventSourceMapping
}

// NewSubscriber defines a [Subscriber]. It panics with an error that lists every
// invalid property, a compiler's error of GoPackage among them; nothing is
// defined then.
func NewSubscriber(scope constructs.Construct, id *string, p *SubscriberProps) *Subscriber {
	p = props.Merge(SubscriberProps{}, p)
	plan, problems := p.plan(scope)
	props.Check(scope, id, "snsfifo.Subscriber", problems)

	s := &Subscriber{}
	constructs.NewConstruct_Override(s, scope, id)

	source := p.source()
	pair := source.Define(s, p.queueLayers(plan)...)
	source.Warn(s, pair)
	s.Queue, s.DeadLetterQueue = pair.Queue, pair.DeadLetterQueue
	s.subscribe(p)
	if plan != nil {
		s.consume(plan, pair)
	}
	return s
}

// TopicPolicyStatement is the statement, as JSON, that the owner of a topic in
// another account must add to the topic's policy before this stack is deployed:
// it lets this account subscribe its own queues. A [Topic] has it when this
// account is among its SubscriberAccounts. Put it into an output, or read it in
// the warning that a topic of another account brings.
func (s *Subscriber) TopicPolicyStatement() *string {
	return queue.JSON(s, s.subscribeStatement())
}

// GrantConsumeMessages lets grantee receive and delete messages, and decrypt
// them where the queue has a customer managed key; the function has the
// permission already.
func (s *Subscriber) GrantConsumeMessages(grantee awsiam.IGrantable) awsiam.Grant {
	return s.Queue.GrantConsumeMessages(grantee)
}

// MetricDeadLetters is the number of messages in the dead-letter queue, the
// maximum over 5 minutes unless options differ. Nil without DeadLetterQueue.
func (s *Subscriber) MetricDeadLetters(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	if s.DeadLetterQueue == nil {
		return nil
	}
	return s.DeadLetterQueue.MetricApproximateNumberOfMessagesVisible(options)
}

// MetricUndeliverable is the number of messages that SNS could not deliver, the
// maximum over 5 minutes unless options differ.
func (s *Subscriber) MetricUndeliverable(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return s.Undeliverable.MetricApproximateNumberOfMessagesVisible(options)
}

// MetricOldestMessage is the age of the oldest message in the queue in seconds,
// the maximum over 5 minutes unless options differ.
func (s *Subscriber) MetricOldestMessage(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return s.Queue.MetricApproximateAgeOfOldestMessage(options)
}

// SubscriberAlarmsProps configures the alarms of a [Subscriber].
type SubscriberAlarmsProps struct {
	// OldestMessage is how long a message may wait in the queue, at least one
	// minute, before the alarm.
	//
	// Default: 15 minutes.
	OldestMessage awscdk.Duration
}

// SubscriberAlarms are the alarms of a [Subscriber].
type SubscriberAlarms struct {
	// DeadLetters alarms when the dead-letter queue holds a message. Nil without
	// DeadLetterQueue.
	DeadLetters awscloudwatch.Alarm

	// Undeliverable alarms when SNS could not deliver a message to the queue.
	Undeliverable awscloudwatch.Alarm

	// OldestMessage alarms when a message waits too long.
	OldestMessage awscloudwatch.Alarm
}

// AddAlarms defines the alarms, each on the maximum of one minute, and lets
// action know when one begins and ends. It panics without an action, and when
// called again. The argument p may be nil.
func (s *Subscriber) AddAlarms(action awscloudwatch.IAlarmAction, p *SubscriberAlarmsProps) *SubscriberAlarms {
	p = props.Merge(subscriberAlarmsDefaults(), p)
	scope := alarm.Scope(s, "snsfifo.Subscriber.AddAlarms", action,
		props.Duration("OldestMessage", p.OldestMessage, 60, queue.MaxRetention))
	alarms := &SubscriberAlarms{
		Undeliverable: alarm.DeadLetters(scope, "Undeliverable", s.Undeliverable,
			"SNS could not deliver messages to the queue: look at the queue's policy and key.", action),
		OldestMessage: alarm.OldestMessage(scope, "OldestMessage", s.Queue, p.OldestMessage,
			"A message waits too long in the queue: the function does not keep up, or a message group is blocked.", action),
	}
	if s.DeadLetterQueue != nil {
		alarms.DeadLetters = alarm.DeadLetters(scope, "DeadLetters", s.DeadLetterQueue,
			"Messages could not be processed. Their attribute DeadLetterReason or the function's log says why.", action)
	}
	return alarms
}

// queueLayers are the properties of the new queue, before the user's own.
func (p *SubscriberProps) queueLayers(plan *consumer.Plan) []*awssqs.QueueProps {
	var layers []*awssqs.QueueProps
	if visibility := plan.QueueLayer(); visibility != nil {
		layers = append(layers, visibility)
	} else {
		layers = append(layers, queueDefaults())
	}
	if p.OnPoison == BlockGroup {
		layers = append(layers, blockGroupDefaults())
	}
	if p.HighThroughput != nil && *p.HighThroughput {
		layers = append(layers, &awssqs.QueueProps{
			DeduplicationScope:  awssqs.DeduplicationScope_MESSAGE_GROUP,
			FifoThroughputLimit: awssqs.FifoThroughputLimit_PER_MESSAGE_GROUP_ID,
		})
	}
	return layers
}

// subscribe ties the queue to the topic, and lets SNS send to the queue and to
// the one for what it cannot deliver.
func (s *Subscriber) subscribe(p *SubscriberProps) {
	s.Topic = p.Topic
	if s.Topic == nil {
		s.Topic = awssns.Topic_FromTopicArn(s, jsii.String("Topic"), p.TopicArn)
	}
	arn := s.Topic.TopicArn()
	sns := queue.Service{Principal: "sns.amazonaws.com", SourceARN: arn}
	policy := queue.AllowService(s, s.Queue, sns)

	s.Undeliverable = p.ExistingUndeliverable
	if s.Undeliverable == nil {
		s.Undeliverable = queue.NewDeadLetter(s, "Undeliverable", queue.SameKey(p.QueueProps), p.UndeliverableProps,
			&awssqs.QueueProps{Fifo: jsii.Bool(true)})
	}
	queue.AllowService(s, s.Undeliverable, sns)

	known := placeOf(arn)

	s.Subscription = awssns.NewSubscription(s, jsii.String("Subscription"), &awssns.SubscriptionProps{
		Topic:                       s.Topic,
		Protocol:                    awssns.SubscriptionProtocol_SQS,
		Endpoint:                    s.Queue.QueueArn(),
		RawMessageDelivery:          jsii.Bool(true),
		FilterPolicy:                p.FilterPolicy,
		FilterPolicyWithMessageBody: p.FilterPolicyWithMessageBody,
		DeadLetterQueue:             s.Undeliverable,
		Region:                      s.region(known.region),
	})
	if policy != nil {
		// What is published before SNS may send to the queue would be undeliverable.
		s.Subscription.Node().AddDependency(policy)
	}
	s.warn(p, known.account)
}

func (s *Subscriber) consume(plan *consumer.Plan, pair queue.Pair) {
	reader := plan.Define(s, pair)
	s.Function, s.LogGroup, s.Policy, s.Mapping = reader.Function, reader.LogGroup, reader.Policy, reader.Mapping
}

func (s *Subscriber) warn(p *SubscriberProps, account string) {
	if p.FilterPolicy != nil || p.FilterPolicyWithMessageBody != nil {
		props.Warn(s, "filterAtMostOnce", "With a filter policy, a FIFO topic delivers at most once, not exactly once (SNS developer guide, \"Amazon SNS message delivery for FIFO topics\"). Subscribe to all messages where none may be lost, and filter in the function.")
	}
	if account != "" && account != *awscdk.Stack_Of(s).Account() {
		props.Warn(s, "foreignTopic", fmt.Sprintf("The topic belongs to account %s. Unless that is the account of this stack, the topic's owner must add this statement to its policy first: %s", account, queue.Text(s, s.subscribeStatement())))
	}
}

// region of a topic that is known to be elsewhere than this stack: the
// subscription is made there. Nil otherwise.
func (s *Subscriber) region(region string) *string {
	if region != "" && region != *awscdk.Stack_Of(s).Region() {
		return jsii.String(region)
	}
	return nil
}

// place is where a topic is, empty where that is not known.
type place struct{ region, account string }

func placeOf(topicARN *string) place {
	if *awscdk.Token_IsUnresolved(topicARN) {
		return place{}
	}
	parts := strings.Split(*topicARN, ":")
	return place{region: parts[3], account: parts[4]}
}

func (s *Subscriber) subscribeStatement() awsiam.PolicyStatement {
	account := awscdk.Stack_Of(s).Account()
	all := map[string]any{}
	for operator, keys := range subscribeConditions(s, &[]*string{account}) {
		all[operator] = keys
	}
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Principals: &[]awsiam.IPrincipal{awsiam.NewAccountPrincipal(account)},
		Actions:    jsii.Strings("sns:Subscribe"),
		Resources:  &[]*string{s.Topic.TopicArn()},
		Conditions: &all,
	})
}
