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
	namedTest = regexp.MustCompile(`\b(?:Test|Fuzz|Example)_?[A-Z]?\w*`)
	aTest     = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Example)\w*)\(`)
)

// The documents that say which test shows a promise must not name one that is gone.
func TestEveryTestThatTheDocumentsNameExists(t *testing.T) {
	exists := map[string]bool{}
	require.NoError(t, filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path) //nolint:gosec // a file of this repository
		for _, found := range aTest.FindAllStringSubmatch(string(source), -1) {
			exists[found[1]] = true
		}
		return err
	}))
	for _, document := range []string{"gotchas.md", "permissions.md"} {
		text, err := os.ReadFile(filepath.Join("..", "..", "docs", document)) //nolint:gosec // likewise
		require.NoError(t, err)
		named := namedTest.FindAllString(string(text), -1)
		require.NotEmpty(t, named, document)
		for _, name := range named {
			assert.True(t, exists[name], "%s names %s, which does not exist", document, name)
		}
	}
}
