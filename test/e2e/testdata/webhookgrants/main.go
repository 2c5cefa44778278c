// Package main is a CDK app with one webhook partner for each thing that the
// endpoint's function may do.
package main

import (
	"encoding/json"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/webhook"
)

func main() {
	defer jsii.Close()
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("WebhookGrants"), nil)
	architecture := awslambda.Architecture_ARM_64()
	if stack.Node().TryGetContext(jsii.String("architecture")) == "x86_64" {
		architecture = awslambda.Architecture_X86_64()
	}
	endpoint := webhook.NewEndpoint(stack, jsii.String("Webhooks"), &webhook.EndpointProps{
		EventBus:      awsevents.NewEventBus(stack, jsii.String("Bus"), nil),
		InlineLimit:   jsii.Number(1024),
		FunctionProps: &awslambda.FunctionProps{Architecture: architecture},
	})
	confirmed := webhook.GitHub(nil)
	confirmed.Confirm = awslambda.NewFunction(stack, jsii.String("Confirm"), &awslambda.FunctionProps{
		Runtime: awslambda.Runtime_PYTHON_3_13(), Handler: jsii.String("index.handler"),
		Code: awslambda.Code_FromInline(jsii.String("def handler(event, context):\n    return {'accept': event['partner'] == '/confirmed'}")),
	})
	queued := webhook.GitHub(nil)
	queued.Queue = awssqs.NewQueue(stack, jsii.String("Queue"), nil)
	secrets := map[string]*string{}
	for path, props := range map[string]*webhook.PartnerProps{"/bus": webhook.GitHub(nil), "/confirmed": confirmed, "/queue": queued} {
		secrets[path] = endpoint.AddPartner(path, props).Secret.SecretArn()
	}
	text, err := json.Marshal(secrets)
	if err != nil {
		panic(err)
	}
	for name, value := range map[string]*string{
		"WebhookUrl": endpoint.URL, "PartnerSecrets": jsii.String(string(text)), "FunctionName": endpoint.Function.FunctionName(),
	} {
		awscdk.NewCfnOutput(stack, jsii.String(name), &awscdk.CfnOutputProps{Value: value})
	}
	app.Synth(nil)
}
