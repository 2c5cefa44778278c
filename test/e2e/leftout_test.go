package e2e

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/test/drive"
	"github.com/mediasupplychain/cdk/test/localcloud"
)

// What the local cloud cannot have, and so no test here can show, must be
// asserted on a template by a test of the library.
func TestWhatIsLeftOutIsAssertedOnTheTemplate(t *testing.T) {
	asserted := typesAssertedOn(t)
	require.Contains(t, asserted, "AWS::SQS::Queue", "the search finds what is certainly there")
	check := func(t *testing.T, deployment *localcloud.Deployment) int {
		t.Helper()
		n := 0
		for _, change := range deployment.Changes {
			if change.LeftOut() {
				n++
				assert.Contains(t, asserted, change.Type, "%s, and no test of the library asserts on %s", change, change.Type)
			}
		}
		return n
	}
	forEachPattern(t, func(t *testing.T, example *drive.Example) { check(t, example.Deployment) })
	t.Run("supplychain", func(t *testing.T) {
		assert.NotZero(t, check(t, openChain(t).Deployment()), "the archive of its bus, for one")
	})
}

// typesAssertedOn are the CloudFormation types that the library's tests look for:
// those that are an argument of a call, as in HasResourceProperties.
func typesAssertedOn(t *testing.T) map[string]bool {
	t.Helper()
	project, err := localcloud.FindProject()
	require.NoError(t, err)
	asserted := map[string]bool{}
	require.NoError(t, filepath.WalkDir(project.Root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (strings.HasPrefix(entry.Name(), ".") && path != project.Root || path == filepath.Join(project.Root, "test")) {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(node ast.Node) bool {
			if call, is := node.(*ast.CallExpr); is {
				for _, kind := range namedTypes(call) {
					asserted[kind] = true
				}
			}
			return true
		})
		return nil
	}))
	return asserted
}

var cloudFormationType = regexp.MustCompile(`^AWS(::\w+){2}$`)

func namedTypes(call *ast.CallExpr) []string {
	var kinds []string
	for _, argument := range call.Args {
		ast.Inspect(argument, func(node ast.Node) bool {
			if literal, is := node.(*ast.BasicLit); is && literal.Kind == token.STRING {
				if text, err := strconv.Unquote(literal.Value); err == nil && cloudFormationType.MatchString(text) {
					kinds = append(kinds, text)
				}
			}
			return true
		})
	}
	return kinds
}
