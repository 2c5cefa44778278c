package example

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/jsii-runtime-go"
)

// Consumer makes the logs of an example's function go with the stack, and says
// why the findings of cdk-nag about such a function are accepted: one that reads
// a queue, is traced with X-Ray and logs ids, never payloads.
func Consumer(function awslambda.IFunction, logs awslogs.LogGroup, policy awsiam.Policy) {
	logs.ApplyRemovalPolicy(awscdk.RemovalPolicy_DESTROY)
	Suppress(logs, Rules{
		"CloudWatchLogGroupEncrypted": "CloudWatch Logs encrypts at rest with a key of its own; these logs hold ids and errors, never payloads.",
	})
	Suppress(function, Rules{
		"LambdaConcurrency": "The event source mapping limits the function's concurrency, without taking capacity out of the account's pool.",
		"LambdaDLQ":         "Lambda ignores this setting for a function that reads a queue; the queue itself has a dead-letter queue.",
		"LambdaInsideVPC":   "The function calls DynamoDB and SQS over TLS with its own role, and has nothing to reach in a VPC.",
	})
	Suppress(function.Role(), Rules{
		"AwsSolutions-IAM4": "AWSLambdaBasicExecutionRole lets the function write logs and nothing else, and AWS keeps it up to date.",
	})
	const inline = "The policy is made and deleted with the one role it is for, and can be attached to no other identity."
	Suppress(function.Role().Node().FindChild(jsii.String("DefaultPolicy")), Rules{
		"AwsSolutions-IAM5": "The actions of X-Ray that send traces know no resource but * (Service Authorization Reference, AWS X-Ray).",
		"IAMNoInlinePolicy": inline,
	})
	Suppress(policy, Rules{"IAMNoInlinePolicy": inline})
}
