package supplychain

import (
	"fmt"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/internal/eventrules"
	"github.com/mediasupplychain/cdk/internal/function"
	"github.com/mediasupplychain/cdk/internal/props"
	"github.com/mediasupplychain/cdk/internal/wire"
	"github.com/mediasupplychain/cdk/mediaevent"
	"github.com/mediasupplychain/cdk/snsfifo"
	"github.com/mediasupplychain/cdk/sqslambda"
)

// Source brings the events of a partner into the supply chain: a queue, the
// dead-letter queue behind it, and an intake function of its own, so that a
// partner that floods or breaks harms no other.
type Source struct {
	constructs.Construct

	// Name is the one given to AddSource.
	Name string

	// Queue holds the events: the new queue, or ExistingQueue. A partner that has
	// neither topic nor bus sends to it.
	Queue awssqs.IQueue

	// DeadLetterQueue keeps what could not be applied, with the reason in the
	// attribute DeadLetterReason, and what a rule could not deliver. Nil with an
	// imported ExistingQueue.
	DeadLetterQueue awssqs.IQueue

	// Function is the intake: it applies the events to the state table.
	Function awslambda.IFunction

	// LogGroup is where Function logs. Nil with a log group of your own.
	LogGroup awslogs.LogGroup

	// Policy is what Function may do.
	Policy awsiam.Policy

	// Mapping is what polls Queue and invokes Function.
	Mapping awslambda.EventSourceMapping

	// Rule sends the events of a bus to Queue. Nil unless they come from one.
	Rule *Rule

	// Subscriber is Queue, with the subscription to a topic. Nil without Topic.
	Subscriber *snsfifo.Subscriber

	// Consumer is Queue and Function where there is no topic, else nil.
	Consumer *sqslambda.Consumer

	chain *SupplyChain
	props *SourceProps
}

// AddSource adds a source of events. The name is a letter, then up to 63
// letters, digits, underscores and hyphens; it is part of construct ids, and so
// never to change. AddSource panics with an error that lists every invalid
// property: a JSONPath that cannot be read, a stage that the pipeline has not, a
// mapping too large for the function's environment. It adds 9 to 12 resources to
// the stack; the package's documentation has the numbers.
func (c *SupplyChain) AddSource(name string, p *SourceProps) *Source {
	p = props.Merge(sourceDefaults(), p)
	props.Check(c.sources, jsii.String(name), "supplychain.Source", p.problems(c, name)...)
	if p.Webhook != nil {
		p.Bus, p.Pattern = p.Webhook.EventBus, p.Webhook.EventPattern()
		if p.PayloadBucket == nil {
			p.PayloadBucket = p.Webhook.Bucket()
		}
	}
	s := c.newSource(c.sources, name, name, p)
	c.added = append(c.added, s)
	return s
}

// newSource defines a source in scope, one of the user's or of our own.
func (c *SupplyChain) newSource(scope constructs.Construct, id, name string, p *SourceProps) *Source {
	code, err := c.intake, error(nil)
	if p.FunctionProps != nil && p.FunctionProps.Architecture != nil {
		code, err = function.HandlerCode(scope, "intake", p.FunctionProps)
	}
	props.Check(scope, jsii.String(id), "supplychain.Source", err)

	s := &Source{Name: name, chain: c, props: p}
	constructs.NewConstruct_Override(s, scope, jsii.String(id))
	if p.Topic != nil {
		s.subscribe(code)
	} else {
		s.consume(code)
	}
	s.allow()
	if p.Bus != nil {
		s.Rule = s.route(p.Bus, p.Pattern)
	}
	c.watched.source(s)
	return s
}

func (s *Source) subscribe(code awslambda.Code) {
	x := snsfifo.NewSubscriber(s, jsii.String("Subscriber"), &snsfifo.SubscriberProps{
		Topic:                s.props.Topic,
		Code:                 code,
		FunctionProps:        s.functionProps(),
		Tracing:              s.chain.props.Tracing,
		DisableBackoff:       jsii.Bool(true), // an event comes again after the queue's own timeout
		QueueProps:           s.queueProps(),
		DeadLetterQueueProps: s.props.DeadLetterQueueProps,
		MaxReceiveCount:      s.props.MaxReceiveCount,
		MaxConcurrency:       s.props.MaxConcurrency,
	})
	s.Subscriber, s.Queue, s.DeadLetterQueue = x, x.Queue, x.DeadLetterQueue
	s.Function, s.LogGroup, s.Policy, s.Mapping = x.Function, x.LogGroup, x.Policy, x.Mapping
}

func (s *Source) consume(code awslambda.Code) {
	x := sqslambda.NewConsumer(s, jsii.String("Consumer"), &sqslambda.ConsumerProps{
		ExistingQueue:        s.props.ExistingQueue,
		Fifo:                 s.props.Fifo,
		SenderAccounts:       s.props.SenderAccounts,
		SenderOrganizations:  s.props.SenderOrganizations,
		SenderPrincipals:     s.props.SenderPrincipals,
		Code:                 code,
		FunctionProps:        s.functionProps(),
		Tracing:              s.chain.props.Tracing,
		DisableBackoff:       jsii.Bool(true), // an event comes again after the queue's own timeout
		QueueProps:           s.queueProps(),
		DeadLetterQueueProps: s.props.DeadLetterQueueProps,
		MaxReceiveCount:      s.props.MaxReceiveCount,
		MaxConcurrency:       s.props.MaxConcurrency,
	})
	s.Consumer, s.Queue, s.DeadLetterQueue = x, x.Queue, x.DeadLetterQueue
	s.Function, s.LogGroup, s.Policy, s.Mapping = x.Function, x.LogGroup, x.Policy, x.Mapping
}

// queueProps encrypts a new queue with the supply chain's key.
func (s *Source) queueProps() *awssqs.QueueProps {
	key := s.chain.props.EncryptionKey
	if key == nil || s.props.ExistingQueue != nil {
		return s.props.QueueProps
	}
	return props.Merge(awssqs.QueueProps{EncryptionMasterKey: key}, s.props.QueueProps)
}

func (s *Source) functionProps() *awslambda.FunctionProps {
	encoded, err := mediaevent.Encode(s.props.mappings()...)
	if err != nil {
		encoded = "" // a source of our own that has none; all others are checked
	}
	what := &awslambda.FunctionProps{Description: jsii.String(fmt.Sprintf("Applies events of the source %s to the state table of a supply chain", s.Name))}
	merged := props.Merge(*what, s.chain.props.FunctionProps, s.props.FunctionProps)
	merged.Environment = function.Environment(merged.Environment, s.props.environment(s.chain, s.Name, encoded))
	return merged
}

// environment is what the intake has to know. Without mappings it tells how the
// pipeline's executions ended.
func (p *SourceProps) environment(c *SupplyChain, name, mappings string) map[string]*string {
	all := map[string]*string{
		wire.EnvChainTable:        c.words.tableName,
		wire.EnvChainPlan:         jsii.String(c.plan),
		wire.EnvChainSource:       jsii.String(name),
		wire.EnvChainSourceKind:   jsii.String(wire.SourceExecutions),
		wire.EnvChainClaimSeconds: c.words.claimSeconds,
	}
	if len(p.mappings()) > 0 {
		all[wire.EnvChainSourceKind] = jsii.String(wire.SourcePartner)
		all[wire.EnvChainEnvelope] = jsii.String(string(p.envelope()))
		all[wire.EnvChainMappings] = jsii.String(mappings)
		all[wire.EnvChainBucket] = c.words.bucketName
	}
	return all
}

func (p *SourceProps) envelope() mediaevent.Envelope {
	switch {
	case p.Envelope != "":
		return p.Envelope
	case p.Webhook != nil:
		return mediaevent.WebhookEnvelope
	case p.Bus != nil:
		return mediaevent.EventBridgeEnvelope
	}
	return mediaevent.RawEnvelope
}

// allow lets the intake write to the table, and large payloads to the bucket.
func (s *Source) allow() {
	c := s.chain
	actions := slices.Clone(intakeActions)
	if s.props.knowsJobs() {
		actions = append(slices.Clone(jobActions), actions...)
	}
	all := append([]awsiam.PolicyStatement{allow("ApplyEvents", actions, c.words.tableARN)}, c.useTableKey()...)
	if len(s.props.mappings()) > 0 {
		all = append(all, allow("StorePayloads", []string{"s3:PutObject"}, c.words.bucketObjects))
		all = append(all, useKey("EncryptPayloads", c.words.bucketKey)...)
	}
	if b := s.props.PayloadBucket; b != nil {
		all = append(all, allow("ReadPayloads", []string{"s3:GetObject"}, b.ArnForObjects(jsii.String("*"))))
		all = append(all, useKey("DecryptPayloads", b.EncryptionKey())...)
	}
	s.Policy.AddStatements(all...)
}

// route sends events of a bus to the queue. What cannot be delivered goes to the
// queue's own dead-letter queue: its body is the same event, and a redrive brings
// both back.
func (s *Source) route(bus awsevents.IEventBus, pattern *awsevents.EventPattern) *Rule {
	named := eventrules.Bus{IEventBus: bus, Name: bus.EventBusName()}
	if bus == s.chain.Bus.Bus {
		named.Name = s.chain.Bus.Name // which is known at synthesis
	}
	if s.keyless() {
		return eventrules.Into(s, jsii.String("Rule"), "supplychain.Source", named, pattern, s.Queue, s.DeadLetterQueue)
	}
	return eventrules.New(s, jsii.String("Rule"), "supplychain.Source", named, &RuleProps{
		Pattern:         pattern,
		Targets:         &[]Target{&QueueTarget{Queue: s.Queue}},
		DeadLetterQueue: s.DeadLetterQueue,
	})
}

// keyless reports new queues as they are by default: standard ones without a
// key. A bus is never read by an existing queue, nor by a FIFO one.
func (s *Source) keyless() bool {
	return s.props.QueueProps == nil && s.props.DeadLetterQueueProps == nil && s.chain.props.EncryptionKey == nil
}

// source of a name, nil if there is none.
func (c *SupplyChain) source(name string) *Source {
	for _, s := range append([]*Source{c.Executions, c.Approvals}, c.added...) {
		if s != nil && s.Name == name {
			return s
		}
	}
	return nil
}

// stageNames are the stages that have a slot in the table.
func (c *SupplyChain) stageNames() []string {
	var all []string
	for _, s := range slots(c.stages) {
		all = append(all, s.stageName())
	}
	return all
}

// GrantSendMessages lets grantee send events to the queue.
func (s *Source) GrantSendMessages(grantee awsiam.IGrantable) awsiam.Grant {
	return s.Queue.GrantSendMessages(grantee)
}
