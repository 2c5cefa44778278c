package testkit

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
)

// SameWithFlags fails the test unless define gives a stack the same template with no feature flag and with the recommended
// ones, so that a construct means the same in each app. Churn is masked as by [Snapshot]. The message names the flags that
// make the difference.
//
// forced are flags left out, for what no construct can prevent, such as a policy that the CDK itself renders in two ways.
// One that makes no difference fails the test: the exception is not needed.
func SameWithFlags(t testing.TB, define func(stack awscdk.Stack), forced ...string) {
	t.Helper()
	synthesizeWith := func(flags map[string]any) string {
		stack := NewStack(t, WithContext(flags))
		define(stack)
		return stableTemplate(t, synthesize(t, stack), nil)
	}
	recommended := RecommendedFlags()
	without := synthesizeWith(nil)
	for _, flag := range forced {
		value, known := recommended[flag]
		if !known {
			t.Errorf("testkit: %s is no recommended feature flag", flag)
		} else if synthesizeWith(map[string]any{flag: value}) == without {
			t.Errorf("testkit: %s makes no difference to this template; leave it out of the exceptions", flag)
		}
		delete(recommended, flag)
	}
	with := synthesizeWith(recommended)
	if with == without {
		return
	}

	var culprits []string
	for _, flag := range slices.Sorted(maps.Keys(recommended)) {
		if synthesizeWith(map[string]any{flag: recommended[flag]}) != without {
			culprits = append(culprits, "  "+flag)
		}
	}
	if len(culprits) == 0 {
		culprits = []string{"  (none alone: only several together)"}
	}
	t.Errorf("testkit: the template depends on feature flags:\n%s\n\n%s", strings.Join(culprits, "\n"),
		unified("without feature flags", "with the recommended feature flags", without, with, jsonPath))
}
