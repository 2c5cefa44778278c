package testkit

import (
	_ "embed"
	"encoding/json"
	"maps"
	"os"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
)

// AppOption changes the properties of the app that [NewApp] and [NewStack] make.
type AppOption func(*awscdk.AppProps)

// NewApp is a CDK app for one test: its output goes to a folder that is removed with the test, no asset is bundled, and
// neither CDK metadata nor a construct tree is written. No feature flag is set, and context of the CDK CLI is ignored, so
// that a test says the same on every machine; see [WithContext] and [WithContextOf].
func NewApp(t testing.TB, options ...AppOption) awscdk.App {
	t.Helper()
	props := &awscdk.AppProps{
		Outdir:             jsii.String(t.TempDir()),
		AnalyticsReporting: jsii.Bool(false),
		TreeMetadata:       jsii.Bool(false),
		// The context that wins over the CLI's: CDK_CONTEXT_JSON of the caller's shell must not change a test.
		PostCliContext: &map[string]any{"aws:cdk:bundling-stacks": []any{}},
	}
	for _, option := range options {
		option(props)
	}
	return awscdk.NewApp(props)
}

// NewStack is an empty stack named "Stack", of no particular account or Region, in an app made by [NewApp].
func NewStack(t testing.TB, options ...AppOption) awscdk.Stack {
	t.Helper()
	return awscdk.NewStack(NewApp(t, options...), jsii.String("Stack"), nil)
}

// WithContext adds context values to the app, for example feature flags. A later value replaces an earlier one of the same
// key.
//
//	app := testkit.NewApp(t, testkit.WithContext(testkit.RecommendedFlags()))
func WithContext(values map[string]any) AppOption {
	return func(props *awscdk.AppProps) {
		maps.Copy(*props.PostCliContext, values)
	}
}

// WithContextOf adds the "context" of a cdk.json file, so that a test sees the template that the CDK CLI deploys, which a
// test alone does not: it is the CLI that reads cdk.json. The test fails where the file cannot be read.
//
//	app := testkit.NewApp(t, testkit.WithContextOf(t, "../cdk.json"))
func WithContextOf(t testing.TB, path string) AppOption {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("testkit: %v", err)
	}
	var file struct {
		Context map[string]any `json:"context"`
	}
	if err := json.Unmarshal(content, &file); err != nil {
		t.Fatalf("testkit: %s: %v", path, err)
	}
	return WithContext(file.Context)
}

// recommendedFlags is package/recommended-feature-flags.json of aws-cdk-lib 2.224.0, unchanged. A test compares it with
// the release in go.mod.
//
//go:embed recommended-feature-flags.json
var recommendedFlags []byte

// RecommendedFlags is the context that `cdk init` writes into a new app's cdk.json: every feature flag of aws-cdk-lib
// 2.224.0 with its recommended value. Each call returns a new map.
func RecommendedFlags() map[string]any {
	var flags map[string]any
	if err := json.Unmarshal(recommendedFlags, &flags); err != nil {
		panic("testkit: recommended-feature-flags.json: " + err.Error()) // embedded and tested: cannot happen
	}
	return flags
}
