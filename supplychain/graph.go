package supplychain

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/internal/wire"
)

// graph defines the states of a pipeline, or of one branch of a [Parallel]:
// Step Functions lets no transition cross from one to the other.
type graph struct {
	scope constructs.Construct // has the states as children, by name
	table *string              // name of the table

	// The CDK's words, which are tokens; asked for once.
	discard, partition *string
	conditions         map[string]awsstepfunctions.Condition // on the slot, which all stages look at alike

	suffix string // tells the states apart that each graph has of its own
	end    awsstepfunctions.State
}

// newGraph is the graph of a pipeline whose states are children of scope.
func newGraph(scope constructs.Construct, table *string) *graph {
	return &graph{scope: scope, table: table, discard: awsstepfunctions.JsonPath_DISCARD(), partition: awscdk.Aws_PARTITION(), conditions: map[string]awsstepfunctions.Condition{}}
}

// branch is the graph of a branch.
func (g *graph) branch(name string) *graph {
	return &graph{scope: g.scope, table: g.table, discard: g.discard, partition: g.partition, conditions: g.conditions, suffix: " " + name}
}

// once makes a condition the first time it is wanted.
func (g *graph) once(what string, define func() awsstepfunctions.Condition) awsstepfunctions.Condition {
	if g.conditions[what] == nil {
		g.conditions[what] = define()
	}
	return g.conditions[what]
}

// sequence defines the states of stages from the last to the first, since each
// names the one that follows, and gives the first. It gives next where there
// are none.
func (g *graph) sequence(stages []Stage, next awsstepfunctions.State) awsstepfunctions.State {
	for i := len(stages) - 1; i >= 0; i-- {
		next = g.conditional(stages[i], next)
	}
	return next
}

// conditional puts the stage's condition before it, and records that the stage
// was skipped where it does not hold.
func (g *graph) conditional(s Stage, next awsstepfunctions.State) awsstepfunctions.State {
	condition := s.when()
	if condition == nil {
		return s.define(g, next)
	}
	skipped := next
	all := slots([]Stage{s})
	for i := len(all) - 1; i >= 0; i-- {
		skipped = g.skip(all[i].stageName(), skipped)
	}
	choice := awsstepfunctions.NewChoice(g.scope, jsii.String(s.stageName()+": needed?"), nil)
	choice.When(condition, s.define(g, next), nil)
	choice.Otherwise(skipped)
	return choice
}

// task is a state that calls an action of another service, and tries again
// where an error can pass. The result goes to resultPath, nil for none.
func (g *graph) task(name, action string, parameters, more map[string]any) awsstepfunctions.CustomState {
	state := map[string]any{
		"Type":       "Task",
		"Resource":   "arn:" + *g.partition + ":states:::" + action,
		"Parameters": parameters,
		"Retry":      []any{retry()},
		"ResultPath": g.discard,
	}
	for field, value := range more {
		state[field] = value
	}
	return awsstepfunctions.NewCustomState(g.scope, jsii.String(name), &awsstepfunctions.CustomStateProps{StateJson: &state})
}

// update is a state that writes to the slot of a stage.
func (g *graph) update(name, stage string, w write) awsstepfunctions.CustomState {
	return g.task(name, "aws-sdk:dynamodb:updateItem", w.parameters(g.table, stage), nil)
}

// pass is a state that puts values into the state of the run.
func (g *graph) pass(name string, fields map[string]any) awsstepfunctions.CustomState {
	state := map[string]any{"Type": "Pass"}
	for field, value := range fields {
		state[field] = value
	}
	return awsstepfunctions.NewCustomState(g.scope, jsii.String(name), &awsstepfunctions.CustomStateProps{StateJson: &state})
}

// fail is a state that ends the run. The cause goes to the table with it.
func (g *graph) fail(name, err, cause string) awsstepfunctions.State {
	return awsstepfunctions.NewFail(g.scope, jsii.String(name), &awsstepfunctions.FailProps{
		Error: jsii.String(err), Cause: jsii.String(cause),
	})
}

// runOver is the state that ends an execution whose run is not the asset's any
// more. The table knows already, so what this execution's end says is ignored.
func (g *graph) runOver() awsstepfunctions.State {
	if g.end == nil {
		g.end = g.fail("Run is over"+g.suffix, "RunOver",
			"The table has another run for this asset, or none: this one was superseded, or not started by the supply chain.")
	}
	return g.end
}

// skip records that a stage's condition did not hold.
func (g *graph) skip(stage string, next awsstepfunctions.State) awsstepfunctions.State {
	record := g.task(stage+": skip", "aws-sdk:dynamodb:updateItem",
		write{update: wire.SkipUpdate, condition: wire.OwnCondition}.parameters(g.table, stage),
		map[string]any{
			"ResultSelector": result(wire.StatusSkipped, nil),
			"ResultPath":     resultOf(stage),
		})
	return then(g.catch(record, conditionFailed(), g.runOver()), next)
}

// result has the fields of what a stage's task gives.
func result(status string, more map[string]any) map[string]any {
	fields := map[string]any{"status": status, "data": map[string]any{}, "ref": "", "cause": "", "event": map[string]any{}}
	for name, value := range more {
		delete(fields, name)
		delete(fields, trimmed(name))
		fields[name] = value
	}
	return fields
}

func trimmed(name string) string {
	if n := len(name) - len(".$"); n > 0 && name[n:] == ".$" {
		return name[:n]
	}
	return name
}

// resultOf is where the state of a run has the result of a stage.
func resultOf(stage string) string { return "$." + wire.InputResults + "." + stage }

// failure is where the state of a run has the error that was caught last.
const failure = "$.failure"

func conditionFailed() []string { return []string{"DynamoDb.ConditionalCheckFailedException"} }

// catch goes to next on errors, and forgets them.
func (g *graph) catch(s awsstepfunctions.CustomState, errors []string, next awsstepfunctions.State) awsstepfunctions.CustomState {
	return s.AddCatch(next, &awsstepfunctions.CatchProps{Errors: jsii.Strings(errors...), ResultPath: g.discard})
}

// catchFailure goes to next on errors, and keeps the error.
func catchFailure(s awsstepfunctions.CustomState, errors []string, next awsstepfunctions.State) {
	s.AddCatch(next, &awsstepfunctions.CatchProps{Errors: jsii.Strings(errors...), ResultPath: jsii.String(failure)})
}

// then goes to next, or ends where there is none.
func then(s awsstepfunctions.CustomState, next awsstepfunctions.State) awsstepfunctions.State {
	if next != nil {
		s.Next(next)
	}
	return s
}
