// Package main is a CDK app with one stack, a rights platform on a partner bus.
package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/examples/eventbridgesaas/stack"
)

func main() {
	defer jsii.Close()
	app := awscdk.NewApp(nil)
	stack.New(app, "EventBridgeSaasExample", nil)
	app.Synth(nil)
}
