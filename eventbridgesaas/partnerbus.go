package eventbridgesaas

import (
	"errors"
	"regexp"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/internal/alarm"
	"github.com/mediasupplychain/cdk/internal/eventbus"
	"github.com/mediasupplychain/cdk/internal/eventrules"
	"github.com/mediasupplychain/cdk/internal/props"
)

// PartnerBusProps configures a [PartnerBus].
type PartnerBusProps struct {
	// EventSourceName is the name of the partner event source, as the partner or the
	// EventBridge console shows it: aws.partner/PARTNER/NAMESPACE/NAME. The bus gets
	// the same name, as EventBridge demands. The source must exist in the account and
	// Region, in state PENDING, before the stack is deployed. Required.
	EventSourceName *string

	// ExistingBus is the bus of the event source where it is associated already: by
	// another stack, or by one of which the bus was kept. Excludes EventBusProps,
	// EncryptionKey and RemovalPolicy, which would change it.
	//
	// Default: a new bus, associated with the event source.
	ExistingBus awsevents.IEventBus

	// EventBusProps overrides single properties of the new bus, except its name and
	// those that have a property of their own here.
	//
	// Default: none.
	EventBusProps *awsevents.EventBusProps

	// EncryptionKey encrypts the events on the bus, its rules and its archive. The
	// key's policy is extended; of an imported key it is not, and a warning says
	// what its owner must add. The bus gets a dead-letter queue for events that
	// could not be encrypted.
	//
	// Default: a key that AWS owns.
	EncryptionKey awskms.IKey

	// RemovalPolicy says what becomes of the new bus when it leaves the stack.
	// Without its bus, the event source goes back to PENDING, and EventBridge deletes
	// a source that is not used for two weeks: the partner then has to set up a new
	// one (EventBridge API reference, DeactivateEventSource).
	//
	// Default: RemovalPolicy_RETAIN. Take a bus that was kept back in with
	// ExistingBus.
	RemovalPolicy awscdk.RemovalPolicy

	// DisableArchive defines no archive. Events that a rule missed cannot be replayed
	// then.
	//
	// Default: false.
	DisableArchive *bool

	// ArchiveRetention is how many whole days the archive keeps an event; 0 days
	// means for ever.
	//
	// Default: 30 days.
	ArchiveRetention awscdk.Duration

	// ArchivePattern says which events the archive keeps.
	//
	// Default: every event.
	ArchivePattern *awsevents.EventPattern
}

// PartnerBus is the event bus of a partner event source, with an archive.
type PartnerBus struct {
	constructs.Construct

	// Bus is the event bus: the new one, or ExistingBus.
	Bus awsevents.IEventBus

	// EventSourceName is the name of the event source, and of the bus.
	EventSourceName *string

	// Archive keeps the events for a replay. Nil with DisableArchive.
	Archive awsevents.CfnArchive

	// DeadLetterQueue keeps events that EventBridge could not encrypt or decrypt. Nil
	// without EncryptionKey.
	DeadLetterQueue awssqs.Queue

	rules *eventrules.Set
}

// NewPartnerBus defines a [PartnerBus]. It panics with an error that lists every
// invalid property; nothing is defined then.
func NewPartnerBus(scope constructs.Construct, id *string, user *PartnerBusProps) *PartnerBus {
	p := props.Merge(PartnerBusProps{}, user)
	props.Check(scope, id, "eventbridgesaas.PartnerBus", p.problems()...)

	b := &PartnerBus{EventSourceName: p.EventSourceName}
	constructs.NewConstruct_Override(b, scope, id)

	b.Bus = p.ExistingBus
	if b.Bus == nil {
		b.defineBus(p)
	}
	b.Archive = p.archive().Define(b, b.Bus.EventBusArn(), p.EncryptionKey)
	b.rules = &eventrules.Set{
		Scope: b, Construct: "eventbridgesaas.Rule",
		Bus: eventrules.Bus{IEventBus: b.Bus, Name: p.EventSourceName},
	}
	return b
}

// defineBus defines a new bus. The CDK gives it the name of the event source.
func (b *PartnerBus) defineBus(p *PartnerBusProps) {
	bus := awsevents.NewEventBus(b, jsii.String("Bus"), props.Merge(awsevents.EventBusProps{}, p.EventBusProps,
		&awsevents.EventBusProps{EventSourceName: p.EventSourceName}))
	removal := p.RemovalPolicy
	if removal == "" {
		removal = removalPolicy
	}
	bus.ApplyRemovalPolicy(removal)
	b.Bus = bus
	if p.EncryptionKey != nil {
		archived := p.DisableArchive == nil || !*p.DisableArchive
		b.DeadLetterQueue = eventbus.Encrypt(b, bus, p.EventSourceName, p.EncryptionKey, archived)
	}
}

// MetricEvents is how many events the partner sent, whether or not a rule
// matched, the sum over 5 minutes unless options differ.
func (b *PartnerBus) MetricEvents(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return awscloudwatch.NewMetric(&awscloudwatch.MetricProps{
		Namespace:     jsii.String("AWS/Events"),
		MetricName:    jsii.String("Events"),
		DimensionsMap: &map[string]*string{"EventSourceName": b.EventSourceName},
		Statistic:     awscloudwatch.Stats_SUM(),
	}).With(props.Merge(awscloudwatch.MetricOptions{}, options))
}

// AlarmsProps configures the alarms of a [PartnerBus].
type AlarmsProps struct {
	// Silence is for how many hours the partner may send nothing, from 1 to 168
	// whole hours, before the alarm: choose more than the longest quiet time, a
	// weekend maybe.
	//
	// Default: 24 hours.
	Silence awscdk.Duration
}

// Alarms are the alarms of a [PartnerBus] itself. Each rule has its own.
type Alarms struct {
	// Silence alarms when the partner sends nothing: the sign of a subscription that
	// ended, and of an event source that was deleted.
	Silence awscloudwatch.Alarm

	// DeadLetters alarms when an event could not be encrypted or decrypted. Nil
	// without EncryptionKey.
	DeadLetters awscloudwatch.Alarm
}

// AddAlarms defines the alarms of the bus and of every rule, also of those that
// are added later, and lets action know when one begins and ends. It takes the
// place of calling [Rule.AddAlarms] for each. It panics without an action, and
// when called again. The argument p may be nil.
func (b *PartnerBus) AddAlarms(action awscloudwatch.IAlarmAction, p *AlarmsProps) *Alarms {
	p = props.Merge(alarmsDefaults(), p)
	scope := alarm.Scope(b, "eventbridgesaas.PartnerBus.AddAlarms", action, p.problems()...)
	alarms := &Alarms{Silence: b.silence(scope, p.Silence, action)}
	if b.DeadLetterQueue != nil {
		alarms.DeadLetters = alarm.DeadLetters(scope, "DeadLetters", b.DeadLetterQueue,
			"EventBridge could not encrypt or decrypt a partner's events: look at the key of the bus and its policy.", action)
	}
	b.rules.AddAlarms(action)
	return alarms
}

// silence alarms when no hour of so many had an event. CloudWatch has no data
// point for an hour without one, so missing data is what it looks for.
func (b *PartnerBus) silence(scope constructs.Construct, length awscdk.Duration, action awscloudwatch.IAlarmAction) awscloudwatch.Alarm {
	hours := length.ToHours(nil)
	silence := awscloudwatch.NewAlarm(scope, jsii.String("Silence"), &awscloudwatch.AlarmProps{
		Metric:             b.MetricEvents(&awscloudwatch.MetricOptions{Period: awscdk.Duration_Hours(jsii.Number(1))}),
		Threshold:          jsii.Number(1),
		EvaluationPeriods:  hours,
		DatapointsToAlarm:  hours,
		ComparisonOperator: awscloudwatch.ComparisonOperator_LESS_THAN_THRESHOLD,
		TreatMissingData:   awscloudwatch.TreatMissingData_BREACHING,
		AlarmDescription:   jsii.String("A partner sends no events. Look whether the event source is still ACTIVE: aws events describe-event-source --name " + *b.EventSourceName),
	})
	silence.AddAlarmAction(action)
	silence.AddOkAction(action)
	return silence
}

// AddRule routes the partner's events that match the rule's pattern to its
// targets, each with a dead-letter queue and a retry policy. It panics with an
// error that lists every invalid property; nothing is defined then.
func (b *PartnerBus) AddRule(id *string, p *RuleProps) *Rule { return b.rules.Add(id, p) }

// ForwardTo sends the events that match pattern to a custom bus, from which they
// can be shared: a partner bus itself takes no policy that lets others in. A nil
// pattern matches every event. They arrive unchanged, with the partner's source.
func (b *PartnerBus) ForwardTo(id *string, bus awsevents.IEventBus, pattern *awsevents.EventPattern) *Rule {
	return b.rules.Forward(id, &eventrules.BusTarget{Bus: bus}, pattern)
}

// sourceNamePattern: EventBridge API reference, CreateEventBus.
var sourceNamePattern = regexp.MustCompile(`^aws\.partner(/[.\-_A-Za-z0-9]+){2,}$`)

func (p *PartnerBusProps) problems() []error {
	archive := p.archive()
	all := []error{
		props.Required("EventSourceName", p.EventSourceName),
		props.Pattern("EventSourceName", p.EventSourceName, sourceNamePattern, "a partner event source, aws.partner/PARTNER/NAMESPACE/NAME"),
		props.Length("EventSourceName", p.EventSourceName, 256),
		props.Exclusive("ExistingBus", p.ExistingBus, "EventBusProps", p.EventBusProps),
		props.Exclusive("ExistingBus", p.ExistingBus, "EncryptionKey", p.EncryptionKey),
		props.Exclusive("ExistingBus", p.ExistingBus, "RemovalPolicy", string(p.RemovalPolicy)),
		p.eventBusProblem(),
		archive.UnusedWithout(),
	}
	return append(all, archive.Problems()...)
}

func (p *PartnerBusProps) archive() *eventbus.Archive {
	return &eventbus.Archive{Disabled: p.DisableArchive, Retention: p.ArchiveRetention, Pattern: p.ArchivePattern}
}

func (p *PartnerBusProps) eventBusProblem() error {
	b := p.EventBusProps
	if b == nil {
		return nil
	}
	var all []error
	if b.EventBusName != nil || b.EventSourceName != nil {
		all = append(all, errors.New("EventBusProps.EventBusName and EventSourceName must be unset: the bus has the name of the event source"))
	}
	if b.KmsKey != nil || b.DeadLetterQueue != nil {
		all = append(all, errors.New("EventBusProps.KmsKey and DeadLetterQueue must be unset: set EncryptionKey, which also grants what EventBridge needs"))
	}
	return errors.Join(all...)
}

// problems: an alarm looks back seven days at most (CloudWatch API reference,
// PutMetricAlarm).
func (p *AlarmsProps) problems() []error {
	if *p.Silence.IsUnresolved() {
		return nil
	}
	return []error{
		props.Range("Silence in hours", p.Silence.ToHours(&awscdk.TimeConversionOptions{Integral: jsii.Bool(false)}), 1, 7*24),
	}
}
