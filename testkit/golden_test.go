package testkit

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// leftOver is a package that has the golden file of a test that is no more.
func leftOver(t *testing.T) *goldenFiles {
	t.Helper()
	golden := taken(t, `{}`)
	path := filepath.Join(golden.folder, "testdata", "snapshots", "TestGone", "Orders.json")
	require.NoError(t, write(path, "{}\n"))
	return golden
}

// settled is what the package says after its tests, and the code it exits with.
func settled(golden *goldenFiles) (string, int) {
	var said strings.Builder
	code := golden.settle(func(format string, arguments ...any) { fmt.Fprintf(&said, format, arguments...) })
	return said.String(), code
}

func TestAnUnusedFileFailsThePackage(t *testing.T) {
	said, code := settled(leftOver(t))

	assert.Equal(t, 1, code)
	assert.Equal(t, `testkit: no test compares these files; remove them, or run the tests with TESTKIT_UPDATE=1:
  testdata/snapshots/TestGone/Orders.json
`, said)
}

func TestAnUpdateRemovesUnusedFilesAndNoOther(t *testing.T) {
	golden := leftOver(t)
	t.Setenv(updateVariable, "1")

	said, code := settled(golden)

	assert.Equal(t, 0, code)
	assert.Equal(t, "testkit: removed testdata/snapshots/TestGone/Orders.json: no test compares it\n", said)
	assert.NoFileExists(t, filepath.Join(golden.folder, "testdata", "snapshots", "TestGone", "Orders.json"))
	assert.FileExists(t, filepath.Join(golden.folder, "testdata", "snapshots", "TestOrders", "Orders.json"))
}

func TestAPackageWhoseFilesAreAllUsedPasses(t *testing.T) {
	said, code := settled(taken(t, `{}`))

	assert.Equal(t, 0, code)
	assert.Empty(t, said)
}

func TestAPackageWithoutGoldenFilesPasses(t *testing.T) {
	said, code := settled(emptyPackage(t))

	assert.Equal(t, 0, code)
	assert.Empty(t, said)
}

func TestUnusedFilesAreLookedForOnlyAfterAllTestsPassed(t *testing.T) {
	all := map[string]string{"test.short": "false", "test.count": "1"}
	for _, c := range []struct {
		name  string
		code  int
		flag  string
		value string
		want  int
	}{
		{"all tests passed", 0, "", "", 1},
		{"a test failed", 2, "", "", 2},
		{"one test", 0, "test.run", "^TestOrders$", 0},
		{"all but one test", 0, "test.skip", "^TestOrders$", 0},
		{"no test", 0, "test.count", "0", 0},
		{"the names of tests", 0, "test.list", ".", 0},
		{"the fast tests", 0, "test.short", "true", 0},
		{"a fuzz test", 0, "test.fuzz", "FuzzParse", 0},
		{"a worker of a fuzz test", 0, "test.fuzzworker", "true", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			golden := leftOver(t)
			flags := maps.Clone(all)
			flags[c.flag] = c.value

			code := golden.finish(c.code, func(name string) string { return flags[name] }, func(string, ...any) {})

			assert.Equal(t, c.want, code)
		})
	}
}

func TestParallelTestsClaimFiles(t *testing.T) {
	golden := emptyPackage(t)
	t.Setenv(updateVariable, "1")
	var tests sync.WaitGroup
	failures := make([]string, 20)
	for i := range failures {
		tests.Add(1)
		go func() {
			defer tests.Done()
			failures[i] = failure(t, fmt.Sprintf("Test%d", i), func(tb testing.TB) {
				golden.compare(tb, "a.ids", "a list", document{content: "a\n"})
			})
		}()
	}
	tests.Wait()

	assert.Equal(t, make([]string, 20), failures)
	unused, err := golden.unused()
	require.NoError(t, err)
	assert.Empty(t, unused)
	entries, err := os.ReadDir(filepath.Join(golden.folder, "testdata", "snapshots"))
	require.NoError(t, err)
	assert.Len(t, entries, 20)
}
