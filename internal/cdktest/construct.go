package cdktest

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Problem is the error that define panics with. The test fails if it does not,
// or if it leaves a construct with the id "Bad" in scope.
func Problem(t testing.TB, scope constructs.Construct, define func(scope constructs.Construct, id *string)) error {
	t.Helper()
	id := jsii.String("Bad")
	err := Problems(t, func() { define(scope, id) })
	assert.Nil(t, scope.Node().TryFindChild(id), "something was defined")
	return err
}

// Properties are those of each resource of a type in the stack's template, with
// tokens as CloudFormation has them, by logical id.
func Properties(t testing.TB, stack awscdk.Stack, resourceType string) map[string]map[string]any {
	t.Helper()
	all := map[string]map[string]any{}
	for id, resource := range Resources(t, stack) {
		if resource["Type"] == resourceType {
			all[id], _ = resource["Properties"].(map[string]any)
		}
	}
	return all
}

// PropertiesOf are the properties of one resource, the child that is the
// construct itself or its default child.
func PropertiesOf(t testing.TB, construct constructs.IConstruct) map[string]any {
	t.Helper()
	stack := awscdk.Stack_Of(construct)
	element := construct
	if child := construct.Node().DefaultChild(); child != nil {
		element = child
	}
	var cfn awscdk.CfnElement
	jsii.UnsafeCast(element, &cfn)
	id, ok := stack.Resolve(cfn.LogicalId()).(string)
	require.True(t, ok)
	resource, ok := Resources(t, stack)[id]
	require.True(t, ok, "the template has no resource %s", id)
	properties, _ := resource["Properties"].(map[string]any)
	return properties
}

// Resources of the stack's template by logical id.
func Resources(t testing.TB, stack awscdk.Stack) map[string]map[string]any {
	t.Helper()
	var template struct{ Resources map[string]map[string]any }
	text, err := json.Marshal(assertions.Template_FromStack(stack, nil).ToJSON())
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &template))
	for _, resource := range template.Resources {
		whole(resource)
	}
	return template.Resources
}

// Resolved is a value with tokens as CloudFormation has them in stack.
func Resolved(t testing.TB, stack awscdk.Stack, value any) any {
	t.Helper()
	text, err := json.Marshal(stack.Resolve(value))
	require.NoError(t, err)
	var resolved any
	require.NoError(t, json.Unmarshal(text, &resolved))
	return whole(resolved)
}

// whole makes numbers without a fraction ints: those of CloudFormation are
// whole, and ints can be compared.
func whole(value any) any {
	switch v := value.(type) {
	case float64:
		if v == math.Trunc(v) {
			return int(v)
		}
	case []any:
		for i := range v {
			v[i] = whole(v[i])
		}
	case map[string]any:
		for key := range v {
			v[key] = whole(v[key])
		}
	}
	return value
}

// Statements of a policy document that are there to allow something.
func Statements(t testing.TB, properties map[string]any) []map[string]any {
	t.Helper()
	document, ok := properties["PolicyDocument"].(map[string]any)
	require.True(t, ok, "no PolicyDocument in %v", properties)
	var all []map[string]any
	for _, statement := range document["Statement"].([]any) {
		if s := statement.(map[string]any); s["Effect"] == "Allow" {
			all = append(all, s)
		}
	}
	return all
}

// IsAConstruct fails the test if x cannot be used as what it says it is: tagged,
// annotated, depended on, found by its id, and the scope of others.
func IsAConstruct(t testing.TB, x constructs.Construct) {
	t.Helper()
	assert.NotPanics(t, func() {
		awscdk.Tags_Of(x).Add(jsii.String("team"), jsii.String("media"), nil)
		awscdk.Annotations_Of(x).AddInfo(jsii.String("seen"))
		within := constructs.NewConstruct(x, jsii.String("Within"))
		awscdk.NewCfnOutput(awscdk.Stack_Of(x), jsii.String("After"), &awscdk.CfnOutputProps{Value: within.Node().Path()}).
			Node().AddDependency(x)
	})
	assert.Same(t, x, x.Node().Scope().Node().FindChild(x.Node().Id()), "the construct tree holds another object")
}
