// Package apidoc holds the public packages to the house's rules about
// documentation. It has tests only.
package apidoc

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const root = "../.."

// said is how a property's documentation ends: with what happens without it, or
// by saying that there is no without.
var said = regexp.MustCompile(`(?s)(\n\nDefault: .*\.|(^|[.]\s)Required\.)$`)

func TestEveryPropertySaysItsDefaultOrThatItIsRequired(t *testing.T) {
	seen := map[string]int{}
	for _, p := range properties(t) {
		seen[p.pkg]++
		if !assert.NotEmpty(t, p.doc, "%s: %s has no documentation", p.at, p.name) {
			continue
		}
		assert.Regexp(t, said, p.doc, "%s: the documentation of %s must end with a paragraph \"Default: ….\", or with \"Required.\"", p.at, p.name)
		assert.True(t, strings.HasPrefix(p.doc, p.field+" "), "%s: the documentation of %s must begin with its name", p.at, p.name)
	}
	for _, pkg := range constructPackages(t) {
		assert.NotZero(t, seen[pkg], "package %s has no struct named …Props", pkg)
	}
}

func TestThePatternTellsGoodFromBad(t *testing.T) {
	for doc, good := range map[string]bool{
		"Topic delivers the messages. Required.":                   true,
		"Topic delivers the messages, and is\nRequired.":           false,
		"MaxReceiveCount counts.\n\nDefault: 5.":                   true,
		"QueueProps overrides.\n\nDefault: encrypted,\nkept long.": true,
		"MaxReceiveCount counts. Default: 5.":                      false,
		"MaxReceiveCount counts.\n\nDefault: 5":                    false,
		"MaxReceiveCount counts.":                                  false,
		"Default: 5.":                                              false,
	} {
		assert.Equal(t, good, said.MatchString(doc), doc)
	}
}

type property struct{ pkg, name, field, doc, at string }

// properties are the fields of each exported struct named …Props.
func properties(t *testing.T) []property {
	t.Helper()
	var all []property
	for path, file := range files(t) {
		pkg := filepath.ToSlash(filepath.Dir(path))
		for _, s := range structs(file.syntax) {
			for _, field := range s.fields.List {
				for _, name := range field.Names {
					all = append(all, property{
						pkg: pkg, name: pkg + "." + s.name + "." + name.Name, field: name.Name,
						doc: strings.TrimSpace(field.Doc.Text()), at: file.set.Position(name.Pos()).String(),
					})
				}
			}
		}
	}
	slices.SortFunc(all, func(a, b property) int { return strings.Compare(a.name, b.name) })
	return all
}

type source struct {
	set    *token.FileSet
	syntax *ast.File
}

type structure struct {
	name   string
	fields *ast.FieldList
}

func structs(file *ast.File) []structure {
	var all []structure
	for _, declaration := range file.Decls {
		general, ok := declaration.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, spec := range general.Specs {
			named, ok := spec.(*ast.TypeSpec)
			if !ok || !named.Name.IsExported() || !strings.HasSuffix(named.Name.Name, "Props") {
				continue
			}
			if s, ok := named.Type.(*ast.StructType); ok {
				all = append(all, structure{named.Name.Name, s.Fields})
			}
		}
	}
	return all
}

// files are the Go files of the public packages, by path in the repository.
func files(t *testing.T) map[string]source {
	t.Helper()
	all := map[string]source{}
	require.NoError(t, filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		inside, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if strings.HasPrefix(entry.Name(), ".") && path != root ||
				slices.Contains([]string{"internal", "examples", "test", "testdata", "tools", "docs"}, entry.Name()) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		set := token.NewFileSet()
		syntax, err := parser.ParseFile(set, path, nil, parser.ParseComments)
		all[inside] = source{set, syntax}
		return err
	}))
	return all
}

// constructPackages are the packages of constructs that there are.
func constructPackages(t *testing.T) []string {
	t.Helper()
	var there []string
	for _, name := range []string{"snsfifo", "eventbridgesaas", "custombus", "sqslambda", "webhook", "supplychain"} {
		if matches, err := filepath.Glob(filepath.Join(root, name, "*.go")); err == nil && len(matches) > 0 {
			there = append(there, name)
		}
	}
	require.NotEmpty(t, there)
	_, err := os.Stat(filepath.Join(root, "go.mod"))
	require.NoError(t, err)
	return there
}
