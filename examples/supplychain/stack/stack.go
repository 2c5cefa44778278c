// Package stack is the example's infrastructure.
package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/examples/internal/example"
	"github.com/mediasupplychain/cdk/supplychain"
)

// New defines the supply chain of a media company: what is done to a title from
// camera to screen, by whom, and how each partner speaks.
func New(scope constructs.Construct, id string, props *awscdk.StackProps) awscdk.Stack {
	stack := awscdk.NewStack(scope, jsii.String(id), props)
	ways := newWays(stack)

	chain := supplychain.NewSupplyChain(stack, jsii.String("Chain"), &supplychain.SupplyChainProps{
		Stages:      stages(stack),
		SecondStart: supplychain.Supersede, // a new version of a master replaces the one that is under way
		Tracing:     jsii.Bool(true),
		FunctionProps: &awslambda.FunctionProps{
			Architecture: example.Architecture(stack),
		},
		// An example leaves nothing behind; keep the defaults otherwise.
		TableProps:  &awsdynamodb.TableProps{DeletionProtection: jsii.Bool(false), RemovalPolicy: awscdk.RemovalPolicy_DESTROY},
		BucketProps: &awss3.BucketProps{RemovalPolicy: awscdk.RemovalPolicy_DESTROY},
	})
	sources := ways.addSources(chain)
	adapters := addAdapters(stack, chain)
	chain.AddAlarms(ways.operators, nil)
	chain.AddDashboard()

	ways.outputs(chain, sources, adapters)
	accept(ways, chain, sources, adapters)
	return stack
}
