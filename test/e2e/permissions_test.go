package e2e

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/test/drive"
	"github.com/mediasupplychain/cdk/test/localcloud"
)

// The handlers' own grants are enough: here every call of a Lambda function is
// checked against its role, and SNS needs the queue's policy. The local cloud
// checks no role of a rule, of API Gateway or of an event source mapping.
func TestGrantsAreEnough(t *testing.T) {
	strict, err := localcloud.Start(t.Context(), localcloud.Options{EnforcePermissions: true, Progress: t.Output()})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, strict.Stop()) })
	for _, pattern := range drive.Patterns() {
		t.Run(pattern.Example, func(t *testing.T) {
			example, err := drive.Open(t.Context(), strict, pattern)
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

// Without its policies a consumer cannot write: so the test above can fail.
func TestWithoutGrantsNothingArrives(t *testing.T) {
	strict, err := localcloud.Start(t.Context(), localcloud.Options{EnforcePermissions: true, Progress: t.Output()})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, strict.Stop()) })
	pattern, err := drive.PatternOf("sqslambda")
	require.NoError(t, err)
	example, err := drive.Open(t.Context(), strict, pattern)
	require.NoError(t, err)
	require.NoError(t, example.RevokePolicies(t.Context()))
	restore, err := example.SetVisibilityTimeout(t.Context(), 0)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, restore(context.WithoutCancel(t.Context()))) })
	event := pattern.Event(drive.NewAsset("revoked"), 1, nil)

	require.NoError(t, example.Send(t.Context(), event))

	_, err = example.WaitForParked(t.Context(), patience, event.ID, 1)
	require.NoError(t, err, "it is delivered as often as it may be, and then parked by SQS")
	assert.Empty(t, receivedPayloads(t, example, event.Asset))
}
