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
