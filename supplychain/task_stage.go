package supplychain

import (
	"regexp"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/internal/props"
	"github.com/mediasupplychain/cdk/internal/wire"
)

// TaskStageProps configures a [Task].
type TaskStageProps struct {
	// Chain is states of your own, from the CDK's packages awsstepfunctions and
	// awsstepfunctionstasks. They get the state of the run, may do with it what
	// they like, and are cut off from the pipeline's own states. States that wait
	// need a timeout of their own. What the chain may do is added to the
	// pipeline's role by the CDK. Required.
	Chain awsstepfunctions.IChainable

	// Output is where in the chain's output the stage's result is, a JSONPath such
	// as "$.Payload". It must be small: at most 8 KiB, which nothing checks; see
	// [FunctionStageProps] for what is too large.
	//
	// Default: nothing of the output is kept.
	Output *string

	// OnExhausted says what happens when the chain failed: [FailRun], [Continue]
	// or [Approve]. Attempts are for the chain itself, by AddRetry.
	//
	// Default: FailRun.
	OnExhausted *Exhausted

	// When says for which runs the stage is needed. It can read the results of
	// the stages before it; see [Result].
	//
	// Default: for every run.
	When awsstepfunctions.Condition
}

// Task is a stage of Step Functions states of your own: another service, a Map,
// another state machine.
func Task(name string, p *TaskStageProps) Stage {
	return &taskStage{name, props.Merge(taskStageDefaults(), p)}
}

// outputShape is a path from the root that Step Functions can read.
var outputShape = regexp.MustCompile(`^\$(\.[A-Za-z_][A-Za-z0-9_]*(\[\d+\])*)*$`)

type taskStage struct {
	name string
	*TaskStageProps
}

func (s *taskStage) stageName() string                { return s.name }
func (s *taskStage) when() awsstepfunctions.Condition { return s.When }
func (s *taskStage) inner() []Stage                   { return s.OnExhausted.inner() }

func (s *taskStage) problems(before names) []error {
	return append([]error{nameProblem("Task", s.name)}, within("Task", s.name, append(append([]error{
		props.Required("Chain", s.Chain),
		props.Pattern("Output", s.Output, outputShape, `a JSONPath such as "$.Payload"`),
	}, s.OnExhausted.problems(before.and(s))...), conditionProblems(s.When, before)...)...)...)
}

func (s *taskStage) define(g *graph, next awsstepfunctions.State) awsstepfunctions.State {
	fields := result(wire.StatusCompleted, nil)
	if s.Output != nil {
		// The one branch's output is the first entry of the state's.
		fields = result(wire.StatusCompleted, map[string]any{"data.$": "$[0]" + (*s.Output)[1:]})
	}
	isolated := awsstepfunctions.NewParallel(g.scope, jsii.String(s.name), &awsstepfunctions.ParallelProps{
		ResultSelector: &fields, ResultPath: jsii.String(resultOf(s.name)),
	})
	isolated.Branch(s.Chain)
	done, failed := g.own(s.name, s.OnExhausted, next)
	isolated.AddCatch(failed, &awsstepfunctions.CatchProps{ResultPath: jsii.String(failure)})
	isolated.Next(done)
	return isolated
}
