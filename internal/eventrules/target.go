package eventrules

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/internal/props"
	"github.com/mediasupplychain/cdk/internal/queue"
)

// Target is where a rule sends events. Every target has the rule's dead-letter
// queue and retry policy.
type Target interface {
	problems(name string) []error
	bind(rule *Rule) *awsevents.RuleTargetConfig
}

// bound hands a finished target to the CDK.
type bound struct{ config *awsevents.RuleTargetConfig }

// Bind implements awsevents.IRuleTarget.
func (b *bound) Bind(awsevents.IRule, *string) *awsevents.RuleTargetConfig { return b.config }

// QueueTarget is an SQS queue, the target that loses nothing while a consumer is
// down. The queue's policy lets only this rule in, its customer managed key
// included.
//
// Of a queue in another account, which must be in the same Region, the policy is
// not changed; a warning says what its owner must add.
type QueueTarget struct {
	// Queue gets the events. It must not be encrypted with the AWS managed key,
	// which EventBridge may not use. Required.
	Queue awssqs.IQueue

	// MessageGroupID is the message group of all events, up to 100
	// characters: a fixed text, because EventBridge evaluates no JSON path here. Required for a FIFO queue, which must have
	// content-based deduplication.
	//
	// Default: none.
	MessageGroupID *string

	// Input is what the queue gets instead of the whole event.
	//
	// Default: the event.
	Input awsevents.RuleTargetInput

	// OtherAccount says that the queue belongs to another account where the CDK
	// cannot know it, as in a stack without a fixed account.
	//
	// Default: true if the queue's ARN names another account than the stack.
	OtherAccount *bool

	// Role sends to a queue of another account.
	//
	// Default: the rule's own role.
	Role awsiam.IRole
}

func (t *QueueTarget) problems(name string) []error {
	if t.Queue == nil {
		return []error{props.Required(name+".Queue", nil)}
	}
	fifo := *t.Queue.Fifo()
	return []error{
		queue.ManagedKey(name+".Queue", t.Queue),
		t.groupProblem(name+".MessageGroupID", fifo),
		t.deduplicationProblem(name+".Queue", fifo),
	}
}

// groupProblem: EventBridge API reference, SqsParameters.
func (t *QueueTarget) groupProblem(name string, fifo bool) error {
	group := t.MessageGroupID
	switch {
	case group == nil && fifo:
		return errors.New(name + " is required for a FIFO queue")
	case group == nil:
		return nil
	case *awscdk.Token_IsUnresolved(group), strings.Contains(*group, "$"):
		return fmt.Errorf("%s must be a fixed text, got %q: EventBridge evaluates no path here, so all events would be in the one group of that name; "+
			"for a group for each asset, send to a standard queue and let an EventBridge pipe move the messages to the FIFO queue", name, *group)
	case *group == "":
		return errors.New(name + " must not be empty")
	}
	return props.Length(name, group, 100)
}

// deduplicationProblem: EventBridge gives no deduplication id, so a FIFO queue
// without content-based deduplication refuses every event.
func (t *QueueTarget) deduplicationProblem(name string, fifo bool) error {
	owned, ok := t.Queue.(awssqs.Queue)
	if !ok || !fifo || !*awscdk.Resource_IsOwnedResource(owned) {
		return nil
	}
	var cfn awssqs.CfnQueue
	jsii.UnsafeCast(owned.Node().DefaultChild(), &cfn)
	if set, known := cfn.ContentBasedDeduplication().(bool); known && set || !known && cfn.ContentBasedDeduplication() != nil {
		return nil
	}
	return errors.New(name + " must have ContentBasedDeduplication: EventBridge sends no deduplication id")
}

func (t *QueueTarget) bind(r *Rule) *awsevents.RuleTargetConfig {
	arn := t.Queue.QueueArn()
	config := &awsevents.RuleTargetConfig{Arn: arn, Input: t.Input}
	if t.MessageGroupID != nil {
		config.SqsParameters = &awsevents.CfnRule_SqsParametersProperty{MessageGroupId: t.MessageGroupID}
	}
	switch {
	case r.ours:
		r.allowSend(t.Queue, arn, r.arn)
	case t.foreign(r, arn):
		config.Role = r.assumed(t.Role, "sqs:SendMessage", arn)
		r.tellOwner("queue", config.Role, "sqs:SendMessage", arn)
	default:
		r.allow(t.Queue, arn)
	}
	return config
}

// oneToken is an ARN of which nothing is known before deployment. That of an
// imported queue mostly names an account.
var oneToken = regexp.MustCompile(`^\$\{Token\[[^\]]*\]\}$`)

func (t *QueueTarget) foreign(r *Rule, arn *string) bool {
	if t.OtherAccount != nil {
		return *t.OtherAccount
	}
	if oneToken.MatchString(*arn) && r.sameStack(t.Queue) {
		return false // the queue is of the stack, or its account is not known either
	}
	return differ(t.Queue.Env().Account, r.account)
}

// FunctionTarget is a Lambda function, which EventBridge invokes asynchronously:
// the dead-letter queue of the rule gets what Lambda did not accept, not what
// failed in the function, for which the function's own retries and on-failure
// destination are. A [QueueTarget] before the function keeps both in one place.
type FunctionTarget struct {
	// Function is invoked with each event. Required.
	Function awslambda.IFunction

	// Input is what the function gets instead of the whole event.
	//
	// Default: the event.
	Input awsevents.RuleTargetInput
}

func (t *FunctionTarget) problems(name string) []error {
	return []error{props.Required(name+".Function", t.Function)}
}

func (t *FunctionTarget) bind(r *Rule) *awsevents.RuleTargetConfig {
	r.permissions++
	id := "Permission"
	if r.permissions > 1 {
		id += strconv.Itoa(r.permissions)
	}
	// Not the function's AddPermission, which leaves imported functions out.
	awslambda.NewCfnPermission(r, jsii.String(id), &awslambda.CfnPermissionProps{
		Action:       jsii.String("lambda:InvokeFunction"),
		FunctionName: t.Function.FunctionArn(),
		Principal:    jsii.String(principal),
		SourceArn:    r.arn,
	})
	return &awsevents.RuleTargetConfig{Arn: t.Function.FunctionArn(), Input: t.Input}
}

// StateMachineTarget is a Step Functions state machine of which each event
// starts an execution. EventBridge gives it a name of its own, so an event that
// comes twice starts two executions.
type StateMachineTarget struct {
	// StateMachine is started. Required.
	StateMachine awsstepfunctions.IStateMachine

	// Input is what the execution gets instead of the whole event.
	//
	// Default: the event.
	Input awsevents.RuleTargetInput

	// Role starts the executions.
	//
	// Default: the rule's own role.
	Role awsiam.IRole
}

func (t *StateMachineTarget) problems(name string) []error {
	return []error{props.Required(name+".StateMachine", t.StateMachine)}
}

func (t *StateMachineTarget) bind(r *Rule) *awsevents.RuleTargetConfig {
	arn := t.StateMachine.StateMachineArn()
	return &awsevents.RuleTargetConfig{Arn: arn, Input: t.Input, Role: r.assumed(t.Role, "states:StartExecution", arn)}
}

// BusTarget is another event bus, also of another account or Region. The events
// arrive unchanged. A bus of another account needs a policy that lets this one
// in; a warning says which.
type BusTarget struct {
	// Bus gets the events. Excludes BusARN; one of them is required.
	//
	// Default: the bus of BusARN.
	Bus awsevents.IEventBus

	// BusARN names a bus of another account or Region.
	//
	// Default: the ARN of Bus.
	BusARN *string

	// Role puts the events on the bus.
	//
	// Default: the rule's own role.
	Role awsiam.IRole
}

var busARNPattern = regexp.MustCompile(`^arn:aws[a-z-]*:events:[a-z0-9-]+:[0-9]{12}:event-bus/[/.\w-]+$`)

func (t *BusTarget) problems(name string) []error {
	return []error{
		props.OneOf(name+".Bus", t.Bus, name+".BusARN", t.BusARN),
		props.Pattern(name+".BusARN", t.BusARN, busARNPattern, `the ARN of an event bus, such as "arn:aws:events:eu-west-1:111122223333:event-bus/events"`),
	}
}

func (t *BusTarget) bind(r *Rule) *awsevents.RuleTargetConfig {
	arn := t.BusARN
	if arn == nil {
		arn = t.Bus.EventBusArn()
	}
	role := r.assumed(t.Role, "events:PutEvents", arn)
	if !*awscdk.Token_IsUnresolved(arn) {
		account := r.stack.SplitArn(arn, awscdk.ArnFormat_SLASH_RESOURCE_NAME).Account
		if *account != *r.account {
			r.tellOwner("bus", role, "events:PutEvents", arn)
		}
	}
	return &awsevents.RuleTargetConfig{Arn: arn, Role: role}
}

// OtherTarget is any target of the CDK's own, for what has no type here: topics,
// streams, API destinations, log groups. Its dead-letter queue and retry policy
// are replaced by the rule's. For a queue, use [QueueTarget], which does not
// forget the key.
type OtherTarget struct {
	// Target is one of package awseventstargets. Required.
	Target awsevents.IRuleTarget
}

func (t *OtherTarget) problems(name string) []error {
	return []error{props.Required(name+".Target", t.Target)}
}

func (t *OtherTarget) bind(r *Rule) *awsevents.RuleTargetConfig { return t.Target.Bind(r.Rule, nil) }

// tellOwner warns of what the owner of a resource in another account must add.
func (r *Rule) tellOwner(what string, role awsiam.IRole, action string, resource *string) {
	let := awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Principals: &[]awsiam.IPrincipal{awsiam.NewArnPrincipal(role.RoleArn())},
		Actions:    jsii.Strings(action),
		Resources:  &[]*string{resource},
	})
	props.Warn(r, "otherAccount", "The "+what+" "+*resource+" belongs to another account. Its owner must add this statement to its policy: "+queue.Text(r, let))
}
