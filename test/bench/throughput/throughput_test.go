package throughput_test

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/test/bench/throughput"
	"github.com/mediasupplychain/cdk/test/localcloud"
)

const (
	stages   = 3
	patience = 20 * time.Minute
	// slower is how much slower than the pipeline written by hand the supply chain
	// may be: it does more for an event, and does it as fast.
	slower = 0.9
)

// BenchmarkThroughput sends the same events through the supply chain and through
// a pipeline that is written by hand, in turn: THROUGHPUT_EVENTS of them,
// THROUGHPUT_ROUNDS times.
func BenchmarkThroughput(b *testing.B) {
	events, rounds := setting(b, "THROUGHPUT_EVENTS", 1000), setting(b, "THROUGHPUT_ROUNDS", 3)
	ours, byHand := open(b, "library", "Stages3"), open(b, "raw", "Raw")
	assets := events / (stages + 1)
	for _, line := range []*throughput.Line{ours, byHand} { // processes start
		measure(b, line, "warm", 20)
	}

	for b.Loop() {
		var ratios, us, them []float64
		for round := range rounds {
			name := "round" + strconv.Itoa(round) + "-" + strconv.FormatInt(time.Now().UnixNano(), 36)
			pair := []*throughput.Line{ours, byHand}
			if round%2 == 1 {
				slices.Reverse(pair) // who comes second finds a cloud that knows more
			}
			speed := map[*throughput.Line]float64{}
			for _, line := range pair {
				speed[line] = measure(b, line, name, assets).PerSecond()
			}
			us, them = append(us, speed[ours]), append(them, speed[byHand])
			ratios = append(ratios, speed[ours]/speed[byHand])
			b.Logf("round %d: %d events, %.1f events/s by the library, %.1f by hand, ratio %.2f", round+1, assets*(stages+1), speed[ours], speed[byHand], speed[ours]/speed[byHand])
		}
		b.ReportMetric(median(us), "events/s")
		b.ReportMetric(median(them), "events/s-by-hand")
		b.ReportMetric(median(ratios), "ratio")
		assert.GreaterOrEqual(b, median(ratios), slower, "the library against the pipeline by hand")
	}
}

// setting is a number in the environment.
func setting(b *testing.B, name string, otherwise int) int {
	b.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	number, err := strconv.Atoi(text)
	require.NoError(b, err, name)
	return number
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

// open deploys one pipeline to a cloud of its own, so that neither works for the
// other.
func open(b *testing.B, app, stack string) *throughput.Line {
	b.Helper()
	cloud, err := localcloud.Start(b.Context(), localcloud.Options{})
	require.NoError(b, err)
	b.Cleanup(func() { assert.NoError(b, cloud.Stop()) })
	directory, err := filepath.Abs(app)
	require.NoError(b, err)
	deployment, err := cloud.DeployApp(b.Context(), app, directory)
	require.NoError(b, err)
	line, err := throughput.NewLine(cloud, deployment, stack, stages)
	require.NoError(b, err)
	return line
}

func measure(b *testing.B, line *throughput.Line, name string, assets int) throughput.Result {
	b.Helper()
	before, err := line.Executions(b.Context())
	require.NoError(b, err)
	result, err := line.Run(b.Context(), name, assets, patience)
	require.NoError(b, err)
	assert.Equal(b, line.Expected(assets), result.Told, line.Name)
	after, err := line.Executions(b.Context())
	require.NoError(b, err)
	assert.Equal(b, map[types.ExecutionStatus]int{types.ExecutionStatusSucceeded: before[types.ExecutionStatusSucceeded] + assets}, after, line.Name)
	return result
}
