// Package main is a CDK app with two small supply chains, which differ in what
// they do with a second start.
package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/mediaevent"
	"github.com/mediasupplychain/cdk/supplychain"
)

func main() {
	defer jsii.Close()
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("Policies"), nil)
	define(stack, "Queueing", supplychain.Queue, &[]supplychain.Stage{
		supplychain.Partner("check", &supplychain.PartnerStageProps{OnExhausted: supplychain.Continue()}),
		supplychain.Parallel("languages", &supplychain.ParallelStageProps{Branches: &[][]supplychain.Stage{
			{supplychain.Partner("dubbing", nil)},
			{supplychain.Partner("subtitles", nil)},
		}}),
	})
	define(stack, "Refusing", "", &[]supplychain.Stage{ // as a supply chain does by default
		supplychain.Function("metadata", &supplychain.FunctionStageProps{Function: metadata(stack)}),
		supplychain.Partner("poster", &supplychain.PartnerStageProps{
			When:        supplychain.Started("poster").IsTrue(),
			Timeout:     awscdk.Duration_Seconds(jsii.Number(2)),
			OnExhausted: supplychain.Continue(),
		}),
		supplychain.Partner("publish", &supplychain.PartnerStageProps{
			Request: &map[string]any{"poster": supplychain.StatusOf("poster")},
		}),
	})
	app.Synth(nil)
}

// metadata returns as many bytes as the start asks for.
func metadata(stack awscdk.Stack) awslambda.IFunction {
	return awslambda.NewFunction(stack, jsii.String("Metadata"), &awslambda.FunctionProps{
		Runtime: awslambda.Runtime_PYTHON_3_13(), Handler: jsii.String("index.handler"),
		Code: awslambda.Code_FromInline(jsii.String("def handler(event, context):\n    return {'synopsis': 'x' * int(event['data']['output'].get('size', 0))}")),
	})
}

func define(stack awscdk.Stack, id string, second supplychain.SecondStart, stages *[]supplychain.Stage) {
	architecture := awslambda.Architecture_ARM_64()
	if stack.Node().TryGetContext(jsii.String("architecture")) == "x86_64" {
		architecture = awslambda.Architecture_X86_64()
	}
	chain := supplychain.NewSupplyChain(stack, jsii.String(id), &supplychain.SupplyChainProps{
		Stages:        stages,
		SecondStart:   second,
		FunctionProps: &awslambda.FunctionProps{Architecture: architecture},
		TableProps:    &awsdynamodb.TableProps{DeletionProtection: jsii.Bool(false)},
	})
	studio := chain.AddSource("studio", &supplychain.SourceProps{Mapping: &mediaevent.Mapping{
		Partner: "studio", EventID: "$.id", AssetID: "$.asset", Stage: "$.stage", Status: "$.status", Time: "$.time",
		ErrorDetail: "$.error", Output: map[string]mediaevent.Locator{"poster": "$.poster", "size": "$.size"},
		Rules: []mediaevent.Rule{
			{Status: mediaevent.Words{"announced"}, Do: mediaevent.Start()},
			{Status: mediaevent.Words{"done"}, Do: mediaevent.Complete("")},
			{Status: mediaevent.Words{"failed"}, Do: mediaevent.Fail("")},
		},
	}})
	for name, value := range map[string]*string{"TableName": chain.Table.TableName(), "QueueUrl": studio.Queue.QueueUrl()} {
		awscdk.NewCfnOutput(stack, jsii.String(id+name), &awscdk.CfnOutputProps{Value: value})
	}
}
