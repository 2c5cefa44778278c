package sqslambda

import (
	"errors"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/mediasupplychain/cdk/internal/access"
	"github.com/mediasupplychain/cdk/internal/consumer"
	"github.com/mediasupplychain/cdk/internal/queue"
)

// ConsumerProps configures a [Consumer]. One of Function, GoPackage and Code is
// required.
type ConsumerProps struct {
	// Function processes the messages. Unless it belongs to another stack or
	// app, its environment gets DEAD_LETTER_QUEUE_URL, which package sqsbatch
	// reads. Excludes GoPackage, Code, FunctionProps and Tracing.
	//
	// With an imported function, whose timeout is not known, a new queue needs
	// QueueProps.VisibilityTimeout; without its role, a warning says which
	// statements the role must get.
	//
	// Default: a new function is defined, from GoPackage or Code.
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

	// ExistingQueue is read instead of a new queue. Excludes QueueProps,
	// DeadLetterQueueProps and MaxReceiveCount, which cannot be changed on it.
	// Import a FIFO queue by token with Fifo: true.
	//
	// Default: a new queue is defined.
	ExistingQueue awssqs.IQueue

	// QueueProps overrides single properties of the new queue, except
	// DeadLetterQueue.
	//
	// Default: encrypted with a key of SQS (SSE-SQS), TLS only, kept 4 days, a
	// visibility timeout of six times the function's timeout plus BatchingWindow,
	// at most 12 hours.
	QueueProps *awssqs.QueueProps

	// Fifo keeps the order within each message group.
	//
	// Default: as ExistingQueue is, or as QueueProps imply; else false.
	Fifo *bool

	// ExistingDeadLetterQueue takes what could not be processed. It must be of the
	// same kind as the queue, FIFO or standard, and in the same account and
	// Region. With ExistingQueue, it says which queue its redrive policy names.
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

	// SenderAccounts are the ids of the AWS accounts that may send to the queue.
	// With a customer managed key in QueueProps, they may use it to encrypt.
	//
	// Default: only identities of the queue's own account that are granted to.
	SenderAccounts *[]*string

	// SenderOrganizations are the ids of the AWS Organizations, such as
	// "o-a1b2c3d4e5", whose accounts may send to the queue.
	//
	// Default: none.
	SenderOrganizations *[]*string

	// SenderPrincipals are the ARNs of IAM roles and users, usually of other
	// accounts, that may send to the queue. They need not exist yet.
	//
	// Default: none.
	SenderPrincipals *[]*string

	// DisableBackoff takes from the function the permission to change how long a
	// message stays away (sqs:ChangeMessageVisibility). For functions that do not
	// use the backoff of package sqsbatch.
	//
	// Default: false.
	DisableBackoff *bool

	// BatchSize is the most messages the function gets at once: from 1 to 10; of a
	// standard queue with a BatchingWindow up to 10,000.
	//
	// Default: 10.
	BatchSize *float64

	// BatchingWindow is how long to gather messages of a standard queue for a
	// batch, in whole seconds up to 300. A FIFO queue has none.
	//
	// Default: none.
	BatchingWindow awscdk.Duration

	// MaxConcurrency is the most invocations at the same time for this queue, from
	// 2 to 1,000, and at most the function's reserved concurrency. It protects
	// what the function calls.
	//
	// Default: what the account's concurrency allows.
	MaxConcurrency *float64

	// Filters select the messages that the function gets; make them with
	// awslambda.FilterCriteria_Filter. A message that none of them matches is
	// deleted, so there is a warning.
	//
	// Default: none, the function gets all messages.
	Filters *[]*map[string]any

	// MappingProps overrides single properties of the event source mapping,
	// except those that are properties here, EventSourceArn and Target.
	//
	// Default: enabled, with partial batch responses.
	MappingProps *awslambda.EventSourceMappingProps
}

func (p *ConsumerProps) source() *queue.Source {
	return &queue.Source{
		ExistingQueue:           p.ExistingQueue,
		QueueProps:              p.QueueProps,
		ExistingDeadLetterQueue: p.ExistingDeadLetterQueue,
		DeadLetterQueueProps:    p.DeadLetterQueueProps,
		MaxReceiveCount:         p.MaxReceiveCount,
		Fifo:                    p.Fifo,
		OthersSend:              p.senders().Any(),
	}
}

func (p *ConsumerProps) senders() access.Grantees {
	return access.Grantees{
		Name:          "Sender",
		Accounts:      p.SenderAccounts,
		Organizations: p.SenderOrganizations,
		Principals:    p.SenderPrincipals,
	}
}

func (p *ConsumerProps) consumer() *consumer.Props {
	return &consumer.Props{
		Function:       p.Function,
		GoPackage:      p.GoPackage,
		Code:           p.Code,
		FunctionProps:  p.FunctionProps,
		Tracing:        p.Tracing,
		DisableBackoff: p.DisableBackoff,
		BatchSize:      p.BatchSize,
		BatchingWindow: p.BatchingWindow,
		MaxConcurrency: p.MaxConcurrency,
		Filters:        p.Filters,
		MappingProps:   p.MappingProps,
	}
}

// plan checks everything, compiles the function and collects the problems.
func (p *ConsumerProps) plan(scope constructs.Construct) (*consumer.Plan, error) {
	source := p.source()
	plan, err := consumer.NewPlan(scope, p.consumer(), source)
	return plan, errors.Join(append(append([]error{err}, source.Problems()...), p.senders().Problems())...)
}
