package localcloud

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
)

// Deployment is an example on the local cloud.
type Deployment struct {
	// Example is its name.
	Example string

	// Outputs are the outputs of its stacks.
	Outputs Outputs

	// Changes are the differences between its own templates and what was deployed.
	Changes []Change

	stacks    []stack
	resources map[string]map[string]string // stack, logical id, physical id
}

// Output is the output of that name, of whichever of the example's stacks.
func (d *Deployment) Output(name string) (string, error) {
	if value := d.Outputs.Find(name); value != "" {
		return value, nil
	}
	return "", fmt.Errorf("example %s has no output %s", d.Example, name)
}

// Resource is a deployed resource.
type Resource struct {
	LogicalID  string // in its template
	PhysicalID string // on the cloud
}

// Resources are the deployed resources of a CloudFormation type.
func (d *Deployment) Resources(kind string) []Resource {
	var all []Resource
	for _, stack := range d.stacks {
		for _, logical := range stack.original.ofType(kind) {
			if physical := d.resources[stack.Name][logical]; physical != "" {
				all = append(all, Resource{logical, physical})
			}
		}
	}
	return all
}

// PhysicalIDs are the ids of the deployed resources of a CloudFormation type.
func (d *Deployment) PhysicalIDs(kind string) []string {
	resources := d.Resources(kind)
	ids := make([]string, 0, len(resources))
	for _, resource := range resources {
		ids = append(ids, resource.PhysicalID)
	}
	return ids
}

// Context are context values for the CDK app, over those of its cdk.json, as
// `cdk deploy --context name=value` gives them.
type Context map[string]string

// Deploy deploys an example, or updates it: its own templates less what the
// local cloud cannot have, then what the local cloud forgets is set by API.
// Where several contexts set a value, the last one counts.
func (c *Cloud) Deploy(ctx context.Context, example string, set ...Context) (*Deployment, error) {
	directory, err := c.project.ExampleDirectory(example)
	if err != nil {
		return nil, err
	}
	return c.DeployApp(ctx, example, directory, set...)
}

// DeployApp does what Deploy does with the CDK app in a directory, under a name
// that no other app has.
func (c *Cloud) DeployApp(ctx context.Context, example, directory string, set ...Context) (*Deployment, error) {
	assembly, err := c.synthesize(ctx, example, directory, set)
	if err != nil {
		return nil, err
	}
	changes, err := assembly.adapt(c.enforcing)
	if err != nil {
		return nil, fmt.Errorf("adapt %s to the local cloud: %w", example, err)
	}
	for _, change := range changes {
		c.say("%s: local only: %s", example, change)
	}
	if err := c.bootstrap(ctx); err != nil {
		return nil, err
	}
	deployment := &Deployment{Example: example, Changes: changes, stacks: assembly.stacks}
	if err := c.deploy(ctx, assembly, deployment); err != nil {
		return nil, fmt.Errorf("deploy %s: %w", example, err)
	}
	if err := c.repair(ctx, deployment); err != nil {
		return nil, fmt.Errorf("repair %s after the deployment: %w", example, err)
	}
	return deployment, nil
}

func (c *Cloud) bootstrap(ctx context.Context) error {
	if c.bootstrapped {
		return nil
	}
	if err := c.cdk(ctx, c.Directory, "bootstrap", "aws://"+AccountID+"/"+Region); err != nil {
		return err
	}
	c.bootstrapped = true
	return nil
}

func (c *Cloud) deploy(ctx context.Context, assembly assembly, deployment *Deployment) error {
	started := time.Now()
	outputs := c.path("assemblies", deployment.Example+".outputs.json")
	err := c.cdk(ctx, c.Directory, "deploy", "--all", "--app", assembly.directory,
		"--require-approval", "never", "--outputs-file", outputs)
	if err != nil {
		return err
	}
	if deployment.Outputs, err = readOutputs(outputs); err != nil {
		return err
	}
	deployment.resources = map[string]map[string]string{}
	for _, stack := range assembly.stacks {
		if deployment.resources[stack.Name], err = c.stackResources(ctx, stack.Name); err != nil {
			return err
		}
		c.say("%s: stack %s deployed, %d resources, in %.1f s", deployment.Example, stack.Name,
			len(deployment.resources[stack.Name]), time.Since(started).Seconds())
	}
	return nil
}

func (c *Cloud) stackResources(ctx context.Context, stack string) (map[string]string, error) {
	physical := map[string]string{}
	pages := cloudformation.NewListStackResourcesPaginator(cloudformation.NewFromConfig(c.Config()),
		&cloudformation.ListStackResourcesInput{StackName: aws.String(stack)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, summary := range page.StackResourceSummaries {
			physical[aws.ToString(summary.LogicalResourceId)] = aws.ToString(summary.PhysicalResourceId)
		}
	}
	return physical, nil
}

// Outputs are the values of stack outputs, by stack and by name: the content of
// CDK's outputs file.
type Outputs map[string]map[string]string

// Find is the value of the output of that name, of the first stack that has one;
// "" where none has.
func (o Outputs) Find(name string) string {
	for _, stack := range sortedKeys(o) {
		if value := o[stack][name]; value != "" {
			return value
		}
	}
	return ""
}

// MergeOutputs adds the outputs of a deployment to CDK's outputs file, and
// returns all that are in it then.
func MergeOutputs(file string, added Outputs) (Outputs, error) {
	all, err := readOutputs(file)
	if err != nil {
		return nil, err
	}
	maps.Copy(all, added)
	content, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return nil, err
	}
	return all, os.WriteFile(file, append(content, '\n'), 0o600)
}

// readOutputs reads CDK's outputs file, which CDK does not write for an app
// without outputs.
func readOutputs(file string) (Outputs, error) {
	outputs := Outputs{}
	content, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return outputs, nil
	}
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(content, &outputs); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return outputs, nil
}

// SelectedEvent is a source and a detail type that the first rule of the
// deployed templates selects, so that an event of them takes the rule's way.
func (d *Deployment) SelectedEvent() (source, detailType string, err error) {
	for _, stack := range d.stacks {
		for _, id := range stack.deployed.ofType("AWS::Events::Rule") {
			pattern := child(stack.deployed.resource(id).properties(), "EventPattern")
			if pattern["source"] == nil {
				continue
			}
			// The empty prefix selects every event, but no event may have an empty source.
			return cmp.Or(firstMatch(pattern["source"]), anySource), firstMatch(pattern["detail-type"]), nil
		}
	}
	return "", "", fmt.Errorf("example %s has no rule that selects a source", d.Example)
}

// anySource is for rules that select every source.
const anySource = "com.example.partner"

// firstMatch is a text that matches a list of an event pattern: its first
// literal, or the prefix it asks for.
func firstMatch(list any) string {
	elements, _ := list.([]any)
	for _, element := range elements {
		switch element := element.(type) {
		case string:
			return element
		case object:
			if prefix, is := element["prefix"].(string); is {
				return prefix
			}
		}
	}
	return ""
}
