package e2e

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/test/drive"
)

// The handlers' own grants are enough: here every call of a Lambda function is
// checked against its role, and SNS needs the queue's policy. The local cloud
// checks no role of a rule, of API Gateway or of an event source mapping.
func TestGrantsAreEnough(t *testing.T) {
	for _, pattern := range drive.Patterns() {
		t.Run(pattern.Example, func(t *testing.T) {
			example, err := drive.Open(t.Context(), strict(t), pattern)
			require.NoError(t, err)
			asset := drive.NewAsset("granted")
			good, poison := pattern.Event(asset, 1, nil), pattern.Event(asset, 2, map[string]any{"poison": true})

			require.NoError(t, example.Send(t.Context(), good, poison))

			_, err = example.WaitForReceived(t.Context(), patience, asset, 1)
			require.NoError(t, err)
			_, err = example.WaitForParked(t.Context(), patience, poison.ID, 1)
			require.NoError(t, err)
		})
	}
}

// notShown are granted actions whose absence the local cloud does not notice.
var notShown = map[string]string{
	"sqs:ReceiveMessage":       "called by the event source mapping, whose role it does not check",
	"sqs:DeleteMessage":        "called by the event source mapping, whose role it does not check",
	"sqs:GetQueueAttributes":   "called by the event source mapping, whose role it does not check",
	batchOfMessages:            "the local name of sqs:SendMessage, under which only the webhook function needs it",
	"xray:PutTraceSegments":    "traces are sent by Lambda, not by the handler",
	"xray:PutTelemetryRecords": "traces are sent by Lambda, not by the handler",
}

// Nothing is granted that is not needed: without any one of the other actions
// the same events do not all end where they should.
func TestEachGrantOfAConsumerIsNeeded(t *testing.T) {
	pattern, err := drive.PatternOf("sqslambda")
	require.NoError(t, err)
	example, err := drive.Open(t.Context(), strict(t), pattern)
	require.NoError(t, err)
	operator := drive.NewOperator(example.Cloud, example.Deployment)
	_, err = example.SetVisibilityTimeout(t.Context(), 3*time.Second)
	require.NoError(t, err)
	require.NoError(t, example.LimitReceives(t.Context(), 2))
	grants, err := operator.Grants(t.Context())
	require.NoError(t, err)
	handlers, err := operator.Handlers(t.Context())
	require.NoError(t, err)
	require.Len(t, handlers, 1, "the consumer")
	observe := func(t *testing.T) ends {
		t.Helper()
		begun := time.Now()
		ends := consume(t, example)
		denied, err := operator.Denied(t.Context(), handlers[0], begun, "sqs:ChangeMessageVisibility")
		require.NoError(t, err)
		ends.backedOff = !denied
		return ends
	}
	require.Equal(t, allEnded, observe(t), "with all grants")

	shown := 0
	for _, grant := range grants {
		if notShown[grant.Action] != "" {
			continue
		}
		shown++
		t.Run(grant.Action, func(t *testing.T) {
			restore, err := operator.Revoke(t.Context(), grant)
			require.NoError(t, err)
			assert.NotEqual(t, allEnded, observe(t), "%s is not needed", grant)
			require.NoError(t, restore(t.Context()))
		})
	}
	assert.Positive(t, shown)
}

// ends is where the events of a consumer under test ended.
type ends struct {
	good, retried string // "received" or "parked"
	poison        string // who parked it
	repeated      bool   // a second delivery of a processed event was taken
	backedOff     bool   // what failed could be told when to come again
}

var allEnded = ends{good: "received", retried: "received", poison: "parked by the handler", repeated: true, backedOff: true}

// consume sends an event that succeeds, one that fails once, one that never
// succeeds and one that comes twice, and waits until each has ended somewhere.
func consume(t *testing.T, example *drive.Example) ends {
	t.Helper()
	good := example.Pattern.Event(drive.NewAsset("good"), 1, nil)
	retried := example.Pattern.Event(drive.NewAsset("retried"), 1, map[string]any{"failTimes": 1})
	poison := example.Pattern.Event(drive.NewAsset("poison"), 1, map[string]any{"poison": true})
	require.NoError(t, example.Send(t.Context(), good, retried, poison))
	twice := example.Pattern.Event(drive.NewAsset("twice"), 1, nil)
	_, err := example.Deliver(t.Context(), twice)
	require.NoError(t, err)
	again, err := example.Deliver(t.Context(), twice)
	require.NoError(t, err)
	return ends{
		good:     endOf(t, example, good),
		retried:  endOf(t, example, retried),
		poison:   parkedBy(t, example, poison),
		repeated: again,
	}
}

func endOf(t *testing.T, example *drive.Example, event drive.Event) (end string) {
	t.Helper()
	require.NoError(t, drive.Eventually(t.Context(), patience, event.ID+" ended", func(ctx context.Context) (bool, string, error) {
		received, err := example.Received(ctx, event.Asset)
		if err != nil || len(received) > 0 {
			end = "received"
			return true, "", err
		}
		parked, err := example.Parked(ctx, event.ID)
		end = "parked"
		return len(parked) > 0, "neither received nor parked", err
	}))
	return end
}

func parkedBy(t *testing.T, example *drive.Example, event drive.Event) string {
	t.Helper()
	parked, err := example.WaitForParked(t.Context(), patience, event.ID, 1)
	require.NoError(t, err)
	if parked[0].Attributes["DeadLetterReason"] == "" {
		return "parked by SQS"
	}
	return "parked by the handler"
}
