package sqslambda_test

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatchactions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/sqslambda"
)

// A transcode farm in another account reports to a queue; a Go package beside
// the app processes the reports of each asset in order.
func Example() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("Transcoding"), nil)

	renditions := sqslambda.NewConsumer(stack, jsii.String("Renditions"), &sqslambda.ConsumerProps{
		GoPackage:      jsii.String("./consumer"),
		Fifo:           jsii.Bool(true),
		SenderAccounts: jsii.Strings("111122223333"),
	})

	operators := awssns.NewTopic(stack, jsii.String("Operators"), nil)
	renditions.AddAlarms(awscloudwatchactions.NewSnsAction(operators), nil)

	app.Synth(nil)
}

// An existing queue, a function written with CDK's own construct, and a database
// behind it that must not be overrun.
func ExampleNewConsumer_existingQueue() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("Captions"), nil)
	function := awslambda.NewFunction(stack, jsii.String("Function"), &awslambda.FunctionProps{
		Runtime: awslambda.Runtime_PYTHON_3_13(),
		Handler: jsii.String("captions.handler"),
		Code:    awslambda.Code_FromAsset(jsii.String("captions"), nil),
		Timeout: awscdk.Duration_Seconds(jsii.Number(20)),
	})

	sqslambda.NewConsumer(stack, jsii.String("Captions"), &sqslambda.ConsumerProps{
		Function:       function,
		ExistingQueue:  awssqs.Queue_FromQueueArn(stack, jsii.String("Orders"), jsii.String("arn:aws:sqs:eu-west-1:111122223333:caption-orders")),
		MaxConcurrency: jsii.Number(5),
	})

	app.Synth(nil)
}
