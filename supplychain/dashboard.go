package supplychain

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/internal/wire"
)

// AddDashboard defines a CloudWatch dashboard: runs, what waits too long, the
// outbox, and a row for each source, also for those that are added later. It
// panics when called again.
func (c *SupplyChain) AddDashboard() awscloudwatch.Dashboard {
	d := awscloudwatch.NewDashboard(c, jsii.String("Dashboard"), nil)
	var ended, late []awscloudwatch.IMetric
	for _, status := range []string{"Completed", "Failed", "TimedOut", "Aborted"} {
		ended = append(ended, c.MetricRunsEnded(status, labeled(status)))
	}
	for _, stage := range c.askedNames() {
		late = append(late, c.MetricLateStages(stage, labeled(stage)))
	}
	d.AddWidgets(chart("Runs that ended", ended...),
		chart("Assets that wait too long, by stage", late...),
		chart("Outbox: age of records (ms), dead letters", c.MetricOutboxAge(nil), c.MetricOutboxDeadLetters(nil)))
	c.watched.dashboard = d
	for _, s := range c.all() {
		s.addTo(d)
	}
	return d
}

// addTo adds the row of a source.
func (s *Source) addTo(d awscloudwatch.Dashboard) {
	var events []awscloudwatch.IMetric
	for _, fate := range []string{wire.FateApplied, "recorded", "late", "stale", "repeated", "conflict", "unmatched", "unmapped"} {
		events = append(events, s.MetricEvents(fate, labeled(fate)))
	}
	waiting := []awscloudwatch.IMetric{s.MetricOldestMessage(nil)}
	if s.DeadLetterQueue != nil {
		waiting = append(waiting, s.MetricDeadLetters(nil))
	}
	d.AddWidgets(chart(s.Name+": events by fate", events...),
		chart(s.Name+": oldest event (s), dead letters", waiting...),
		chart(s.Name+": intake", s.Function.MetricInvocations(nil), s.Function.MetricErrors(nil), s.Function.MetricThrottles(nil)))
}

func chart(title string, metrics ...awscloudwatch.IMetric) awscloudwatch.GraphWidget {
	const third = 8 // of the 24 columns
	return awscloudwatch.NewGraphWidget(&awscloudwatch.GraphWidgetProps{Title: jsii.String(title), Left: &metrics, Width: jsii.Number(third)})
}

func labeled(text string) *awscloudwatch.MetricOptions {
	return &awscloudwatch.MetricOptions{Label: jsii.String(text)}
}
