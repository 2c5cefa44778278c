package apidoc

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var sample = regexp.MustCompile("(?s)```go\n// (\\S+)\n(.*?)```")

// Someone reads the README, makes a folder with a go.mod that points to a clone,
// copies the samples and synthesizes: the function of the sample included.
func TestTheReadmesSamplesAreAnAppThatSynthesizes(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	samples := sample.FindAllStringSubmatch(string(text), -1)
	require.Len(t, samples, strings.Count(string(text), "```go"), "each sample begins with the name of its file")
	consumer := ""
	for _, one := range samples {
		if one[1] == "consumer/main.go" {
			consumer = one[2]
		}
	}
	require.NotEmpty(t, consumer)
	apps, chains := 0, 0
	for _, one := range samples {
		if one[1] != "main.go" {
			continue
		}
		apps++
		if strings.Contains(one[2], "supplychain.NewSupplyChain(") {
			assert.Less(t, strings.Count(one[2], "\n"), 60, "lines of a supply chain's app")
			chains++
		}
		dir := newModule(t, map[string]string{"main.go": one[2], "consumer/main.go": consumer})

		synthesize(t, dir)

		assembly := filepath.Join(dir, "cdk.out")
		templates, err := filepath.Glob(filepath.Join(assembly, "*.template.json"))
		require.NoError(t, err)
		require.Len(t, templates, 1)
		template, err := os.ReadFile(templates[0])
		require.NoError(t, err)
		assert.Contains(t, string(template), `"AWS::Lambda::EventSourceMapping"`)
		executables, err := filepath.Glob(filepath.Join(assembly, "asset.*", "bootstrap"))
		require.NoError(t, err)
		assert.NotEmpty(t, executables, "the function was built")
	}
	assert.Equal(t, 3, apps)
	assert.Equal(t, 1, chains)
}

// newModule is a folder of a user's, whose go.mod has what this module requires
// and points to it.
func newModule(t *testing.T, files map[string]string) string {
	t.Helper()
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	require.NoError(t, err)
	sum, err := os.ReadFile(filepath.Join(root, "go.sum"))
	require.NoError(t, err)
	files["go.sum"] = string(sum)
	files["go.mod"] = strings.Replace(string(mod), "module github.com/mediasupplychain/cdk", "module example.com/app", 1) +
		"\nrequire github.com/mediasupplychain/cdk v0.0.0\n\nreplace github.com/mediasupplychain/cdk => " + root + "\n"
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o750))
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	}
	return dir
}

func synthesize(t *testing.T, dir string) {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", "run", ".")
	command.Dir = dir
	command.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "CDK_OUTDIR="+filepath.Join(dir, "cdk.out"))
	output, err := command.CombinedOutput()
	require.NoError(t, err, string(output))
}
