package supplychain

import (
	"fmt"

	"github.com/mediasupplychain/cdk/internal/props"
)

// The state of a run holds the results of all its stages, and Step Functions
// ends an execution whose state is larger than 256 KiB, which nothing can catch
// (Step Functions developer guide, "Step Functions service quotas").
const (
	stateSize  = 256 << 10
	answerSize = 4<<10 + 1<<10 + 512 // what the intake cuts an answer and its cause to, and ids
	ownSize    = 8 << 10             // what a function or a task is asked to keep to
)

// warnSize says that the results of a pipeline as long as this one do not fit
// if each is as large as it may be.
func (c *SupplyChain) warnSize() {
	size := answerSize // of the start
	for _, s := range slots(c.stages) {
		switch s.(type) {
		case *functionStage, *taskStage:
			size += ownSize
		default:
			size += answerSize
		}
	}
	if size > stateSize {
		props.Warn(c, "largeState", fmt.Sprintf("The results of all stages together can be %d KiB, but Step Functions ends a run whose state is larger than %d KiB. "+
			"Let functions return references, at most %d KiB each here, or make two supply chains of this one.",
			size>>10, stateSize>>10, c.fitting()>>10))
	}
}

// fitting is how large the result of a function or a task can be.
func (c *SupplyChain) fitting() int {
	room, own := stateSize-answerSize, 0
	for _, s := range slots(c.stages) {
		switch s.(type) {
		case *functionStage, *taskStage:
			own++
		default:
			room -= answerSize
		}
	}
	return max(room, 0) / max(own, 1)
}
