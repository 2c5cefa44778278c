// Package stack is the example's infrastructure.
package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/eventbridgesaas"
	"github.com/mediasupplychain/cdk/examples/internal/example"
	"github.com/mediasupplychain/cdk/examples/internal/receivedtable"
	"github.com/mediasupplychain/cdk/sqslambda"
)

// New defines the bus of a rights platform's partner event source, and a rule that
// brings the events to a queue and the function that writes them to a table.
func New(scope constructs.Construct, id string, props *awscdk.StackProps) awscdk.Stack {
	stack := awscdk.NewStack(scope, jsii.String(id), props)
	tables := receivedtable.New(stack, "Received")
	operators := example.Operators(stack)

	rights := sqslambda.NewConsumer(stack, jsii.String("Rights"), &sqslambda.ConsumerProps{
		GoPackage:      jsii.String("./consumer"),
		MaxConcurrency: jsii.Number(20), // what the table's readers can follow
		Tracing:        jsii.Bool(true),
		FunctionProps: &awslambda.FunctionProps{
			Architecture: example.Architecture(stack),
			Environment:  tables.Environment(),
		},
	})
	tables.GrantConsumer(rights.Function)
	rights.AddAlarms(operators, nil)

	bus := eventbridgesaas.NewPartnerBus(stack, jsii.String("Platform"), &eventbridgesaas.PartnerBusProps{
		EventSourceName: eventSource(stack),
		RemovalPolicy:   awscdk.RemovalPolicy_DESTROY, // an example leaves nothing behind; keep the default otherwise
	})
	rule := bus.AddRule(jsii.String("ToQueue"), &eventbridgesaas.RuleProps{
		// Only the partner puts events on its bus, so all of them are meant.
		Pattern: &awsevents.EventPattern{Source: awsevents.Match_Prefix(jsii.String(""))},
		Targets: &[]eventbridgesaas.Target{&eventbridgesaas.QueueTarget{Queue: rights.Queue}},
	})
	bus.AddAlarms(operators, &eventbridgesaas.AlarmsProps{Silence: awscdk.Duration_Days(jsii.Number(3))})

	example.Output(stack, "PartnerBusName", "The bus of the rights platform's event source", bus.Bus.EventBusName())
	example.Output(stack, "DeadLetterQueueUrl", "What could not be processed", rights.DeadLetterQueue.QueueUrl())
	example.Consumer(rights.Function, rights.LogGroup, rights.Policy)
	example.Suppress(rule.DeadLetterQueue, example.Rules{
		"AwsSolutions-SQS3": "It is a dead-letter queue itself: the one of an EventBridge rule, which the check does not know.",
	})
	return stack
}

// eventSource is the name of the partner's event source: the context value
// "eventSource" of cdk.json.
func eventSource(scope constructs.Construct) *string {
	name, ok := scope.Node().TryGetContext(jsii.String("eventSource")).(string)
	if !ok {
		panic(`the context value "eventSource" must be the name of the partner's event source, for example: cdk deploy --context eventSource=aws.partner/example.com/studio/rights`)
	}
	return jsii.String(name)
}
