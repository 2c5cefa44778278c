package snsfifo_test

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatchactions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/snsfifo"
)

// A quality control vendor in another account publishes its results, which a Go
// package beside the app processes in order for each asset.
func Example() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("QualityControl"), nil)

	results := snsfifo.NewTopic(stack, jsii.String("Results"), &snsfifo.TopicProps{
		PublisherAccounts: jsii.Strings("111122223333"),
		ArchiveDays:       jsii.Number(30),
	})
	inbox := snsfifo.NewSubscriber(stack, jsii.String("Inbox"), &snsfifo.SubscriberProps{
		Topic:     results.Topic,
		GoPackage: jsii.String("./consumer"),
	})

	operators := awscloudwatchactions.NewSnsAction(awssns.NewTopic(stack, jsii.String("Operators"), nil))
	results.AddAlarms(operators, nil)
	inbox.AddAlarms(operators, nil)

	app.Synth(nil)
}

// The topic is the vendor's own. Its owner adds the statement in the output
// before this stack is deployed.
func ExampleNewSubscriber_topicOfAnotherAccount() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("QualityControl"), nil)

	inbox := snsfifo.NewSubscriber(stack, jsii.String("Inbox"), &snsfifo.SubscriberProps{
		TopicArn:  jsii.String("arn:aws:sns:eu-west-1:444455556666:qc-results.fifo"),
		GoPackage: jsii.String("./consumer"),
	})
	awscdk.NewCfnOutput(stack, jsii.String("ForTheTopicsOwner"), &awscdk.CfnOutputProps{Value: inbox.TopicPolicyStatement()})

	app.Synth(nil)
}
