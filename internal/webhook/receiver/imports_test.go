package receiver_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func dependencies(t *testing.T, pkg string) []string {
	t.Helper()
	out, err := exec.Command("go", "list", "-deps", "-tags", "lambda.norpc", pkg).Output()
	require.NoError(t, err)
	return strings.Fields(string(out))
}

func TestTheHandlerHoldsNoCDK(t *testing.T) {
	deps := dependencies(t, "github.com/mediasupplychain/cdk/internal/lambda/webhook")
	require.Contains(t, deps, "github.com/mediasupplychain/cdk/internal/webhook/receiver")
	for _, dep := range deps {
		assert.NotContains(t, dep, "aws-cdk")
		assert.NotContains(t, dep, "jsii")
		assert.NotContains(t, dep, "text/template", "it keeps the linker from leaving unused methods out")
		assert.NotContains(t, dep, "aws-sdk-go-v2/config", "see internal/awsconfig")
	}
}

func TestTheReceiverHoldsNoSDK(t *testing.T) {
	for _, dep := range dependencies(t, "github.com/mediasupplychain/cdk/internal/webhook/receiver") {
		assert.NotContains(t, dep, "aws-sdk-go")
	}
}
