package supplychain

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/internal/wire"
)

// Dashboard shows a supply chain at a glance.
type Dashboard struct {
	constructs.Construct

	// Dashboard is the CloudWatch dashboard, for widgets of your own.
	Dashboard awscloudwatch.Dashboard
}

// AddDashboard defines a CloudWatch dashboard: runs, what waits too long, the
// outbox, and a row for each source, also for those that are added later. It
// panics when called again.
func (c *SupplyChain) AddDashboard() *Dashboard {
	d := &Dashboard{}
	constructs.NewConstruct_Override(d, c, jsii.String("Dashboard"))
	d.Dashboard = awscloudwatch.NewDashboard(d, jsii.String("Dashboard"), nil)
	d.overview(c)
	for _, s := range c.all() {
		d.source(s)
	}
	c.watched.dashboard = d
	return d
}

func (d *Dashboard) overview(c *SupplyChain) {
	var ended, late []awscloudwatch.IMetric
	for _, status := range []string{"Completed", "Failed", "TimedOut", "Aborted"} {
		ended = append(ended, c.MetricRunsEnded(status, &awscloudwatch.MetricOptions{Label: jsii.String(status)}))
	}
	for _, stage := range c.askedNames() {
		late = append(late, c.MetricLateStages(stage, &awscloudwatch.MetricOptions{Label: jsii.String(stage)}))
	}
	d.Dashboard.AddWidgets(d.graph("Runs that ended", ended...),
		d.graph("Assets that wait too long, by stage", late...),
		d.graph("Outbox: age of records (ms), dead letters", c.MetricOutboxAge(nil), c.MetricOutboxDeadLetters(nil)))
}

func (d *Dashboard) source(s *Source) {
	var events []awscloudwatch.IMetric
	for _, fate := range []string{wire.FateApplied, "recorded", "late", "stale", "repeated", "conflict", "unmatched", "unmapped"} {
		events = append(events, s.MetricEvents(fate, &awscloudwatch.MetricOptions{Label: jsii.String(fate)}))
	}
	var left []awscloudwatch.IMetric
	left = append(left, s.MetricOldestMessage(nil))
	if dead := s.MetricDeadLetters(nil); dead != nil {
		left = append(left, dead)
	}
	d.Dashboard.AddWidgets(d.graph(s.Name+": events by fate", events...),
		d.graph(s.Name+": oldest event (s), dead letters", left...),
		d.graph(s.Name+": intake", s.Function.MetricInvocations(nil), s.Function.MetricErrors(nil), s.Function.MetricThrottles(nil)))
}

func (d *Dashboard) graph(title string, metrics ...awscloudwatch.IMetric) awscloudwatch.GraphWidget {
	return awscloudwatch.NewGraphWidget(&awscloudwatch.GraphWidgetProps{
		Title: jsii.String(title), Left: &metrics, Width: jsii.Number(8),
	})
}
