package e2e

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/test/drive"
)

// While the outbox gets nothing from the stream, an operator brings a title
// on by hand. When it is back, it does nothing a second time.
func TestAnOperatorDoesWhatTheOutboxDidNot(t *testing.T) {
	chain := openChain(t)
	setStream(t, chain, false)
	x := register(t, "redone")
	x.waitForEntry("run.started applied")
	x.redo("start-execution")
	x.waitFor("rights", "Waiting")
	assert.NotContains(t, x.story(), "rights stage.requested", "nobody has told the partner")

	x.redo("write-history")
	x.waitForEntry("rights stage.requested")
	x.send("rights-cleared", nil)
	x.waitFor("rights", "Completed")
	assert.Equal(t, "Expected", x.asset().Stages["editing"].Status, "the pipeline does not know of the answer")

	x.redo("complete-task")
	x.waitFor("editing", "Waiting")
	setStream(t, chain, true)
	x.waitForEntry("editing stage.requested")
	x.answer("editing", "editing-sequence-locked", nil)
	x.waitForEntry("packaging stage.requested")
	assert.Equal(t, []string{
		"run.started applied", "metadata stage.completed",
		"rights stage.requested", "rights stage.completed applied",
		"editing stage.requested", "editing stage.completed applied",
		"packaging stage.requested",
	}, x.story())
	x.isNowhereParked()
}

// redo runs the command as its documentation says, and checks that it did the
// effect among others.
func (x title) redo(effect string) {
	x.t.Helper()
	arguments := []string{"run", "github.com/mediasupplychain/cdk/supplychain/cmd/redo", "-asset", x.id, "-chain", "MediaSupplyChain-Chain"}
	for flag, output := range map[string]string{"-table": "TableName", "-pipeline": "PipelineArn", "-bus": "SupplyChainBusName"} {
		value, err := x.chain.Deployment().Output(output)
		require.NoError(x.t, err)
		arguments = append(arguments, flag, value)
	}
	command := exec.CommandContext(x.t.Context(), "go", arguments...)
	command.Env = append(os.Environ(), strict(x.t).Environment()...)
	said, err := command.CombinedOutput()
	require.NoError(x.t, err, string(said))
	assert.Regexp(x.t, `(?m)^`+effect+` +.*: done$`, string(said))
}

// setStream says whether the outbox gets what the stream has.
func setStream(t *testing.T, chain *drive.SupplyChain, enabled bool) {
	t.Helper()
	client := lambda.NewFromConfig(strict(t).Config())
	found := 0
	for _, id := range chain.Deployment().PhysicalIDs("AWS::Lambda::EventSourceMapping") {
		mapping, err := client.GetEventSourceMapping(t.Context(), &lambda.GetEventSourceMappingInput{UUID: aws.String(id)})
		require.NoError(t, err)
		if !strings.Contains(aws.ToString(mapping.EventSourceArn), ":table/") {
			continue // a queue's
		}
		found++
		_, err = client.UpdateEventSourceMapping(t.Context(), &lambda.UpdateEventSourceMappingInput{UUID: aws.String(id), Enabled: &enabled})
		require.NoError(t, err)
	}
	require.Equal(t, 1, found, "streams")
}
