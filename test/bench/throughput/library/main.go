// Package main is a CDK app with supply chains of different lengths, each with
// two sources: who announces assets, and the partners.
package main

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awseventstargets"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/mediaevent"
	"github.com/mediasupplychain/cdk/supplychain"
)

func main() {
	defer jsii.Close()
	app := awscdk.NewApp(nil)
	for _, stages := range []int{3, 8, 20} {
		stack(app, stages)
	}
	app.Synth(nil)
}

// stack is a supply chain with that many partner stages.
func stack(app awscdk.App, stages int) {
	self := awscdk.NewStack(app, jsii.String(fmt.Sprintf("Stages%d", stages)), nil)
	var all []supplychain.Stage
	for n := range stages {
		all = append(all, supplychain.Partner(fmt.Sprintf("stage%02d", n+1), nil))
	}
	chain := supplychain.NewSupplyChain(self, jsii.String("Chain"), &supplychain.SupplyChainProps{
		Stages:        &all,
		FunctionProps: &awslambda.FunctionProps{Architecture: architecture(self)},
		TableProps:    &awsdynamodb.TableProps{DeletionProtection: jsii.Bool(false), RemovalPolicy: awscdk.RemovalPolicy_DESTROY},
		BucketProps:   &awss3.BucketProps{RemovalPolicy: awscdk.RemovalPolicy_DESTROY},
	})
	starts := chain.AddSource("masters", &supplychain.SourceProps{Mapping: &mediaevent.Mapping{
		Partner: "mam", EventID: "$.id", AssetID: "$.assetId", Rules: []mediaevent.Rule{{Do: mediaevent.Start()}},
	}})
	answers := chain.AddSource("partners", &supplychain.SourceProps{Mapping: &mediaevent.Mapping{
		Partner: "partners", EventID: "$.id", AssetID: "$.assetId", Stage: "$.stage", CallbackID: "$.callbackId", Status: "$.status",
		Rules: []mediaevent.Rule{
			{Status: mediaevent.Words{"done"}, Do: mediaevent.Complete("")},
			{Status: mediaevent.Words{"error"}, Do: mediaevent.Fail("")},
		},
	}})
	seen := awssqs.NewQueue(self, jsii.String("Seen"), nil)
	awsevents.NewRule(self, jsii.String("All"), &awsevents.RuleProps{
		EventBus:     chain.Bus.Bus,
		EventPattern: &awsevents.EventPattern{Source: awsevents.Match_Prefix(jsii.String(""))},
		Targets:      &[]awsevents.IRuleTarget{awseventstargets.NewSqsQueue(seen, nil)},
	})
	for name, value := range map[string]*string{
		"StartsUrl": starts.Queue.QueueUrl(), "AnswersUrl": answers.Queue.QueueUrl(), "SeenUrl": seen.QueueUrl(),
		"PipelineArn": chain.Pipeline.StateMachineArn(), "TableName": chain.Table.TableName(),
	} {
		awscdk.NewCfnOutput(self, jsii.String(name), &awscdk.CfnOutputProps{Value: value})
	}
}

// architecture is arm64, unless the context says that this machine is another.
func architecture(scope constructs.Construct) awslambda.Architecture {
	if scope.Node().TryGetContext(jsii.String("architecture")) == "x86_64" {
		return awslambda.Architecture_X86_64()
	}
	return awslambda.Architecture_ARM_64()
}
