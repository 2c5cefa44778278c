// Package main is a CDK app with fifty webhook partners on one endpoint.
package main

import (
	"encoding/json"
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/test/e2e/fifty"
	"github.com/mediasupplychain/cdk/webhook"
	"github.com/mediasupplychain/cdk/webhook/signature"
)

func main() {
	defer jsii.Close()
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("FiftyPartners"), nil)
	queue := awssqs.NewQueue(stack, jsii.String("Queue"), nil)

	architecture := awslambda.Architecture_ARM_64()
	if stack.Node().TryGetContext(jsii.String("architecture")) == "x86_64" {
		architecture = awslambda.Architecture_X86_64()
	}
	endpoint := webhook.NewEndpoint(stack, jsii.String("Webhooks"), &webhook.EndpointProps{
		Queue: queue, FunctionProps: &awslambda.FunctionProps{Architecture: architecture},
	})
	secrets := map[string]*string{}
	for i, scheme := range fifty.Schemes() {
		path := fmt.Sprintf("/partners/p%d", i)
		props := webhook.Signed(scheme, nil)
		if scheme.Kind == signature.None {
			props = webhook.Unsigned(scheme, nil)
		}
		secrets[path] = endpoint.AddPartner(path, props).Secret.SecretArn()
	}
	text, err := json.Marshal(secrets)
	if err != nil {
		panic(err)
	}
	for name, value := range map[string]*string{"WebhookUrl": endpoint.URL, "QueueUrl": queue.QueueUrl(), "PartnerSecrets": jsii.String(string(text))} {
		awscdk.NewCfnOutput(stack, jsii.String(name), &awscdk.CfnOutputProps{Value: value})
	}
	app.Synth(nil)
}
