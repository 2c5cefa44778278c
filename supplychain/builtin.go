package supplychain

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/internal/props"
	"github.com/mediasupplychain/cdk/internal/wire"
	"github.com/mediasupplychain/cdk/mediaevent"
)

// Names of the sources that every supply chain has by itself.
const (
	executionsSource = "executions"
	approvalsSource  = "approvals"
)

// defineExecutions brings back how executions ended, whoever ended them, so
// that the table never calls a dead run alive.
func (c *SupplyChain) defineExecutions() {
	defaultBus := awsevents.EventBus_FromEventBusName(c, jsii.String("DefaultBus"), jsii.String("default"))
	c.Executions = c.newSource(c, "Executions", executionsSource, props.Merge(sourceDefaults(), &SourceProps{
		Bus: defaultBus,
		Pattern: &awsevents.EventPattern{
			Source:     jsii.Strings("aws.states"),
			DetailType: jsii.Strings("Step Functions Execution Status Change"),
			Detail: &map[string]any{
				"stateMachineArn": []*string{c.words.pipelineARN},
				"status":          []string{"SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"},
			},
		},
	}))
}

// defineApprovals brings in what people decide, where the pipeline asks them.
func (c *SupplyChain) defineApprovals() {
	asks := false
	for _, s := range slots(c.stages) {
		_, approval := s.(*approvalStage)
		asks = asks || approval
	}
	if !asks {
		return
	}
	c.Approvals = c.newSource(c, "Approvals", approvalsSource, props.Merge(sourceDefaults(), &SourceProps{
		Bus:     c.Bus.Bus,
		Pattern: &awsevents.EventPattern{DetailType: jsii.Strings(wire.TypeApprovalDecided)},
		Mapping: decisions(),
	}))
}

// decisions maps what a person decided. The detail of the event is
//
//	{"assetId": "…", "stage": "…", "decision": "approved", "person": "…", "comment": "…", "callbackId": "…"}
//
// with asset and stage or, better as it tells the attempt, the callback id of
// the request; or a canonical media event that says the same.
func decisions() *mediaevent.Mapping {
	return &mediaevent.Mapping{
		Partner:     approver,
		EventID:     "$.id ?? message.id",
		AssetID:     "$.assetId ?? $.subject",
		Stage:       "$.stage ?? $.data.job.stage",
		CallbackID:  "$.callbackId ?? $.data.job.callbackId",
		Status:      "$.decision ?? $.data.job.status",
		Person:      "$.person ?? $.data.participant.id",
		Time:        "$.time ?? message.time",
		ErrorDetail: "$.comment ?? $.data.error.detail",
		Output:      map[string]mediaevent.Locator{"decision": "$.decision ?? $.data.job.status", "comment": "$.comment"},
		Rules: []mediaevent.Rule{
			{Status: mediaevent.Words{"approved", "approve", "completed", "waived"}, Do: mediaevent.Complete("")},
			{Status: mediaevent.Words{"rejected", "reject", "failed"}, Do: mediaevent.Fail("")},
		},
	}
}
