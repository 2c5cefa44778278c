package eventrules

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/internal/alarm"
	"github.com/mediasupplychain/cdk/internal/props"
)

// Metric gives any metric that EventBridge has for the rule, the sum over 5
// minutes unless options differ (EventBridge user guide, "Monitoring Amazon
// EventBridge").
func (r *Rule) Metric(name *string, options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	dimensions := r.dimensions()
	return awscloudwatch.NewMetric(&awscloudwatch.MetricProps{
		Namespace:     jsii.String("AWS/Events"),
		MetricName:    name,
		DimensionsMap: &dimensions,
		Statistic:     awscloudwatch.Stats_SUM(),
	}).With(props.Merge(awscloudwatch.MetricOptions{}, options))
}

// MetricTriggeredRules is how often the rule ran because an event matched.
func (r *Rule) MetricTriggeredRules(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return r.Metric(jsii.String("TriggeredRules"), options)
}

// MetricInvocations is how often a target was invoked, retries not counted.
func (r *Rule) MetricInvocations(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return r.Metric(jsii.String("Invocations"), options)
}

// MetricFailedInvocations is how often a target could not be reached for good.
func (r *Rule) MetricFailedInvocations(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return r.Metric(jsii.String("FailedInvocations"), options)
}

// MetricInvocationsSentToDLQ is how many events went to the dead-letter queue.
func (r *Rule) MetricInvocationsSentToDLQ(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return r.Metric(jsii.String("InvocationsSentToDlq"), options)
}

// MetricInvocationsFailedToBeSentToDLQ is how many events are lost, because the
// dead-letter queue did not take them either.
func (r *Rule) MetricInvocationsFailedToBeSentToDLQ(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return r.Metric(jsii.String("InvocationsFailedToBeSentToDlq"), options)
}

// MetricDeadLetters is the number of messages in the dead-letter queue, the
// maximum over 5 minutes unless options differ.
func (r *Rule) MetricDeadLetters(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return r.DeadLetterQueue.MetricApproximateNumberOfMessagesVisible(
		props.Merge(awscloudwatch.MetricOptions{Statistic: awscloudwatch.Stats_MAXIMUM()}, options))
}

// Alarms are the alarms of a [Rule].
type Alarms struct {
	// DeadLetters alarms when the dead-letter queue holds an event.
	DeadLetters awscloudwatch.Alarm

	// LostEvents alarms when an event reached neither its target nor the
	// dead-letter queue.
	LostEvents awscloudwatch.Alarm
}

// AddAlarms defines the alarms, each on one minute, and lets action know when
// one begins and ends. It panics without an action, and when called again.
func (r *Rule) AddAlarms(action awscloudwatch.IAlarmAction) *Alarms {
	scope := alarm.Scope(r, r.construct+".AddAlarms", action)
	lost := r.MetricInvocationsFailedToBeSentToDLQ(&awscloudwatch.MetricOptions{Period: awscdk.Duration_Minutes(jsii.Number(1))})
	return &Alarms{
		DeadLetters: alarm.DeadLetters(scope, "DeadLetters", r.DeadLetterQueue,
			"Events were not delivered to a target of an EventBridge rule. Their message attribute ERROR_MESSAGE says why.", action),
		LostEvents: alarm.AtLeast(scope, "LostEvents", lost, 1,
			"Events of an EventBridge rule reached neither a target nor the dead-letter queue. Mend its policy, then replay them from the archive.", action),
	}
}

// dimensions name bus and rule, as CloudWatch has them: on the default bus, the
// rule alone.
func (r *Rule) dimensions() map[string]*string {
	if r.bus.isDefault() {
		return map[string]*string{"RuleName": r.Rule.RuleName()}
	}
	return map[string]*string{"EventBusName": r.bus.EventBusName(), "RuleName": r.name()}
}

// name of the rule. Its Ref is the name only on the default bus; on another it
// is "BUS|NAME", of which CloudWatch has no metric. The name is the last part of
// the ARN too, but how many parts there are depends on the bus: a partner bus
// has slashes in its name.
func (r *Rule) name() *string {
	if *awscdk.Token_IsUnresolved(r.bus.Name) {
		return awscdk.Fn_Select(jsii.Number(1), awscdk.Fn_Split(jsii.String("|"), r.Rule.RuleName(), nil))
	}
	last := 2 + strings.Count(*r.bus.Name, "/")
	return awscdk.Fn_Select(jsii.Number(last), awscdk.Fn_Split(jsii.String("/"), r.Rule.RuleArn(), nil))
}

func (b Bus) isDefault() bool { return *b.Name == "default" }
