package supplychain

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/internal/wire"
	"github.com/mediasupplychain/cdk/mediaevent"
)

// Path is where a value is in the state of a run: what an earlier stage made,
// or what the event that started the run said. Conditions of stages compare it,
// and requests to partners carry its value.
//
// The state of a run is {"asset", "run", "version", "data", "results"}; results
// has {"status", "data", "ref", "cause", "event"} for each stage that is over.
type Path string

// Output is a value that the partner's mapping names in its Output, of the event
// that completed stage.
//
//	supplychain.Output("packaging", "playlist")
func Output(stage string, keys ...string) Path {
	return Result(stage, append([]string{"output"}, keys...)...)
}

// Severity is that of the worst finding which the partner told when it completed
// stage, in the words of package mediaevent. There are findings if it is one of
// those; it is empty where there are none. A condition that compares it with
// another word would never hold, and is an error at synthesis.
//
//	supplychain.Severity("qc").IsOneOf("critical", "high")
func Severity(stage string) Path { return Result(stage, "severity") }

// Result is a value in what stage made: what a function returned, or the Output
// of a [Task]. Of a partner's answer it has the fields type, output, severity
// and findings, their number; see [Output] and [Severity].
func Result(stage string, keys ...string) Path {
	return Path("$." + wire.InputResults + "." + strings.Join(append([]string{stage, wire.InputData}, keys...), "."))
}

// StatusOf is how stage ended: "Completed", "Skipped", or "Failed" where the run
// went on after a failure or a timeout.
func StatusOf(stage string) Path {
	return Path("$." + wire.InputResults + "." + stage + ".status")
}

// Started is a value that the mapping names in its Output, of the event that
// started the run.
func Started(keys ...string) Path {
	return Path(strings.Join(append([]string{"$", wire.InputData, "output"}, keys...), "."))
}

// AssetID is the id of the asset.
func AssetID() Path { return Path("$." + wire.InputAsset) }

// AssetVersion is the version of the asset, empty where the event that started
// the run told none.
func AssetVersion() Path { return Path("$." + wire.InputVersion) }

// Is holds if the value is there and is that text.
func (p Path) Is(value string) awsstepfunctions.Condition {
	return awsstepfunctions.Condition_And(p.Exists(), awsstepfunctions.Condition_StringEquals(p.text(), jsii.String(value)))
}

// IsOneOf holds if the value is there and is one of the texts, of which there
// is at least one.
func (p Path) IsOneOf(values ...string) awsstepfunctions.Condition {
	var equal []awsstepfunctions.Condition
	for _, value := range values {
		equal = append(equal, awsstepfunctions.Condition_StringEquals(p.text(), jsii.String(value)))
	}
	return awsstepfunctions.Condition_And(p.Exists(), awsstepfunctions.Condition_Or(equal...))
}

// IsTrue holds if the value is there and is true.
func (p Path) IsTrue() awsstepfunctions.Condition {
	return awsstepfunctions.Condition_And(p.Exists(), awsstepfunctions.Condition_BooleanEquals(p.text(), jsii.Bool(true)))
}

// AtLeast holds if the value is there and is a number not below least.
func (p Path) AtLeast(least float64) awsstepfunctions.Condition {
	return awsstepfunctions.Condition_And(p.Exists(), awsstepfunctions.Condition_NumberGreaterThanEquals(p.text(), jsii.Number(least)))
}

// Exists holds if there is such a value.
func (p Path) Exists() awsstepfunctions.Condition {
	return awsstepfunctions.Condition_IsPresent(p.text())
}

// text is the path as the CDK wants it.
func (p Path) text() *string { return jsii.String(string(p)) }

// keyShape is what a path can be made of.
var keyShape = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*(\[\d+\])*$`)

// pathProblem reports a path that cannot be read, or that reads what is not
// there yet.
func pathProblem(path string, before names) error {
	parts := strings.Split(path, ".")
	for _, part := range parts[1:] {
		if !keyShape.MatchString(part) {
			return fmt.Errorf("the path %q has the key %q: a key must be letters, digits and underscores", path, part)
		}
	}
	if len(parts) < 3 || parts[1] != wire.InputResults {
		return nil
	}
	if _, is := before[parts[2]]; !is {
		return fmt.Errorf("the path %q reads the result of %q, which is no stage before this one: there is %s", path, parts[2], before)
	}
	return nil
}

// conditionProblems reports what a condition reads that is not there yet, and
// severities that a partner's answer never has, for which it would never hold.
func conditionProblems(condition awsstepfunctions.Condition, before names) []error {
	if condition == nil {
		return nil
	}
	rendered, err := json.Marshal(condition.RenderCondition())
	if err != nil {
		return []error{fmt.Errorf("%s: %w", "When", err)}
	}
	var all []error
	for _, path := range slices.Compact(resultPath.FindAllString(string(rendered), -1)) {
		if problem := pathProblem(path, before); problem != nil {
			all = append(all, fmt.Errorf("%s: %w", "When", problem))
		}
	}
	for _, compared := range severityCompared.FindAllStringSubmatch(string(rendered), -1) {
		value, stage := compared[1], compared[2]
		_, partner := before[stage].(*partnerStage)
		if known := mediaevent.Severities(); partner && value != "" && !slices.Contains(known, mediaevent.Severity(value)) {
			all = append(all, fmt.Errorf("%s: the severity of %q must be one of %q, got %q", "When", stage, known, value))
		}
	}
	return all
}

// severityCompared finds the severities that a condition compares with, and of which stage.
var severityCompared = regexp.MustCompile(`"StringEquals":"([^"]*)","Variable":"\$\.` + wire.InputResults + `\.([A-Za-z0-9_]+)\.` + wire.InputData + `\.severity"`)

// resultPath finds the results that a condition of the user's own making reads.
var resultPath = regexp.MustCompile(`\$\.` + wire.InputResults + `\.[A-Za-z0-9_]+`)
