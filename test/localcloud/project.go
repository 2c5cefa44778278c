package localcloud

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// ToolsVariable is the environment variable that names the folder of the
// installed tools. Make sets it; without it the project's .tools is used.
const ToolsVariable = "TOOLS_DIR"

const modulePath = "github.com/mediasupplychain/cdk"

// Project is the checkout that holds the library and its examples.
type Project struct {
	// Root is the folder of the library's go.mod.
	Root string
}

// FindProject finds the checkout around the working directory.
func FindProject() (Project, error) {
	directory, err := os.Getwd()
	if err != nil {
		return Project{}, err
	}
	for {
		if declares(filepath.Join(directory, "go.mod"), modulePath) {
			return Project{Root: directory}, nil
		}
		parent := filepath.Dir(directory)
		if parent == directory {
			return Project{}, fmt.Errorf("no go.mod of %s in this folder or above it", modulePath)
		}
		directory = parent
	}
}

// Examples lists the examples that can be deployed: the folders of examples/
// that hold a cdk.json.
func (p Project) Examples() ([]string, error) {
	files, err := filepath.Glob(filepath.Join(p.Root, "examples", "*", "cdk.json"))
	if err != nil {
		return nil, err
	}
	names := make([]string, 0, len(files))
	for _, file := range files {
		names = append(names, filepath.Base(filepath.Dir(file)))
	}
	sort.Strings(names)
	return names, nil
}

// ExampleDirectory is the folder of the example of that name. The error of an
// unknown name lists the names there are.
func (p Project) ExampleDirectory(name string) (string, error) {
	names, err := p.Examples()
	if err != nil {
		return "", err
	}
	for _, known := range names {
		if known == name {
			return filepath.Join(p.Root, "examples", name), nil
		}
	}
	return "", fmt.Errorf("there is no example %q; the examples are: %s", name, strings.Join(names, ", "))
}

// Tools are the programs that make installs.
type Tools struct {
	// Python runs ministack: the interpreter of its virtual environment.
	Python string
	// CDK is the CDK CLI.
	CDK string
}

// Tools finds the installed tools in the folder that TOOLS_DIR names, by
// default .tools in the checkout.
func (p Project) Tools() (Tools, error) {
	directory := os.Getenv(ToolsVariable)
	if directory == "" {
		directory = filepath.Join(p.Root, ".tools")
	}
	tools := Tools{
		Python: filepath.Join(directory, "localcloud", "bin", "python"),
		CDK:    filepath.Join(directory, "node", "node_modules", ".bin", "cdk"),
	}
	for _, tool := range []string{tools.Python, tools.CDK} {
		if _, err := os.Stat(tool); err != nil {
			return Tools{}, fmt.Errorf("%s is not installed: run `make tools` in %s (or set %s)", tool, p.Root, ToolsVariable)
		}
	}
	return tools, nil
}

func declares(file, module string) bool {
	content, err := os.ReadFile(file)
	if err != nil {
		return false
	}
	for line := range strings.Lines(string(content)) {
		if strings.TrimSpace(line) == "module "+module {
			return true
		}
	}
	return false
}
