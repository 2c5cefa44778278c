package impact

import (
	"bytes"
	"encoding/json"
	"fmt"
	"iter"
	"regexp"
	"strings"
)

// template is the part of a CloudFormation template that says what becomes of a resource.
type template struct {
	Resources map[string]resource
}

type resource struct {
	Type                string
	Properties          map[string]any
	DeletionPolicy      any // a string, or an intrinsic function
	UpdateReplacePolicy any
}

func parse(text []byte) (template, error) {
	var parsed template
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber() // so that a value is shown as it is written
	if err := decoder.Decode(&parsed); err != nil {
		return template{}, fmt.Errorf("not a CloudFormation template: %w", err)
	}
	return parsed, nil
}

// references yields the logical ids that a value names by Ref, Fn::GetAtt or Fn::Sub. One id may come twice.
func references(value any) iter.Seq[string] {
	return func(yield func(string) bool) { visit(value, yield) }
}

func visit(value any, yield func(string) bool) bool {
	switch value := value.(type) {
	case []any:
		for _, element := range value {
			if !visit(element, yield) {
				return false
			}
		}
	case map[string]any:
		for key, element := range value {
			for _, id := range named(key, element) {
				if !yield(id) {
					return false
				}
			}
			if !visit(element, yield) {
				return false
			}
		}
	}
	return true
}

var substitution = regexp.MustCompile(`\$\{([^!.}][^.}]*)`)

// named lists the logical ids that an intrinsic function names.
func named(function string, argument any) []string {
	if list, ok := argument.([]any); ok && len(list) > 0 {
		argument = list[0] // Fn::GetAtt: [id, attribute], Fn::Sub: [text, values]
	}
	text, ok := argument.(string)
	if !ok {
		return nil
	}
	switch function {
	case "Ref":
		return []string{text}
	case "Fn::GetAtt":
		id, _, _ := strings.Cut(text, ".")
		return []string{id}
	case "Fn::Sub":
		var ids []string
		for _, match := range substitution.FindAllStringSubmatch(text, -1) {
			ids = append(ids, match[1])
		}
		return ids
	}
	return nil
}
