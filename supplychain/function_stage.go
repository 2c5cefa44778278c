package supplychain

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"

	"github.com/mediasupplychain/cdk/internal/props"
	"github.com/mediasupplychain/cdk/internal/wire"
)

// FunctionStageProps configures a [Function].
type FunctionStageProps struct {
	// Function is invoked, and waited for, with the state of the run: {"asset",
	// "run", "version", "data", "results", "stage"}. What it returns is the
	// stage's result: JSON of at most 8 KiB, a reference in place of what is
	// larger. Nothing checks that of a single result. But when the results of all
	// stages are more than the 256 KiB of a state, Step Functions fails the run
	// with States.DataLimitExceeded, whatever OnExhausted says: States.ALL does not
	// catch it (Step Functions developer guide, "Handling errors in Step Functions
	// workflows"). Required.
	Function awslambda.IFunction

	// Timeout ends an invocation that takes longer, from 1 second to 15 minutes.
	//
	// Default: 15 minutes, the most that a function can take.
	Timeout awscdk.Duration

	// Attempts is how often the function is invoked before the stage counts as
	// failed, from 1 to 10 times, with a growing pause between. Trouble of Lambda's
	// own, such as throttling, does not count: that is tried again in any case.
	//
	// Default: 3.
	Attempts *float64

	// OnExhausted says what happens when the last attempt failed: [FailRun],
	// [Continue] or [Approve].
	//
	// Default: FailRun.
	OnExhausted *Exhausted

	// When says for which runs the stage is needed. It can read the results of
	// the stages before it; see [Result].
	//
	// Default: for every run.
	When awsstepfunctions.Condition
}

// Function is a stage that a Lambda function does while the run waits, such as
// looking up metadata.
func Function(name string, p *FunctionStageProps) Stage {
	s := &functionStage{name: name, FunctionStageProps: props.Merge(functionStageDefaults(), p)}
	s.timeout = spanOf(s.Timeout, functionTimeout)
	return s
}

type functionStage struct {
	name string
	*FunctionStageProps
	timeout span
}

func (s *functionStage) stageName() string                { return s.name }
func (s *functionStage) when() awsstepfunctions.Condition { return s.When }
func (s *functionStage) inner() []Stage                   { return s.OnExhausted.inner() }

func (s *functionStage) problems(before names) []error {
	return append([]error{nameProblem("Function", s.name)}, within("Function", s.name, append(append([]error{
		props.Required("Function", s.Function),
		s.timeout.within("Timeout", 1, functionTimeout),
		props.Range("Attempts", s.Attempts, 1, 10),
	}, s.OnExhausted.problems(before.and(s))...), conditionProblems(s.When, before)...)...)...)
}

func (s *functionStage) define(g *graph, next awsstepfunctions.State) awsstepfunctions.State {
	payload := map[string]any{"stage": s.name}
	for _, field := range []string{wire.InputAsset, wire.InputRun, wire.InputVersion, wire.InputData, wire.InputResults} {
		payload[field+".$"] = "$." + field
	}
	invoke := g.task(s.name, "lambda:invoke",
		map[string]any{"FunctionName": s.Function.FunctionArn(), "Payload": payload},
		map[string]any{
			"TimeoutSeconds": s.timeout.seconds(),
			"Retry":          []any{retryLambda(), retryAttempts(*s.Attempts)},
			"ResultSelector": result(wire.StatusCompleted, map[string]any{"data.$": "$.Payload"}),
			"ResultPath":     resultOf(s.name),
		})
	done, failed := g.own(s.name, s.OnExhausted, next)
	catchFailure(invoke, []string{*awsstepfunctions.Errors_ALL()}, failed)
	return then(invoke, done)
}
