package mediaevent

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The package is part of constructs, where no AWS SDK may be, and of Lambda
// functions, where no CDK may be and each module weighs.
func TestThePackageImportsNeitherCDKNorSDK(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", ".").Output()
	require.NoError(t, err)
	modules := map[string]bool{}
	for _, module := range strings.Fields(string(out)) {
		modules[module] = true
	}
	assert.Equal(t, map[string]bool{"github.com/mediasupplychain/cdk": true, "github.com/theory/jsonpath": true}, modules)
}
