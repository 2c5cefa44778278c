package signature_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestThePackageImportsNeitherTheCDKNorAnSDK(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	require.NoError(t, err)
	modules := map[string]bool{}
	for _, dependency := range strings.Fields(string(out)) {
		if host, rest, ok := strings.Cut(dependency, "/"); ok && strings.Contains(host, ".") {
			owner, _, _ := strings.Cut(rest, "/")
			modules[host+"/"+owner] = true
		}
	}
	assert.Equal(t, map[string]bool{
		"github.com/mediasupplychain": true, // this package
		"github.com/golang-jwt":       true,
		"github.com/tidwall":          true,
	}, modules)
}
