package supplychain_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mediasupplychain/cdk/internal/cdktest"
	"github.com/mediasupplychain/cdk/supplychain"
	"github.com/mediasupplychain/cdk/testkit"
)

// Answers of partners are cut to what fits, so that the longest pipeline of
// partners is no risk; what functions return is theirs.
func TestAPipelineWhoseResultsMayNotFitIsWarnedOf(t *testing.T) {
	for functions, want := range map[int]string{
		31: "",
		32: "261 KiB, but Step Functions ends a run whose state is larger than 256 KiB. Let functions return references, at most 7 KiB each here",
		45: "365 KiB, but Step Functions ends a run whose state is larger than 256 KiB. Let functions return references, at most 5 KiB each here",
	} {
		stack := testkit.NewStack(t)
		work := ownFunction(stack, "Work")
		var stages []supplychain.Stage
		for i := range functions {
			stages = append(stages, supplychain.Function(fmt.Sprint("stage", i), &supplychain.FunctionStageProps{Function: work}))
		}
		newChain(stack, stages...)
		warnings := strings.Join(cdktest.Warnings(t, stack), "\n")
		assert.Contains(t, warnings, want)
		assert.Equal(t, want != "", strings.Contains(warnings, "The results of all stages together"), functions)
	}
	stack := testkit.NewStack(t)
	var stages []supplychain.Stage
	for i := range 45 {
		stages = append(stages, supplychain.Partner(fmt.Sprint("stage", i), nil))
	}
	newChain(stack, stages...)
	assert.NotContains(t, strings.Join(cdktest.Warnings(t, stack), "\n"), "The results of all stages together")
}
