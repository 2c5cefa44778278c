// Package main is a CDK app with one stack, the results of quality control.
package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/examples/snsfifo/stack"
)

func main() {
	defer jsii.Close()
	app := awscdk.NewApp(nil)
	stack.New(app, "SnsFifoExample", nil)
	app.Synth(nil)
}
