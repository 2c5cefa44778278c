package localcloud

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
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
func (c *Cloud) synthesize(ctx context.Context, example, exampleDirectory string) (assembly, error) {
	output := c.path("assemblies", example)
	if err := os.RemoveAll(output); err != nil {
		return assembly{}, err
	}
	started := time.Now()
	err := c.cdk(ctx, exampleDirectory, "synth", "--quiet", "--output", output, "--context", "architecture="+architecture())
	if err != nil {
		return assembly{}, fmt.Errorf("synthesize %s: %w", example, err)
	}
	c.say("%s: synthesized in %.1f s", example, time.Since(started).Seconds())
	return readAssembly(output)
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

// adapt rewrites the templates of the assembly for the local cloud.
func (a *assembly) adapt() ([]Change, error) {
	var changes []Change
	for i := range a.stacks {
		content, err := os.ReadFile(a.stacks[i].file)
		if err != nil {
			return nil, err
		}
		original, err := parseTemplate(content)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", a.stacks[i].file, err)
		}
		a.stacks[i].original = original
		adapted, err := parseTemplate(content)
		if err != nil {
			return nil, err
		}
		changed, err := adapted.adapt(a.stacks[i].Name)
		if err != nil {
			return nil, err
		}
		a.stacks[i].deployed = adapted
		if len(changed) == 0 {
			continue
		}
		changes = append(changes, changed...)
		if err := a.replaceTemplate(a.stacks[i].file, content, adapted); err != nil {
			return nil, err
		}
	}
	return changes, nil
}

// replaceTemplate writes the adapted template and gives it the asset hash of its
// new content; under the old one the CDK CLI would take an earlier upload for it.
func (a *assembly) replaceTemplate(file string, before []byte, adapted template) error {
	after, err := json.MarshalIndent(adapted.document, "", " ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(file, after, 0o600); err != nil {
		return err
	}
	oldHash, newHash := []byte(hash(before)), []byte(hash(after))
	manifests, err := filepath.Glob(filepath.Join(a.directory, "*.json"))
	if err != nil {
		return err
	}
	known := false
	for _, manifest := range manifests {
		content, err := os.ReadFile(manifest)
		if err != nil {
			return err
		}
		replaced := bytes.ReplaceAll(content, oldHash, newHash)
		if bytes.Equal(content, replaced) {
			continue
		}
		known = true
		if err := os.WriteFile(manifest, replaced, 0o600); err != nil {
			return err
		}
	}
	if !known {
		return fmt.Errorf("no asset manifest names the hash of %s", file)
	}
	return nil
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
