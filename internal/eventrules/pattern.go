package eventrules

import (
	"errors"
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"

	"github.com/mediasupplychain/cdk/internal/props"
)

// PatternProblem reports a pattern that is missing, says nothing, or can never
// match.
func PatternProblem(name string, pattern *awsevents.EventPattern, required bool) error {
	if pattern == nil {
		if required {
			return props.Required(name, nil)
		}
		return nil
	}
	fields := Render(pattern)
	if len(fields) == 0 {
		return errors.New(name + ` must name at least one field; for every event, say Source: awsevents.Match_Prefix(jsii.String(""))`)
	}
	var problems []error
	for _, list := range lists(pattern) {
		switch {
		case list.values == nil:
		case len(*list.values) == 0:
			problems = append(problems, fmt.Errorf("%s.%s is empty and matches nothing: leave it out", name, list.name))
		case len(*list.values) == 1 && (*list.values)[0] != nil && *(*list.values)[0] == "*":
			problems = append(problems, fmt.Errorf(`%s.%s matches only an asterisk: patterns have no such wildcard; leave the field out, or use awsevents.Match_Wildcard, Match_Prefix or Match_Exists`, name, list.name))
		}
	}
	return errors.Join(problems...)
}

// Render gives the pattern as EventBridge wants it, for resources that take it
// as JSON.
func Render(pattern *awsevents.EventPattern) map[string]any {
	fields := map[string]any{}
	for _, list := range lists(pattern) {
		if list.values != nil {
			fields[list.key] = *list.values
		}
	}
	if pattern.Detail != nil && len(*pattern.Detail) > 0 {
		fields["detail"] = *pattern.Detail
	}
	return fields
}

type patternList struct {
	name, key string
	values    *[]*string
}

func lists(p *awsevents.EventPattern) []patternList {
	return []patternList{
		{"Account", "account", p.Account},
		{"DetailType", "detail-type", p.DetailType},
		{"Id", "id", p.Id},
		{"Region", "region", p.Region},
		{"Resources", "resources", p.Resources},
		{"Source", "source", p.Source},
		{"Time", "time", p.Time},
		{"Version", "version", p.Version},
	}
}
