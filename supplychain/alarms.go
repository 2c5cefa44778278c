package supplychain

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/internal/alarm"
	"github.com/mediasupplychain/cdk/internal/props"
	"github.com/mediasupplychain/cdk/internal/queue"
)

// AlarmsProps configures the alarms of a [SupplyChain].
type AlarmsProps struct {
	// OldestMessage is how long an event may wait in a source's queue, at least
	// one minute, before the alarm.
	//
	// Default: 15 minutes.
	OldestMessage awscdk.Duration

	// OutboxDelay is how old a record of the table's stream may be when the outbox
	// gets it, at least one minute, before the alarm.
	//
	// Default: 5 minutes.
	OutboxDelay awscdk.Duration

	// RunsFailed is how many runs may fail in five minutes before the alarm, 1 or
	// more.
	//
	// Default: 1.
	RunsFailed *float64

	// LateStages is how many assets may wait in one stage for longer than its
	// WarnAfter before the alarm, 1 or more.
	//
	// Default: 1.
	LateStages *float64

	// Unmapped is how many events of a source may have unknown words in five
	// minutes before the alarm, 1 or more.
	//
	// Default: 1.
	Unmapped *float64
}

// Alarms are the alarms of a [SupplyChain] itself; each [Source] has its own.
type Alarms struct {
	// RunsFailed alarms when runs failed.
	RunsFailed awscloudwatch.Alarm

	// RunsTimedOut alarms when a run took longer than the state machine's timeout.
	RunsTimedOut awscloudwatch.Alarm

	// OutboxAge alarms when the outbox does not keep up, or fails.
	OutboxAge awscloudwatch.Alarm

	// OutboxDeadLetters alarms when the outbox put something aside.
	OutboxDeadLetters awscloudwatch.Alarm

	// WatchErrors alarms when lateness cannot be looked for.
	WatchErrors awscloudwatch.Alarm

	// LateStages alarm, by stage, when an asset waits for too long.
	LateStages map[string]awscloudwatch.Alarm
}

// watched is what the alarms of sources that are added later need.
type watched struct {
	action    awscloudwatch.IAlarmAction
	props     *AlarmsProps
	dashboard awscloudwatch.Dashboard
}

const many = 1e9

func (p *AlarmsProps) problems() []error {
	return []error{
		props.Duration("OldestMessage", p.OldestMessage, minute, queue.MaxRetention),
		props.Duration("OutboxDelay", p.OutboxDelay, minute, 24*60*60),
		props.Range("RunsFailed", p.RunsFailed, 1, many),
		props.Range("LateStages", p.LateStages, 1, many),
		props.Range("Unmapped", p.Unmapped, 1, many),
	}
}

func (c *SupplyChain) alarms(scope constructs.Construct) *Alarms {
	p, action := c.watched.props, c.watched.action
	delay := *p.OutboxDelay.ToMilliseconds(nil)
	all := &Alarms{
		RunsFailed: alarm.AtLeast(scope, "RunsFailed", c.MetricRunsFailed(nil), *p.RunsFailed,
			"Runs of a supply chain failed. The table's timeline index, FAILED and the day, lists what failed and why.", action),
		RunsTimedOut: alarm.AtLeast(scope, "RunsTimedOut", c.MetricRunsTimedOut(nil), 1,
			"Runs of a supply chain took longer than the state machine's timeout.", action),
		OutboxAge: alarm.AtLeast(scope, "OutboxAge", c.MetricOutboxAge(perMinute()), delay,
			"The outbox of a supply chain does not keep up, or fails: requests and answers wait. Its log says why.", action),
		OutboxDeadLetters: alarm.DeadLetters(scope, "OutboxDeadLetters", c.OutboxDeadLetterQueue,
			"The outbox of a supply chain put aside what it could not do, with the reason. Mend it, then do the asset's effects again.", action),
		WatchErrors: alarm.AtLeast(scope, "WatchErrors", c.Watch.MetricErrors(nil), 1,
			"Stages of a supply chain that are late cannot be found. The watch function's log says why.", action),
		LateStages: map[string]awscloudwatch.Alarm{},
	}
	late := constructs.NewConstruct(scope, jsii.String("LateStages"))
	for _, stage := range c.askedNames() {
		all.LateStages[stage] = alarm.AtLeast(late, stage, c.MetricLateStages(stage, nil), *p.LateStages,
			fmt.Sprintf("Assets wait too long in the stage %s of a supply chain.", stage), action)
	}
	c.rules.AddAlarms(action)
	for _, s := range c.all() {
		c.watched.source(s)
	}
	return all
}

// all sources, those of our own too.
func (c *SupplyChain) all() []*Source {
	var all []*Source
	for _, s := range append([]*Source{c.Executions, c.Approvals}, c.added...) {
		if s != nil {
			all = append(all, s)
		}
	}
	return all
}

// source watches a source, once alarms or a dashboard were asked for.
func (w *watched) source(s *Source) {
	if w.action != nil {
		s.addAlarms(w.action, w.props)
	}
	if w.dashboard != nil {
		s.addTo(w.dashboard)
	}
}

func (s *Source) addAlarms(action awscloudwatch.IAlarmAction, p *AlarmsProps) {
	scope := constructs.NewConstruct(s, jsii.String("Alarms"))
	alarm.OldestMessage(scope, "OldestMessage", s.Queue, p.OldestMessage,
		fmt.Sprintf("Events of the source %s wait too long: its intake does not keep up, or fails.", s.Name), action)
	if s.DeadLetterQueue != nil {
		alarm.DeadLetters(scope, "DeadLetters", s.DeadLetterQueue,
			fmt.Sprintf("Events of the source %s could not be applied. Their attribute DeadLetterReason says why.", s.Name), action)
	}
	if s.Subscriber != nil {
		alarm.DeadLetters(scope, "Undeliverable", s.Subscriber.Undeliverable,
			fmt.Sprintf("SNS could not deliver events of the source %s to its queue.", s.Name), action)
	}
	if len(s.props.mappings()) > 0 {
		alarm.AtLeast(scope, "Unmapped", s.MetricUnmapped(nil), *p.Unmapped,
			fmt.Sprintf("Events of the source %s have words that its mapping does not know. They are in the history, and had no effect.", s.Name), action)
	}
	if s.Rule != nil && s.DeadLetterQueue != nil {
		alarm.AtLeast(scope, "LostEvents", s.Rule.MetricInvocationsFailedToBeSentToDLQ(perMinute()), 1,
			fmt.Sprintf("Events of the source %s reached neither its queue nor the dead-letter queue. Replay them from the bus's archive.", s.Name), action)
	}
	if hook := s.props.Webhook; hook != nil {
		alarm.AtLeast(scope, "Rejected", hook.MetricRejected(nil), rejectedRequests,
			fmt.Sprintf("Many requests of the source %s are refused: the partner's secret or clock is wrong, or somebody guesses.", s.Name), action)
	}
}

// rejectedRequests in five minutes are more than a partner's mishap.
const rejectedRequests = 20

func perMinute() *awscloudwatch.MetricOptions {
	return &awscloudwatch.MetricOptions{Period: awscdk.Duration_Minutes(jsii.Number(1))}
}
