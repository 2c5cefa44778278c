package snsfifo

import (
	"errors"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/internal/access"
	"github.com/mediasupplychain/cdk/internal/alarm"
	"github.com/mediasupplychain/cdk/internal/props"
	"github.com/mediasupplychain/cdk/internal/queue"
)

// MaxMessageBytes is the size of the largest message that SNS takes, attributes
// included: 256 KiB, a quarter of what SQS takes (API reference of SNS, Publish).
// Publish a reference to what is larger.
const MaxMessageBytes = 256 * 1024

// TopicProps configures a [Topic].
type TopicProps struct {
	// PublisherAccounts are the ids of the AWS accounts that may publish, and use
	// the topic's key to encrypt.
	//
	// Default: only identities of the topic's own account that are granted to.
	PublisherAccounts *[]*string

	// PublisherOrganizations are the ids of the AWS Organizations, such as
	// "o-a1b2c3d4e5", whose accounts may publish.
	//
	// Default: none.
	PublisherOrganizations *[]*string

	// PublisherPrincipals are the ARNs of IAM roles and users, usually of other
	// accounts, that may publish. They need not exist yet.
	//
	// Default: none.
	PublisherPrincipals *[]*string

	// SubscriberAccounts are the ids of the AWS accounts that may subscribe their
	// own SQS queues, and nothing else. They do it themselves: a subscription made
	// by another than the queue's owner stays pending until it is confirmed.
	//
	// Default: only identities of the topic's own account.
	SubscriberAccounts *[]*string

	// SubscriberOrganizations are the ids of the AWS Organizations whose accounts
	// may subscribe SQS queues, and nothing else.
	//
	// Default: none.
	SubscriberOrganizations *[]*string

	// ContentBasedDeduplication lets publishers leave out the deduplication id: SNS
	// takes the SHA-256 of the body. Attributes do not count, so two events with
	// equal bodies within 5 minutes are one. Better, publish the event's own id.
	//
	// Default: false, a message without deduplication id is refused.
	ContentBasedDeduplication *bool

	// ArchiveDays is for how many days, from 1 to 365, SNS keeps messages so that a
	// subscriber can have them replayed. A topic with an archive cannot be deleted:
	// take ArchiveDays away first, which deletes what is in it (SNS developer guide,
	// "Message archiving for FIFO topic owners").
	//
	// Default: no archive.
	ArchiveDays *float64

	// HighThroughput lifts the topic's limit of 3,000 messages a second to what the
	// Region allows, and looks for duplicates within a message group only (API
	// reference of SNS, CreateTopic, FifoThroughputScope). Set it on the
	// subscribers too.
	//
	// Default: false.
	HighThroughput *bool

	// MasterKey encrypts messages in the topic. Other accounts that publish are let
	// in by the key's policy; where the key is imported, a warning says which
	// statement its owner must add. The key alias/aws/sns lets no other account in.
	//
	// Default: a new customer managed key, rotated every year.
	MasterKey awskms.IKey

	// TopicProps overrides single properties of the topic, except those that are
	// properties here.
	//
	// Default: TLS only.
	TopicProps *awssns.TopicProps
}

// Topic is a FIFO topic that partners publish to, in order for each message
// group. Use the asset's id as message group, and the event's id as
// deduplication id.
type Topic struct {
	constructs.Construct

	// Topic is the topic itself; pass it to a [Subscriber].
	Topic awssns.Topic

	// Key encrypts messages in the topic: the new key, or MasterKey.
	Key awskms.IKey
}

// NewTopic defines a [Topic]. It panics with an error that lists every invalid
// property; nothing is defined then.
func NewTopic(scope constructs.Construct, id *string, p *TopicProps) *Topic {
	p = props.Merge(TopicProps{}, p)
	props.Check(scope, id, "snsfifo.Topic", p.problems()...)

	t := &Topic{}
	constructs.NewConstruct_Override(t, scope, id)

	t.Key = p.MasterKey
	if t.Key == nil {
		t.Key = awskms.NewKey(t, jsii.String("Key"), keyDefaults())
	}
	t.Topic = awssns.NewTopic(t, jsii.String("Topic"), props.Merge(topicDefaults(), p.TopicProps, p.required(t.Key)))
	t.allowPublishers(p)
	t.allowSubscribers(p)
	return t
}

// GrantPublish lets grantee publish, and encrypt with the topic's key.
func (t *Topic) GrantPublish(grantee awsiam.IGrantable) awsiam.Grant {
	return t.Topic.GrantPublish(grantee)
}

// GrantSubscribe lets grantee subscribe to the topic.
func (t *Topic) GrantSubscribe(grantee awsiam.IGrantable) awsiam.Grant {
	return t.Topic.GrantSubscribe(grantee)
}

// MetricMessagesPublished is the number of messages published, the sum over 5
// minutes unless options differ.
func (t *Topic) MetricMessagesPublished(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return t.Topic.MetricNumberOfMessagesPublished(options)
}

// MetricNotificationsFailed is the number of messages that could not be
// delivered to a subscriber, the sum over 5 minutes unless options differ.
func (t *Topic) MetricNotificationsFailed(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return t.Topic.MetricNumberOfNotificationsFailed(options)
}

// TopicAlarmsProps configures the alarms of a [Topic].
type TopicAlarmsProps struct {
	// NotificationsFailed is how many failed deliveries in 5 minutes, at least 1,
	// set off the alarm.
	//
	// Default: 1.
	NotificationsFailed *float64
}

// TopicAlarms are the alarms of a [Topic].
type TopicAlarms struct {
	// NotificationsFailed alarms when messages cannot be delivered to a subscriber,
	// in this account or another.
	NotificationsFailed awscloudwatch.Alarm
}

// AddAlarms defines the alarms and lets action know when one begins and ends. It
// panics without an action, and when called again. The argument p may be nil.
func (t *Topic) AddAlarms(action awscloudwatch.IAlarmAction, p *TopicAlarmsProps) *TopicAlarms {
	p = props.Merge(TopicAlarmsProps{NotificationsFailed: jsii.Number(1)}, p)
	scope := alarm.Scope(t, "snsfifo.Topic.AddAlarms", action,
		props.Range("NotificationsFailed", p.NotificationsFailed, 1, 1e9))
	return &TopicAlarms{NotificationsFailed: alarm.AtLeast(scope, "NotificationsFailed", t.MetricNotificationsFailed(nil), *p.NotificationsFailed,
		"Messages cannot be delivered to a subscriber. They are in the dead-letter queue of its subscription, if it has one.", action)}
}

func (p *TopicProps) required(key awskms.IKey) *awssns.TopicProps {
	r := &awssns.TopicProps{
		Fifo:                         jsii.Bool(true),
		MasterKey:                    key,
		ContentBasedDeduplication:    p.ContentBasedDeduplication,
		MessageRetentionPeriodInDays: p.ArchiveDays,
	}
	if p.HighThroughput != nil && *p.HighThroughput {
		r.FifoThroughputScope = awssns.FifoThroughputScope_MESSAGE_GROUP
	}
	return r
}

func (p *TopicProps) publishers() access.Grantees {
	return access.Grantees{
		Name:          "Publisher",
		Accounts:      p.PublisherAccounts,
		Organizations: p.PublisherOrganizations,
		Principals:    p.PublisherPrincipals,
	}
}

func (p *TopicProps) subscribers() access.Grantees {
	return access.Grantees{Name: "Subscriber", Accounts: p.SubscriberAccounts, Organizations: p.SubscriberOrganizations}
}

// allowPublishers opens the topic and its key together: with one of the two, a
// publisher in another account gets an error.
func (t *Topic) allowPublishers(p *TopicProps) {
	publishers := p.publishers()
	if !publishers.Any() {
		return
	}
	for _, statement := range publishers.Statements(t.Topic.TopicArn(), nil, "sns:Publish") {
		t.Topic.AddToResourcePolicy(statement)
	}
	publishers.AllowKey(t, t.Key)
}

// allowSubscribers lets others subscribe queues of SQS, those of an account only
// its own.
func (t *Topic) allowSubscribers(p *TopicProps) {
	accounts, organizations := p.subscribers(), p.subscribers()
	if !accounts.Any() {
		return
	}
	accounts.Organizations, organizations.Accounts = nil, nil
	for _, statement := range accounts.Statements(t.Topic.TopicArn(), subscribeConditions(t, p.SubscriberAccounts), "sns:Subscribe") {
		t.Topic.AddToResourcePolicy(statement)
	}
	for _, statement := range organizations.Statements(t.Topic.TopicArn(), subscribeConditions(t, nil), "sns:Subscribe") {
		t.Topic.AddToResourcePolicy(statement)
	}
}

// subscribeConditions limit sns:Subscribe to queues, of these accounts if any.
func subscribeConditions(self constructs.Construct, accounts *[]*string) map[string]map[string]any {
	conditions := map[string]map[string]any{"StringEquals": {"sns:Protocol": "sqs"}}
	if accounts == nil {
		return conditions
	}
	var queues []*string
	for _, account := range access.Sorted(accounts) {
		queues = append(queues, awscdk.Stack_Of(self).FormatArn(&awscdk.ArnComponents{
			Service: jsii.String("sqs"), Region: jsii.String("*"), Account: account, Resource: jsii.String("*"),
		}))
	}
	conditions["StringLike"] = map[string]any{"sns:Endpoint": queues}
	return conditions
}

func (p *TopicProps) problems() []error {
	problems := []error{
		p.publishers().Problems(),
		p.subscribers().Problems(),
		props.Range("ArchiveDays", p.ArchiveDays, 1, 365),
	}
	given := p.TopicProps
	if given == nil {
		return problems
	}
	for _, taken := range []struct {
		set       bool
		name, use string
	}{
		{given.ContentBasedDeduplication != nil, "ContentBasedDeduplication", "set ContentBasedDeduplication"},
		{given.MessageRetentionPeriodInDays != nil, "MessageRetentionPeriodInDays", "set ArchiveDays"},
		{given.FifoThroughputScope != "", "FifoThroughputScope", "set HighThroughput"},
		{given.MasterKey != nil, "MasterKey", "set MasterKey"},
		{given.Fifo != nil && !*given.Fifo, "Fifo", "this is a FIFO topic"},
	} {
		if taken.set {
			problems = append(problems, errors.New("TopicProps."+taken.name+" must be unset: "+taken.use))
		}
	}
	if name := given.TopicName; name != nil && !queue.IsFifoARN(*name) && !*awscdk.Token_IsUnresolved(name) {
		problems = append(problems, errors.New(`TopicProps.TopicName must end with ".fifo", got "`+*name+`"`))
	}
	return problems
}
