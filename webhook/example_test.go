package webhook_test

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatchactions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awseventstargets"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/webhook"
	"github.com/mediasupplychain/cdk/webhook/signature"
)

// Asset review and video platform send to one endpoint. Their events go to a
// bus, and from there to whom they concern.
func Example() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("Partners"), nil)
	bus := awsevents.NewEventBus(stack, jsii.String("Bus"), nil)

	endpoint := webhook.NewEndpoint(stack, jsii.String("Webhooks"), &webhook.EndpointProps{EventBus: bus})
	frameio := endpoint.AddPartner("/frameio", webhook.FrameIO(nil)) // with a new secret, for the value Frame.io shows
	endpoint.AddPartner("/mux", webhook.Mux(awssecretsmanager.Secret_FromSecretNameV2(stack, jsii.String("MuxSecret"), jsii.String("partners/mux"))))

	reviews := awssqs.NewQueue(stack, jsii.String("Reviews"), nil)
	awsevents.NewRule(stack, jsii.String("FrameIO"), &awsevents.RuleProps{
		EventBus:     bus,
		EventPattern: frameio.EventPattern(),
		Targets:      &[]awsevents.IRuleTarget{awseventstargets.NewSqsQueue(reviews, nil)},
	})
	operators := awssns.NewTopic(stack, jsii.String("Operators"), nil)
	endpoint.AddAlarms(awscloudwatchactions.NewSnsAction(operators), nil)
	awscdk.NewCfnOutput(stack, jsii.String("FrameIOURL"), &awscdk.CfnOutputProps{Value: frameio.URL})

	app.Synth(nil)
}

// A partner that the library does not know: its scheme is data.
func ExampleSigned() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("QualityControl"), nil)
	queue := awssqs.NewQueue(stack, jsii.String("Reports"), &awssqs.QueueProps{Fifo: jsii.Bool(true)})

	endpoint := webhook.NewEndpoint(stack, jsii.String("Webhooks"), &webhook.EndpointProps{Queue: queue})
	endpoint.AddPartner("/qc", webhook.Signed(&signature.Scheme{
		Name:       "acme-qc",
		Kind:       signature.HMAC,
		Hash:       signature.SHA256,
		Encoding:   signature.Hex,
		Signatures: []signature.Source{{In: "header.Acme-Signature", Prefix: "sha256="}},
		Content:    "{timestamp}.{body}",
		Timestamp:  &signature.Timestamp{In: "header.Acme-Timestamp", Tolerance: 5 * time.Minute},
		EventID:    []signature.Template{"{json.reportId}"},
		EventType:  []signature.Template{"{json.verdict}"},
		AssetID:    []signature.Template{"{json.assetId}"}, // the message group
	}, nil))

	app.Synth(nil)
}

// A partner that does not sign: a secret in its path, and its own addresses.
func ExampleUnsigned() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("Captions"), nil)
	bus := awsevents.NewEventBus(stack, jsii.String("Bus"), nil)
	endpoint := webhook.NewEndpoint(stack, jsii.String("Webhooks"), &webhook.EndpointProps{EventBus: bus})

	verbit := webhook.Verbit(nil)
	verbit.SourceIPRanges = jsii.Strings("203.0.113.0/24")
	endpoint.AddPartner("/verbit", verbit) // POST …/verbit/THE-SECRET

	app.Synth(nil)
}
