package apidoc

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	namedTest   = regexp.MustCompile(`\b(?:(?:Test|Fuzz)[A-Z]|Example(?:_|[A-Z]))\w*`)
	packageTest = regexp.MustCompile("`([a-z0-9]+)\\.(Test\\w+)`")
	aTest       = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Example)\w*)\(`)
)

// The documents that say which test shows a promise must not name one that is gone.
func TestEveryTestThatTheDocumentsNameExists(t *testing.T) {
	exists := tests(t)
	for _, document := range []string{"gotchas.md", "permissions.md", "state.md", "invariants.md"} {
		text := read(t, document)
		named := namedTest.FindAllString(text, -1)
		require.NotEmpty(t, named, document)
		for _, name := range named {
			assert.NotEmpty(t, exists[name], "%s names %s, which does not exist", document, name)
		}
		for _, one := range packageTest.FindAllStringSubmatch(text, -1) {
			assert.Contains(t, exists[one[2]], one[1], "%s: package %s has no %s", document, one[1], one[2])
		}
	}
}

// Each promise has a number, what keeps it, and a test that shows it.
func TestEveryInvariantHasATest(t *testing.T) {
	promises := strings.Split(read(t, "invariants.md"), "\n## ")[1:]
	require.Len(t, promises, 12)
	for _, promise := range promises {
		title, _, _ := strings.Cut(promise, "\n")
		assert.Regexp(t, `^\d+\. `, title)
		assert.Contains(t, promise, "- **Kept by**: ", title)
		_, shown, _ := strings.Cut(promise, "- **Shown by**: ")
		assert.NotEmpty(t, packageTest.FindAllString(shown, -1), title)
	}
}

// The model's properties and mutations that the documents name are checked.
func TestThePropertiesThatTheDocumentsNameAreChecked(t *testing.T) {
	checks := read(t, "../model/checks.txt")
	named := regexp.MustCompile("`(M_[A-Z_]+|[a-z]+(?:_[a-z]+)+)`")
	for _, document := range []string{"invariants.md", "../model/README.md"} {
		found := named.FindAllStringSubmatch(read(t, document), -1)
		require.NotEmpty(t, found, document)
		for _, one := range found {
			assert.Contains(t, checks, " "+one[1]+" ", "%s names %s", document, one[1])
		}
	}
	for _, mutation := range regexp.MustCompile(`ifn?def (M_[A-Z_]+)`).FindAllStringSubmatch(read(t, "../model/callbacks.pml"), -1) {
		assert.Contains(t, checks, "found "+mutation[1]+" ", "a mutation of the model that is not tried")
	}
}

func read(t *testing.T, document string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", document)) //nolint:gosec // a file of this repository
	require.NoError(t, err)
	return string(text)
}

// tests are the packages that have a test of a name, by that name.
func tests(t *testing.T) map[string][]string {
	t.Helper()
	exists := map[string][]string{}
	require.NoError(t, filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path) //nolint:gosec // a file of this repository
		for _, found := range aTest.FindAllStringSubmatch(string(source), -1) {
			exists[found[1]] = append(exists[found[1]], filepath.Base(filepath.Dir(path)))
		}
		return err
	}))
	return exists
}
