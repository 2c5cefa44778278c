package snsfifo

import (
	"errors"
	"fmt"
	"regexp"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/internal/consumer"
	"github.com/mediasupplychain/cdk/internal/props"
	"github.com/mediasupplychain/cdk/internal/queue"
)

// OnPoison says what becomes of a message that fails again and again.
type OnPoison string

const (
	// DeadLetter moves it to the dead-letter queue. The later messages of its group
	// are processed without it, so their order has a gap.
	DeadLetter OnPoison = "DeadLetter"

	// BlockGroup leaves it in the queue: no later message of its group is processed
	// before it is, or before it expires after 14 days. Other groups go on. It is
	// for messages that mean nothing without the one before, such as edits of a
	// decision list. There is no dead-letter queue; watch the age of the oldest
	// message.
	BlockGroup OnPoison = "BlockGroup"
)

// SubscriberProps configures a [Subscriber]. One of Topic and TopicArn is
// required. Without Function, GoPackage and Code, no function is defined.
type SubscriberProps struct {
	// Topic delivers the messages: one of this app, such as the field Topic of a
	// [Topic], or an imported one. It must be FIFO.
	//
	// Default: the topic of TopicArn.
	Topic awssns.ITopic

	// TopicArn is the ARN of a topic that another app or account owns. The
	// topic's owner must let this account subscribe, see
	// [Subscriber.TopicPolicyStatement].
	//
	// Default: that of Topic.
	TopicArn *string

	// FilterPolicy selects messages by their attributes. With a filter, delivery is
	// at most once, so there is a warning. Excludes FilterPolicyWithMessageBody.
	//
	// Default: all messages.
	FilterPolicy *map[string]awssns.SubscriptionFilter

	// FilterPolicyWithMessageBody selects messages by the fields of a JSON body,
	// with the same warning.
	//
	// Default: all messages.
	FilterPolicyWithMessageBody *map[string]awssns.FilterOrPolicy

	// HighThroughput gives each message group a limit of its own in place of one
	// for the queue, and looks for duplicates within the group only. The topic must
	// have it too, or its own limit holds.
	//
	// Default: false.
	HighThroughput *bool

	// OnPoison says what becomes of a message that fails again and again.
	//
	// Default: DeadLetter.
	OnPoison OnPoison

	// ExistingQueue receives the messages instead of a new queue. It must be FIFO;
	// import one by token with Fifo: true. Excludes QueueProps,
	// DeadLetterQueueProps, MaxReceiveCount, OnPoison and HighThroughput, which
	// cannot be changed on it.
	//
	// Default: a new queue is defined.
	ExistingQueue awssqs.IQueue

	// QueueProps overrides single properties of the new queue, except
	// DeadLetterQueue.
	//
	// Default: encrypted with a key of SQS (SSE-SQS), TLS only, kept 4 days, a
	// visibility timeout of six times the function's timeout, 3 minutes without a
	// function.
	QueueProps *awssqs.QueueProps

	// ExistingDeadLetterQueue takes what could not be processed. It must be FIFO,
	// and in the same account and Region. With ExistingQueue, it says which queue
	// its redrive policy names.
	//
	// Default: a new dead-letter queue is defined; with ExistingQueue, its own if
	// it is a queue of this app.
	ExistingDeadLetterQueue awssqs.IQueue

	// DeadLetterQueueProps overrides single properties of the new dead-letter
	// queue.
	//
	// Default: encrypted like the queue, TLS only, kept 14 days.
	DeadLetterQueueProps *awssqs.QueueProps

	// MaxReceiveCount is how often a message is received, from 1 to 1,000 times,
	// before it moves to the dead-letter queue. Throttling of the function counts
	// as a receive, so below 5 there is a warning.
	//
	// Default: 5.
	MaxReceiveCount *float64

	// ExistingUndeliverable takes what SNS could not deliver to the queue. It must
	// be FIFO, and in the account and Region of the subscription.
	//
	// Default: a new queue is defined.
	ExistingUndeliverable awssqs.IQueue

	// UndeliverableProps overrides single properties of the new queue for what SNS
	// could not deliver.
	//
	// Default: encrypted like the queue, TLS only, kept 14 days.
	UndeliverableProps *awssqs.QueueProps

	// Function processes the messages. Unless it belongs to another stack or app,
	// its environment gets DEAD_LETTER_QUEUE_URL, which package sqsbatch reads.
	// Excludes GoPackage, Code, FunctionProps and Tracing.
	//
	// With an imported function, whose timeout is not known, a new queue needs
	// QueueProps.VisibilityTimeout; without its role, a warning says which
	// statements the role must get.
	//
	// Default: a new function from GoPackage or Code; none without them.
	Function awslambda.IFunction

	// GoPackage is the main package of a handler in Go: a path relative to the
	// folder in which the app runs, such as "./consumer", or an import path. It is
	// compiled at synthesis, and not again until something changes.
	//
	// Default: none.
	GoPackage *string

	// Code is a handler built elsewhere. Without FunctionProps that say otherwise,
	// it must be a folder or ZIP file with an executable named bootstrap, for
	// Linux on arm64.
	//
	// Default: none.
	Code awslambda.Code

	// FunctionProps overrides single properties of the new function, except Code.
	//
	// Default: runtime provided.al2023 on arm64, 256 MB, a timeout of 30 seconds,
	// logs in JSON kept for a month, DEAD_LETTER_QUEUE_URL in the environment.
	FunctionProps *awslambda.FunctionProps

	// Tracing turns on AWS X-Ray for the new function.
	//
	// Default: false.
	Tracing *bool

	// DisableBackoff takes from the function the permission to change how long a
	// message stays away (sqs:ChangeMessageVisibility). For functions that do not
	// use the backoff of package sqsbatch.
	//
	// Default: false.
	DisableBackoff *bool

	// BatchSize is the most messages the function gets at once, from 1 to 10.
	//
	// Default: 10.
	BatchSize *float64

	// MaxConcurrency is the most invocations at the same time for this queue, from
	// 2 to 1,000, and at most the function's reserved concurrency. There are never
	// more than there are message groups.
	//
	// Default: what the account's concurrency allows.
	MaxConcurrency *float64

	// Filters select the messages that the function gets. A message that none of
	// them matches is deleted from the queue, so there is a warning; FilterPolicy
	// keeps it from getting there.
	//
	// Default: none, the function gets all messages.
	Filters *[]*map[string]any

	// MappingProps overrides single properties of the event source mapping, except
	// those that are properties here, EventSourceArn and Target.
	//
	// Default: enabled, with partial batch responses.
	MappingProps *awslambda.EventSourceMappingProps
}

func (p *SubscriberProps) source() *queue.Source {
	return &queue.Source{
		ExistingQueue:           p.ExistingQueue,
		QueueProps:              p.QueueProps,
		ExistingDeadLetterQueue: p.ExistingDeadLetterQueue,
		DeadLetterQueueProps:    p.DeadLetterQueueProps,
		MaxReceiveCount:         p.MaxReceiveCount,
		Fifo:                    jsii.Bool(true),
		NoDeadLetterQueue:       p.OnPoison == BlockGroup,
		OthersSend:              true,
	}
}

func (p *SubscriberProps) consumer() *consumer.Props {
	return &consumer.Props{
		Function:       p.Function,
		GoPackage:      p.GoPackage,
		Code:           p.Code,
		FunctionProps:  p.FunctionProps,
		Tracing:        p.Tracing,
		DisableBackoff: p.DisableBackoff,
		BatchSize:      p.BatchSize,
		MaxConcurrency: p.MaxConcurrency,
		Filters:        p.Filters,
		MappingProps:   p.MappingProps,
	}
}

// plan checks everything, compiles the function if there is one, and collects
// the problems. The plan is nil without a function.
func (p *SubscriberProps) plan(scope constructs.Construct) (*consumer.Plan, error) {
	source := p.source()
	problems := append(p.topicProblems(), source.Problems()...)
	problems = append(problems, p.queueProblems()...)
	problems = append(problems, p.undeliverableProblems(scope)...)
	if !p.consumer().Any() {
		return nil, errors.Join(problems...)
	}
	plan, err := consumer.NewPlan(scope, p.consumer(), source)
	return plan, errors.Join(append(problems, err)...)
}

var topicPattern = regexp.MustCompile(`^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]+\.fifo$`)

func (p *SubscriberProps) topicProblems() []error {
	problems := []error{
		props.OneOf("Topic", p.Topic, "TopicArn", p.TopicArn),
		props.Pattern("TopicArn", p.TopicArn, topicPattern, `the ARN of a FIFO topic, which ends with ".fifo" (a standard topic cannot deliver to a FIFO queue)`),
		props.Exclusive("FilterPolicy", p.FilterPolicy, "FilterPolicyWithMessageBody", p.FilterPolicyWithMessageBody),
	}
	// A topic imported by token always says that it is not FIFO.
	if t := p.Topic; t != nil && !*t.Fifo() && (*awscdk.Resource_IsOwnedResource(t) || !*awscdk.Token_IsUnresolved(t.TopicArn())) {
		problems = append(problems, errors.New("Topic must be a FIFO topic: a standard topic cannot deliver to a FIFO queue"))
	}
	return problems
}

func (p *SubscriberProps) queueProblems() []error {
	var problems []error
	switch p.OnPoison {
	case "", DeadLetter:
	case BlockGroup:
		const name = "OnPoison BlockGroup"
		problems = append(problems,
			props.Exclusive(name, p.OnPoison, "ExistingDeadLetterQueue", p.ExistingDeadLetterQueue),
			props.Exclusive(name, p.OnPoison, "DeadLetterQueueProps", p.DeadLetterQueueProps),
			props.Exclusive(name, p.OnPoison, "MaxReceiveCount", p.MaxReceiveCount))
	default:
		problems = append(problems, fmt.Errorf("OnPoison must be DeadLetter or BlockGroup, got %q", p.OnPoison))
	}
	problems = append(problems,
		props.Exclusive("ExistingQueue", p.ExistingQueue, "OnPoison", p.OnPoison),
		props.Exclusive("ExistingQueue", p.ExistingQueue, "HighThroughput", p.HighThroughput))
	if q := p.QueueProps; q != nil && (q.DeduplicationScope != "" || q.FifoThroughputLimit != "") {
		problems = append(problems, errors.New("QueueProps.DeduplicationScope and FifoThroughputLimit must be unset: set HighThroughput, which raises both"))
	}
	return problems
}

func (p *SubscriberProps) undeliverableProblems(scope constructs.Construct) []error {
	problems := []error{
		props.Exclusive("ExistingUndeliverable", p.ExistingUndeliverable, "UndeliverableProps", p.UndeliverableProps),
		queue.DeadLetterKind("ExistingUndeliverable", p.ExistingUndeliverable, true),
		queue.ManagedKey("ExistingUndeliverable", p.ExistingUndeliverable),
		queue.DeadLetterPropsProblems("UndeliverableProps", p.UndeliverableProps, true),
	}
	if u := p.UndeliverableProps; u != nil && u.Encryption == awssqs.QueueEncryption_KMS_MANAGED {
		problems = append(problems, queue.ManagedKeyProblem("UndeliverableProps.Encryption"))
	}
	if u := p.ExistingUndeliverable; u != nil {
		stack := awscdk.Stack_Of(scope)
		problems = append(problems,
			samePlace("account", u.Env().Account, stack.Account()),
			samePlace("Region", u.Env().Region, stack.Region()))
	}
	return problems
}

// samePlace reports a queue that is known to be elsewhere than the subscription.
func samePlace(what string, given, want *string) error {
	if *given == *want || *awscdk.Token_IsUnresolved(given) || *awscdk.Token_IsUnresolved(want) {
		return nil
	}
	return fmt.Errorf("ExistingUndeliverable must be in the %s of the subscription, %s, got %s", what, *want, *given)
}
