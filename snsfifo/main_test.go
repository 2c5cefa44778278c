package snsfifo_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatchactions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/snsfifo"
	"github.com/mediasupplychain/cdk/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

const partnersTopic = "arn:aws:sns:eu-west-1:444455556666:qc-results.fifo"

func newTopic(stack awscdk.Stack, p *snsfifo.TopicProps) *snsfifo.Topic {
	return snsfifo.NewTopic(stack, jsii.String("Results"), p)
}

// newSubscriber subscribes to the partner's topic unless the properties say
// otherwise.
func newSubscriber(stack awscdk.Stack, p snsfifo.SubscriberProps) *snsfifo.Subscriber {
	if p.Topic == nil && p.TopicArn == nil {
		p.TopicArn = jsii.String(partnersTopic)
	}
	return snsfifo.NewSubscriber(stack, jsii.String("QualityControl"), &p)
}

func goPackage() *string { return jsii.String("./testdata/consumer") }

func importedQueue(scope constructs.Construct, name string) awssqs.IQueue {
	return awssqs.Queue_FromQueueArn(scope, jsii.String("Imported-"+name), jsii.String("arn:aws:sqs:eu-west-1:111122223333:"+name))
}

// stackIn is a stack of a known account and Region.
func stackIn(t *testing.T, account, region string) awscdk.Stack {
	return awscdk.NewStack(testkit.NewApp(t), jsii.String("Stack"), &awscdk.StackProps{
		Env: &awscdk.Environment{Account: jsii.String(account), Region: jsii.String(region)},
	})
}

func alarmAction(stack awscdk.Stack) awscloudwatch.IAlarmAction {
	return awscloudwatchactions.NewSnsAction(awssns.NewTopic(stack, jsii.String("Operators"), nil))
}

// root is the principal of an account, as CloudFormation has it.
func root(account string) map[string]any {
	return map[string]any{"Fn::Join": []any{"", []any{"arn:", map[string]any{"Ref": "AWS::Partition"}, ":iam::" + account + ":root"}}}
}

// queuesOf are all queues of an account, as CloudFormation has it.
func queuesOf(account string) map[string]any {
	return map[string]any{"Fn::Join": []any{"", []any{"arn:", map[string]any{"Ref": "AWS::Partition"}, ":sqs:*:" + account + ":*"}}}
}
