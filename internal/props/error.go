// Package props is what every construct does with its properties before it
// defines anything: merge them over the defaults, check them, and report all
// problems at once.
package props

import (
	"errors"
	"strings"

	"github.com/aws/constructs-go/constructs/v10"
)

// Error lists everything that is wrong with the properties of one construct.
// Constructors and Add methods panic with it, as CDK for Go reports errors,
// before any resource is defined.
type Error struct {
	// Construct is the Go type, for example "snsfifo.Subscriber".
	Construct string

	// Path is where the construct was to be defined, for example "Stack/Billing".
	Path string

	// Problems holds one error for each invalid property, in the order in which
	// the properties are declared.
	Problems []error
}

// Error gives one line for the construct and one for each problem.
func (e *Error) Error() string {
	var text strings.Builder
	text.WriteString(e.Construct + ` "` + e.Path + `": invalid properties:`)
	for _, problem := range e.Problems {
		text.WriteString("\n- " + problem.Error())
	}
	return text.String()
}

// Unwrap lets errors.Is and errors.As look at each problem.
func (e *Error) Unwrap() []error { return e.Problems }

// Check panics with an [*Error] that lists all problems that are not nil. It
// returns when there are none. The arguments scope and id are the ones of the
// constructor, since the construct itself does not exist yet; a method such as
// AddRule gives its own construct and the id of what it was about to add.
func Check(scope constructs.Construct, id *string, construct string, problems ...error) {
	found := flatten(errors.Join(problems...))
	if len(found) == 0 {
		return
	}
	path := *id
	if parent := *scope.Node().Path(); parent != "" {
		path = parent + "/" + path
	}
	panic(&Error{Construct: construct, Path: path, Problems: found})
}

// flatten opens errors.Join, so that a check that finds several problems puts
// each on a line of its own.
func flatten(problem error) []error {
	if problem == nil {
		return nil
	}
	joined, ok := problem.(interface{ Unwrap() []error })
	if !ok {
		return []error{problem}
	}
	var all []error
	for _, one := range joined.Unwrap() {
		all = append(all, flatten(one)...)
	}
	return all
}
