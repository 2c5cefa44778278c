package synthesis

import (
	_ "embed"
	"encoding/json"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// pipelineText is the definition of the pipeline, with TABLE and PARTITION for
// what is known at deployment only: what one would write by hand.
//
//go:embed testdata/pipeline.json
var pipelineText []byte

type definition struct {
	StartAt string
	States  map[string]map[string]any
}

// states defines the states of a definition, each with the L2 construct for it,
// and asks the CDK for nothing twice.
type states struct {
	scope      constructs.Construct
	definition definition
	words      *strings.Replacer
	discard    *string
	made       map[string]awsstepfunctions.State
	conditions map[string]awsstepfunctions.Condition
}

func cdkPipeline(scope constructs.Construct, table *string) awsstepfunctions.State {
	s := &states{
		scope: scope, words: strings.NewReplacer("TABLE", *table, "PARTITION", *awscdk.Aws_PARTITION()),
		discard: awsstepfunctions.JsonPath_DISCARD(),
		made:    map[string]awsstepfunctions.State{}, conditions: map[string]awsstepfunctions.Condition{},
	}
	if err := json.Unmarshal(pipelineText, &s.definition); err != nil {
		panic(err)
	}
	return s.state(s.definition.StartAt)
}

func (s *states) state(name string) awsstepfunctions.State {
	if made := s.made[name]; made != nil {
		return made
	}
	fields := s.definition.States[name]
	switch fields["Type"] {
	case "Fail":
		s.made[name] = awsstepfunctions.NewFail(s.scope, &name, &awsstepfunctions.FailProps{
			Error: jsii.String(fields["Error"].(string)), Cause: jsii.String(fields["Cause"].(string)),
		})
	case "Choice":
		s.choice(name, fields)
	default:
		s.custom(name, fields)
	}
	return s.made[name]
}

func (s *states) custom(name string, fields map[string]any) {
	content := map[string]any{}
	for field, value := range fields {
		if field != "Next" && field != "End" && field != "Catch" {
			content[field] = s.value(value)
		}
	}
	state := awsstepfunctions.NewCustomState(s.scope, &name, &awsstepfunctions.CustomStateProps{StateJson: &content})
	s.made[name] = state
	catches, _ := fields["Catch"].([]any)
	for _, one := range catches {
		one := one.(map[string]any)
		var errors []*string
		for _, name := range one["ErrorEquals"].([]any) {
			errors = append(errors, jsii.String(name.(string)))
		}
		path := s.discard
		if text, is := one["ResultPath"].(string); is {
			path = &text
		}
		state.AddCatch(s.state(one["Next"].(string)), &awsstepfunctions.CatchProps{Errors: &errors, ResultPath: path})
	}
	if next, is := fields["Next"].(string); is {
		state.Next(s.state(next))
	}
}

func (s *states) choice(name string, fields map[string]any) {
	choice := awsstepfunctions.NewChoice(s.scope, &name, nil)
	s.made[name] = choice
	for _, one := range fields["Choices"].([]any) {
		one := one.(map[string]any)
		choice.When(s.condition(one), s.state(one["Next"].(string)), nil)
	}
	choice.Otherwise(s.state(fields["Default"].(string)))
}

func (s *states) condition(rule map[string]any) awsstepfunctions.Condition {
	text, _ := json.Marshal([]any{rule["And"], rule["Variable"], rule["IsPresent"], rule["StringEquals"], rule["StringEqualsPath"]})
	if made := s.conditions[string(text)]; made != nil {
		return made
	}
	var made awsstepfunctions.Condition
	variable, _ := rule["Variable"].(string)
	switch {
	case rule["And"] != nil:
		var all []awsstepfunctions.Condition
		for _, one := range rule["And"].([]any) {
			all = append(all, s.condition(one.(map[string]any)))
		}
		made = awsstepfunctions.Condition_And(all...)
	case rule["IsPresent"] != nil:
		made = awsstepfunctions.Condition_IsPresent(&variable)
	case rule["StringEquals"] != nil:
		made = awsstepfunctions.Condition_StringEquals(&variable, jsii.String(rule["StringEquals"].(string)))
	default:
		made = awsstepfunctions.Condition_StringEqualsJsonPath(&variable, jsii.String(rule["StringEqualsPath"].(string)))
	}
	s.conditions[string(text)] = made
	return made
}

// value puts the CDK's words into a field.
func (s *states) value(value any) any {
	switch v := value.(type) {
	case nil:
		return s.discard
	case string:
		return s.words.Replace(v)
	case []any:
		all := make([]any, 0, len(v))
		for _, one := range v {
			all = append(all, s.value(one))
		}
		return all
	case map[string]any:
		all := map[string]any{}
		for name, one := range v {
			all[name] = s.value(one)
		}
		return all
	}
	return value
}
