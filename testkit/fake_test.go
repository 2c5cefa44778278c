package testkit

import (
	"fmt"
	"strings"
	"testing"
)

// fakeT is a test whose failures are read by a test.
type fakeT struct {
	testing.TB // for what is not replaced, and because nobody else may implement testing.TB
	name       string
	failures   []string
}

type fatal struct{}

func (f *fakeT) Helper()      {}
func (f *fakeT) Name() string { return f.name }

func (f *fakeT) Errorf(format string, arguments ...any) {
	f.failures = append(f.failures, fmt.Sprintf(format, arguments...))
}

func (f *fakeT) Fatalf(format string, arguments ...any) {
	f.Errorf(format, arguments...)
	panic(fatal{})
}

// failure runs body as the test called name, and is what that test says; empty where it passes.
func failure(t *testing.T, name string, body func(t testing.TB)) string {
	t.Helper()
	f := &fakeT{TB: t, name: name}
	func() {
		defer func() {
			if r := recover(); r != nil && r != any(fatal{}) {
				panic(r)
			}
		}()
		body(f)
	}()
	return strings.Join(f.failures, "\n")
}

// emptyPackage is a package without golden files, in which tests compare: also where these tests themselves run to write
// theirs.
func emptyPackage(t *testing.T) *goldenFiles {
	t.Helper()
	t.Setenv(updateVariable, "")
	return newGoldenFiles(t.TempDir())
}
