package lambda_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A function that carries CDK would be twice as large and start node's bindings.
func TestFunctionsHoldNoCDK(t *testing.T) {
	for _, function := range functions(t) {
		out, err := exec.Command("go", "list", "-deps", "./"+function).CombinedOutput()
		require.NoError(t, err, string(out))
		deps := strings.Fields(string(out))
		require.Contains(t, deps, "github.com/aws/aws-lambda-go/lambda", "the list of %s is the right one", function)
		for _, dep := range deps {
			for _, cdk := range []string{"aws-cdk-go", "constructs-go", "jsii-runtime-go", "cdklabs"} {
				assert.NotContains(t, dep, cdk, function)
			}
		}
	}
}

// A main reads the environment, makes clients, and starts: no more.
func TestMainsAreShort(t *testing.T) {
	for _, function := range functions(t) {
		main, err := os.ReadFile(function + "/main.go")
		require.NoError(t, err)
		assert.Less(t, strings.Count(string(main), "\n"), 70, function)
	}
}

func functions(t *testing.T) []string {
	entries, err := os.ReadDir(".")
	require.NoError(t, err)
	var all []string
	for _, e := range entries {
		if e.IsDir() {
			all = append(all, e.Name())
		}
	}
	require.Subset(t, all, []string{"intake", "outbox", "watch"})
	return all
}
