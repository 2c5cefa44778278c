package synthesis

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/sqslambda"
)

// handlersVariable makes this test's executable an app, in a process of its own
// as the next synthesis is. It holds the handlers' packages.
const handlersVariable = "SYNTHESIS_BENCH_HANDLERS"

// bundlingVariable says whether that app's handlers are to be built.
const bundlingVariable = "SYNTHESIS_BENCH_BUNDLING"

const root = "../../.."

// The next synthesis finds what was compiled: executables that are the same
// files as before.
func TestTheNextSynthesisCompilesNothing(t *testing.T) {
	s := newSynthesis(t, "./examples/sqslambda/consumer")
	s.run(t, true)
	before := s.executables(t)
	require.Len(t, before, 1)

	s.run(t, true)

	after := s.executables(t)
	require.Len(t, after, 1)
	for path, info := range before {
		assert.True(t, os.SameFile(info, after[path]), "%s was compiled again", path)
	}
}

// BenchmarkUnchangedHandlers gives what each handler adds to a synthesis after
// the first: the difference to the same app without bundling, in pairs that take
// turns, each in a process of its own.
func BenchmarkUnchangedHandlers(b *testing.B) {
	packages, err := filepath.Glob(root + "/examples/*/consumer")
	require.NoError(b, err)
	require.NotEmpty(b, packages)
	for i, dir := range packages {
		packages[i] = "./" + strings.TrimPrefix(dir, root+"/")
	}
	s := newSynthesis(b, packages...)
	started := time.Now()
	first := s.run(b, true)
	b.Logf("first synthesis, with compilation: %s, of which the app %s", time.Since(started), first)
	before := s.executables(b)

	var added []float64
	for b.Loop() {
		for range 7 {
			with, without := s.run(b, true), s.run(b, false)
			added = append(added, milliseconds(with-without)/float64(len(packages)))
		}
	}
	for path, info := range s.executables(b) {
		require.True(b, os.SameFile(info, before[path]), "%s was compiled again", path)
	}
	b.ReportMetric(0, "ns/op") // says nothing here
	b.ReportMetric(float64(len(packages)), "handlers")
	b.ReportMetric(quantile(added, 0.5), "ms/handler")
	b.ReportMetric(quantile(added, 0.25), "ms/handler-q1")
	b.ReportMetric(quantile(added, 0.75), "ms/handler-q3")
}

// synthesis runs an app with one consumer for each handler, with a cache of
// compiled handlers of its own.
type synthesis struct {
	packages []string
	cache    string
	goCache  string // the go command's, whose content does not matter
}

func newSynthesis(t testing.TB, packages ...string) *synthesis {
	t.Helper()
	goCache, err := exec.Command("go", "env", "GOCACHE").Output()
	require.NoError(t, err)
	return &synthesis{packages: packages, cache: t.TempDir(), goCache: strings.TrimSpace(string(goCache))}
}

// run gives how long the app takes, from its first construct to its template.
func (s *synthesis) run(t testing.TB, bundling bool) time.Duration {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	command := exec.Command(self) //nolint:gosec // this test itself
	command.Dir = root
	command.Env = append(os.Environ(),
		handlersVariable+"="+strings.Join(s.packages, " "),
		fmt.Sprintf("%s=%t", bundlingVariable, bundling),
		"XDG_CACHE_HOME="+s.cache, "GOCACHE="+s.goCache)
	command.Stderr = os.Stderr
	printed, err := command.Output()
	require.NoError(t, err)
	took, err := time.ParseDuration(strings.TrimSpace(string(printed)))
	require.NoError(t, err)
	return took
}

// executables are the handlers in the cache, by path.
func (s *synthesis) executables(t testing.TB) map[string]os.FileInfo {
	t.Helper()
	paths, err := filepath.Glob(s.cache + "/mediasupplychain-cdk/*/asset/bootstrap")
	require.NoError(t, err)
	found := map[string]os.FileInfo{}
	for _, path := range paths {
		found[path], err = os.Stat(path)
		require.NoError(t, err)
	}
	return found
}

// synthesizeHandlers is the app. It prints how long it took, and gives the
// process's exit code.
func synthesizeHandlers(packages string) int {
	out, err := os.MkdirTemp("", "synthesis-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(out) }()
	stacks := []any{}
	if os.Getenv(bundlingVariable) == "true" {
		stacks = append(stacks, "**")
	}
	app := awscdk.NewApp(&awscdk.AppProps{
		Outdir:             jsii.String(out),
		AnalyticsReporting: jsii.Bool(false),
		PostCliContext:     &map[string]any{"aws:cdk:bundling-stacks": stacks},
	})
	started := time.Now()
	stack := awscdk.NewStack(app, jsii.String("Stack"), nil)
	for i, pkg := range strings.Fields(packages) {
		sqslambda.NewConsumer(stack, jsii.String(fmt.Sprintf("Consumer%d", i)), &sqslambda.ConsumerProps{GoPackage: jsii.String(pkg)})
	}
	app.Synth(nil)
	fmt.Println(time.Since(started))
	return 0
}
