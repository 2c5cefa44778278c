package testkit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
)

// synthesized is what the CDK wrote for one stack.
type synthesized struct {
	stack    awscdk.Stack
	assembly string         // the folder it was written to
	template map[string]any // numbers are json.Number
}

// synthesize writes the app's templates, once for an app, and reads that of stack, which may be a nested one.
func synthesize(t testing.TB, stack awscdk.Stack) synthesized {
	t.Helper()
	s := synthesized{stack: stack, assembly: *awscdk.Stage_Of(stack).Synth(nil).Directory()}
	if err := readJSON(filepath.Join(s.assembly, *stack.TemplateFile()), &s.template); err != nil {
		t.Fatalf("testkit: template of %s: %v", *stack.Node().Path(), err)
	}
	return s
}

// assets lists the hashes of all assets of the stack's assembly, nested templates among them.
func (s synthesized) assets() ([]string, error) {
	manifests, err := filepath.Glob(filepath.Join(s.assembly, "*.assets.json"))
	if err != nil {
		return nil, err
	}
	var hashes []string
	for _, path := range manifests {
		var manifest struct {
			Files, DockerImages map[string]any
		}
		if err := readJSON(path, &manifest); err != nil {
			return nil, err
		}
		for hash := range manifest.Files {
			hashes = append(hashes, hash)
		}
		for hash := range manifest.DockerImages {
			hashes = append(hashes, hash)
		}
	}
	return hashes, nil
}

// constructPaths maps the logical ids of the stack's own elements to their construct paths below the stack.
func (s synthesized) constructPaths() (map[string]string, error) {
	var manifest struct {
		Artifacts map[string]struct {
			Metadata map[string][]struct {
				Type string
				Data any
			}
		}
	}
	if err := readJSON(filepath.Join(s.assembly, "manifest.json"), &manifest); err != nil {
		return nil, err
	}
	metadata := manifest.Artifacts[*outermost(s.stack).ArtifactId()].Metadata
	root := "/" + *s.stack.Node().Path() + "/"
	var below []string // the paths of nested stacks: their elements are not this template's
	for path := range metadata {
		if nested, _, ok := strings.Cut(path, ".NestedStack/"); ok && nested+"/" != root {
			below = append(below, nested+"/")
		}
	}

	paths := map[string]string{}
	for path, entries := range metadata {
		isBelow := func(nested string) bool { return strings.HasPrefix(nested, root) && strings.HasPrefix(path, nested) }
		if !strings.HasPrefix(path, root) || slices.ContainsFunc(below, isBelow) {
			continue
		}
		for _, entry := range entries {
			if id, ok := entry.Data.(string); ok && entry.Type == "aws:cdk:logicalId" {
				paths[id] = strings.TrimPrefix(path, root)
			}
		}
	}
	return paths, nil
}

// outermost is the stack that a nested one is deployed with; stack itself where it is not nested.
func outermost(stack awscdk.Stack) awscdk.Stack {
	for stack.NestedStackParent() != nil {
		stack = stack.NestedStackParent()
	}
	return stack
}

func readJSON(path string, value any) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.UseNumber() // a number stays as it is written
	if err := decoder.Decode(value); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// canonical is a template with sorted keys, two spaces for a level, a line for a value, and a last newline.
func canonical(template map[string]any) (string, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false) // policies and masks hold < and >
	encoder.SetIndent("", "  ")
	err := encoder.Encode(template)
	return text.String(), err
}
