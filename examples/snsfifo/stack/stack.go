// Package stack is the example's infrastructure.
package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/examples/internal/example"
	"github.com/mediasupplychain/cdk/examples/internal/receivedtable"
	"github.com/mediasupplychain/cdk/snsfifo"
)

// New defines a FIFO topic that a quality control vendor in another account
// publishes its results to, and a subscriber whose function writes them to a
// table, in order for each asset.
func New(scope constructs.Construct, id string, props *awscdk.StackProps) awscdk.Stack {
	stack := awscdk.NewStack(scope, jsii.String(id), props)
	tables := receivedtable.New(stack, "Received")

	results := snsfifo.NewTopic(stack, jsii.String("Results"), &snsfifo.TopicProps{
		PublisherAccounts: &[]*string{example.PartnerAccount(stack)},
		MasterKey:         key(stack),
	})
	inbox := snsfifo.NewSubscriber(stack, jsii.String("Inbox"), &snsfifo.SubscriberProps{
		Topic:     results.Topic,
		GoPackage: jsii.String("./consumer"),
		Tracing:   jsii.Bool(true),
		FunctionProps: &awslambda.FunctionProps{
			Architecture: example.Architecture(stack),
			Environment:  tables.Environment(),
		},
	})
	tables.GrantConsumer(inbox.Function)

	operators := example.Operators(stack)
	results.AddAlarms(operators, nil)
	inbox.AddAlarms(operators, nil)

	example.Output(stack, "TopicArn", "Where the vendor publishes its results", results.Topic.TopicArn())
	example.Output(stack, "DeadLetterQueueUrl", "What could not be processed", inbox.DeadLetterQueue.QueueUrl())
	example.Consumer(inbox.Function, inbox.LogGroup, inbox.Policy)
	example.Suppress(inbox.Undeliverable, example.Rules{
		"AwsSolutions-SQS3": "This is the dead-letter queue of the SNS subscription, which the rule does not look at.",
	})
	return stack
}

// key encrypts what is in the topic. Without it the construct defines one, which
// stays when the stack goes; an example leaves nothing behind.
func key(stack awscdk.Stack) awskms.IKey {
	return awskms.NewKey(stack, jsii.String("ResultsKey"), &awskms.KeyProps{
		EnableKeyRotation: jsii.Bool(true),
		RemovalPolicy:     awscdk.RemovalPolicy_DESTROY,
	})
}
