package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/test/drive"
)

func TestPayloadArrivesWhole(t *testing.T) {
	forEachPattern(t, func(t *testing.T, example *drive.Example) {
		asset := drive.NewAsset("whole")
		event := example.Pattern.Event(asset, 1, nil)
		require.NoError(t, example.Send(t.Context(), event))

		received, err := example.WaitForReceived(t.Context(), patience, asset, 1)

		require.NoError(t, err)
		require.Len(t, received, 1)
		assert.JSONEq(t, string(event.Payload), received[0].Payload)
		assert.NotEmpty(t, received[0].EventID)
		assert.Equal(t, 1, received[0].Deliveries)
	})
}

// A topic that the local cloud takes for a standard one would make every test of
// order and deduplication void.
func TestTheTopicIsFIFOOnTheLocalCloudToo(t *testing.T) {
	example := openNamed(t, "snsfifo")
	arn, err := example.Output("TopicArn")
	require.NoError(t, err)

	got, err := sns.NewFromConfig(cloud.Config()).GetTopicAttributes(t.Context(), &sns.GetTopicAttributesInput{TopicArn: aws.String(arn)})

	require.NoError(t, err)
	assert.Equal(t, "true", got.Attributes["FifoTopic"])
}

func TestThousandEventsNoneLostNoneTwiceInOrderWherePromised(t *testing.T) {
	const assets, eventsOfEach = 50, 20
	forEachPattern(t, func(t *testing.T, example *drive.Example) {
		sent := map[string][]string{}
		var events []drive.Event
		for range assets {
			asset := drive.NewAsset("flood")
			for _, event := range example.Pattern.Events(asset, eventsOfEach) {
				sent[asset] = append(sent[asset], string(event.Payload))
				events = append(events, event)
			}
		}

		require.NoError(t, example.Send(t.Context(), events...))

		for asset := range sent {
			_, err := example.WaitForReceived(t.Context(), 4*patience, asset, eventsOfEach)
			require.NoError(t, err)
		}
		require.NoError(t, example.WaitUntilQuiet(t.Context(), patience), "a second delivery would show now")
		for asset, want := range sent {
			assertReceived(t, example, asset, want)
		}
	})
}

func TestRepeatedEventOfAFIFOTopicIsReceivedOnce(t *testing.T) {
	example := openNamed(t, "snsfifo")
	asset := drive.NewAsset("repeated")
	first, second := example.Pattern.Event(asset, 1, nil), example.Pattern.Event(asset, 2, nil)

	require.NoError(t, example.Send(t.Context(), first, first, second, first))

	_, err := example.WaitForReceived(t.Context(), patience, asset, 2)
	require.NoError(t, err)
	require.NoError(t, example.WaitUntilQuiet(t.Context(), patience))
	assertReceived(t, example, asset, []string{string(first.Payload), string(second.Payload)})
}

func TestPoisonIsParkedAndItsNeighboursAreNotHeldUp(t *testing.T) {
	forEachPattern(t, func(t *testing.T, example *drive.Example) {
		asset, neighbour := drive.NewAsset("poisoned"), drive.NewAsset("neighbour")
		poison := example.Pattern.Event(asset, 2, map[string]any{"poison": true})
		before, after := example.Pattern.Event(asset, 1, nil), example.Pattern.Event(asset, 3, nil)

		require.NoError(t, example.Send(t.Context(), before, poison, after, example.Pattern.Event(neighbour, 1, nil)))

		_, err := example.WaitForReceived(t.Context(), patience, neighbour, 1)
		require.NoError(t, err)
		_, err = example.WaitForReceived(t.Context(), patience, asset, 2)
		require.NoError(t, err)
		parked, err := example.WaitForParked(t.Context(), patience, poison.ID, 1)
		require.NoError(t, err)
		require.Len(t, parked, 1)
		assert.NotEmpty(t, parked[0].Attributes["DeadLetterReason"], "the reason is beside the message")
		assertReceived(t, example, asset, []string{string(before.Payload), string(after.Payload)})
	})
}

// The retries of all examples run at the same time: what is waited for is mostly
// the visibility timeout of the queues.
func TestFailingEventIsRetriedAndThenParked(t *testing.T) {
	const timesUntilGood = 2
	const retryAfter = 5 * time.Second
	type scenario struct {
		example         *drive.Example
		lucky, hopeless drive.Event
	}
	var scenarios []scenario
	for _, pattern := range drive.Patterns() {
		example := open(t, pattern)
		restore, err := example.SetVisibilityTimeout(t.Context(), retryAfter)
		require.NoError(t, err)
		t.Cleanup(func() { assert.NoError(t, restore(context.WithoutCancel(t.Context()))) })
		scenarios = append(scenarios, scenario{
			example:  example,
			lucky:    pattern.Event(drive.NewAsset("lucky"), 1, map[string]any{"failTimes": timesUntilGood}),
			hopeless: pattern.Event(drive.NewAsset("hopeless"), 1, map[string]any{"failTimes": 1000}),
		})
	}
	for _, s := range scenarios {
		require.NoError(t, s.example.Send(t.Context(), s.lucky, s.hopeless))
	}

	for _, s := range scenarios {
		t.Run(s.example.Pattern.Example, func(t *testing.T) {
			received, err := s.example.WaitForReceived(t.Context(), 2*patience, s.lucky.Asset, 1)
			require.NoError(t, err)
			assert.Equal(t, timesUntilGood+1, received[0].Deliveries)

			_, err = s.example.WaitForParked(t.Context(), 2*patience, s.hopeless.ID, 1)
			require.NoError(t, err)
			assert.Empty(t, receivedPayloads(t, s.example, s.hopeless.Asset))
		})
	}
}

// assertReceived asserts that exactly these payloads were received of an asset, in
// this order where the pattern promises it. A failure names the few that differ.
func assertReceived(t *testing.T, example *drive.Example, asset string, sent []string) {
	t.Helper()
	want, got := canonical(t, sent), receivedPayloads(t, example, asset)
	if !example.Pattern.Ordered {
		sort.Strings(want)
		sort.Strings(got)
	}
	if slices.Equal(want, got) {
		return
	}
	items, err := example.Received(t.Context(), asset)
	require.NoError(t, err)
	var list strings.Builder
	for _, item := range items {
		fmt.Fprintf(&list, "\n%s %s deliveries %d: %.120s", item.Position, item.EventID, item.Deliveries, item.Payload)
	}
	assert.Fail(t, fmt.Sprintf("%s: %d sent, %d received, or not in order: %s", asset, len(want), len(got), list.String()))
}

// receivedPayloads are the payloads received of an asset, in the order of
// processing, in canonical form.
func receivedPayloads(t *testing.T, example *drive.Example, asset string) []string {
	t.Helper()
	received, err := example.Received(t.Context(), asset)
	require.NoError(t, err)
	var payloads []string
	for _, item := range received {
		payloads = append(payloads, item.Payload)
	}
	return canonical(t, payloads)
}

// canonical writes JSON texts the same way: EventBridge is free to change spaces
// and the order of fields on its way.
func canonical(t *testing.T, texts []string) []string {
	t.Helper()
	written := make([]string, 0, len(texts))
	for _, text := range texts {
		var value any
		require.NoError(t, json.Unmarshal([]byte(text), &value), "payload %q", text)
		again, err := json.Marshal(value)
		require.NoError(t, err)
		written = append(written, string(again))
	}
	return written
}
