// Package stack is the example's infrastructure.
package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/custombus"
	"github.com/mediasupplychain/cdk/examples/internal/example"
	"github.com/mediasupplychain/cdk/examples/internal/receivedtable"
	"github.com/mediasupplychain/cdk/sqslambda"
	"github.com/mediasupplychain/cdk/webhook"
)

// New defines an endpoint for the webhooks of ten partners, each with its own
// signature, a bus that the verified events are put on, and a rule that brings
// them to a queue and the function that writes them to a table.
func New(scope constructs.Construct, id string, props *awscdk.StackProps) awscdk.Stack {
	stack := awscdk.NewStack(scope, jsii.String(id), props)
	tables := receivedtable.New(stack, "Received")
	operators := example.Operators(stack)

	events := sqslambda.NewConsumer(stack, jsii.String("Events"), &sqslambda.ConsumerProps{
		GoPackage:      jsii.String("./consumer"),
		MaxConcurrency: jsii.Number(20), // what the table's readers can follow
		Tracing:        jsii.Bool(true),
		FunctionProps: &awslambda.FunctionProps{
			Architecture: example.Architecture(stack),
			Environment:  tables.Environment(),
		},
	})
	tables.GrantConsumer(events.Function)
	events.AddAlarms(operators, nil)

	bus := custombus.NewBus(stack, jsii.String("Bus"), nil)
	rule := bus.AddRule(jsii.String("ToQueue"), &custombus.RuleProps{
		Pattern: &awsevents.EventPattern{Source: awsevents.Match_Prefix(jsii.String("/partners/"))},
		Targets: &[]custombus.Target{&custombus.QueueTarget{Queue: events.Queue}},
	})
	bus.AddAlarms(operators)

	endpoint := webhook.NewEndpoint(stack, jsii.String("Webhooks"), &webhook.EndpointProps{
		EventBus:      bus.Bus,
		MaxBodySize:   jsii.Number(380 << 10), // what an item of the table has room for
		BucketProps:   &awss3.BucketProps{RemovalPolicy: awscdk.RemovalPolicy_DESTROY},
		Tracing:       jsii.Bool(true),
		FunctionProps: &awslambda.FunctionProps{Architecture: example.Architecture(stack)},
	})
	endpoint.AddAlarms(operators, nil)
	partners := addPartners(endpoint)
	endpoint.GrantReadBucket(events.Function)

	example.Output(stack, "WebhookUrl", "The address of the endpoint; a partner's path follows", endpoint.URL)
	example.Output(stack, "PartnerSecrets", "The ARN of each partner's secret, by path", stack.ToJsonString(secretARNs(partners), nil))
	example.Output(stack, "DeadLetterQueueUrl", "What could not be processed", events.DeadLetterQueue.QueueUrl())
	example.Consumer(events.Function, events.LogGroup, events.Policy)
	example.Suppress(events.Function.Role().Node().FindChild(jsii.String("DefaultPolicy")), example.Rules{
		"AwsSolutions-IAM5": "It also reads any object of the one bucket of large payloads, whose keys are digests that are not known before.",
	})
	example.AcceptWebhooks(endpoint, partners...)
	example.Suppress(rule.DeadLetterQueue, example.Rules{
		"AwsSolutions-SQS3": "It is a dead-letter queue itself: the one of an EventBridge rule, which the check does not know.",
	})
	return stack
}

func secretARNs(partners []*webhook.Partner) map[string]*string {
	byPath := map[string]*string{}
	for _, partner := range partners {
		byPath[partner.Path] = partner.Secret.SecretArn()
	}
	return byPath
}
