package wire_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Both sides import this package: whatever it imported, both would carry.
func TestImportsNothing(t *testing.T) {
	for _, file := range parsed(t) {
		assert.Empty(t, file.Imports)
	}
}

// Metrics and dimensions share one JSON object in the embedded metric format,
// variables one environment: of two with the same name, one would be lost.
func TestNamesAreDistinct(t *testing.T) {
	members, variables := map[string]string{}, map[string]string{}
	for _, file := range parsed(t) {
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			for i := 0; ok && i < len(spec.Values); i++ {
				literal, ok := spec.Values[i].(*ast.BasicLit)
				if !ok {
					continue
				}
				name, seen := spec.Names[i].Name, map[string]string{}
				switch {
				case strings.HasPrefix(name, "Env"):
					seen = variables
				case strings.HasPrefix(name, "Metric"), strings.HasPrefix(name, "Dimension"):
					seen = members
				}
				assert.Empty(t, seen[literal.Value], "%s and the constant shown have the same value %s", name, literal.Value)
				seen[literal.Value] = name
			}
			return true
		})
	}
	assert.Equal(t, "EnvDeadLetterQueueURL", variables[`"DEAD_LETTER_QUEUE_URL"`])
	assert.Equal(t, "MetricReceived", members[`"Received"`])
}

func parsed(t *testing.T) []*ast.File {
	t.Helper()
	var files []*ast.File
	require.NoError(t, filepath.WalkDir(".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		files = append(files, f)
		return err
	}))
	return files
}
