package sqsbatch_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A handler that imports this package must not carry CDK: it would more than
// double the binary and start node's bindings.
func TestHoldsNoCDK(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").CombinedOutput()
	require.NoError(t, err, string(out))
	deps := strings.Fields(string(out))
	require.Contains(t, deps, "github.com/aws/aws-sdk-go-v2/service/sqs", "the list is the right one")
	for _, dep := range deps {
		for _, cdk := range []string{"aws-cdk-go", "constructs-go", "jsii-runtime-go", "cdklabs"} {
			assert.NotContains(t, dep, cdk)
		}
	}
}
