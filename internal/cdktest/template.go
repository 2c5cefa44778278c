// Package cdktest looks into synthesized templates for the tests of the
// constructs.
package cdktest

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/jsii-runtime-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Resource is the properties of one resource of a template.
type Resource map[string]any

// All gives the resources of a type, in the order of their logical ids.
func All(t testing.TB, stack awscdk.Stack, kind string) []Resource {
	t.Helper()
	found := Properties(t, stack, kind)
	var sorted []Resource
	for _, id := range slices.Sorted(maps.Keys(found)) {
		sorted = append(sorted, found[id])
	}
	return sorted
}

// One gives the only resource of a type; the test fails unless there is one.
func One(t testing.TB, stack awscdk.Stack, kind string) Resource {
	t.Helper()
	all := All(t, stack, kind)
	require.Len(t, all, 1, kind)
	return all[0]
}

// Has fails the test unless the property is exactly the JSON in want, in which
// key order and white space do not matter. A want of "null" means: not set.
func (r Resource) Has(t testing.TB, property, want string) {
	t.Helper()
	assert.JSONEq(t, want, JSON(t, r[property]), property)
}

// Statements gives those statements of the policy document in property whose
// principal is the one given as JSON: who else is let in is not of interest, nor
// the Deny of requests without TLS.
func (r Resource) Statements(t testing.TB, property, principal string) []string {
	t.Helper()
	document, ok := r[property].(map[string]any)
	require.True(t, ok, "no %s in %v", property, r)
	var all []string
	for _, one := range document["Statement"].([]any) {
		if statement := one.(map[string]any); JSON(t, statement["Principal"]) == principal {
			all = append(all, JSON(t, statement))
		}
	}
	return all
}

// JSON gives value as JSON with sorted keys.
func JSON(t testing.TB, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	require.NoError(t, err)
	return string(text)
}

// Problems runs define, which must panic with an error, and gives the error.
func Problems(t testing.TB, define func()) (err error) {
	t.Helper()
	defer func() {
		t.Helper()
		problem, ok := recover().(error)
		require.True(t, ok, "it does not panic with an error but with %v", problem)
		err = problem
	}()
	define()
	return nil
}

// Warnings gives the texts of the warnings in the stack, in the order in which
// they were given.
func Warnings(t testing.TB, stack awscdk.Stack) []string {
	t.Helper()
	all := []string{}
	for _, found := range *assertions.Annotations_FromStack(stack).FindWarning(jsii.String("*"), assertions.Match_AnyValue()) {
		text, ok := found.Entry.Data.(string)
		require.True(t, ok)
		all = append(all, text)
	}
	return all
}
