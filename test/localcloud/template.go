package localcloud

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strings"
)

// object is a JSON object.
type object = map[string]any

// template is a CloudFormation template.
type template struct {
	document object
}

// resource is one entry of a template's Resources.
type resource struct {
	definition object
}

func parseTemplate(content []byte) (template, error) {
	var document object
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.UseNumber() // numbers stay as they are written
	err := decoder.Decode(&document)
	return template{document}, err
}

func (t template) resources() object { return child(t.document, "Resources") }
func (t template) outputs() object   { return child(t.document, "Outputs") }

func (t template) resource(id string) resource {
	return resource{child(t.resources(), id)}
}

// ofType lists the logical ids of the resources of a type, sorted.
func (t template) ofType(wanted string) []string {
	var ids []string
	for _, id := range sortedKeys(t.resources()) {
		if t.resource(id).kind() == wanted {
			ids = append(ids, id)
		}
	}
	return ids
}

func (r resource) kind() string {
	kind, _ := r.definition["Type"].(string)
	return kind
}

func (r resource) properties() object { return child(r.definition, "Properties") }

// child is the object under a key; an empty one where there is none.
func child(parent object, key string) object {
	if found, is := parent[key].(object); is {
		return found
	}
	return object{}
}

// Change is one difference between an example's own template and what the local
// cloud is given.
type Change struct {
	Stack     string
	LogicalID string // of the resource or output
	Type      string // CloudFormation type, "" for an output
	What      string
}

// LeftOut reports whether the change takes a resource out.
func (c Change) LeftOut() bool { return c.Type != "" && strings.HasPrefix(c.What, leftOut) }

const leftOut = "is left out: "

func (c Change) String() string {
	if c.Type == "" {
		return fmt.Sprintf("%s: output %s %s", c.Stack, c.LogicalID, c.What)
	}
	return fmt.Sprintf("%s: %s (%s) %s", c.Stack, c.LogicalID, c.Type, c.What)
}

// adapt takes out what the local cloud does not support and rewrites what it
// would refuse. A resource that needs one that was taken out is an error: the
// deployment would no longer show what the example does.
func (t template) adapt(stack string) ([]Change, error) {
	var changes []Change
	gone := map[string]bool{}
	for _, id := range sortedKeys(t.resources()) {
		if entry, found := unsupportedEntry(t.resource(id)); found {
			changes = append(changes, Change{stack, id, entry.Type, leftOut + entry.Lost})
			gone[id] = true
			delete(t.resources(), id)
		}
	}
	if err := t.forget(gone); err != nil {
		return nil, fmt.Errorf("%s: %w", stack, err)
	}
	for _, id := range sortedKeys(t.outputs()) {
		if needed := firstReference(t.outputs()[id], gone); needed != "" {
			changes = append(changes, Change{stack, id, "", leftOut + "it refers to " + needed})
			delete(t.outputs(), id)
		}
	}
	changes = append(changes, t.renamePartnerSources(stack)...)
	changes = append(changes, t.excludePunctuation(stack)...)
	changes = append(changes, t.takeRulesByTheirRef(stack)...)
	return append(changes, t.referToSecretsByARN(stack)...), nil
}

// forget drops dependencies on resources that are gone, and refuses uses of them.
func (t template) forget(gone map[string]bool) error {
	for _, id := range sortedKeys(t.resources()) {
		resource := t.resource(id)
		if needed := firstReference(resource.properties(), gone); needed != "" {
			return fmt.Errorf("%s (%s) refers to %s, which the local cloud cannot have; "+
				"give the example's stack a variant without it for local deployments", id, resource.kind(), needed)
		}
		if kept := without(resource.definition["DependsOn"], gone); kept != nil {
			resource.definition["DependsOn"] = kept
		} else {
			delete(resource.definition, "DependsOn")
		}
	}
	return nil
}

// AWS refuses events whose source begins with "aws." from anyone but its own
// services and partners, and so does the local cloud, where no partner can be
// anyone else. So there, partner events come from "local.partner/…", and the
// rules that select them by source are made to say so.
const (
	partnerSource      = "aws.partner"
	localPartnerSource = "local.partner"
)

// LocalPartnerSource is the event source that stands in, on the local cloud,
// for the source of a partner's events. Other sources stay as they are.
func LocalPartnerSource(source string) string {
	if rest, is := strings.CutPrefix(source, partnerSource); is {
		return localPartnerSource + rest
	}
	return source
}

func (t template) renamePartnerSources(stack string) []Change {
	var changes []Change
	for _, id := range t.ofType("AWS::Events::Rule") {
		pattern := child(t.resource(id).properties(), "EventPattern")
		if pattern["source"] == nil {
			continue
		}
		before := asJSON(pattern["source"])
		pattern["source"] = mapStrings(pattern["source"], LocalPartnerSource)
		if after := asJSON(pattern["source"]); after != before {
			changes = append(changes, Change{stack, id, "AWS::Events::Rule", fmt.Sprintf("selects the source %s instead of %s", after, before)})
		}
	}
	return changes
}

// referToSecretsByARN asks for the attribute Id of a secret where a template has
// its Ref. On AWS both are the ARN; here the latter is the secret's name.
func (t template) referToSecretsByARN(stack string) []Change {
	var changes []Change
	for _, secret := range t.ofType("AWS::SecretsManager::Secret") {
		if replaceReferences(t.document, secret, object{"Fn::GetAtt": []any{secret, "Id"}}) {
			changes = append(changes, Change{stack, secret, "AWS::SecretsManager::Secret", "is referred to by Fn::GetAtt Id instead of Ref"})
		}
	}
	return changes
}

// punctuation is what ExcludePunctuation keeps out of a generated secret.
const punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"

// excludePunctuation names the characters that a generated secret must not hold
// where a template says ExcludePunctuation, which the local cloud overlooks.
func (t template) excludePunctuation(stack string) []Change {
	var changes []Change
	for _, secret := range t.ofType("AWS::SecretsManager::Secret") {
		generate, _ := t.resource(secret).properties()["GenerateSecretString"].(object)
		if generate["ExcludePunctuation"] == true {
			excluded, _ := generate["ExcludeCharacters"].(string)
			generate["ExcludeCharacters"] = excluded + punctuation
			changes = append(changes, Change{stack, secret, "AWS::SecretsManager::Secret", "names the punctuation to leave out of the generated secret"})
		}
	}
	return changes
}

// takeRulesByTheirRef leaves the Ref of a rule as it is where a template cuts the
// name out of it. On AWS the Ref of a rule on a bus of one's own is "BUS|NAME";
// here it is the name alone.
func (t template) takeRulesByTheirRef(stack string) []Change {
	var changes []Change
	for _, rule := range t.ofType("AWS::Events::Rule") {
		reference := object{"Ref": rule}
		cut := asJSON(object{"Fn::Select": []any{1, object{"Fn::Split": []any{"|", reference}}}})
		isCut := func(candidate object) bool { return candidate["Fn::Select"] != nil && asJSON(candidate) == cut }
		if replaceObjects(t.document, isCut, reference) {
			changes = append(changes, Change{stack, rule, "AWS::Events::Rule", "has its name as Ref instead of BUS|NAME"})
		}
	}
	return changes
}

// replaceReferences puts by in the place of each Ref to id below value.
func replaceReferences(value any, id string, by object) (replaced bool) {
	return replaceObjects(value, func(candidate object) bool { return len(candidate) == 1 && candidate["Ref"] == id }, by)
}

// replaceObjects puts by in the place of each object below value that is wanted.
func replaceObjects(value any, wanted func(object) bool, by object) (replaced bool) {
	replace := func(element any) any {
		if candidate, is := element.(object); is && wanted(candidate) {
			replaced = true
			return by
		}
		replaced = replaceObjects(element, wanted, by) || replaced
		return element
	}
	switch value := value.(type) {
	case []any:
		for i := range value {
			value[i] = replace(value[i])
		}
	case object:
		for _, key := range sortedKeys(value) {
			value[key] = replace(value[key])
		}
	}
	return replaced
}

// allowPlainHTTP drops the statements that deny requests without TLS: the local
// cloud speaks HTTP, and where it enforces policies, nobody could do anything.
func (t template) allowPlainHTTP(stack string) []Change {
	var changes []Change
	for _, id := range sortedKeys(t.resources()) {
		resource := t.resource(id)
		document := child(resource.properties(), "PolicyDocument")
		statements, _ := document["Statement"].([]any)
		kept := slices.DeleteFunc(slices.Clone(statements), deniesPlainHTTP)
		if len(kept) == len(statements) {
			continue
		}
		changes = append(changes, Change{stack, id, resource.kind(), "does not deny plain HTTP"})
		document["Statement"] = kept
		if len(kept) == 0 {
			delete(t.resources(), id)
		}
	}
	return changes
}

func deniesPlainHTTP(statement any) bool {
	fields, _ := statement.(object)
	condition := child(child(fields, "Condition"), "Bool")
	return fields["Effect"] == "Deny" && condition["aws:SecureTransport"] == "false"
}

var substitution = regexp.MustCompile(`\$\{([A-Za-z0-9]+)[.}]`)

// firstReference is the first of the logical ids that the value refers to.
func firstReference(value any, ids map[string]bool) string {
	switch value := value.(type) {
	case []any:
		for _, element := range value {
			if id := firstReference(element, ids); id != "" {
				return id
			}
		}
	case object:
		for _, key := range sortedKeys(value) {
			if id := referenced(key, value[key], ids); id != "" {
				return id
			}
			if id := firstReference(value[key], ids); id != "" {
				return id
			}
		}
	}
	return ""
}

func referenced(function string, argument any, ids map[string]bool) string {
	var candidates []string
	switch argument := argument.(type) {
	case string:
		switch function {
		case "Ref":
			candidates = []string{argument}
		case "Fn::GetAtt":
			id, _, _ := strings.Cut(argument, ".")
			candidates = []string{id}
		case "Fn::Sub":
			candidates = substituted(argument)
		}
	case []any:
		if first, is := firstString(argument); is && function == "Fn::GetAtt" {
			candidates = []string{first}
		} else if is && function == "Fn::Sub" {
			candidates = substituted(first)
		}
	}
	for _, id := range candidates {
		if ids[id] {
			return id
		}
	}
	return ""
}

func substituted(text string) []string {
	var ids []string
	for _, match := range substitution.FindAllStringSubmatch(text, -1) {
		ids = append(ids, match[1])
	}
	return ids
}

func firstString(list []any) (string, bool) {
	if len(list) == 0 {
		return "", false
	}
	text, is := list[0].(string)
	return text, is
}

// without drops ids from a DependsOn, which is a string or a list of them.
func without(dependsOn any, ids map[string]bool) any {
	switch dependsOn := dependsOn.(type) {
	case string:
		if ids[dependsOn] {
			return nil
		}
	case []any:
		kept := slices.DeleteFunc(slices.Clone(dependsOn), func(id any) bool {
			text, _ := id.(string)
			return ids[text]
		})
		if len(kept) == 0 {
			return nil
		}
		return kept
	}
	return dependsOn
}

func mapStrings(value any, change func(string) string) any {
	switch value := value.(type) {
	case string:
		return change(value)
	case []any:
		for i := range value {
			value[i] = mapStrings(value[i], change)
		}
	case object:
		for key := range value {
			value[key] = mapStrings(value[key], change)
		}
	}
	return value
}

func asJSON(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(text)
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}
