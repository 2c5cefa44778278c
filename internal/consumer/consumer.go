package consumer

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/internal/function"
	"github.com/mediasupplychain/cdk/internal/props"
	"github.com/mediasupplychain/cdk/internal/queue"
	"github.com/mediasupplychain/cdk/internal/wire"
)

// Consumer is a function that reads a queue.
type Consumer struct {
	Function awslambda.IFunction
	LogGroup awslogs.LogGroup // nil with a function of the user's own
	Policy   awsiam.Policy    // nil where the function's role is unknown
	Mapping  awslambda.EventSourceMapping
}

// Define defines the function, what it may do, and the mapping, as children
// Function, FunctionLogs, Policy and Mapping of self.
func (p *Plan) Define(self constructs.Construct, pair queue.Pair) Consumer {
	c := Consumer{Function: p.props.Function}
	if c.Function == nil {
		made := function.New(self, "Function", p.functionLayers(pair)...)
		c.Function, c.LogGroup = made.Function, made.LogGroup
	} else {
		p.tellDeadLetterQueue(self, pair)
	}
	source := pair.Queue.QueueArn()
	c.Policy = p.allow(self, c.Function, p.statements(source, pair))
	c.Mapping = p.mapping(self, c.Function, source)
	if c.Policy != nil {
		// Lambda looks at what the function may do when the mapping is made.
		c.Mapping.Node().AddDependency(c.Policy)
	}
	p.warn(self)
	return c
}

func (p *Plan) functionLayers(pair queue.Pair) []*awslambda.FunctionProps {
	tracing := &awslambda.FunctionProps{}
	if t := p.props.Tracing; t != nil && *t {
		tracing.Tracing = awslambda.Tracing_ACTIVE
	}
	variables := map[string]*string{}
	if pair.DeadLetterQueue != nil {
		variables[wire.EnvDeadLetterQueueURL] = pair.DeadLetterQueue.QueueUrl()
	}
	required := &awslambda.FunctionProps{Code: p.code}
	if user := p.props.FunctionProps; user != nil {
		required.Environment = function.Environment(user.Environment, variables)
	} else {
		required.Environment = function.Environment(nil, variables)
	}
	return []*awslambda.FunctionProps{tracing, p.props.FunctionProps, required}
}

// tellDeadLetterQueue gives a function of the user's own the variable that
// package sqsbatch reads. It cannot where the function is imported or belongs
// to another stack (the stacks would depend on each other), and must not where
// the function has the variable from another queue already.
func (p *Plan) tellDeadLetterQueue(self constructs.Construct, pair queue.Pair) {
	if pair.DeadLetterQueue == nil {
		return
	}
	f := owned(p.props.Function)
	switch {
	case f == nil || *awscdk.Stack_Of(f).Node().Path() != *awscdk.Stack_Of(self).Node().Path():
		props.Warn(self, "functionNotChanged", fmt.Sprintf("Function belongs to another stack or app and is not changed. If it uses sqsbatch, set its environment variable %s to the URL of the dead-letter queue.", wire.EnvDeadLetterQueueURL))
	case marked(f):
		props.Warn(self, "functionShared", fmt.Sprintf("Function reads another queue too, and its environment variable %s is the dead-letter queue of that one. If it uses sqsbatch, define a function for each queue.", wire.EnvDeadLetterQueueURL))
	default:
		f.AddEnvironment(jsii.String(wire.EnvDeadLetterQueueURL), pair.DeadLetterQueue.QueueUrl(), nil)
		f.Node().AddMetadata(jsii.String(mark), pair.DeadLetterQueue.Node().Path(), nil)
	}
}

// mark is the metadata (of the construct tree, not of the template) by which a
// function is known to have its dead-letter queue's variable.
const mark = "mediasupplychain:deadLetterQueue"

func marked(f awslambda.Function) bool {
	for _, entry := range *f.Node().Metadata() {
		if *entry.Type == mark {
			return true
		}
	}
	return false
}

// allow lets the function read the queue, and move what can never succeed to
// the dead-letter queue. The policy is a child of self and not the role's own,
// so that a function of another stack does not make the stacks depend on each
// other.
func (p *Plan) allow(self constructs.Construct, f awslambda.IFunction, statements []awsiam.PolicyStatement) awsiam.Policy {
	role := f.Role()
	if role == nil {
		for _, statement := range statements {
			props.Warn(self, "functionRole", "Function is imported without its role. The role needs this statement: "+queue.Text(self, statement))
		}
		return nil
	}
	p.warnForeign(self, role, statements)
	return awsiam.NewPolicy(self, jsii.String("Policy"), &awsiam.PolicyProps{
		Roles:      &[]awsiam.IRole{role},
		Statements: &statements,
	})
}

// warnForeign says what an imported queue's owner must add where that is
// another account: there, the role's own policy is not enough.
func (p *Plan) warnForeign(self constructs.Construct, role awsiam.IRole, statements []awsiam.PolicyStatement) {
	q := p.source.ExistingQueue
	if q == nil || *awscdk.Resource_IsOwnedResource(q) || *q.Env().Account == *awscdk.Stack_Of(self).Account() {
		return
	}
	for _, statement := range statements {
		name, who := "foreignQueue", "ExistingQueue"
		switch resource := *(*statement.Resources())[0]; {
		case q.EncryptionMasterKey() != nil && resource == *q.EncryptionMasterKey().KeyArn():
			name, who = "foreignKey", "ExistingQueue's KMS key"
			statement = statement.Copy(&awsiam.PolicyStatementProps{Resources: jsii.Strings("*")})
		case resource != *q.QueueArn():
			continue
		}
		copied := statement.Copy(&awsiam.PolicyStatementProps{Principals: &[]awsiam.IPrincipal{awsiam.NewArnPrincipal(role.RoleArn())}})
		props.Warn(self, name, fmt.Sprintf("If %s belongs to another account, its owner must add this statement to its policy: %s", who, queue.Text(self, copied)))
	}
}

// statements are what Lambda wants to read a queue (Lambda developer guide,
// "Using Lambda with Amazon SQS"), ChangeMessageVisibility for the backoff of
// package sqsbatch, and what moving a message to the dead-letter queue needs.
func (p *Plan) statements(source *string, pair queue.Pair) []awsiam.PolicyStatement {
	read := []string{"sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"}
	if off := p.props.DisableBackoff; off == nil || !*off {
		read = append([]string{"sqs:ChangeMessageVisibility"}, read...)
	}
	all := []awsiam.PolicyStatement{allow(source, read...)}
	if d := pair.DeadLetterQueue; d != nil {
		all = append(all, allow(d.QueueArn(), "sqs:SendMessage"))
	}
	reads, writes := pair.Keys()
	// One statement for a key that both queues have: the CDK would merge two, or not, by feature flag.
	if reads != nil && (writes == nil || *reads.KeyArn() != *writes.KeyArn()) {
		all = append(all, allow(reads.KeyArn(), "kms:Decrypt"))
	}
	if writes != nil {
		all = append(all, allow(writes.KeyArn(), "kms:Decrypt", "kms:GenerateDataKey"))
	}
	return all
}

func allow(resource *string, actions ...string) awsiam.PolicyStatement {
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Actions:   jsii.Strings(actions...),
		Resources: &[]*string{resource},
	})
}

func (p *Plan) mapping(self constructs.Construct, f awslambda.IFunction, source *string) awslambda.EventSourceMapping {
	user := &awslambda.EventSourceMappingProps{
		BatchSize:         p.props.BatchSize,
		MaxBatchingWindow: p.props.BatchingWindow,
		MaxConcurrency:    p.props.MaxConcurrency,
		Filters:           p.props.Filters,
	}
	required := &awslambda.EventSourceMappingProps{Target: f, EventSourceArn: source}
	return awslambda.NewEventSourceMapping(self, jsii.String("Mapping"),
		props.Merge(mappingDefaults(), p.props.MappingProps, user, required))
}

// warn says what works, but probably is not meant.
func (p *Plan) warn(self constructs.Construct) {
	if f := p.props.Filters; f != nil && len(*f) > 0 {
		props.Warn(self, "filtersDelete", "Messages that no filter matches are deleted from the queue: they reach neither the function nor the dead-letter queue (Lambda developer guide, \"Control which events Lambda sends to your function\").")
	}
	if p.timeout == nil {
		return
	}
	recommended := queue.Visibility(*p.timeout, p.props.BatchingWindow)
	seconds, from, known := p.givenVisibility()
	switch {
	case known && seconds < recommended:
		props.Warn(self, "shortVisibility", fmt.Sprintf("%s is %g seconds: AWS advises six times the function's timeout (plus the batching window), here %g, so that a throttled batch is not delivered twice.", from, seconds, recommended))
	case from != "" && !known:
		props.Warn(self, "unknownVisibility", fmt.Sprintf("%s is not known here: it must be at least the function's timeout, and AWS advises %g seconds.", from, recommended))
	}
}
