package testkit

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
)

// LogicalIDs compares the resources of stack with the golden file testdata/snapshots/TEST/STACK.ids, which holds a line
// for each, in the order of their construct paths: logical id, type, construct path below the stack, and its
// DeletionPolicy where it has one that keeps something.
//
// It is the test for the author of a construct. Its children's ids and paths are part of its interface: where one changes,
// the stacks of all users delete a resource and make another. Properties may change freely. TESTKIT_UPDATE=1 has the file
// written, as with [Snapshot].
func LogicalIDs(t testing.TB, stack awscdk.Stack) {
	t.Helper()
	ofThisPackage.logicalIDs(t, stack)
}

func (g *goldenFiles) logicalIDs(t testing.TB, stack awscdk.Stack) {
	t.Helper()
	s := synthesize(t, stack)
	paths, err := s.constructPaths()
	if err != nil {
		t.Fatalf("testkit: %v", err)
	}
	g.compare(t, *stack.Node().Path()+".ids", "the list of logical ids of stack "+*stack.Node().Path(), document{
		content: idList(s.template, paths),
		heading: noHeading,
		effect: func(before, after string) (string, error) {
			return reportOf(templateOf(before), templateOf(after))
		},
	})
}

// idList has a line for each resource.
func idList(template map[string]any, paths map[string]string) string {
	dropMetadata(template)
	resources := section(template, "Resources")
	ids := slices.SortedFunc(maps.Keys(resources), func(a, b string) int {
		return strings.Compare(paths[a]+"\x00"+a, paths[b]+"\x00"+b)
	})
	var list strings.Builder
	for _, id := range ids {
		path := paths[id]
		if path == "" {
			path = "-" // defined by no construct: a template that was included as it is
		}
		resource := section(resources, id)
		fmt.Fprintf(&list, "%s %v %s", maskedID(template, id), resource["Type"], path)
		if policy, ok := resource["DeletionPolicy"].(string); ok && policy != "Delete" {
			fmt.Fprintf(&list, " [%s]", policy)
		}
		list.WriteByte('\n')
	}
	return list.String()
}

// templateOf is the template, without properties, that has the resources of an idList.
func templateOf(list string) string {
	type resource struct {
		Type           string
		DeletionPolicy string `json:",omitempty"`
	}
	resources := map[string]resource{}
	for line := range strings.Lines(list) {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		r := resource{Type: fields[1]}
		if policy, ok := strings.CutPrefix(fields[len(fields)-1], "["); ok {
			r.DeletionPolicy = strings.TrimSuffix(policy, "]")
		}
		resources[fields[0]] = r
	}
	text, err := json.Marshal(map[string]any{"Resources": resources})
	if err != nil {
		return err.Error() // of texts: cannot happen
	}
	return string(text)
}
