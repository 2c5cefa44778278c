package rules_test

import (
	"path/filepath"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	custombus "github.com/mediasupplychain/cdk/examples/custombus/stack"
	eventbridgesaas "github.com/mediasupplychain/cdk/examples/eventbridgesaas/stack"
	snsfifo "github.com/mediasupplychain/cdk/examples/snsfifo/stack"
	sqslambda "github.com/mediasupplychain/cdk/examples/sqslambda/stack"
	supplychain "github.com/mediasupplychain/cdk/examples/supplychain/stack"
	webhook "github.com/mediasupplychain/cdk/examples/webhook/stack"
	"github.com/mediasupplychain/cdk/test/rules"
	"github.com/mediasupplychain/cdk/testkit"
)

// examples are the stacks of all examples, by the example's name.
var examples = map[string]func(scope constructs.Construct, id string, props *awscdk.StackProps) awscdk.Stack{
	"custombus":       custombus.New,
	"eventbridgesaas": eventbridgesaas.New,
	"snsfifo":         snsfifo.New,
	"sqslambda":       sqslambda.New,
	"supplychain":     supplychain.New,
	"webhook":         webhook.New,
}

func TestExamplesBreakNoRule(t *testing.T) {
	for name, newStack := range examples {
		t.Run(name, func(t *testing.T) {
			app := testkit.NewApp(t, testkit.WithContextOf(t, "../../examples/"+name+"/cdk.json"))
			newStack(app, "Example", nil)

			findings, err := rules.Check(app)

			require.NoError(t, err)
			for _, finding := range findings {
				assert.Fail(t, finding.String())
			}
		})
	}
}

func TestEveryExampleIsChecked(t *testing.T) {
	files, err := filepath.Glob("../../examples/*/cdk.json")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		assert.Contains(t, examples, filepath.Base(filepath.Dir(file)))
	}
}
