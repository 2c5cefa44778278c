package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/supplychain"
)

// adapters are what listens to the supply chain's bus.
type adapters struct {
	orders *supplychain.Rule // requests to the transcode farm
	audit  *supplychain.Rule

	farm  awssqs.Queue // where the farm fetches its orders
	trail awssqs.Queue // every event of the supply chain
}

// addAdapters brings requests to a partner, and every event to the auditors. The
// other partners' adapters would look the same: a function that calls the
// partner, an API destination, the partner's own bus.
func addAdapters(stack awscdk.Stack, chain *supplychain.SupplyChain) *adapters {
	a := &adapters{farm: queue(stack, "FarmOrders"), trail: queue(stack, "Audit")}
	a.orders = chain.OnStageRequested("packaging", &supplychain.QueueTarget{Queue: a.farm})
	a.audit = chain.AddRule("Audit", &supplychain.RuleProps{
		Pattern: &awsevents.EventPattern{Source: awsevents.Match_Prefix(jsii.String(""))},
		Targets: &[]supplychain.Target{&supplychain.QueueTarget{Queue: a.trail}},
	})
	return a
}

func queue(stack awscdk.Stack, id string) awssqs.Queue {
	return awssqs.NewQueue(stack, jsii.String(id), &awssqs.QueueProps{
		EnforceSSL: jsii.Bool(true), Encryption: awssqs.QueueEncryption_SQS_MANAGED, RetentionPeriod: awscdk.Duration_Days(jsii.Number(14)),
	})
}
