package example

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/internal/function"
)

// GoFunction is a function of an example's own, compiled from the package at
// path, and traced with X-Ray.
func GoFunction(scope constructs.Construct, id, path string) awslambda.Function {
	layer := &awslambda.FunctionProps{Architecture: Architecture(scope), Tracing: awslambda.Tracing_ACTIVE}
	code, err := function.GoCode(scope, id, path, layer)
	if err != nil {
		panic(err)
	}
	made := function.New(scope, id, layer, &awslambda.FunctionProps{Code: code})
	AcceptFunction(made.Function, made.LogGroup, nil, "Step Functions invokes it and waits: what fails is its to try again, and is in the history of the run.")
	return made.Function
}

// AcceptFunction makes the logs of a function that reads no queue go with the
// stack, and says why the findings of cdk-nag about it are accepted. The reason
// is why it needs no dead-letter queue. A policy of its own may be nil.
func AcceptFunction(f awslambda.IFunction, logs awslogs.LogGroup, policy awsiam.Policy, noDeadLetters string) {
	logs.ApplyRemovalPolicy(awscdk.RemovalPolicy_DESTROY)
	Suppress(logs, Rules{"CloudWatchLogGroupEncrypted": encryptedLogs})
	Suppress(f, Rules{
		"LambdaConcurrency": "It shares the account's concurrency, which is limited; what invokes it waits and tries again.",
		"LambdaDLQ":         noDeadLetters,
		"LambdaInsideVPC":   "The function calls AWS services over TLS with its own role, and has nothing to reach in a VPC.",
	})
	Suppress(f.Role(), Rules{
		"AwsSolutions-IAM4": "AWSLambdaBasicExecutionRole lets the function write logs and nothing else, and AWS keeps it up to date.",
	})
	Suppress(f.Role().Node().FindChild(jsii.String("DefaultPolicy")), Rules{"AwsSolutions-IAM5": tracesAnywhere, "IAMNoInlinePolicy": inlinePolicy})
	if policy != nil {
		Suppress(policy, Rules{"IAMNoInlinePolicy": inlinePolicy})
	}
}

const (
	encryptedLogs  = "CloudWatch Logs encrypts at rest with a key of its own; these logs hold ids and errors, never payloads."
	tracesAnywhere = "The actions of X-Ray that send traces know no resource but * (Service Authorization Reference, AWS X-Ray)."
	inlinePolicy   = "The policy is made and deleted with the one role it is for, and can be attached to no other identity."
)
