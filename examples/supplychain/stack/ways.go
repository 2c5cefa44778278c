package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/custombus"
	"github.com/mediasupplychain/cdk/eventbridgesaas"
	"github.com/mediasupplychain/cdk/examples/internal/example"
	"github.com/mediasupplychain/cdk/snsfifo"
	"github.com/mediasupplychain/cdk/supplychain"
	"github.com/mediasupplychain/cdk/webhook"
)

// ways are the ways by which the partners' events reach the account.
type ways struct {
	stack     awscdk.Stack
	operators awscloudwatch.IAlarmAction

	topic    *snsfifo.Topic
	partner  *eventbridgesaas.PartnerBus
	edits    *custombus.Bus
	hooks    *custombus.Bus
	webhooks *webhook.Endpoint
	partners []*webhook.Partner
}

func newWays(stack awscdk.Stack) *ways {
	w := &ways{stack: stack, operators: example.Operators(stack)}
	w.topic = snsfifo.NewTopic(stack, jsii.String("Masters"), &snsfifo.TopicProps{
		MasterKey: awskms.NewKey(stack, jsii.String("MastersKey"), &awskms.KeyProps{
			EnableKeyRotation: jsii.Bool(true), RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
		}),
	})
	w.partner = eventbridgesaas.NewPartnerBus(stack, jsii.String("RightsPlatform"), &eventbridgesaas.PartnerBusProps{
		EventSourceName: eventSource(stack), RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
	})
	w.edits = custombus.NewBus(stack, jsii.String("CuttingRoom"), &custombus.BusProps{
		PublisherAccounts: &[]*string{example.PartnerAccount(stack)}, PublisherSources: jsii.Strings("com.example.cuttingroom"),
	})
	w.hooks = custombus.NewBus(stack, jsii.String("WebhookEvents"), nil)
	w.webhooks = webhook.NewEndpoint(stack, jsii.String("Webhooks"), &webhook.EndpointProps{
		EventBus:      w.hooks.Bus,
		Tracing:       jsii.Bool(true),
		FunctionProps: &awslambda.FunctionProps{Architecture: example.Architecture(stack)},
		BucketProps:   &awss3.BucketProps{RemovalPolicy: awscdk.RemovalPolicy_DESTROY},
	})
	w.topic.AddAlarms(w.operators, nil)
	w.partner.AddAlarms(w.operators, nil)
	w.edits.AddAlarms(w.operators)
	w.hooks.AddAlarms(w.operators)
	w.webhooks.AddAlarms(w.operators, nil)
	return w
}

// addSources tells the supply chain who speaks where, and how.
func (w *ways) addSources(chain *supplychain.SupplyChain) []*supplychain.Source {
	standard, own := webhook.StandardWebhooks, webhook.Mux
	return []*supplychain.Source{
		chain.AddSource("masters", &supplychain.SourceProps{Topic: w.topic.Topic, Mapping: mam()}),
		chain.AddSource("rights", &supplychain.SourceProps{
			// Only the partner puts events on its bus, so all of them are meant.
			Bus: w.partner.Bus, Pattern: &awsevents.EventPattern{Source: awsevents.Match_Prefix(jsii.String(""))}, Mapping: rights(),
		}),
		chain.AddSource("editing", &supplychain.SourceProps{
			Bus: w.edits.Bus, Pattern: &awsevents.EventPattern{Source: jsii.Strings("com.example.cuttingroom")}, Mapping: cuttingRoom(),
		}),
		chain.AddSource("packaging", &supplychain.SourceProps{
			SenderAccounts: &[]*string{example.PartnerAccount(w.stack)}, Mapping: transcodeFarm(),
		}),
		chain.AddSource("qc", &supplychain.SourceProps{Webhook: w.hook("/qc", standard(nil)), Mapping: qualityControl()}),
		chain.AddSource("delivery", &supplychain.SourceProps{Webhook: w.hook("/delivery", standard(nil)), Mapping: signiant()}),
		chain.AddSource("distribution", &supplychain.SourceProps{Webhook: w.hook("/distribution", own(nil)), Mapping: mux()}),
	}
}

func (w *ways) hook(path string, p *webhook.PartnerProps) *webhook.Partner {
	partner := w.webhooks.AddPartner(path, p)
	w.partners = append(w.partners, partner)
	return partner
}

// eventSource is the name of the rights platform's event source: the context
// value "eventSource" of cdk.json.
func eventSource(stack awscdk.Stack) *string {
	name, ok := stack.Node().TryGetContext(jsii.String("eventSource")).(string)
	if !ok {
		panic(`the context value "eventSource" must be the name of the partner's event source, for example: cdk deploy --context eventSource=aws.partner/example.com/studio/clearances`)
	}
	return jsii.String(name)
}
