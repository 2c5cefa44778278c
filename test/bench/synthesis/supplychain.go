package synthesis

import (
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/mediaevent"
	"github.com/mediasupplychain/cdk/snsfifo"
	"github.com/mediasupplychain/cdk/supplychain"
)

// supplyChain is the one of the README: three stages, two sources.
func supplyChain(scope constructs.Construct, id string) {
	chain := supplychain.NewSupplyChain(scope, jsii.String(id), &supplychain.SupplyChainProps{
		Stages: &[]supplychain.Stage{
			supplychain.Partner("transcode", &supplychain.PartnerStageProps{Attempts: jsii.Number(2)}),
			supplychain.Partner("qc", nil),
			supplychain.Approval("review", &supplychain.ApprovalStageProps{When: supplychain.Severity("qc").Is("high")}),
		},
	})
	masters := snsfifo.NewTopic(scope, jsii.String(id+"Masters"), nil)
	chain.AddSource("masters", &supplychain.SourceProps{Topic: masters.Topic, Mapping: mastersMapping()})
	chain.AddSource("vendors", &supplychain.SourceProps{SenderAccounts: jsii.Strings("111122223333"), Mapping: vendorsMapping()})
}

func mastersMapping() *mediaevent.Mapping {
	return &mediaevent.Mapping{
		Partner: "mam", EventID: "$.messageId", AssetID: "$.asset.houseId",
		Rules: []mediaevent.Rule{{Do: mediaevent.Start()}},
	}
}

func vendorsMapping() *mediaevent.Mapping {
	return &mediaevent.Mapping{
		Partner: "vendors", EventID: "$.id", AssetID: "$.assetId", Stage: "$.stage", Status: "$.status",
		Rules: []mediaevent.Rule{
			{Status: mediaevent.Words{"done"}, Do: mediaevent.Complete("")},
			{Status: mediaevent.Words{"error"}, Do: mediaevent.Fail("")},
		},
	}
}
