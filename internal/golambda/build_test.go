package golambda

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// module is a small module with a main package that uses a second package and
// an embedded file.
var module = map[string]string{
	"go.mod":                   "module example.com/app\n\ngo 1.26\n",
	"consumer/main.go":         "package main\n\nimport (\n\t_ \"embed\"\n\n\t\"example.com/app/greeting\"\n)\n\n//go:embed words.txt\nvar words string\n\nfunc main() { println(greeting.Text, words) }\n",
	"consumer/words.txt":       "hello",
	"consumer/main_test.go":    "package main\n",
	"greeting/greeting.go":     "package greeting\n\nconst Text = \"hi\"\n",
	"unrelated/unrelated.go":   "package unrelated\n",
	"broken/main.go":           "package main\n\nfunc main() { undefinedFunction() }\n",
	"library/library.go":       "package library\n",
	"consumer/.editor.swp":     "",
	"greeting/greeting_md.txt": "",
}

func TestBuildGivesABootstrapForTheLambdaRuntime(t *testing.T) {
	dir := write(t, module)

	asset, err := Build(Spec{Dir: dir, Package: "./consumer", Arch: "arm64"})

	require.NoError(t, err)
	executable, err := os.ReadFile(filepath.Join(asset.Dir, "bootstrap"))
	require.NoError(t, err)
	assert.Equal(t, "\x7fELF", string(executable[:4]))
	assert.Equal(t, byte(0xB7), executable[18], "ELF machine AArch64")
	assert.Regexp(t, "^[0-9a-f]{64}$", asset.Hash)
	names, err := os.ReadDir(asset.Dir)
	require.NoError(t, err)
	assert.Len(t, names, 1, "the asset holds the executable and nothing else")
}

func TestBuildGivesTheSameBytesInAnotherFolder(t *testing.T) {
	first, err := Build(Spec{Dir: write(t, module), Package: "./consumer", Arch: "amd64"})
	require.NoError(t, err)
	second, err := Build(Spec{Dir: write(t, module), Package: "./consumer", Arch: "amd64"})
	require.NoError(t, err)
	assert.NotEqual(t, first.Dir, second.Dir)
	assert.Equal(t, first.Hash, second.Hash)
}

func TestTheNextSynthesisCompilesOnlyWhatChanged(t *testing.T) {
	for name, c := range map[string]struct {
		file, content string
		compiles      bool
	}{
		"nothing changed":           {},
		"its own source":            {"consumer/main.go", "package main\n\nfunc main() {}\n", true},
		"a package that it uses":    {"greeting/greeting.go", "package greeting\n\nconst Text = \"bye\"\n", true},
		"a new file of its package": {"consumer/extra.go", "package main\n\nfunc init() { println() }\n", true},
		"an embedded file":          {"consumer/words.txt", "good bye", true},
		"the module file":           {"go.mod", "module example.com/app\n\ngo 1.25\n", true},
		"a test":                    {"consumer/more_test.go", "package main\n", false},
		"a package it does not use": {"unrelated/unrelated.go", "package unrelated\n\nvar X int\n", false},
		"a file beside the module":  {"cdk.context.json", "{}", false},
	} {
		t.Run(name, func(t *testing.T) {
			dir := write(t, module)
			spec := Spec{Dir: dir, Package: "./consumer", Arch: "amd64"}
			first, err := Build(spec)
			require.NoError(t, err)
			before := modified(t, first)
			if c.file != "" {
				require.NoError(t, os.WriteFile(filepath.Join(dir, c.file), []byte(c.content), 0o600))
			}

			newProcess(t)
			second, err := Build(spec)

			require.NoError(t, err)
			assert.Equal(t, c.compiles, modified(t, second) != before)
			assert.FileExists(t, filepath.Join(second.Dir, "bootstrap"))
		})
	}
}

func TestADamagedCacheIsBuiltAgain(t *testing.T) {
	spec := Spec{Dir: write(t, module), Package: "./consumer", Arch: "amd64"}
	first, err := Build(spec)
	require.NoError(t, err)
	require.NoError(t, os.Remove(filepath.Join(first.Dir, "bootstrap")))

	newProcess(t)
	second, err := Build(spec)

	require.NoError(t, err)
	assert.Equal(t, first.Hash, second.Hash)
	assert.FileExists(t, filepath.Join(second.Dir, "bootstrap"))
}

func TestBuildErrors(t *testing.T) {
	for name, c := range map[string]struct{ pkg, want string }{
		"does not compile":   {"./broken", "cannot build ./broken:\n# example.com/app/broken\nbroken/main.go:3:15: undefined: undefinedFunction"},
		"is not there":       {"./missing", "cannot build ./missing:\nstat "},
		"not a main package": {"./library", "cannot build ./library: it is not a main package: a Lambda handler needs func main"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Build(Spec{Dir: write(t, module), Package: c.pkg, Arch: "arm64"})
			var typed *BuildError
			require.ErrorAs(t, err, &typed)
			assert.True(t, strings.HasPrefix(err.Error(), c.want), err.Error())
		})
	}
}

func TestBuildWithoutGoSaysWhatToDo(t *testing.T) {
	dir := write(t, module)
	t.Setenv("PATH", t.TempDir())

	_, err := Build(Spec{Dir: dir, Package: "./consumer", Arch: "arm64"})

	require.ErrorIs(t, err, errNoGo)
	assert.EqualError(t, err, "cannot build ./consumer: the go command is not on PATH: "+
		"install Go from https://go.dev/dl, or pass a prebuilt asset")
}

func TestHandlersAreBuiltFromTheLibrarysOwnModule(t *testing.T) {
	spec, err := Handler("internal/lambda/webhook", "arm64")
	require.NoError(t, err)
	assert.FileExists(t, filepath.Join(spec.Dir, "internal", "golambda", "build.go"))
	assert.Equal(t, "./internal/lambda/webhook", spec.Package)
	assert.True(t, spec.pinned)
}

// write puts files into a new folder, with a build cache of this library of
// its own and Go's shared one.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	gocache, err := exec.Command("go", "env", "GOCACHE").Output()
	require.NoError(t, err)
	t.Setenv("GOCACHE", strings.TrimSpace(string(gocache)))
	t.Setenv("GOFLAGS", "")
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o750))
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	}
	return dir
}

// newProcess forgets what this process has built.
func newProcess(t *testing.T) {
	t.Helper()
	maps.DeleteFunc(built, func(Spec, Asset) bool { return true })
}

func modified(t *testing.T, asset Asset) string {
	t.Helper()
	info, err := os.Stat(filepath.Dir(asset.Dir))
	require.NoError(t, err)
	return info.ModTime().String()
}
