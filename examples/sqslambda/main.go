// Package main is a CDK app with one stack, a transcode farm's queue.
package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/examples/sqslambda/stack"
)

func main() {
	defer jsii.Close()
	app := awscdk.NewApp(nil)
	stack.New(app, "SqsLambdaExample", nil)
	app.Synth(nil)
}
