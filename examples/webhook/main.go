// Package main is a CDK app with one stack, an endpoint for partners' webhooks.
package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/examples/webhook/stack"
)

func main() {
	defer jsii.Close()
	app := awscdk.NewApp(nil)
	stack.New(app, "WebhookExample", nil)
	app.Synth(nil)
}
