package supplychain

import (
	"fmt"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/internal/wire"
)

// ParallelStageProps configures a [Parallel].
type ParallelStageProps struct {
	// Branches are done at the same time, 2 to 8 of them, each one or more stages
	// in order. A stage can read the results of its own branch, and of what was
	// before. When one branch fails the run fails, and the others with it.
	// Required.
	Branches *[][]Stage

	// When says for which runs the stages are needed. It can read the results of
	// the stages before it; see [Result].
	//
	// Default: for every run.
	When awsstepfunctions.Condition
}

// Parallel is stages that are done at the same time. It is over when all of its
// branches are. Its name is for the picture of the pipeline; the stages within
// it are those that the table has.
func Parallel(name string, p *ParallelStageProps) Stage {
	if p == nil {
		p = &ParallelStageProps{}
	}
	copied := *p
	return &parallelStage{name, &copied}
}

type parallelStage struct {
	name string
	*ParallelStageProps
}

// maxBranches keeps the merging of results within the 10 intrinsic functions
// that may be nested (Step Functions developer guide, "Intrinsic functions").
const maxBranches = 8

func (s *parallelStage) stageName() string                { return s.name }
func (s *parallelStage) when() awsstepfunctions.Condition { return s.When }

func (s *parallelStage) inner() []Stage {
	if s.Branches == nil {
		return nil
	}
	return slices.Concat(*s.Branches...)
}

func (s *parallelStage) problems(before names) []error {
	all := []error{nameProblem("Parallel", s.name)}
	if n := len(s.branches()); n < 2 || n > maxBranches {
		all = append(all, within("Parallel", s.name, fmt.Errorf("%s must be 2 to %d, got %d", "Branches", maxBranches, n))...)
	}
	for i, branch := range s.branches() {
		if len(branch) == 0 {
			all = append(all, within("Parallel", s.name, fmt.Errorf("%s[%d] must have at least one stage", "Branches", i))...)
		}
		all = append(all, sequence(branch, before)...)
	}
	return append(all, within("Parallel", s.name, conditionProblems(s.When, before)...)...)
}

func (s *parallelStage) branches() [][]Stage {
	if s.Branches == nil {
		return nil
	}
	return *s.Branches
}

func (s *parallelStage) define(g *graph, next awsstepfunctions.State) awsstepfunctions.State {
	merged := "$[0].results"
	for i := 1; i < len(s.branches()); i++ {
		merged = fmt.Sprintf("States.JsonMerge(%s, $[%d].results, false)", merged, i)
	}
	output := map[string]any{wire.InputResults + ".$": merged}
	for _, field := range []string{wire.InputAsset, wire.InputRun, wire.InputVersion, wire.InputData} {
		output[field+".$"] = "$[0]." + field
	}
	parallel := awsstepfunctions.NewParallel(g.scope, jsii.String(s.name), &awsstepfunctions.ParallelProps{ResultSelector: &output})
	for i, branch := range s.branches() {
		parallel.Branch(g.branch(fmt.Sprintf("%s %d", s.name, i+1)).sequence(branch, nil))
	}
	if next != nil {
		parallel.Next(next)
	}
	return parallel
}
