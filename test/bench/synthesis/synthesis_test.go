package synthesis

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/jsii-runtime-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/testkit"
)

func TestMain(m *testing.M) {
	if handlers := os.Getenv(handlersVariable); handlers != "" {
		code := synthesizeHandlers(handlers)
		jsii.Close()
		os.Exit(code)
	}
	testkit.Main(m)
}

// A comparison is fair when both give the same.
func TestTheCdkAloneGivesTheSameTemplate(t *testing.T) {
	for _, k := range append(slices.Clone(kinds), whole) {
		t.Run(k.name, func(t *testing.T) {
			library, cdkOnly := testkit.NewStack(t), testkit.NewStack(t)

			define(library, []pattern{k.library}, 1)
			define(cdkOnly, []pattern{k.cdkOnly}, 1)

			want := template(t, library)
			assert.Greater(t, len(want["Resources"].(map[string]any)), 4)
			assert.Equal(t, render(t, want), render(t, template(t, cdkOnly)))
		})
	}
}

// template of a stack, without where the code of its functions is: the two come
// by it in their own ways. The states of a state machine are in no order.
func template(t *testing.T, stack awscdk.Stack) map[string]any {
	t.Helper()
	whole := *assertions.Template_FromStack(stack, nil).ToJSON()
	for _, resource := range whole["Resources"].(map[string]any) {
		if resource := resource.(map[string]any); resource["Type"] == "AWS::Lambda::Function" {
			require.Contains(t, resource["Properties"], "Code")
			delete(resource["Properties"].(map[string]any), "Code")
		}
		if resource := resource.(map[string]any); resource["Type"] == "AWS::StepFunctions::StateMachine" {
			properties := resource["Properties"].(map[string]any)
			properties["DefinitionString"] = parsed(t, properties["DefinitionString"])
		}
	}
	return whole
}

// parsed is the definition of a state machine as data. What is known at
// deployment only is a reference in it, by name.
func parsed(t *testing.T, text any) map[string]any {
	t.Helper()
	var whole strings.Builder
	for _, part := range text.(map[string]any)["Fn::Join"].([]any)[1].([]any) {
		switch part := part.(type) {
		case string:
			whole.WriteString(part)
		case map[string]any:
			whole.WriteString("Ref:" + part["Ref"].(string))
		}
	}
	var definition map[string]any
	require.NoError(t, json.Unmarshal([]byte(whole.String()), &definition))
	require.NotEmpty(t, definition["States"])
	return definition
}

func render(t *testing.T, value any) string {
	t.Helper()
	text, err := json.MarshalIndent(value, "", "  ")
	require.NoError(t, err)
	return string(text)
}

// BenchmarkPatterns gives how many times as long an app takes with the library
// as with the CDK alone, by the number of patterns in it: the median over pairs
// that take turns, and the quartiles.
func BenchmarkPatterns(b *testing.B) {
	library, cdkOnly := make([]pattern, 0, len(kinds)), make([]pattern, 0, len(kinds))
	for _, k := range kinds {
		library, cdkOnly = append(library, k.library), append(cdkOnly, k.cdkOnly)
	}
	for _, c := range []struct{ patterns, pairs int }{{1, 40}, {10, 20}, {50, 12}} {
		b.Run(strconv.Itoa(c.patterns), func(b *testing.B) { compare(b, library, cdkOnly, c.patterns, c.pairs) })
	}
}

// BenchmarkKinds is [BenchmarkPatterns] for 5 patterns of one kind.
func BenchmarkKinds(b *testing.B) {
	for _, k := range kinds {
		b.Run(k.name, func(b *testing.B) { compare(b, []pattern{k.library}, []pattern{k.cdkOnly}, 5, 20) })
	}
}

// BenchmarkSupplyChain is [BenchmarkPatterns] for one whole supply chain.
func BenchmarkSupplyChain(b *testing.B) {
	compare(b, []pattern{whole.library}, []pattern{whole.cdkOnly}, 1, 20)
}

func compare(b *testing.B, library, cdkOnly []pattern, n, pairs int) {
	b.Helper()
	synthesize(b, library, n) // what is loaded and compiled on first use is paid by nobody
	synthesize(b, cdkOnly, n)
	var ours, theirs, ratios []float64
	for b.Loop() {
		for i := range pairs {
			var l, c time.Duration
			if i%2 == 0 {
				l, c = synthesize(b, library, n), synthesize(b, cdkOnly, n)
			} else {
				c, l = synthesize(b, cdkOnly, n), synthesize(b, library, n)
			}
			ours, theirs = append(ours, milliseconds(l)), append(theirs, milliseconds(c))
			ratios = append(ratios, l.Seconds()/c.Seconds())
		}
	}
	b.ReportMetric(0, "ns/op") // says nothing here
	b.ReportMetric(quantile(ours, 0.5), "library-ms")
	b.ReportMetric(quantile(theirs, 0.5), "cdk-ms")
	b.ReportMetric(quantile(ratios, 0.5), "ratio")
	b.ReportMetric(quantile(ratios, 0.25), "ratio-q1")
	b.ReportMetric(quantile(ratios, 0.75), "ratio-q3")
	// The fastest of each, which others on the machine disturbed least.
	b.ReportMetric(slices.Min(ours)/slices.Min(theirs), "ratio-fastest")
}

// stackful is how many patterns a stack has at most: CloudFormation takes 500
// resources.
const stackful = 25

// synthesize gives how long it takes to define an app of n patterns, and to
// write its template.
func synthesize(b *testing.B, patterns []pattern, n int) time.Duration {
	b.Helper()
	app := testkit.NewApp(b)
	started := time.Now()
	for left, i := n, 1; left > 0; left, i = left-stackful, i+1 {
		define(awscdk.NewStack(app, jsii.String(fmt.Sprintf("Stack%d", i)), nil), patterns, min(left, stackful))
	}
	app.Synth(nil)
	return time.Since(started)
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// quantile q of the values, by the nearest of them.
func quantile(values []float64, q float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[int(q*float64(len(sorted)-1)+0.5)]
}
