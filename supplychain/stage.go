package supplychain

import (
	"fmt"
	"maps"
	"regexp"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
)

// Stage is one step of a pipeline: a [Function], [Partner], [Approval],
// [Parallel] or [Task].
//
// Its name is a letter, then up to 47 letters, digits and underscores: it is
// part of paths into the state of a run, and so has no hyphens. It is a plain
// Go string because it must be known at synthesis. Names are unique within a
// supply chain, and API: mappings, rules and dashboards refer to them, and the
// table has them.
type Stage interface {
	stageName() string

	// when is the condition, nil for none.
	when() awsstepfunctions.Condition

	// inner are the stages within this one, which have slots of their own.
	inner() []Stage

	// problems are those of the stage and of the ones within it. A stage can read
	// only the results of those before it.
	problems(before names) []error

	// define defines the states of the stage and gives the first one. What
	// follows the stage is next, nil at the end of a pipeline or branch.
	define(g *graph, next awsstepfunctions.State) awsstepfunctions.State
}

var stageShape = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,47}$`)

// slots are the stages that have a place in the table, in the order of the
// pipeline, those within others after them.
func slots(stages []Stage) []Stage {
	var all []Stage
	for _, s := range stages {
		if s == nil {
			continue
		}
		if _, group := s.(*parallelStage); !group {
			all = append(all, s)
		}
		all = append(all, slots(s.inner())...)
	}
	return all
}

// every are all stages, groups among them.
func every(stages []Stage) []Stage {
	var all []Stage
	for _, s := range stages {
		if s != nil {
			all = append(append(all, s), every(s.inner())...)
		}
	}
	return all
}

// names is a set of stages, by their names.
type names map[string]Stage

// and adds one stage.
func (n names) and(s Stage) names {
	all := maps.Clone(n)
	all[s.stageName()] = s
	return all
}

// String lists the stages for people.
func (n names) String() string {
	if len(n) == 0 {
		return "none"
	}
	return fmt.Sprintf("%q", slices.Sorted(maps.Keys(n)))
}

// with adds stages and those within them.
func (n names) with(stages ...Stage) names {
	all := maps.Clone(n)
	for _, s := range slots(stages) {
		all[s.stageName()] = s
	}
	return all
}

// sequence checks stages that follow one another.
func sequence(stages []Stage, before names) []error {
	var all []error
	for i, s := range stages {
		if s == nil {
			all = append(all, fmt.Errorf("stage %d is nil", i+1))
			continue
		}
		all = append(all, s.problems(before)...)
		before = before.with(s)
	}
	return all
}

func nameProblem(kind, name string) error {
	if stageShape.MatchString(name) {
		return nil
	}
	return fmt.Errorf("%s(%q): the name must be a letter and up to 47 letters, digits and underscores", kind, name)
}

// within says of which stage a problem is.
func within(kind, name string, problems ...error) []error {
	var all []error
	for _, problem := range flat(problems) {
		all = append(all, fmt.Errorf("%s(%q): %w", kind, name, problem))
	}
	return all
}

// flat opens joined errors and drops nil.
func flat(problems []error) []error {
	var all []error
	for _, problem := range problems {
		switch joined := problem.(type) { //nolint:errorlint // what errors.Join made, not what wraps it
		case nil:
		case interface{ Unwrap() []error }:
			all = append(all, flat(joined.Unwrap())...)
		default:
			all = append(all, problem)
		}
	}
	return all
}
