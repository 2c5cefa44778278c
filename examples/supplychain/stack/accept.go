package stack

import (
	"github.com/mediasupplychain/cdk/examples/internal/example"
	"github.com/mediasupplychain/cdk/supplychain"
)

// accept says why the findings of cdk-nag about this stack are no risk.
func accept(w *ways, chain *supplychain.SupplyChain, sources []*supplychain.Source, a *adapters) {
	for _, s := range append([]*supplychain.Source{chain.Executions, chain.Approvals}, sources...) {
		example.Consumer(s.Function, s.LogGroup, s.Policy)
		example.Suppress(s.Policy, example.Rules{
			"AwsSolutions-IAM5": "The wildcard stands for the objects of one bucket, whose keys are the digests of payloads that are not known before.",
		})
	}
}
