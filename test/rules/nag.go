package rules

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"
)

// Finding is something a rule pack says of a resource that must not be so.
type Finding struct {
	Pack, Rule, Resource, Problem string
}

func (f Finding) String() string {
	return fmt.Sprintf("%s: %s on %s: %s", f.Pack, f.Rule, f.Resource, f.Problem)
}

// Check synthesizes an app with all rule packs and returns what they find: rules
// that are broken, rules that could not be evaluated, and suppressions whose
// reason is none. The app must not have been synthesized before.
func Check(app awscdk.App) ([]Finding, error) {
	props := &cdknag.NagPackProps{
		Verbose:       jsii.Bool(true),
		Reports:       jsii.Bool(true),
		ReportFormats: &[]cdknag.NagReportFormat{cdknag.NagReportFormat_JSON},
	}
	aspects := awscdk.Aspects_Of(app)
	aspects.Add(cdknag.NewAwsSolutionsChecks(props), nil)
	aspects.Add(cdknag.NewNIST80053R5Checks(props), nil)
	aspects.Add(cdknag.NewHIPAASecurityChecks(props), nil)
	aspects.Add(cdknag.NewPCIDSS321Checks(props), nil)

	return readReports(*app.Synth(nil).Directory())
}

const packs = 4

func readReports(directory string) ([]Finding, error) {
	files, err := filepath.Glob(filepath.Join(directory, "*-NagReport.json"))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 || len(files)%packs != 0 {
		return nil, fmt.Errorf("%d reports in %s, want one of each of the %d packs for each stack", len(files), directory, packs)
	}
	var findings []Finding
	for _, file := range files {
		found, err := readReport(file)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		findings = append(findings, found...)
	}
	sort.Slice(findings, func(i, j int) bool { return findings[i].String() < findings[j].String() })
	return findings, nil
}

func readReport(file string) ([]Finding, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var report struct {
		Lines []struct{ RuleID, ResourceID, Compliance, ExceptionReason, RuleInfo string }
	}
	if err := json.Unmarshal(content, &report); err != nil {
		return nil, err
	}
	pack, _, _ := strings.Cut(filepath.Base(file), "-")
	var findings []Finding
	for _, line := range report.Lines {
		if problem := problem(line.Compliance, line.ExceptionReason, line.RuleInfo); problem != "" {
			findings = append(findings, Finding{pack, line.RuleID, line.ResourceID, problem})
		}
	}
	return findings, nil
}

func problem(compliance, reason, rule string) string {
	switch compliance {
	case "Compliant":
		return ""
	case "Suppressed":
		return weakness(reason)
	case "Non-Compliant":
		return rule
	default: // "UNKNOWN": the rule failed, mostly on a value known at deployment only
		return "the rule could not be evaluated; suppress CdkNagValidationFailure with what makes it hold: " + rule
	}
}

// emptyWords are reasons that give none.
var emptyWords = regexp.MustCompile(`(?i)\b(todo|fixme|tbd|not needed|not required|only an example|just an example|for now|ignore)\b`)

const fewestWords = 8

// weakness says why a reviewer would not accept the reason of a suppression.
func weakness(reason string) string {
	if found := emptyWords.FindString(reason); found != "" {
		return fmt.Sprintf("the reason of its suppression says %q: %q", found, reason)
	}
	if len(strings.Fields(reason)) < fewestWords {
		return fmt.Sprintf("the reason of its suppression has fewer than %d words: %q", fewestWords, reason)
	}
	return ""
}
