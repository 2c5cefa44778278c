package localcloud

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"sort"
	"strings"
	"time"
)

// assembly is a synthesized CDK app on disk.
type assembly struct {
	directory string
	stacks    []stack
}

type stack struct {
	Name     string
	file     string   // of the template
	original template // as synthesized
	deployed template // as adapted
}

// synthesize runs an example as its user would, with the CDK CLI and the
// example's own cdk.json, for this machine's architecture.
func (c *Cloud) synthesize(ctx context.Context, example, exampleDirectory string, set []Context) (assembly, error) {
	output := c.path("assemblies", example)
	if err := os.RemoveAll(output); err != nil {
		return assembly{}, err
	}
	started := time.Now()
	err := c.cdk(ctx, exampleDirectory, append([]string{"synth", "--quiet", "--output", output}, contextArguments(set)...)...)
	if err != nil {
		return assembly{}, fmt.Errorf("synthesize %s: %w", example, err)
	}
	c.say("%s: synthesized in %.1f s", example, time.Since(started).Seconds())
	return readAssembly(output)
}

// contextArguments are the arguments for the CDK CLI that set context values.
func contextArguments(set []Context) []string {
	all := Context{"architecture": architecture()}
	for _, one := range set {
		maps.Copy(all, one)
	}
	var arguments []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		arguments = append(arguments, "--context", name+"="+all[name])
	}
	return arguments
}

// architecture is this machine's, in the words of AWS Lambda.
func architecture() string {
	if runtime.GOARCH == "arm64" {
		return "arm64"
	}
	return "x86_64"
}

func readAssembly(directory string) (assembly, error) {
	content, err := os.ReadFile(filepath.Join(directory, "manifest.json"))
	if err != nil {
		return assembly{}, err
	}
	var manifest struct {
		Artifacts map[string]struct {
			Type       string
			Properties struct{ TemplateFile, StackName string }
		}
	}
	if err := json.Unmarshal(content, &manifest); err != nil {
		return assembly{}, fmt.Errorf("manifest.json: %w", err)
	}
	read := assembly{directory: directory}
	for id, artifact := range manifest.Artifacts {
		if artifact.Type != "aws:cloudformation:stack" {
			continue
		}
		name := artifact.Properties.StackName
		if name == "" {
			name = id
		}
		read.stacks = append(read.stacks, stack{Name: name, file: filepath.Join(directory, artifact.Properties.TemplateFile)})
	}
	sort.Slice(read.stacks, func(i, j int) bool { return read.stacks[i].Name < read.stacks[j].Name })
	return read, nil
}

// adapt rewrites the templates of the assembly for the local cloud, and has the
// CDK CLI deploy with its own credentials: the roles of CDK's bootstrap would be
// one more thing that ministack has to get right.
func (a *assembly) adapt(enforcing bool) ([]Change, error) {
	var changes []Change
	hashes := map[string]string{}
	for i := range a.stacks {
		changed, err := a.stacks[i].adapt(enforcing, hashes)
		if err != nil {
			return nil, err
		}
		changes = append(changes, changed...)
	}
	return changes, a.rewriteManifests(hashes)
}

// adapt rewrites the stack's template, and notes the asset hash of its new
// content by that of the old.
func (s *stack) adapt(enforcing bool, hashes map[string]string) ([]Change, error) {
	before, err := os.ReadFile(s.file)
	if err != nil {
		return nil, err
	}
	if s.original, err = parseTemplate(before); err != nil {
		return nil, fmt.Errorf("%s: %w", s.file, err)
	}
	if s.deployed, err = parseTemplate(before); err != nil {
		return nil, err
	}
	changes, err := s.deployed.adapt(s.Name)
	if err != nil {
		return nil, err
	}
	if enforcing {
		changes = append(changes, s.deployed.allowPlainHTTP(s.Name)...)
		changes = append(changes, s.deployed.permitAsChecked(s.Name)...)
	}
	if len(changes) == 0 {
		return nil, nil
	}
	after, err := json.MarshalIndent(s.deployed.document, "", " ")
	if err != nil {
		return nil, err
	}
	hashes[hash(before)] = hash(after)
	return changes, os.WriteFile(s.file, after, 0o600)
}

// rewriteManifests replaces asset hashes; under its old hash, the CDK CLI would
// take an earlier upload for the new template. And it drops the roles to assume.
func (a *assembly) rewriteManifests(hashes map[string]string) error {
	files, err := filepath.Glob(filepath.Join(a.directory, "*.assets.json"))
	if err != nil {
		return err
	}
	for _, file := range append(files, filepath.Join(a.directory, "manifest.json")) {
		content, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		var manifest any
		if err := json.Unmarshal(content, &manifest); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		dropRoles(manifest)
		if content, err = json.MarshalIndent(manifest, "", "  "); err != nil {
			return err
		}
		for before, after := range hashes {
			content = bytes.ReplaceAll(content, []byte(before), []byte(after))
		}
		if err := os.WriteFile(file, content, 0o600); err != nil {
			return err
		}
	}
	return nil
}

func dropRoles(value any) {
	switch value := value.(type) {
	case []any:
		for _, element := range value {
			dropRoles(element)
		}
	case object:
		for _, role := range []string{"assumeRoleArn", "cloudFormationExecutionRoleArn", "lookupRole"} {
			delete(value, role)
		}
		for _, element := range value {
			dropRoles(element)
		}
	}
}

func hash(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// cdk runs the CDK CLI against the local cloud; its words are in the error.
func (c *Cloud) cdk(ctx context.Context, directory string, arguments ...string) error {
	command := exec.CommandContext(ctx, c.tools.CDK, arguments...)
	command.Dir = directory
	command.Env = append(withoutAWS(os.Environ()), c.Environment()...)
	command.Env = append(command.Env,
		"AWS_EC2_METADATA_DISABLED=true",
		"CDK_DISABLE_CLI_TELEMETRY=true",
		"JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=1",
		"JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION=1",
		"JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION=1",
	)
	output, err := command.CombinedOutput()
	if err != nil {
		return fmt.Errorf("cdk %s: %w\n%s", strings.Join(arguments, " "), err, output)
	}
	return nil
}
