package supplychain_test

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/mediaevent"
	"github.com/mediasupplychain/cdk/snsfifo"
	"github.com/mediasupplychain/cdk/supplychain"
)

// Three stages, two sources: the whole main.go of an app.
func Example() {
	defer jsii.Close()
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("Titles"), nil)

	chain := supplychain.NewSupplyChain(stack, jsii.String("Chain"), &supplychain.SupplyChainProps{
		Stages: &[]supplychain.Stage{
			supplychain.Partner("transcode", &supplychain.PartnerStageProps{Attempts: jsii.Number(2)}),
			supplychain.Partner("qc", nil),
			supplychain.Approval("review", &supplychain.ApprovalStageProps{When: supplychain.Severity("qc").Is("high")}),
		},
	})

	masters := snsfifo.NewTopic(stack, jsii.String("Masters"), nil)
	chain.AddSource("masters", &supplychain.SourceProps{
		Topic: masters.Topic,
		Mapping: &mediaevent.Mapping{
			Partner: "mam", EventID: "$.messageId", AssetID: "$.asset.houseId",
			Rules: []mediaevent.Rule{{Do: mediaevent.Start()}},
		},
	})
	chain.AddSource("vendors", &supplychain.SourceProps{
		SenderAccounts: jsii.Strings("111122223333"),
		Mapping: &mediaevent.Mapping{
			Partner: "vendors", EventID: "$.id", AssetID: "$.assetId", Stage: "$.stage", Status: "$.status",
			Rules: []mediaevent.Rule{
				{Status: mediaevent.Words{"done"}, Do: mediaevent.Complete("")},
				{Status: mediaevent.Words{"error"}, Do: mediaevent.Fail("")},
			},
		},
	})
	chain.OnStageRequested("qc", &supplychain.BusTarget{BusARN: jsii.String("arn:aws:events:eu-west-1:111122223333:event-bus/requests")})

	app.Synth(nil)
}
