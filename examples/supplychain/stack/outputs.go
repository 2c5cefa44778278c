package stack

import (
	"github.com/mediasupplychain/cdk/examples/internal/example"
	"github.com/mediasupplychain/cdk/supplychain"
)

// outputs are what the partners, and whoever watches, need to know.
func (w *ways) outputs(chain *supplychain.SupplyChain, sources []*supplychain.Source, a *adapters) {
	dead := map[string]*string{
		"executions": chain.Executions.DeadLetterQueue.QueueUrl(),
		"approvals":  chain.Approvals.DeadLetterQueue.QueueUrl(),
		"outbox":     chain.OutboxDeadLetterQueue.QueueUrl(),
	}
	for _, source := range sources {
		dead[source.Name] = source.DeadLetterQueue.QueueUrl()
		if source.Name == "packaging" {
			example.Output(w.stack, "IngestQueueUrl", "Where the transcode farm sends its job updates", source.Queue.QueueUrl())
		}
	}
	secrets := map[string]*string{}
	for _, partner := range w.partners {
		secrets[partner.Path] = partner.Secret.SecretArn()
	}
	for _, output := range []struct {
		name, what string
		value      *string
	}{
		{"FifoTopicArn", "Where asset management announces masters", w.topic.Topic.TopicArn()},
		{"PartnerBusName", "The bus of the rights platform's event source", w.partner.Bus.EventBusName()},
		{"CustomBusName", "Where the editing application puts its events", w.edits.Bus.EventBusName()},
		{"WebhookUrl", "Quality control, delivery and distribution send to /qc, /delivery and /distribution below it", w.webhooks.URL},
		{"PartnerSecrets", "JSON object: the webhook's path, and the ARN of the secret it is signed with", w.stack.ToJsonString(secrets, nil)},
		{"TableName", "The state table", chain.Table.TableName()},
		{"PipelineArn", "The state machine, of which each run is an execution", chain.Pipeline.StateMachineArn()},
		{"SupplyChainBusName", "The bus with the supply chain's own events, on which people's decisions arrive", chain.Bus.Bus.EventBusName()},
		{"DeadLetterQueueUrls", "JSON object: the source, and the URL of its dead-letter queue", w.stack.ToJsonString(dead, nil)},
		{"AuditQueueUrl", "A queue with every event of the supply chain's bus", a.trail.QueueUrl()},
	} {
		example.Output(w.stack, output.name, output.what, output.value)
	}
}
