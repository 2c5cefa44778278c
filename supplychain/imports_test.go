package supplychain_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheConstructHoldsNoSDK(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	require.NoError(t, err)
	deps := strings.Fields(string(out))
	require.Contains(t, deps, "github.com/mediasupplychain/cdk/snsfifo")
	for _, dep := range deps {
		assert.NotContains(t, dep, "github.com/aws/aws-sdk-go")
	}
}

// A pattern is of use alone: whoever takes one does not get the supply chain too.
func TestPatternsDoNotKnowTheSupplyChain(t *testing.T) {
	patterns := []string{"snsfifo", "sqslambda", "eventbridgesaas", "custombus", "webhook"}
	for _, pattern := range patterns {
		out, err := exec.Command("go", "list", "-deps", "../"+pattern).Output() //nolint:gosec // names of our own folders
		require.NoError(t, err)
		deps := strings.Fields(string(out))
		require.Contains(t, deps, "github.com/mediasupplychain/cdk/internal/props", "the list of %s is the right one", pattern)
		for _, dep := range deps {
			assert.NotContains(t, dep, "github.com/mediasupplychain/cdk/supplychain", pattern)
			assert.NotContains(t, dep, "github.com/aws/aws-sdk-go", pattern)
		}
	}
}
