// Package stack is the example's infrastructure.
package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/examples/internal/example"
	"github.com/mediasupplychain/cdk/examples/internal/receivedtable"
	"github.com/mediasupplychain/cdk/sqslambda"
)

// New defines a queue that a transcode farm in another account sends its job
// updates to, and the function that writes them to a table.
func New(scope constructs.Construct, id string, props *awscdk.StackProps) awscdk.Stack {
	stack := awscdk.NewStack(scope, jsii.String(id), props)
	tables := receivedtable.New(stack, "Received")

	jobs := sqslambda.NewConsumer(stack, jsii.String("Jobs"), &sqslambda.ConsumerProps{
		GoPackage:      jsii.String("./consumer"),
		SenderAccounts: &[]*string{example.PartnerAccount(stack)},
		MaxConcurrency: jsii.Number(20), // what the table's readers can follow
		Tracing:        jsii.Bool(true),
		FunctionProps: &awslambda.FunctionProps{
			Architecture: example.Architecture(stack),
			Environment:  tables.Environment(),
		},
	})
	tables.GrantConsumer(jobs.Function)
	jobs.AddAlarms(example.Operators(stack), nil)

	example.Output(stack, "QueueUrl", "Where the farm sends its job updates", jobs.Queue.QueueUrl())
	example.Output(stack, "DeadLetterQueueUrl", "What could not be processed", jobs.DeadLetterQueue.QueueUrl())
	example.Consumer(jobs.Function, jobs.LogGroup, jobs.Policy)
	return stack
}
