package main

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/mediasupplychain/cdk/webhook/signature"
)

// preset is a scheme together with what its comment says.
type preset struct {
	call   string // such as JWPlayer("HS256")
	scheme *signature.Scheme
	intro  string
	facts  map[string][]string // by label, such as Console
}

// labels are the facts a comment can give; those that are required come first.
var labels = []string{"Console", "Retries", "Status", "Source", "Note"}

const required = 4

// presets pairs the calls in the function Presets with the schemes it returns:
// the calls name the functions, whose comments are then read.
func presets(source string) ([]preset, error) {
	functions, err := functionsOf(source)
	if err != nil {
		return nil, err
	}
	calls := callsIn(functions["Presets"])
	schemes := signature.Presets()
	if len(calls) != len(schemes) {
		return nil, fmt.Errorf("function Presets makes %d calls and returns %d schemes", len(calls), len(schemes))
	}
	all := make([]preset, 0, len(calls))
	var problems []error
	for i, call := range calls {
		name := call.Fun.(*ast.Ident).Name
		p := preset{call: expression(call), scheme: schemes[i]}
		p.intro, p.facts = parseComment(name, functions[name].Doc.Text())
		for _, label := range labels[:required] {
			if len(p.facts[label]) != 1 {
				problems = append(problems, fmt.Errorf("the comment of %s must have one line %q", name, label+": …"))
			}
		}
		all = append(all, p)
	}
	return all, errors.Join(problems...)
}

// functionsOf parses the functions of the files that hold presets.
func functionsOf(source string) (map[string]*ast.FuncDecl, error) {
	functions := map[string]*ast.FuncDecl{}
	for _, name := range []string{"presets.go", "unsigned.go"} {
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(source, name), nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		for _, declaration := range file.Decls {
			if f, ok := declaration.(*ast.FuncDecl); ok && f.Recv == nil {
				functions[f.Name.Name] = f
			}
		}
	}
	return functions, nil
}

// customScheme is the body of the example that the package's documentation
// shows, and its tests run.
func customScheme(source string) (string, error) {
	const name = "Example_customScheme"
	path := filepath.Join(source, "example_test.go")
	text, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, text, parser.ParseComments)
	if err != nil {
		return "", err
	}
	for _, declaration := range file.Decls {
		if f, ok := declaration.(*ast.FuncDecl); ok && f.Name.Name == name {
			body := string(text[files.Position(f.Body.Lbrace).Offset+2 : files.Position(f.Body.Rbrace).Offset])
			return strings.ReplaceAll(strings.TrimPrefix(body, "\t"), "\n\t", "\n"), nil
		}
	}
	return "", fmt.Errorf("%s has no function %s", path, name)
}

func callsIn(f *ast.FuncDecl) []*ast.CallExpr {
	var calls []*ast.CallExpr
	ast.Inspect(f, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			calls = append(calls, call)
		}
		return true
	})
	return calls
}

func expression(e ast.Expr) string {
	var b bytes.Buffer
	_ = printer.Fprint(&b, token.NewFileSet(), e) // a buffer never fails
	return b.String()
}

// parseComment splits a comment into its first paragraph and its labelled lines.
func parseComment(name, text string) (intro string, facts map[string][]string) {
	facts = map[string][]string{}
	intro, rest, _ := strings.Cut(text, "\n\n")
	for _, line := range strings.Split(rest, "\n") {
		label, fact, ok := strings.Cut(line, ": ")
		if ok && slices.Contains(labels, label) {
			facts[label] = append(facts[label], fact)
		}
	}
	intro = strings.Join(strings.Fields(intro), " ")
	return strings.TrimPrefix(intro, name+" is "), facts
}
