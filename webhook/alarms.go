package webhook

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/internal/alarm"
	"github.com/mediasupplychain/cdk/internal/props"
)

// AlarmsProps configures the alarms of an [Endpoint].
type AlarmsProps struct {
	// Rejected is how many requests may be refused in five minutes before the
	// alarm, 1 or more.
	//
	// Default: 20.
	Rejected *float64

	// Failed is how many requests a partner may have to send again in five
	// minutes before the alarm, 1 or more.
	//
	// Default: 1.
	Failed *float64
}

// Alarms are the alarms of an [Endpoint].
type Alarms struct {
	// Rejected alarms when more requests than usual are refused: a partner's
	// secret is wrong, its clock is, or somebody is guessing.
	Rejected awscloudwatch.Alarm

	// Failed alarms when events could not be made durable and partners have to
	// send them again.
	Failed awscloudwatch.Alarm

	// Errors alarms when the function ends without an answer.
	Errors awscloudwatch.Alarm

	// ServerErrors alarms when the API answers with 5xx, throttling included.
	ServerErrors awscloudwatch.Alarm
}

// AddAlarms defines the alarms, each on the sum of five minutes, and lets
// action know when one begins and ends. It panics without an action, and when
// called again. The argument p may be nil.
func (e *Endpoint) AddAlarms(action awscloudwatch.IAlarmAction, p *AlarmsProps) *Alarms {
	p = props.Merge(alarmsDefaults(), p)
	scope := alarm.Scope(e, "webhook.Endpoint.AddAlarms", action,
		props.Range("Rejected", p.Rejected, 1, maxAlarm), props.Range("Failed", p.Failed, 1, maxAlarm))
	sum := &awscloudwatch.MetricOptions{Period: awscdk.Duration_Minutes(jsii.Number(5)), Statistic: awscloudwatch.Stats_SUM()}
	return &Alarms{
		Rejected: alarm.AtLeast(scope, "Rejected", e.MetricRejected(sum), *p.Rejected,
			"Many webhooks are refused. The function's log says of which partner, and why.", action),
		Failed: alarm.AtLeast(scope, "Failed", e.MetricFailed(sum), *p.Failed,
			"Webhooks could not be handed on, and partners have to send them again. The function's log says why.", action),
		Errors: alarm.AtLeast(scope, "Errors", e.Function.MetricErrors(sum), 1,
			"The webhook function ended without an answer. Its log says why.", action),
		ServerErrors: alarm.AtLeast(scope, "ServerErrors", e.API.MetricServerError(sum), *p.Failed,
			"The webhook API answers with 5xx: partners have to send again.", action),
	}
}

const maxAlarm = 1e9
