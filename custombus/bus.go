package custombus

import (
	"errors"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awseventschemas"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/internal/alarm"
	"github.com/mediasupplychain/cdk/internal/eventbus"
	"github.com/mediasupplychain/cdk/internal/eventrules"
	"github.com/mediasupplychain/cdk/internal/props"
)

// Bus is an event bus with an archive, on which chosen accounts may put events.
type Bus struct {
	constructs.Construct

	// Bus is the event bus: the new one, or ExistingBus.
	Bus awsevents.IEventBus

	// Name of the bus.
	Name *string

	// ARN of the bus.
	ARN *string

	// Archive keeps the events for a replay. Nil with DisableArchive.
	Archive awsevents.CfnArchive

	// DeadLetterQueue keeps events that EventBridge could not encrypt or decrypt. Nil
	// without EncryptionKey.
	DeadLetterQueue awssqs.Queue

	// Publishers are the policies for the publishers in the properties, at most one
	// for accounts, organizations and principals each.
	Publishers []awsevents.CfnEventBusPolicy

	// Discoverer derives schemas from events. Nil without SchemaDiscovery.
	Discoverer awseventschemas.CfnDiscoverer

	// LogGroup gets EventBridge's logs. Nil without LogLevel.
	LogGroup awslogs.ILogGroup

	rules *eventrules.Set

	policySize   int            // characters of the bus's policy that are taken
	projectedARN func() *string // the ARN as far as it counts for that
}

// NewBus defines a [Bus]. It panics with an error that lists every invalid
// property; nothing is defined then.
func NewBus(scope constructs.Construct, id *string, user *BusProps) *Bus {
	p := props.Merge(BusProps{}, user)
	props.Check(scope, id, "custombus.Bus", p.problems(scope)...)

	b := &Bus{policySize: emptyPolicy, projectedARN: p.projectedARN(scope)}
	constructs.NewConstruct_Override(b, scope, id)

	b.Bus = p.ExistingBus
	if b.Bus == nil {
		b.defineBus(p)
	} else {
		b.Name, b.ARN = b.Bus.EventBusName(), b.Bus.EventBusArn()
	}
	b.Archive = p.archive().Define(b, b.ARN, p.EncryptionKey)
	if publishers := p.publisher(); publishers.grantees().Any() {
		b.Publishers = b.let(jsii.String("Publishers"), publishers)
	}
	if p.SchemaDiscovery != nil && *p.SchemaDiscovery {
		b.Discoverer = awseventschemas.NewCfnDiscoverer(b, jsii.String("Discoverer"), &awseventschemas.CfnDiscovererProps{
			SourceArn: b.Bus.EventBusArn(), CrossAccount: jsii.Bool(true),
		})
	}
	if len(logTypes(p.LogLevel)) > 0 {
		b.LogGroup = p.LogGroup
		if b.LogGroup == nil {
			b.LogGroup = awslogs.NewLogGroup(b, jsii.String("LogGroup"), logGroupDefaults())
		}
		b.deliverLogs(p.LogLevel, p.EncryptionKey)
	}
	b.rules = &eventrules.Set{Scope: b, Construct: "custombus.Rule", Bus: eventrules.Bus{IEventBus: b.Bus, Name: b.Name}}
	return b
}

// defineBus defines a new bus.
func (b *Bus) defineBus(p *BusProps) {
	own := props.Merge(awsevents.EventBusProps{EventBusName: eventbus.Name(b)}, p.EventBusProps)
	if p.LogLevel != "" {
		own.LogConfig = &awsevents.LogConfig{Level: p.LogLevel, IncludeDetail: p.LogDetail}
	}
	bus := awsevents.NewEventBus(b, jsii.String("Bus"), own)
	b.Bus, b.Name, b.ARN = bus, own.EventBusName, bus.EventBusArn()
	if p.EncryptionKey != nil {
		archived := p.DisableArchive == nil || !*p.DisableArchive
		b.DeadLetterQueue = eventbus.Encrypt(b, bus, b.Name, p.EncryptionKey, archived)
	}
}

// GrantPutEventsTo lets grantee, an identity of this account such as a function
// or a role, put events on the bus. It panics for a grantee that has no policy
// of its own, as an account or an imported role of another one: the CDK's own
// method grants those nothing and only warns. [Bus.AddPublisher] lets them in.
func (b *Bus) GrantPutEventsTo(grantee awsiam.IGrantable) awsiam.Grant {
	grant := awsiam.Grant_AddToPrincipal(&awsiam.GrantOnPrincipalOptions{
		Grantee:      grantee,
		Actions:      jsii.Strings("events:PutEvents"),
		ResourceArns: &[]*string{b.Bus.EventBusArn()},
	})
	if !*grant.Success() {
		props.Check(b, jsii.String("GrantPutEventsTo"), "custombus.Bus", errors.New("grantee has no policy of its own, so nothing was granted: let accounts, organizations and principals of other accounts in with AddPublisher"))
	}
	return grant
}

// Metric gives any metric that EventBridge has for the bus, the sum over 5
// minutes unless options differ.
func (b *Bus) Metric(name *string, options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return awscloudwatch.NewMetric(&awscloudwatch.MetricProps{
		Namespace:     jsii.String("AWS/Events"),
		MetricName:    name,
		DimensionsMap: &map[string]*string{"EventBusName": b.Bus.EventBusName()},
		Statistic:     awscloudwatch.Stats_SUM(),
	}).With(props.Merge(awscloudwatch.MetricOptions{}, options))
}

// MetricMatchedEvents is how many events matched a rule of the bus.
func (b *Bus) MetricMatchedEvents(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return b.Metric(jsii.String("MatchedEvents"), options)
}

// AddAlarms defines the alarms of every rule of the bus, also of those that are
// added later, and one on the dead-letter queue of the bus, if it has one. It
// takes the place of calling [Rule.AddAlarms] for each. The action gets to know
// when an alarm begins and ends. It panics without an action, and when called
// again.
func (b *Bus) AddAlarms(action awscloudwatch.IAlarmAction) {
	scope := alarm.Scope(b, "custombus.Bus.AddAlarms", action)
	if b.DeadLetterQueue != nil {
		alarm.DeadLetters(scope, "DeadLetters", b.DeadLetterQueue,
			"EventBridge could not encrypt or decrypt events of a bus: look at its key and the key's policy.", action)
	}
	b.rules.AddAlarms(action)
}

// AddRule routes the events of the bus that match the rule's pattern to its
// targets, each with a dead-letter queue and a retry policy. It panics with an
// error that lists every invalid property; nothing is defined then.
func (b *Bus) AddRule(id *string, p *RuleProps) *Rule { return b.rules.Add(id, p) }

// ForwardTo sends the events that match pattern to another bus, of any account
// and Region, with a role of the rule's own. A nil pattern matches every event;
// mind that a bus that sends them back makes a loop, which EventBridge does not
// end between accounts. The other bus must let this account in: if it is a [Bus],
// with AddPublisher.
func (b *Bus) ForwardTo(id, busARN *string, pattern *awsevents.EventPattern) *Rule {
	return b.rules.Forward(id, &eventrules.BusTarget{BusARN: busARN}, pattern)
}
