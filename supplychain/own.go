package supplychain

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"

	"github.com/mediasupplychain/cdk/internal/wire"
)

// own are the states that record the result of a stage which the pipeline does
// by itself: the result as it is in the state of the run, or that it failed.
func (g *graph) own(stage string, exhausted *Exhausted, next awsstepfunctions.State) (done, failed awsstepfunctions.State) {
	record := func(name, status string, value map[string]any, next awsstepfunctions.State) awsstepfunctions.State {
		state := g.update(stage+": "+name, stage, write{
			update: wire.DoneUpdate, condition: wire.OwnCondition, values: values{":status": text(status), ":result": value},
		})
		return then(g.catch(state, conditionFailed(), g.runOver()), next)
	}
	done = record("done", wire.StatusCompleted, path("States.JsonToString("+resultOf(stage)+")"), next)
	failed = record("failed", wire.StatusFailed, failedResult(), exhausted.define(g, stage, next))
	return done, failed
}

// failedResult is the text of the result of a stage that failed by itself.
func failedResult() map[string]any {
	value, _, _ := request(result(wire.StatusFailed, map[string]any{"cause": Path(failure + ".Error")})) // it is JSON
	return value
}
