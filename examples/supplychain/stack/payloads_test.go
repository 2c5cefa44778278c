package stack

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/mediaevent"
)

// What each file in testdata does, by its mapping. The mapping of reviews is the
// library's own.
func TestPayloads(t *testing.T) {
	complete, fail, progress := mediaevent.Complete, mediaevent.Fail, mediaevent.Progress
	for file, test := range map[string]struct {
		mapping *mediaevent.Mapping
		kind    string // of the message
		want    mediaevent.Action
	}{
		"masters-registered.json":         {mam(), "", mediaevent.Start()},
		"rights-cleared.json":             {rights(), "", complete("rights")},
		"rights-denied.json":              {rights(), "", fail("rights")},
		"editing-sequence-locked.json":    {cuttingRoom(), "Sequence Locked", complete("editing")},
		"packaging-progressing.json":      {transcodeFarm(), "", progress("packaging")},
		"packaging-complete.json":         {transcodeFarm(), "", complete("packaging")},
		"packaging-error.json":            {transcodeFarm(), "", fail("packaging")},
		"qc-passed.json":                  {qualityControl(), "", complete("qc")},
		"qc-severe-findings.json":         {qualityControl(), "", complete("qc")},
		"qc-failed.json":                  {qualityControl(), "", fail("qc")},
		"delivery-download-complete.json": {signiant(), "", complete("delivery")},
		"distribution-asset-ready.json":   {mux(), "", complete("distribution")},
		"distribution-asset-errored.json": {mux(), "", fail("distribution")},
	} {
		mapper, err := mediaevent.NewMapper(*test.mapping)
		require.NoError(t, err, file)
		events := mapper.Map(mediaevent.Message{Body: payload(t, file), Type: test.kind, ReceivedAt: time.Date(2026, 11, 24, 14, 0, 0, 0, time.UTC)})
		require.Len(t, events, 1, file)
		assert.Equal(t, mediaevent.Mapped, events[0].Outcome, file)
		assert.Equal(t, test.want, events[0].Action, file)
		assert.Equal(t, "title-4711", events[0].AssetID, file)
		assert.Empty(t, events[0].Warnings, file)
	}
}

func TestAWordThatNobodyMapped(t *testing.T) {
	mapper, err := mediaevent.NewMapper(*qualityControl())
	require.NoError(t, err)
	events := mapper.Map(mediaevent.Message{Body: payload(t, "qc-halted.json"), ReceivedAt: time.Now()})
	require.Len(t, events, 1)
	assert.Equal(t, mediaevent.Unmapped, events[0].Outcome)
	assert.Equal(t, "title-4711", events[0].AssetID)
}

func TestEveryPayloadIsDocumented(t *testing.T) {
	files, err := filepath.Glob("../testdata/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	text, err := os.ReadFile("../testdata/README.md")
	require.NoError(t, err)
	for _, file := range files {
		assert.Contains(t, string(text), filepath.Base(file), "testdata/README.md")
	}
}

func payload(t *testing.T, file string) []byte {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("..", "testdata", file))
	require.NoError(t, err)
	return body
}
