// Package e2e shows the examples at work: their own templates, deployed with the
// CDK CLI to a local cloud and driven as their partners drive them.
//
// What the local cloud cannot show is asserted on the templates; ADR 0004 lists
// it, and TestWhatIsLeftOutIsAssertedOnTheTemplate holds the examples to it.
package e2e

import (
	"context"
	"flag"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/test/drive"
	"github.com/mediasupplychain/cdk/test/localcloud"
)

// patience is how long anything may take that should happen at once. It is long
// because a busy machine is no failure.
const patience = 90 * time.Second

// cloud is the one local cloud of all tests. Tests keep apart by asset ids that
// no other test uses.
var cloud *localcloud.Cloud

func TestMain(m *testing.M) {
	flag.Parse()
	// Tests that wait for the clock do so side by side. They ask for no more than
	// their patience, however few processors there are.
	if err := flag.Set("test.parallel", "32"); err != nil {
		panic(err)
	}
	if testing.Short() {
		fmt.Println("e2e: not run with -short: they need the local cloud")
		return
	}
	os.Exit(run(m))
}

func run(m *testing.M) int {
	started, err := localcloud.Start(context.Background(), localcloud.Options{Progress: os.Stdout})
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		return 1
	}
	cloud = started
	code := m.Run()
	for _, running := range []*localcloud.Cloud{cloud, strictCloud, clock.cloud} {
		if running == nil {
			continue
		}
		if err := running.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, "e2e:", err)
			code = 1
		}
	}
	return code
}

var strictCloud *localcloud.Cloud

// strict is another cloud for all tests, where every call of a Lambda function is
// checked against its role, and SNS needs the queue's policy. It checks no role
// of a rule, of a state machine, of API Gateway or of an event source mapping.
// It starts the first time a test wants it.
func strict(t *testing.T) *localcloud.Cloud {
	t.Helper()
	if strictCloud == nil {
		started, err := localcloud.Start(t.Context(), localcloud.Options{EnforcePermissions: true, Progress: os.Stdout})
		require.NoError(t, err)
		strictCloud = started
	}
	return strictCloud
}

var opened = map[string]*drive.Example{}

// open deploys an example, the first time a test wants it.
func open(t *testing.T, pattern drive.Pattern) *drive.Example {
	t.Helper()
	if opened[pattern.Example] == nil {
		example, err := drive.Open(t.Context(), cloud, pattern)
		require.NoError(t, err)
		opened[pattern.Example] = example
	}
	return opened[pattern.Example]
}

func openNamed(t *testing.T, name string) *drive.Example {
	t.Helper()
	pattern, err := drive.PatternOf(name)
	require.NoError(t, err)
	return open(t, pattern)
}

// forEachPattern runs a test on the example of each pattern.
func forEachPattern(t *testing.T, test func(t *testing.T, example *drive.Example)) {
	t.Helper()
	for _, pattern := range drive.Patterns() {
		t.Run(pattern.Example, func(t *testing.T) { test(t, open(t, pattern)) })
	}
}
