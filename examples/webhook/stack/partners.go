package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/examples/internal/example"
	"github.com/mediasupplychain/cdk/examples/webhook/partners"
	"github.com/mediasupplychain/cdk/webhook"
	"github.com/mediasupplychain/cdk/webhook/signature"
)

// addPartners lets ten partners in, each with its own way to prove who it is.
func addPartners(endpoint *webhook.Endpoint) []*webhook.Partner {
	add := func(path string, p *webhook.PartnerProps) *webhook.Partner {
		p.DetectReplays = jsii.Bool(true) // also of those that sign the time: nobody processes a repetition
		return endpoint.AddPartner(path, p)
	}
	standard := standardWebhooksSecret(awscdk.Stack_Of(endpoint))
	return []*webhook.Partner{
		// Known products: a name, and the secret is made.
		add("/frameio", webhook.FrameIO(nil)),
		add("/mux", webhook.Mux(nil)),
		add("/cloudinary", webhook.Cloudinary(nil)),
		add("/assemblyai", webhook.AssemblyAI(partners.TranscriptHeader, nil)),

		// Box signs with two keys, so that each can be replaced. The first one is made.
		add("/box", withSecret(webhook.Box(nil), &awssecretsmanager.SecretStringGenerator{
			SecretStringTemplate: jsii.String(`{}`),
			GenerateStringKey:    jsii.String("primary"),
			PasswordLength:       jsii.Number(48),
			ExcludePunctuation:   jsii.Bool(true),
		})),

		// Products that know no assets: say what the event is about.
		add("/slack", about(webhook.Slack(nil), "{json.event.channel}")), // a channel for each title
		add("/github", about(webhook.GitHub(nil), "{json.repository.full_name}")),
		add("/standard", about(webhook.StandardWebhooks(standard), "{json.data.assetId}")),

		// One that proves nothing by itself: its URL ends with the secret.
		add("/brightcove", webhook.Brightcove(nil)),

		// One that the library does not know.
		add("/dubbing", webhook.Signed(partners.Dubbing(), nil)),
	}
}

// about takes the asset from another place of the payload than the preset does.
func about(p *webhook.PartnerProps, asset signature.Template) *webhook.PartnerProps {
	p.Scheme.AssetID = []signature.Template{asset}
	return p
}

// withSecret has the new secret made in another form.
func withSecret(p *webhook.PartnerProps, generated *awssecretsmanager.SecretStringGenerator) *webhook.PartnerProps {
	p.SecretProps = &awssecretsmanager.SecretProps{GenerateSecretString: generated}
	return p
}

// standardWebhooksSecret is "whsec_" and a random key in base64, as senders of
// Standard Webhooks show theirs. CloudFormation generates no text with a prefix,
// so the key is a secret of its own: 48 letters and digits are the base64 of 36
// bytes.
func standardWebhooksSecret(stack awscdk.Stack) awssecretsmanager.ISecret {
	key := awssecretsmanager.NewSecret(stack, jsii.String("StandardWebhooksKey"), &awssecretsmanager.SecretProps{
		Description: jsii.String("Random part of the secret of the webhook partner /standard"),
		GenerateSecretString: &awssecretsmanager.SecretStringGenerator{
			PasswordLength: jsii.Number(48), ExcludePunctuation: jsii.Bool(true),
		},
	})
	example.Suppress(key, example.Rules{
		"AwsSolutions-SMG4":             "The partner has the secret too, so nobody can rotate it but with the partner.",
		"SecretsManagerRotationEnabled": "The partner has the secret too, so nobody can rotate it but with the partner.",
		"SecretsManagerUsingKMSKey":     "It is encrypted with the key of Secrets Manager; a key of the company's own is a property of the secret.",
	})
	// The template holds a reference to the key, which CloudFormation resolves.
	whole := awscdk.Fn_Join(jsii.String(""), &[]*string{jsii.String("whsec_"), key.SecretValue().UnsafeUnwrap()})
	return awssecretsmanager.NewSecret(stack, jsii.String("StandardWebhooksSecret"), &awssecretsmanager.SecretProps{
		Description:       jsii.String("Secret of the webhook partner /standard: put the partner's value here, or this one into the partner's console"),
		SecretStringValue: awscdk.SecretValue_UnsafePlainText(whole),
	})
}
