package e2e

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/supplychain/state"
	"github.com/mediasupplychain/cdk/test/drive"
	"github.com/mediasupplychain/cdk/test/localcloud"
)

// What the example does not choose: other things to do with a second start, and
// with a stage that failed; stages side by side.

func TestASecondStartWaitsUntilTheRunIsOver(t *testing.T) {
	x := announce(t, "Queueing", "queued")
	first := x.asset().Active.ID

	x.tell("again", drive.Fields{"status": "announced"})
	x.waitForEntry("run.queued queued")
	assert.Equal(t, first, x.asset().Active.ID)
	assert.Equal(t, 1, x.asset().Queued)
	for _, stage := range []string{"check", "dubbing", "subtitles"} {
		x.tell(stage, drive.Fields{"stage": stage, "status": "done"})
	}

	require.NoError(t, x.chain.WaitForAsset(t.Context(), patience, x.id, "second run waits", func(a state.Asset) bool {
		return a.Active != nil && a.Active.ID != first && a.Stages["check"].Status == "Waiting"
	}))
	a := x.asset()
	assert.Equal(t, first, a.Last.ID)
	assert.Equal(t, "Completed", a.Last.Status)
	assert.Equal(t, "again-"+x.id, a.Active.StartedBy.ID)
	assert.Zero(t, a.Queued)
	assert.Equal(t, "Expected", a.Stages["dubbing"].Status, "the first run's answers say nothing of the second")
}

func TestASecondStartIsRefused(t *testing.T) {
	x := announce(t, "Refusing", "refused")
	x.waitFor("publish", "Waiting")
	x.waitForEntry("publish stage.requested")
	before, story := x.asset(), x.story()

	x.tell("again", drive.Fields{"status": "announced"})

	x.waitForEntry("run.started refused")
	assert.Equal(t, before, x.asset())
	assert.Equal(t, append(story, "run.started refused"), x.story())
	assert.Equal(t, "run "+before.Active.ID+" is active", x.entry("run.started refused").Cause)
	x.tell("published", drive.Fields{"stage": "publish", "status": "done"})
	x.waitForEnd("Completed")
	assert.Equal(t, before.Active.ID, x.asset().Last.ID, "no other run was there")
}

func TestARunGoesOnWithoutAStageThatFailed(t *testing.T) {
	x := announce(t, "Queueing", "continued")
	x.waitFor("check", "Waiting")

	x.tell("check", drive.Fields{"stage": "check", "status": "failed", "error": "no audio"})
	for _, stage := range []string{"dubbing", "subtitles"} {
		x.waitFor(stage, "Waiting")
		x.tell(stage, drive.Fields{"stage": stage, "status": "done"})
	}

	x.waitForEnd("Completed")
	check := x.asset().Stages["check"]
	assert.Equal(t, "Failed", check.Status)
	assert.Contains(t, check.Answer.Cause, "no audio")
	assert.Equal(t, []string{"check stage.requested", "check stage.failed applied"}, x.storyOf("check"))
}

func TestARunGoesOnWithoutAStageThatNobodyAnswers(t *testing.T) {
	x := chainOf(t, "Refusing", "unanswered")

	x.tell("announced", drive.Fields{"status": "announced", "poster": true})

	x.waitFor("publish", "Waiting")
	x.waitForEntry("publish stage.requested")
	assert.Equal(t, "TimedOut", x.asset().Stages["poster"].Status)
	assert.Equal(t, []string{"poster stage.requested", "poster stage.timed-out"}, x.storyOf("poster"))
	assert.JSONEq(t, `{"poster":"Failed"}`, x.field("publish", "request"), "later stages know")
	x.tell("published", drive.Fields{"stage": "publish", "status": "done"})
	x.waitForEnd("Completed")
}

func TestPartnersSideBySideAnswerInAnyOrder(t *testing.T) {
	for _, order := range [][]string{{"dubbing", "subtitles"}, {"subtitles", "dubbing"}} {
		t.Run(strings.Join(order, " before "), func(t *testing.T) {
			x := announce(t, "Queueing", "parallel")
			x.tell("check", drive.Fields{"stage": "check", "status": "done"})
			x.waitFor("dubbing", "Waiting")
			x.waitFor("subtitles", "Waiting")

			x.tell(order[0], drive.Fields{"stage": order[0], "status": "done"})
			x.waitFor(order[0], "Completed")
			assert.Equal(t, "Waiting", x.asset().Stages[order[1]].Status)
			assert.NotNil(t, x.asset().Active)
			x.tell(order[1], drive.Fields{"stage": order[1], "status": "done"})

			x.waitForEnd("Completed")
			var answers []string
			for _, line := range x.story() {
				if stage, answered := strings.CutSuffix(line, " stage.completed applied"); answered && slices.Contains(order, stage) {
					answers = append(answers, stage)
				}
			}
			assert.Equal(t, order, answers)
		})
	}
}

// A function is asked to keep to 8 KiB, so that the results of all stages fit into
// the state of the run. As long as they do, a larger one harms nothing.
func TestALargeResultOfAFunctionIsKeptWhole(t *testing.T) {
	const size = 100 << 10
	x := chainOf(t, "Refusing", "large")
	x.tell("announced", drive.Fields{"status": "announced", "size": size})
	x.waitFor("publish", "Waiting")
	x.tell("published", drive.Fields{"stage": "publish", "status": "done"})

	x.waitForEnd("Completed")
	var result struct{ Data map[string]string }
	require.NoError(t, json.Unmarshal([]byte(x.field("metadata", "result")), &result))
	assert.Len(t, result.Data["synopsis"], size)
}

var openedPolicies *localcloud.Deployment

// small is an asset on its way through one of the app's supply chains.
type small struct {
	title
	table, queue string
}

// announce starts the run of an asset.
func announce(t *testing.T, chain, name string) small {
	t.Helper()
	x := chainOf(t, chain, name)
	x.tell("announced", drive.Fields{"status": "announced"})
	x.waitForEntry("run.started applied")
	return x
}

// chainOf deploys the app, the first time a test wants it.
func chainOf(t *testing.T, chain, name string) small {
	t.Helper()
	if openedPolicies == nil {
		directory, err := filepath.Abs(filepath.Join("testdata", "policies"))
		require.NoError(t, err)
		openedPolicies, err = cloud.DeployApp(t.Context(), "policies", directory)
		require.NoError(t, err)
	}
	table, err := openedPolicies.Output(chain + "TableName")
	require.NoError(t, err)
	queue, err := openedPolicies.Output(chain + "QueueUrl")
	require.NoError(t, err)
	reader := &drive.SupplyChain{State: state.New(table, dynamodb.NewFromConfig(cloud.Config()))}
	return small{title{t, reader, drive.NewAsset(name)}, table, queue}
}

// tell sends an event about the asset, which happens now.
func (x small) tell(id string, fields drive.Fields) {
	x.t.Helper()
	fields["id"], fields["asset"], fields["time"] = id+"-"+x.id, x.id, time.Now().UTC().Format(time.RFC3339Nano)
	body, err := json.Marshal(fields)
	require.NoError(x.t, err)
	_, err = sqs.NewFromConfig(cloud.Config()).SendMessage(x.t.Context(), &sqs.SendMessageInput{
		QueueUrl: aws.String(x.queue), MessageBody: aws.String(string(body)),
	})
	require.NoError(x.t, err)
}

// field is a text in the item of a stage.
func (x small) field(stage, name string) string {
	x.t.Helper()
	out, err := dynamodb.NewFromConfig(cloud.Config()).GetItem(x.t.Context(), &dynamodb.GetItemInput{TableName: &x.table, Key: map[string]types.AttributeValue{
		"pk": &types.AttributeValueMemberS{Value: "ASSET#" + x.id}, "sk": &types.AttributeValueMemberS{Value: "A#STAGE#" + stage},
	}})
	require.NoError(x.t, err)
	text, ok := out.Item[name].(*types.AttributeValueMemberS)
	require.True(x.t, ok, "%v", out.Item)
	return text.Value
}
