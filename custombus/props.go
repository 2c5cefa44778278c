package custombus

import (
	"errors"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/mediasupplychain/cdk/internal/eventbus"
	"github.com/mediasupplychain/cdk/internal/props"
)

// BusProps configures a [Bus]. Nothing is required.
type BusProps struct {
	// ExistingBus gets the rules, publishers and archive instead of a new bus, also
	// the default bus. Excludes EventBusProps, EncryptionKey and LogLevel, which
	// would change it.
	//
	// Default: a new bus.
	ExistingBus awsevents.IEventBus

	// EventBusProps overrides single properties of the new bus, except those that
	// have a property of their own here: KmsKey, DeadLetterQueue and LogConfig.
	//
	// Default: a name made of the stack's name and the construct's path, because
	// CloudFormation gives buses none.
	EventBusProps *awsevents.EventBusProps

	// EncryptionKey encrypts the events on the bus, its rules and its archive. The
	// key's policy is extended; of an imported key it is not, and a warning says
	// what its owner must add. The bus gets a dead-letter queue for events that
	// could not be encrypted. Excludes SchemaDiscovery, which EventBridge does not
	// offer for such a bus.
	//
	// Default: a key that AWS owns.
	EncryptionKey awskms.IKey

	// PublisherAccounts are the ids of accounts that may put events on the bus. For
	// several groups with conditions of their own, see [Bus.AddPublisher].
	//
	// Default: none but this account.
	PublisherAccounts *[]*string

	// PublisherOrganizations are the ids of organizations whose accounts may all put
	// events on the bus. It costs the policy one statement however many accounts
	// there are. A rule in such an account needs a role to put events on the bus; see
	// [Bus.PublisherRole].
	//
	// Default: none.
	PublisherOrganizations *[]*string

	// PublisherPrincipals are the ARNs of IAM roles and users that may put events on
	// the bus.
	//
	// Default: none.
	PublisherPrincipals *[]*string

	// PublisherSources are the only values of source that these publishers' events
	// may have, so that none can pass for another.
	//
	// Default: any.
	PublisherSources *[]*string

	// PublisherDetailTypes are the only values of detail-type that these publishers'
	// events may have.
	//
	// Default: any.
	PublisherDetailTypes *[]*string

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

	// SchemaDiscovery lets EventBridge derive schemas from the events on the bus,
	// also those of other accounts, and keep them in the registry
	// discovered-schemas. It is charged by the event.
	//
	// Default: false.
	SchemaDiscovery *bool

	// LogLevel has EventBridge log what becomes of each event: Level_ERROR,
	// Level_INFO, Level_TRACE, or Level_OFF for no logs.
	//
	// Default: no logs.
	LogLevel awsevents.Level

	// LogDetail says whether the logs hold the events themselves, which may be
	// confidential.
	//
	// Default: IncludeDetail_NONE.
	LogDetail awsevents.IncludeDetail

	// LogGroup gets the logs. An account can have 10 resource policies of CloudWatch
	// Logs in a Region (CloudWatch Logs quotas), of which each such group takes one;
	// let buses share a group.
	//
	// Default: a new log group that keeps them one month.
	LogGroup awslogs.ILogGroup
}

func (p *BusProps) problems(scope constructs.Construct) []error {
	archive := p.archive()
	all := []error{
		props.Exclusive("ExistingBus", p.ExistingBus, "EventBusProps", p.EventBusProps),
		props.Exclusive("ExistingBus", p.ExistingBus, "EncryptionKey", p.EncryptionKey),
		props.Exclusive("ExistingBus", p.ExistingBus, "LogLevel", string(p.LogLevel)),
		p.eventBusProblem(),
	}
	all = append(all, p.publisher().problems(scope, p.projectedARN(scope), emptyPolicy)...)
	all = append(all, archive.UnusedWithout())
	all = append(all, archive.Problems()...)
	return append(all,
		p.discoveryProblem(),
		props.Requires("LogDetail", string(p.LogDetail), "LogLevel", string(p.LogLevel)),
		props.Requires("LogGroup", p.LogGroup, "LogLevel", string(p.LogLevel)),
	)
}

func (p *BusProps) archive() *eventbus.Archive {
	return &eventbus.Archive{Disabled: p.DisableArchive, Retention: p.ArchiveRetention, Pattern: p.ArchivePattern}
}

// eventBusProblem reports what has a property of its own or another package.
func (p *BusProps) eventBusProblem() error {
	b := p.EventBusProps
	if b == nil {
		return nil
	}
	var all []error
	if b.KmsKey != nil {
		all = append(all, errors.New("EventBusProps.KmsKey must be unset: set EncryptionKey, which also grants what EventBridge needs"))
	}
	if b.DeadLetterQueue != nil {
		all = append(all, errors.New("EventBusProps.DeadLetterQueue must be unset: the bus has one where it has an EncryptionKey, and else no use for it"))
	}
	if b.LogConfig != nil {
		all = append(all, errors.New("EventBusProps.LogConfig must be unset: set LogLevel, which also delivers the logs"))
	}
	if b.EventSourceName != nil {
		all = append(all, errors.New("EventBusProps.EventSourceName must be unset: for a partner's event source, use eventbridgesaas.NewPartnerBus"))
	}
	return errors.Join(all...)
}

// discoveryProblem: EventBridge user guide, "Encrypting EventBridge event buses
// with AWS KMS keys".
func (p *BusProps) discoveryProblem() error {
	if p.SchemaDiscovery == nil || !*p.SchemaDiscovery || p.EncryptionKey == nil {
		return nil
	}
	return errors.New("SchemaDiscovery and EncryptionKey exclude each other: EventBridge discovers no schemas on a bus with a customer managed key")
}
