// Package stack is the example's infrastructure.
package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/custombus"
	"github.com/mediasupplychain/cdk/examples/internal/example"
	"github.com/mediasupplychain/cdk/examples/internal/receivedtable"
	"github.com/mediasupplychain/cdk/sqslambda"
)

// New defines a bus on which an editing tool in another account puts events, and
// a rule that brings them to a queue and the function that writes them to a table.
func New(scope constructs.Construct, id string, props *awscdk.StackProps) awscdk.Stack {
	stack := awscdk.NewStack(scope, jsii.String(id), props)
	tables := receivedtable.New(stack, "Received")
	operators := example.Operators(stack)

	edits := sqslambda.NewConsumer(stack, jsii.String("Edits"), &sqslambda.ConsumerProps{
		GoPackage:      jsii.String("./consumer"),
		MaxConcurrency: jsii.Number(20), // what the table's readers can follow
		Tracing:        jsii.Bool(true),
		FunctionProps: &awslambda.FunctionProps{
			Architecture: example.Architecture(stack),
			Environment:  tables.Environment(),
		},
	})
	tables.GrantConsumer(edits.Function)
	edits.AddAlarms(operators, nil)

	bus := custombus.NewBus(stack, jsii.String("Bus"), &custombus.BusProps{
		PublisherAccounts: &[]*string{example.PartnerAccount(stack)},
		PublisherSources:  jsii.Strings("com.example.cuttingroom"),
	})
	rule := bus.AddRule(jsii.String("ToQueue"), &custombus.RuleProps{
		// The bus is there for this tool alone, and its policy sees to that.
		Pattern: &awsevents.EventPattern{Source: awsevents.Match_Prefix(jsii.String(""))},
		Targets: &[]custombus.Target{&custombus.QueueTarget{Queue: edits.Queue}},
	})
	bus.AddAlarms(operators)

	example.Output(stack, "BusName", "Where the editing tool puts its events", bus.Bus.EventBusName())
	example.Output(stack, "PublisherPolicy", "What the tool's role needs in its own account", bus.PublisherPolicy())
	example.Output(stack, "DeadLetterQueueUrl", "What could not be processed", edits.DeadLetterQueue.QueueUrl())
	example.Consumer(edits.Function, edits.LogGroup, edits.Policy)
	example.Suppress(rule.DeadLetterQueue, example.Rules{
		"AwsSolutions-SQS3": "It is a dead-letter queue itself: the one of an EventBridge rule, which the check does not know.",
	})
	return stack
}
