package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/examples/internal/example"
	"github.com/mediasupplychain/cdk/supplychain"
)

// stages are what is done to a title, in order.
func stages(stack awscdk.Stack) *[]supplychain.Stage {
	title := supplychain.Result("metadata", "title")
	return &[]supplychain.Stage{
		supplychain.Function("metadata", &supplychain.FunctionStageProps{
			Function: example.GoFunction(stack, "Metadata", "./metadata"),
		}),
		supplychain.Partner("rights", &supplychain.PartnerStageProps{
			Timeout: timeout(stack, awscdk.Duration_Days(jsii.Number(7))), // lawyers
			Request: &map[string]any{"title": title, "territories": []string{"DE", "AT", "CH"}},
		}),
		supplychain.Partner("editing", &supplychain.PartnerStageProps{
			Partner: jsii.String("cuttingroom"),
			Timeout: timeout(stack, awscdk.Duration_Days(jsii.Number(5))),
			Request: &map[string]any{"title": title, "master": supplychain.Result("metadata", "masterUri")},
		}),
		supplychain.Partner("packaging", &supplychain.PartnerStageProps{
			Partner:  jsii.String("transcodefarm"),
			Timeout:  timeout(stack, awscdk.Duration_Hours(jsii.Number(12))),
			Attempts: jsii.Number(2), // a farm has bad days
			Request:  &map[string]any{"title": title, "profile": "streaming-uhd", "sequence": supplychain.Output("editing", "sequence")},
		}),
		supplychain.Partner("qc", &supplychain.PartnerStageProps{
			Timeout:     timeout(stack, awscdk.Duration_Hours(jsii.Number(24))),
			Attempts:    jsii.Number(2),
			OnExhausted: supplychain.Approve(supplychain.Approval("qc_waiver", waiver())),
			Request:     &map[string]any{"title": title, "template": "broadcast-delivery"},
		}),
		supplychain.Approval("review", &supplychain.ApprovalStageProps{
			When:          supplychain.Severity("qc").IsOneOf("critical", "high"),
			Subject:       jsii.String("Quality control has severe findings"),
			Findings:      &map[string]any{"worst": supplychain.Severity("qc"), "report": supplychain.Output("qc", "report")},
			Deciders:      jsii.Strings("head-of-operations", "duty-manager"),
			EscalateAfter: timeout(stack, awscdk.Duration_Hours(jsii.Number(8))),
			EscalateTo:    jsii.Strings("cto"),
		}),
		supplychain.Partner("delivery", &supplychain.PartnerStageProps{
			Partner: jsii.String("signiant"),
			Timeout: timeout(stack, awscdk.Duration_Hours(jsii.Number(24))),
			Request: &map[string]any{"title": title},
		}),
		supplychain.Partner("distribution", &supplychain.PartnerStageProps{
			Partner: jsii.String("mux"),
			Timeout: timeout(stack, awscdk.Duration_Hours(jsii.Number(6))),
			Request: &map[string]any{"title": title, "passthrough": supplychain.AssetID()},
		}),
	}
}

// waiver asks somebody when quality control could not be done at all.
func waiver() *supplychain.ApprovalStageProps {
	return &supplychain.ApprovalStageProps{
		Subject:  jsii.String("Quality control failed: deliver without it?"),
		Deciders: jsii.Strings("head-of-operations"),
	}
}

// timeout is the given one, unless the context value "stageSeconds" says another
// for all stages, so that one can see in minutes what takes days:
//
//	cdk deploy --context stageSeconds=20
func timeout(stack awscdk.Stack, usual awscdk.Duration) awscdk.Duration {
	if value := stack.Node().TryGetContext(jsii.String("stageSeconds")); value != nil {
		return awscdk.Duration_Seconds(jsii.Number(example.Number("stageSeconds", value)))
	}
	return usual
}
