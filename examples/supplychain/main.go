// Package main is a CDK app with one stack, the supply chain of a media company.
package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/examples/supplychain/stack"
)

func main() {
	defer jsii.Close()
	app := awscdk.NewApp(nil)
	stack.New(app, "MediaSupplyChain", nil)
	app.Synth(nil)
}
