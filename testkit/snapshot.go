package testkit

import (
	"regexp"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/mediasupplychain/cdk/testkit/internal/impact"
)

// SnapshotOption changes one call of [Snapshot].
type SnapshotOption func(*snapshot)

type snapshot struct {
	name  string
	masks []mask
}

type mask struct {
	pattern *regexp.Regexp
	by      string
}

// Named gives the golden file a name other than the stack's, for a test that compares one stack twice.
func Named(name string) SnapshotOption {
	return func(s *snapshot) { s.name = name }
}

// Masked replaces what matches pattern, in each text and each key of the template, by a text that does not change;
// $1 stands for what the first group matched. It is for churn of your own, such as a build number in a description:
//
//	testkit.Snapshot(t, stack, testkit.Masked(regexp.MustCompile(`build \d+`), "build <number>"))
func Masked(pattern *regexp.Regexp, by string) SnapshotOption {
	return func(s *snapshot) { s.masks = append(s.masks, mask{pattern, by}) }
}

// Snapshot compares the template of stack, which may be a nested one, with the golden file
// testdata/snapshots/TEST/STACK.json below the package's folder, and fails the test where they differ. The message says in
// words which resources a deployment would delete or replace, and then shows each difference.
//
// The environment variable TESTKIT_UPDATE=1 has the file written instead. The package's documentation lists what is masked
// in it.
func Snapshot(t testing.TB, stack awscdk.Stack, options ...SnapshotOption) {
	t.Helper()
	ofThisPackage.snapshot(t, stack, options...)
}

func (g *goldenFiles) snapshot(t testing.TB, stack awscdk.Stack, options ...SnapshotOption) {
	t.Helper()
	s := snapshot{name: *stack.Node().Path()}
	for _, option := range options {
		option(&s)
	}
	g.compare(t, s.name+".json", "the template of stack "+*stack.Node().Path(), document{
		content: stableTemplate(t, synthesize(t, stack), s.masks),
		heading: jsonPath,
		effect:  reportOf,
	})
}

// stableTemplate is the canonical text of a template without its churn.
func stableTemplate(t testing.TB, s synthesized, masks []mask) string {
	t.Helper()
	assets, err := s.assets()
	if err != nil {
		t.Fatalf("testkit: %v", err)
	}
	template, err := churn(s.template, assets)
	for _, m := range masks {
		if err == nil {
			template, err = rewrite(template, func(text string) string { return m.pattern.ReplaceAllString(text, m.by) })
		}
	}
	if err != nil {
		t.Fatalf("testkit: %v", err)
	}
	content, err := canonical(template)
	if err != nil {
		t.Fatalf("testkit: %v", err)
	}
	return content
}

func reportOf(before, after string) (string, error) {
	return impact.Report([]byte(before), []byte(after))
}
