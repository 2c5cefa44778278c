package queue

import (
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/internal/props"
)

// Source is what a user says about a queue that feeds a function, and about
// the dead-letter queue behind it. The field names are those of the public
// properties, since problems name them.
type Source struct {
	ExistingQueue           awssqs.IQueue
	QueueProps              *awssqs.QueueProps
	ExistingDeadLetterQueue awssqs.IQueue
	DeadLetterQueueProps    *awssqs.QueueProps
	MaxReceiveCount         *float64

	// Fifo asks for a FIFO queue; properties that only FIFO queues have do too.
	Fifo *bool

	// NoDeadLetterQueue leaves a failing message in the queue until it expires.
	NoDeadLetterQueue bool

	// OthersSend refuses the AWS managed key, which shuts out services and other accounts.
	OthersSend bool
}

// Pair is a queue and what is behind it.
type Pair struct {
	Queue awssqs.IQueue

	// DeadLetterQueue is nil where there is none, or none that is known.
	DeadLetterQueue awssqs.IQueue

	noKeys bool
}

// Keys are the customer managed keys of the queue and the dead-letter queue, nil
// where there is none.
func (p Pair) Keys() (queue, deadLetterQueue awskms.IKey) {
	if p.noKeys {
		return nil, nil
	}
	if p.DeadLetterQueue != nil {
		deadLetterQueue = p.DeadLetterQueue.EncryptionMasterKey()
	}
	return p.Queue.EncryptionMasterKey(), deadLetterQueue
}

// IsFifo says which kind of queue is meant. A name, or a property that only
// FIFO queues have, implies FIFO, as it does for the CDK.
func (s *Source) IsFifo() bool {
	if s.ExistingQueue != nil {
		return *s.ExistingQueue.Fifo()
	}
	if s.Fifo != nil {
		return *s.Fifo
	}
	p := s.QueueProps
	return p != nil && (isTrue(p.Fifo) || isTrue(p.ContentBasedDeduplication) || p.DeduplicationScope != "" ||
		p.FifoThroughputLimit != "" || p.QueueName != nil && IsFifoARN(*p.QueueName))
}

// Problems are the wirings that SQS refuses, or that lose messages.
func (s *Source) Problems() []error {
	return []error{
		props.Exclusive("ExistingQueue", s.ExistingQueue, "QueueProps", s.QueueProps),
		props.Exclusive("ExistingQueue", s.ExistingQueue, "DeadLetterQueueProps", s.DeadLetterQueueProps),
		props.Exclusive("ExistingQueue", s.ExistingQueue, "MaxReceiveCount", s.MaxReceiveCount),
		props.Exclusive("ExistingDeadLetterQueue", s.ExistingDeadLetterQueue, "DeadLetterQueueProps", s.DeadLetterQueueProps),
		props.Range("MaxReceiveCount", s.MaxReceiveCount, 1, 1000),
		s.kindProblem(),
		s.deadLetterProblem(),
		PropsProblems("QueueProps", s.QueueProps, s.IsFifo()),
		DeadLetterPropsProblems("DeadLetterQueueProps", s.DeadLetterQueueProps, s.IsFifo()),
		s.encryptionProblem(),
		s.redriveProblem(),
		DeadLetterKind("ExistingDeadLetterQueue", s.ExistingDeadLetterQueue, s.IsFifo()),
	}
}

// kindProblem reports an existing queue of the other kind than asked for.
func (s *Source) kindProblem() error {
	if s.ExistingQueue == nil || s.Fifo == nil || *s.Fifo == *s.ExistingQueue.Fifo() {
		return nil
	}
	if *s.Fifo {
		return errors.New("ExistingQueue must be a FIFO queue, got a standard one; import one by token with Fifo: true")
	}
	return errors.New("ExistingQueue must be a standard queue, got a FIFO one: leave Fifo out, the queue says it")
}

// deadLetterProblem reports a dead-letter queue that is not the construct's way
// to one.
func (s *Source) deadLetterProblem() error {
	if p := s.QueueProps; p != nil && p.DeadLetterQueue != nil {
		return errors.New("QueueProps.DeadLetterQueue must be unset: bring a dead-letter queue with ExistingDeadLetterQueue, set its receives with MaxReceiveCount")
	}
	return nil
}

// PropsProblems reports properties of a queue that contradict its kind, and what
// SQS does not take.
func PropsProblems(name string, p *awssqs.QueueProps, fifo bool) error {
	if p == nil {
		return nil
	}
	var all []error
	if p.Fifo != nil && *p.Fifo != fifo {
		all = append(all, fmt.Errorf("%s.Fifo must be %t or unset, got %t: a queue and its dead-letter queue are of one kind", name, fifo, *p.Fifo))
	}
	if p.QueueName != nil && fifo != IsFifoARN(*p.QueueName) && !*awscdk.Token_IsUnresolved(p.QueueName) {
		all = append(all, fmt.Errorf("%s.QueueName must end with \".fifo\" if the queue is FIFO, and only then, got %q", name, *p.QueueName))
	}
	return errors.Join(append(all, props.Duration(name+".VisibilityTimeout", p.VisibilityTimeout, 0, maxVisibility))...)
}

// DeadLetterPropsProblems is [PropsProblems] for a dead-letter queue.
func DeadLetterPropsProblems(name string, p *awssqs.QueueProps, fifo bool) error {
	if p == nil || p.DeadLetterQueue == nil {
		return PropsProblems(name, p, fifo)
	}
	return errors.Join(errors.New(name+".DeadLetterQueue must be unset: there is none behind a dead-letter queue"), PropsProblems(name, p, fifo))
}

// encryptionProblem reports the AWS managed key where others send: nobody can
// change that key's policy, so no service and no other account can use it.
func (s *Source) encryptionProblem() error {
	switch {
	case !s.OthersSend:
		return nil
	case s.QueueProps != nil && s.QueueProps.Encryption == awssqs.QueueEncryption_KMS_MANAGED:
		return ManagedKeyProblem("QueueProps.Encryption")
	case s.ExistingQueue != nil:
		return ManagedKey("ExistingQueue", s.ExistingQueue)
	}
	return nil
}

// ManagedKey reports a queue that no AWS service and no other account can send
// to, because it is encrypted with the key alias/aws/sqs, whose policy is fixed.
func ManagedKey(name string, queue awssqs.IQueue) error {
	if queue != nil && queue.EncryptionType() == awssqs.QueueEncryption_KMS_MANAGED {
		return ManagedKeyProblem(name)
	}
	return nil
}

// ManagedKeyProblem is what ManagedKey reports.
func ManagedKeyProblem(name string) error {
	return errors.New(name + " must not use the AWS managed key (KMS_MANAGED), which lets neither AWS services nor other accounts send: use SQS_MANAGED, or KMS with a key of your own")
}

// redriveProblem reports a dead-letter queue that is not the one to which the
// existing queue moves its messages.
func (s *Source) redriveProblem() error {
	actual := deadLetterQueueOf(s.ExistingQueue)
	if actual == nil || s.ExistingDeadLetterQueue == nil || *actual.QueueArn() == *s.ExistingDeadLetterQueue.QueueArn() {
		return nil
	}
	return errors.New("ExistingDeadLetterQueue is not the dead-letter queue of ExistingQueue: leave it out, the queue says it")
}

// DeadLetterKind reports a dead-letter queue that is of another kind than the
// queue or subscription before it (API reference of SQS, SetQueueAttributes;
// SNS developer guide, "Amazon SNS dead-letter queues").
func DeadLetterKind(name string, queue awssqs.IQueue, fifo bool) error {
	switch {
	case queue == nil || *queue.Fifo() == fifo:
		return nil
	case fifo:
		return errors.New(name + " must be a FIFO queue like what is before it, got a standard one; import one by token with Fifo: true")
	}
	return errors.New(name + " must be a standard queue like what is before it, got a FIFO one")
}

// Define defines the queue and the dead-letter queue as children Queue and
// DeadLetterQueue of self, as far as they do not exist. Properties in layers
// win over the library's defaults, and the user's over both.
func (s *Source) Define(self constructs.Construct, layers ...*awssqs.QueueProps) Pair {
	if s.ExistingQueue != nil {
		pair := Pair{Queue: s.ExistingQueue, DeadLetterQueue: s.ExistingDeadLetterQueue}
		if pair.DeadLetterQueue == nil {
			pair.DeadLetterQueue = deadLetterQueueOf(s.ExistingQueue)
		}
		return pair
	}
	pair := Pair{noKeys: s.ExistingDeadLetterQueue == nil && keyless(s.QueueProps) && keyless(s.DeadLetterQueueProps)}
	required := &awssqs.QueueProps{}
	if s.IsFifo() {
		required.Fifo = jsii.Bool(true)
	}
	if !s.NoDeadLetterQueue {
		pair.DeadLetterQueue = s.deadLetterQueue(self, required)
		required = props.Merge(*required, &awssqs.QueueProps{DeadLetterQueue: &awssqs.DeadLetterQueue{
			Queue: pair.DeadLetterQueue, MaxReceiveCount: s.receives(),
		}})
	}
	all := append(append([]*awssqs.QueueProps{}, layers...), s.QueueProps, required)
	pair.Queue = awssqs.NewQueue(self, jsii.String("Queue"), encrypted(props.Merge(Defaults(), all...)))
	return pair
}

func (s *Source) deadLetterQueue(self constructs.Construct, required *awssqs.QueueProps) awssqs.IQueue {
	if s.ExistingDeadLetterQueue != nil {
		return s.ExistingDeadLetterQueue
	}
	return NewDeadLetter(self, "DeadLetterQueue", SameKey(s.QueueProps), s.DeadLetterQueueProps, required)
}

// SameKey are properties with the customer managed key of others: what the key
// protects in one queue, it protects in the dead-letter queue too.
func SameKey(p *awssqs.QueueProps) *awssqs.QueueProps {
	if p == nil {
		return nil
	}
	return &awssqs.QueueProps{EncryptionMasterKey: p.EncryptionMasterKey}
}

// receives is the number of tries before a message is parked.
func (s *Source) receives() *float64 {
	if s.MaxReceiveCount != nil {
		return s.MaxReceiveCount
	}
	return jsii.Number(MaxReceiveCount)
}

// Warn says what is allowed but probably not meant, and what the owner of an
// imported queue has to see to.
func (s *Source) Warn(self constructs.Construct, pair Pair) {
	if n := s.MaxReceiveCount; n != nil && *n < MaxReceiveCount && !*awscdk.Token_IsUnresolved(n) {
		props.Warn(self, "fewReceives", fmt.Sprintf("MaxReceiveCount is %g: a throttled function also counts as a receive, so messages can be parked that were never tried. AWS advises at least %d.", *n, MaxReceiveCount))
	}
	if pair.DeadLetterQueue == nil && !s.NoDeadLetterQueue {
		props.Warn(self, "unknownDeadLetterQueue", "ExistingQueue's dead-letter queue is not known here: give its queue a redrive policy with a maxReceiveCount of at least 5, and pass the dead-letter queue as ExistingDeadLetterQueue to have it watched.")
	}
}

// VisibilityOf is the visibility timeout of a queue of this app in seconds, and
// false for an imported queue or a token, whose value nobody knows yet.
func VisibilityOf(queue awssqs.IQueue) (float64, bool) {
	owned, ok := queue.(awssqs.Queue)
	if !ok || !*awscdk.Resource_IsOwnedResource(owned) {
		return 0, false
	}
	var cfn awssqs.CfnQueue
	jsii.UnsafeCast(owned.Node().DefaultChild(), &cfn)
	seconds := cfn.VisibilityTimeout()
	if seconds == nil {
		return 30, true // the service's default
	}
	return *seconds, !*awscdk.Token_IsUnresolved(seconds)
}

func deadLetterQueueOf(queue awssqs.IQueue) awssqs.IQueue {
	if owned, ok := queue.(awssqs.Queue); ok {
		if redrive := owned.DeadLetterQueue(); redrive != nil {
			return redrive.Queue
		}
	}
	return nil
}

// encrypted chooses KMS where a key is given: with the default beside it, the
// CDK would do the same but complain.
func encrypted(p *awssqs.QueueProps) *awssqs.QueueProps {
	if p.EncryptionMasterKey != nil && p.Encryption == awssqs.QueueEncryption_SQS_MANAGED {
		p.Encryption = awssqs.QueueEncryption_KMS
	}
	return p
}

// keyless says that a new queue has no customer managed key for sure, which
// saves asking it.
func keyless(p *awssqs.QueueProps) bool {
	return p == nil || p.Encryption == "" && p.EncryptionMasterKey == nil
}

func isTrue(b *bool) bool { return b != nil && *b }

// IsFifoARN tells from a queue's or topic's name or ARN whether it is FIFO: the
// name ends with .fifo by the rules of SQS and SNS.
func IsFifoARN(arn string) bool { return strings.HasSuffix(arn, ".fifo") }
