package supplychain_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/internal/cdktest"
	"github.com/mediasupplychain/cdk/mediaevent"
	"github.com/mediasupplychain/cdk/supplychain"
	"github.com/mediasupplychain/cdk/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// newChain is a supply chain with the given stages.
func newChain(scope constructs.Construct, stages ...supplychain.Stage) *supplychain.SupplyChain {
	return supplychain.NewSupplyChain(scope, jsii.String("Chain"), &supplychain.SupplyChainProps{Stages: &stages})
}

// masters starts runs.
func masters() *mediaevent.Mapping {
	return &mediaevent.Mapping{Partner: "mam", AssetID: "$.assetId", Rules: []mediaevent.Rule{{Do: mediaevent.Start()}}}
}

// answers complete and fail a stage.
func answers(stage string) *mediaevent.Mapping {
	return &mediaevent.Mapping{Partner: stage, AssetID: "$.assetId", Status: "$.status", Rules: []mediaevent.Rule{
		{Status: mediaevent.Words{"done"}, Do: mediaevent.Complete(stage)},
		{Status: mediaevent.Words{"error"}, Do: mediaevent.Fail(stage)},
	}}
}

func ownFunction(scope constructs.Construct, id string) awslambda.Function {
	return awslambda.NewFunction(scope, jsii.String(id), &awslambda.FunctionProps{
		Runtime: awslambda.Runtime_PYTHON_3_13(),
		Handler: jsii.String("index.handler"),
		Code:    awslambda.Code_FromInline(jsii.String("def handler(event, context): return {}")),
	})
}

func fifoTopic(scope constructs.Construct) awssns.Topic {
	return awssns.NewTopic(scope, jsii.String("Topic"), &awssns.TopicProps{Fifo: jsii.Bool(true)})
}

func bus(scope constructs.Construct, id string) awsevents.EventBus {
	return awsevents.NewEventBus(scope, jsii.String(id), nil)
}

func everyEvent() *awsevents.EventPattern {
	return &awsevents.EventPattern{Source: awsevents.Match_Prefix(jsii.String(""))}
}

func minutes(n float64) awscdk.Duration { return awscdk.Duration_Minutes(jsii.Number(n)) }

// state is a state of a state machine as data.
type state map[string]any

// machine is the definition of a state machine.
type machine struct {
	StartAt string
	States  map[string]state
}

// definition of the stack's one pipeline, with "#" for what is known at
// deployment only.
func definition(t *testing.T, stack awscdk.Stack) machine {
	t.Helper()
	var m machine
	require.NoError(t, json.Unmarshal([]byte(definitionText(t, stack)), &m))
	return m
}

func definitionText(t *testing.T, stack awscdk.Stack) string {
	t.Helper()
	join := cdktest.One(t, stack, "AWS::StepFunctions::StateMachine")["DefinitionString"].(map[string]any)["Fn::Join"].([]any)
	var text strings.Builder
	for _, part := range join[1].([]any) {
		if literal, ok := part.(string); ok {
			text.WriteString(literal)
		} else {
			text.WriteString("#")
		}
	}
	return text.String()
}
