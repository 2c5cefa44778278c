package testkit

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAnAppOfATestReadsNoContextOfTheShell(t *testing.T) {
	t.Setenv("CDK_CONTEXT_JSON", `{"aws:cdk:bundling-stacks":["**"],"@aws-cdk/core:newStyleStackSynthesis":true}`)

	app := NewApp(t, WithContext(map[string]any{"tier": "gold"}))

	assert.Equal(t, []any{}, app.Node().TryGetContext(jsii.String("aws:cdk:bundling-stacks")))
	assert.Equal(t, "gold", app.Node().TryGetContext(jsii.String("tier")))
}

func TestAStackBundlesNothing(t *testing.T) {
	assert.False(t, *NewStack(t).BundlingRequired())
}

func TestAnAppWritesOnlyBelowTheTestsOwnFolder(t *testing.T) {
	var outdir string
	t.Run("app", func(t *testing.T) {
		app := NewApp(t)
		awscdk.NewStack(app, jsii.String("Orders"), nil)
		outdir = *app.Synth(nil).Directory()
		assert.FileExists(t, filepath.Join(outdir, "Orders.template.json"))
	})
	assert.NoDirExists(t, outdir)
}

func TestContextOfACdkJson(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cdk.json")
	require.NoError(t, os.WriteFile(path, []byte(`{"app": "go run .", "context": {"tier": "gold"}}`), 0o600))

	app := NewApp(t, WithContextOf(t, path))

	assert.Equal(t, "gold", app.Node().TryGetContext(jsii.String("tier")))
}

func TestRecommendedFlagsReachTheApp(t *testing.T) {
	app := NewApp(t, WithContext(RecommendedFlags()))

	assert.Equal(t, true, app.Node().TryGetContext(jsii.String("@aws-cdk/aws-events:requireEventBusPolicySid")))
	assert.Equal(t, []any{"aws", "aws-cn"}, app.Node().TryGetContext(jsii.String("@aws-cdk/core:target-partitions")))
}

func TestRecommendedFlagsAreThoseOfTheCdkReleaseInUse(t *testing.T) {
	assert.JSONEq(t, fileOfCdkLib(t, "package/recommended-feature-flags.json"), string(recommendedFlags),
		"copy the file of the new release over testkit/recommended-feature-flags.json, and name the release in app.go")
}

// fileOfCdkLib reads a file of the aws-cdk-lib package that the Go module awscdk carries.
func fileOfCdkLib(t *testing.T, name string) string {
	t.Helper()
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/aws/aws-cdk-go/awscdk/v2").Output()
	require.NoError(t, err)
	packages, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(dir)), "jsii", "aws-cdk-lib-*.tgz"))
	require.NoError(t, err)
	require.Len(t, packages, 1)

	file, err := os.Open(packages[0])
	require.NoError(t, err)
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	require.NoError(t, err)
	for archive := tar.NewReader(unzipped); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			t.Fatalf("%s has no %s", packages[0], name)
		}
		require.NoError(t, err)
		if header.Name == name {
			content, err := io.ReadAll(archive)
			require.NoError(t, err)
			return string(content)
		}
	}
}

func TestContextOfAFileThatIsNone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cdk.json")

	assert.Equal(t, "testkit: open "+path+": no such file or directory",
		failure(t, "TestOrders", func(tb testing.TB) { WithContextOf(tb, path) }))

	require.NoError(t, os.WriteFile(path, []byte(`{"context": []}`), 0o600))
	assert.Contains(t, failure(t, "TestOrders", func(tb testing.TB) { WithContextOf(tb, path) }),
		"testkit: "+path+": json: cannot unmarshal array into Go struct field")
}

func TestFlagsOfOneTestDoNotReachAnother(t *testing.T) {
	RecommendedFlags()["changed"] = true

	assert.NotContains(t, RecommendedFlags(), "changed")
}
