package sqslambda_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatchactions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/internal/cdktest"
	"github.com/mediasupplychain/cdk/sqslambda"
	"github.com/mediasupplychain/cdk/testkit"
)

func alarmAction(stack awscdk.Stack) awscloudwatch.IAlarmAction {
	return awscloudwatchactions.NewSnsAction(awssns.NewTopic(stack, jsii.String("Operators"), nil))
}

func TestAlarms(t *testing.T) {
	stack := testkit.NewStack(t)
	c := newConsumer(stack, &sqslambda.ConsumerProps{GoPackage: goPackage()})
	alarms := c.AddAlarms(alarmAction(stack), &sqslambda.AlarmsProps{OldestMessage: awscdk.Duration_Hours(jsii.Number(1))})

	operators := []any{cdktest.Resolved(t, stack, stack.Node().FindChild(jsii.String("Operators")).(awssns.Topic).TopicArn())}
	for name, a := range map[string]struct {
		alarm     awscloudwatch.Alarm
		queue     awssqs.IQueue
		metric    string
		threshold int
	}{
		"dead letters":   {alarms.DeadLetters, c.DeadLetterQueue, "ApproximateNumberOfMessagesVisible", 1},
		"oldest message": {alarms.OldestMessage, c.Queue, "ApproximateAgeOfOldestMessage", 3600},
	} {
		t.Run(name, func(t *testing.T) {
			properties := cdktest.PropertiesOf(t, a.alarm)
			assert.Equal(t, "AWS/SQS", properties["Namespace"])
			assert.Equal(t, a.metric, properties["MetricName"])
			assert.Equal(t, []any{map[string]any{"Name": "QueueName", "Value": cdktest.Resolved(t, stack, a.queue.QueueName())}}, properties["Dimensions"])
			assert.Equal(t, a.threshold, properties["Threshold"])
			assert.Equal(t, "GreaterThanOrEqualToThreshold", properties["ComparisonOperator"])
			assert.Equal(t, "Maximum", properties["Statistic"])
			assert.Equal(t, 60, properties["Period"])
			assert.Equal(t, "notBreaching", properties["TreatMissingData"])
			assert.Equal(t, operators, properties["AlarmActions"])
			assert.Equal(t, operators, properties["OKActions"])
		})
	}
}

func TestTheOldestMessageMayWaitAQuarterOfAnHourByDefault(t *testing.T) {
	stack := testkit.NewStack(t)
	alarms := newConsumer(stack, &sqslambda.ConsumerProps{GoPackage: goPackage()}).AddAlarms(alarmAction(stack), nil)
	assert.Equal(t, 900, cdktest.PropertiesOf(t, alarms.OldestMessage)["Threshold"])
}

func TestAlarmsOfAQueueWithoutDeadLetterQueue(t *testing.T) {
	stack := testkit.NewStack(t)
	c := newConsumer(stack, &sqslambda.ConsumerProps{GoPackage: goPackage(), ExistingQueue: importedQueue(stack, "ingest")})
	alarms := c.AddAlarms(alarmAction(stack), nil)
	assert.Nil(t, alarms.DeadLetters)
	assert.NotNil(t, alarms.OldestMessage)
	assert.Nil(t, c.MetricDeadLetters(nil))
}

func TestAlarmsThatTellNobodyAreRefused(t *testing.T) {
	stack := testkit.NewStack(t)
	c := newConsumer(stack, &sqslambda.ConsumerProps{GoPackage: goPackage()})
	err := cdktest.Problem(t, c, func(constructs.Construct, *string) {
		c.AddAlarms(nil, &sqslambda.AlarmsProps{OldestMessage: awscdk.Duration_Seconds(jsii.Number(5))})
	})
	require.EqualError(t, err, `sqslambda.Consumer.AddAlarms "Stack/Renditions/Alarms": invalid properties:
- action is required
- OldestMessage must be between 60 and 1209600 seconds, got 5`)
	assert.Empty(t, cdktest.Properties(t, stack, "AWS::CloudWatch::Alarm"))
}

func TestAlarmsAreAddedOnce(t *testing.T) {
	stack := testkit.NewStack(t)
	c := newConsumer(stack, &sqslambda.ConsumerProps{GoPackage: goPackage()})
	action := alarmAction(stack)
	c.AddAlarms(action, nil)
	err := cdktest.Problem(t, c, func(constructs.Construct, *string) { c.AddAlarms(action, nil) })
	assert.EqualError(t, err, `sqslambda.Consumer.AddAlarms "Stack/Renditions/Alarms": invalid properties:
- the alarms exist already: add further actions to the ones that the first call returned`)
}
