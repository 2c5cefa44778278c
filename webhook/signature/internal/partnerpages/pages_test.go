package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	source = "../.."
	target = "../../../../docs/partners"
)

func TestPagesAreUpToDate(t *testing.T) {
	pages, err := render(source)
	require.NoError(t, err)
	for name, want := range pages {
		got, err := os.ReadFile(filepath.Join(target, name))
		require.NoError(t, err)
		assert.Equal(t, want, string(got), "%s is not what the preset says: run go generate ./webhook/signature", name)
	}
	files, err := os.ReadDir(target)
	require.NoError(t, err)
	for _, file := range files {
		assert.Contains(t, pages, file.Name(), "a page of no preset")
	}
}

func TestEveryPresetNamesItsSourceAndWhenItWasRead(t *testing.T) {
	all, err := presets(source)
	require.NoError(t, err)
	for _, p := range all {
		assert.Regexp(t, `20[0-9]{2}[-/][0-9]{2}|20[0-9]{2}/[0-9]+/[0-9]+`, p.facts["Source"][0], p.call)
	}
}

func TestACommentIsTakenApart(t *testing.T) {
	intro, facts := parseComment("Mux", "Mux is Mux Video\nand Data.\n\nConsole: Settings: Webhooks.\nRetries: often.\nNote: a.\nNote: b.\nElse: c.\n")
	assert.Equal(t, "Mux Video and Data.", intro)
	assert.Equal(t, map[string][]string{"Console": {"Settings: Webhooks."}, "Retries": {"often."}, "Note": {"a.", "b."}}, facts)
}
