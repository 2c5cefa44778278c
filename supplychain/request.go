package supplychain

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// MarshalJSON marks the path, so that a request has the value that is there
// when the run reaches the stage, and not the path's text.
func (p Path) MarshalJSON() ([]byte, error) {
	return json.Marshal("\x01" + string(p) + "\x01")
}

// marked finds the paths in JSON.
var marked = regexp.MustCompile(`"\\u0001([^"]*)\\u0001"`)

// request is a JSON text in which the paths of value are replaced at run time:
// the attribute of the table that holds it, in the words of Step Functions.
func request(value any) (map[string]any, []string, error) {
	if value == nil {
		return map[string]any{"S": "{}"}, nil, nil
	}
	text, err := json.Marshal(value)
	if err != nil {
		return nil, nil, fmt.Errorf("it is no JSON: %w", err)
	}
	places := marked.FindAllSubmatchIndex(text, -1)
	if len(places) == 0 {
		return map[string]any{"S": string(text)}, nil, nil
	}
	var format strings.Builder
	var paths, arguments []string
	end := 0
	for _, at := range places {
		format.WriteString(literal(string(text[end:at[0]])) + "{}")
		path := string(text[at[2]:at[3]])
		paths = append(paths, path)
		arguments = append(arguments, "States.JsonToString("+path+")")
		end = at[1]
	}
	format.WriteString(literal(string(text[end:])))
	return map[string]any{"S.$": "States.Format('" + format.String() + "', " + strings.Join(arguments, ", ") + ")"}, paths, nil
}

// literal escapes what has a meaning in the template of States.Format (Step
// Functions developer guide, "Intrinsic functions for JSONPath states").
func literal(text string) string {
	return strings.NewReplacer(`\`, `\\`, `'`, `\'`, `{`, `\{`, `}`, `\}`).Replace(text)
}
