// Package eventrules is the one way in which the constructs that own an event
// bus route its events: a rule that loses nothing, because each target has a
// retry policy and a dead-letter queue that EventBridge may really send to.
//
// The policy statements are written here rather than left to the CDK, whose own
// differ by feature flag, lack the condition on the rule where a queue has a
// customer managed key, and forget that key for a dead-letter queue.
package eventrules

import (
	"errors"
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/internal/props"
	"github.com/mediasupplychain/cdk/internal/queue"
)

// maxTargets of one rule (EventBridge user guide, "Amazon EventBridge quotas").
const maxTargets = 5

// RuleProps configures a [Rule].
type RuleProps struct {
	// Pattern says which events the rule is for. It must name at least one field.
	// Every event matches awsevents.EventPattern{Source:
	// awsevents.Match_Prefix(jsii.String(""))}; an asterisk matches none.
	// Required.
	Pattern *awsevents.EventPattern

	// Targets get each event that matches, 1 to 5 of them: [QueueTarget],
	// [FunctionTarget], [StateMachineTarget], [BusTarget] or [OtherTarget].
	// Required.
	Targets *[]Target

	// RetryAttempts is how often EventBridge tries again to deliver an event to a
	// target, from 0 to 185 times. Missing permissions and targets are not
	// retried: such an event goes to the dead-letter queue at once.
	//
	// Default: 185.
	RetryAttempts *float64

	// MaxEventAge is how long EventBridge tries to deliver an event, from 60
	// seconds to 24 hours. What is reached first, MaxEventAge or RetryAttempts,
	// ends the tries.
	//
	// Default: 24 hours.
	MaxEventAge awscdk.Duration

	// DeadLetterQueue gets the events that could not be delivered instead of a new
	// queue: a standard queue in the Region of the rule. Of an imported queue the
	// policy is not changed; a warning says what its owner must add. Excludes
	// DeadLetterQueueProps.
	//
	// Default: a new queue.
	DeadLetterQueue awssqs.IQueue

	// DeadLetterQueueProps overrides single properties of the new dead-letter queue.
	//
	// Default: encrypted (SSE-SQS), TLS only, messages kept 14 days.
	DeadLetterQueueProps *awssqs.QueueProps

	// IgnoreReplays leaves out events that come from a replay of the archive, for
	// targets whose effects must not happen again.
	//
	// Default: false: replayed events are routed as they were the first time.
	IgnoreReplays *bool

	// Enabled says whether the rule is active. Events that come while it is not
	// are lost to its targets, though not to the archive.
	//
	// Default: true.
	Enabled *bool

	// Description of the rule, up to 512 characters.
	//
	// Default: none.
	Description *string

	ours bool // the queues are the caller's own, see Into
}

// Rule routes events of a bus to targets. An event that cannot be delivered
// ends in DeadLetterQueue, as EventBridge got it, with the message attributes
// RULE_ARN, TARGET_ARN, ERROR_CODE, ERROR_MESSAGE, EXHAUSTED_RETRY_CONDITION and
// RETRY_ATTEMPTS that say why (EventBridge user guide, "Using dead-letter queues
// to process undelivered events").
type Rule struct {
	constructs.Construct

	// Rule is the rule itself.
	Rule awsevents.Rule

	// DeadLetterQueue keeps what no target took: the new queue, or the one from
	// the properties.
	DeadLetterQueue awssqs.IQueue

	// Role is what EventBridge assumes for targets that have no policy of their
	// own: state machines, buses, and queues of other accounts. Nil where there is
	// no such target, or each brings its role.
	Role awsiam.Role

	construct    string // the public name, for errors
	bus          Bus
	stack        awscdk.Stack
	account, arn *string // of the stack and of the rule
	permissions  int
	ours         bool
	same         map[constructs.IConstruct]bool // whether it is of the rule's stack, where that was asked
}

// Bus is the bus of a rule, with what the CDK does not tell about it.
type Bus struct {
	awsevents.IEventBus

	// Name of the bus, as text where it is known at synthesis. The CDK's own
	// EventBusName is a token for every new bus.
	Name *string
}

// New defines a [Rule] on bus. The text construct is its public name in errors,
// for example "custombus.Rule". It panics with an error that lists every invalid
// property; nothing is defined then.
func New(scope constructs.Construct, id *string, construct string, bus Bus, user *RuleProps) *Rule {
	return define(scope, id, construct, bus, props.Merge(ruleDefaults(), user))
}

func define(scope constructs.Construct, id *string, construct string, bus Bus, p *RuleProps) *Rule {
	if problems := p.problems(scope); errors.Join(problems...) != nil {
		props.Check(scope, id, construct, append(problems, taken(scope, id))...)
	}

	r := &Rule{construct: construct, bus: bus, ours: p.ours, same: map[constructs.IConstruct]bool{}}
	r.register(scope, id)
	r.stack = awscdk.Stack_Of(r)
	r.account = r.stack.Account()

	r.Rule = awsevents.NewRule(r, jsii.String("Rule"), &awsevents.RuleProps{
		EventBus:     bus.IEventBus,
		EventPattern: p.Pattern,
		Enabled:      p.Enabled,
		Description:  p.Description,
	})
	r.arn = r.Rule.RuleArn()
	if p.IgnoreReplays != nil && *p.IgnoreReplays {
		r.ignoreReplays()
	}
	secure := p.secured(r.deadLetters(p))
	for _, target := range *p.Targets {
		r.Rule.AddTarget(&bound{secure(target.bind(r))})
	}
	return r
}

// Into defines a rule that sends what matches pattern to a queue, and what it
// cannot deliver to the queue's own dead-letter queue: its body is the same event,
// and a redrive brings both back. Both must be standard queues of the rule's
// stack without a key, as the caller has made them: nothing about them is asked
// of the CDK, which costs more than the rule.
func Into(scope constructs.Construct, id *string, construct string, bus Bus, pattern *awsevents.EventPattern, q, deadLetters awssqs.IQueue) *Rule {
	p := props.Merge(ruleDefaults(), &RuleProps{
		Pattern: pattern, Targets: &[]Target{&QueueTarget{Queue: q}}, DeadLetterQueue: deadLetters,
	})
	p.ours = true
	return define(scope, id, construct, bus, p)
}

// GrantConsumeDeadLetters lets grantee receive and delete messages of the
// dead-letter queue, and decrypt them where it has a KMS key: for what looks at
// them, or puts them on the bus again.
func (r *Rule) GrantConsumeDeadLetters(grantee awsiam.IGrantable) awsiam.Grant {
	return r.DeadLetterQueue.GrantConsumeMessages(grantee)
}

// deadLetters sees to a dead-letter queue that EventBridge may send to, and gives
// its ARN.
func (r *Rule) deadLetters(p *RuleProps) *string {
	r.DeadLetterQueue = p.DeadLetterQueue
	if r.DeadLetterQueue == nil {
		r.DeadLetterQueue = queue.NewDeadLetter(r, "DeadLetterQueue", p.DeadLetterQueueProps)
	}
	arn := r.DeadLetterQueue.QueueArn()
	if p.ours || p.DeadLetterQueue == nil && p.DeadLetterQueueProps == nil {
		r.allowSend(r.DeadLetterQueue, arn, r.arn) // no other stack's, and without a key
	} else {
		r.allow(r.DeadLetterQueue, arn)
	}
	return arn
}

// secured gives a target the dead-letter queue and the retry policy.
func (p *RuleProps) secured(deadLetterQueue *string) func(*awsevents.RuleTargetConfig) *awsevents.RuleTargetConfig {
	age := jsii.Number(maxEventAge)
	if p.MaxEventAge != nil {
		age = p.MaxEventAge.ToSeconds(nil)
	}
	return func(config *awsevents.RuleTargetConfig) *awsevents.RuleTargetConfig {
		config.DeadLetterConfig = &awsevents.CfnRule_DeadLetterConfigProperty{Arn: deadLetterQueue}
		config.RetryPolicy = &awsevents.CfnRule_RetryPolicyProperty{
			MaximumRetryAttempts: p.RetryAttempts, MaximumEventAgeInSeconds: age,
		}
		return config
	}
}

// ignoreReplays adds to the pattern what the CDK's type has no field for: the
// name of the replay, at the top of each replayed event (EventBridge user guide,
// "Creating an event bus archive", the rule that EventBridge itself makes).
func (r *Rule) ignoreReplays() {
	var cfn awsevents.CfnRule
	jsii.UnsafeCast(r.Rule.Node().DefaultChild(), &cfn)
	cfn.AddPropertyOverride(jsii.String("EventPattern.replay-name"), []any{map[string]any{"exists": false}})
}

func (p *RuleProps) problems(scope constructs.Construct) []error {
	all := []error{PatternProblem("Pattern", p.Pattern, true)}
	if p.ours {
		return all
	}
	all = append(all, p.targetProblems()...)
	return append(all,
		props.Range("RetryAttempts", p.RetryAttempts, 0, 185),
		props.Duration("MaxEventAge", p.MaxEventAge, 60, 24*60*60),
		props.Exclusive("DeadLetterQueue", p.DeadLetterQueue, "DeadLetterQueueProps", p.DeadLetterQueueProps),
		DeadLetterQueueProblem(scope, "DeadLetterQueue", p.DeadLetterQueue),
		deadLetterQueuePropsProblem(p.DeadLetterQueueProps),
		props.Length("Description", p.Description, 512),
	)
}

func (p *RuleProps) targetProblems() []error {
	if p.Targets == nil || len(*p.Targets) == 0 {
		return []error{props.Required("Targets", nil)}
	}
	var all []error
	if n := len(*p.Targets); n > maxTargets {
		all = append(all, fmt.Errorf("%s must have at most %d entries, got %d: add another rule with the same pattern", "Targets", maxTargets, n))
	}
	for i, target := range *p.Targets {
		name := fmt.Sprintf("Targets[%d]", i)
		if missing := props.Required(name, target); missing != nil {
			all = append(all, missing)
			continue
		}
		all = append(all, target.problems(name)...)
	}
	return all
}

// DeadLetterQueueProblem reports a queue that EventBridge cannot send to
// (EventBridge user guide, "Using dead-letter queues to process undelivered
// events": standard queues, in the same Region).
func DeadLetterQueueProblem(scope constructs.Construct, name string, q awssqs.IQueue) error {
	if q == nil {
		return nil
	}
	problems := []error{queue.ManagedKey(name, q)}
	if *q.Fifo() || queue.IsFifoARN(*q.QueueArn()) {
		problems = append(problems, errors.New(name+" must be a standard queue: EventBridge sends to no FIFO queue what it could not deliver"))
	}
	if here, there := awscdk.Stack_Of(scope).Region(), q.Env().Region; differ(here, there) {
		problems = append(problems, fmt.Errorf("%s must be in the Region of the rule, %s, got %s", name, *here, *there))
	}
	return errors.Join(problems...)
}

func deadLetterQueuePropsProblem(p *awssqs.QueueProps) error {
	if p == nil {
		return nil
	}
	var problems []error
	if p.Fifo != nil && *p.Fifo {
		problems = append(problems, errors.New("DeadLetterQueueProps.Fifo must be unset: EventBridge sends to no FIFO queue what it could not deliver"))
	}
	if p.Encryption == awssqs.QueueEncryption_KMS_MANAGED {
		problems = append(problems, errors.New("DeadLetterQueueProps.Encryption must not be KMS_MANAGED: no AWS service may use the key alias/aws/sqs; use SQS_MANAGED, or KMS with a key of your own"))
	}
	return errors.Join(problems...)
}

// register makes the rule a construct. Where that fails, the id may be the
// reason: asking before would be two calls to the CDK for every rule.
func (r *Rule) register(scope constructs.Construct, id *string) {
	defer func() {
		if failed := recover(); failed != nil {
			props.Check(scope, id, r.construct, taken(scope, id))
			panic(failed)
		}
	}()
	constructs.NewConstruct_Override(r, scope, id)
}

// taken reports an id that scope has a child of already, which the CDK would
// only say without the construct's path.
func taken(scope constructs.Construct, id *string) error {
	if id == nil || scope.Node().TryFindChild(id) == nil {
		return nil
	}
	return fmt.Errorf("the id %q is taken: give the rule another one", *id)
}
