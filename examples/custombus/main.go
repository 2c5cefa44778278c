// Package main is a CDK app with one stack, a bus for an editing tool's events.
package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/examples/custombus/stack"
)

func main() {
	defer jsii.Close()
	app := awscdk.NewApp(nil)
	stack.New(app, "CustomBusExample", nil)
	app.Synth(nil)
}
