// Package alarm defines the alarms of all constructs, each with an action,
// since an alarm that tells nobody is worse than none.
package alarm

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// AtLeast alarms when one data point of metric reaches threshold, and tells
// action when it does and when it is over. A period without data is good: none
// of the metrics of these constructs stop when something breaks.
func AtLeast(scope constructs.Construct, id string, metric awscloudwatch.IMetric, threshold float64, what string, action awscloudwatch.IAlarmAction) awscloudwatch.Alarm {
	alarm := awscloudwatch.NewAlarm(scope, jsii.String(id), &awscloudwatch.AlarmProps{
		Metric:             metric,
		Threshold:          jsii.Number(threshold),
		EvaluationPeriods:  jsii.Number(1),
		ComparisonOperator: awscloudwatch.ComparisonOperator_GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
		TreatMissingData:   awscloudwatch.TreatMissingData_NOT_BREACHING,
		AlarmDescription:   jsii.String(what),
	})
	alarm.AddAlarmAction(action)
	alarm.AddOkAction(action)
	return alarm
}

// DeadLetters alarms as soon as queue holds a message.
func DeadLetters(scope constructs.Construct, id string, queue awssqs.IQueue, what string, action awscloudwatch.IAlarmAction) awscloudwatch.Alarm {
	return AtLeast(scope, id, queue.MetricApproximateNumberOfMessagesVisible(perMinute()), 1, what, action)
}

// OldestMessage alarms when a message has waited in queue for age or longer.
func OldestMessage(scope constructs.Construct, id string, queue awssqs.IQueue, age awscdk.Duration, what string, action awscloudwatch.IAlarmAction) awscloudwatch.Alarm {
	seconds := *age.ToSeconds(nil)
	return AtLeast(scope, id, queue.MetricApproximateAgeOfOldestMessage(perMinute()), seconds, what, action)
}

// perMinute looks at the maximum of each minute, the finest that SQS reports.
func perMinute() *awscloudwatch.MetricOptions {
	return &awscloudwatch.MetricOptions{
		Period:    awscdk.Duration_Minutes(jsii.Number(1)),
		Statistic: awscloudwatch.Stats_MAXIMUM(),
	}
}
