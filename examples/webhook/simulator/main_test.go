package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestOptionsBecomeAMessage(t *testing.T) {
	o, err := parse([]string{"-partner", "/mux", "-event", "video.asset.ready", "-asset", "title-1", "-id", "ev-1", "-poison", "-fail", "2", "-age", "10m", "-times", "3", "-base", "http://here"})

	require.NoError(t, err)
	assert.Equal(t, "/mux", o.partner)
	assert.Equal(t, "video.asset.ready", o.message.Event)
	assert.Equal(t, "title-1", o.message.Asset)
	assert.Equal(t, "ev-1", o.message.ID)
	assert.Equal(t, map[string]any{"poison": true, "failTimes": 2}, o.message.Extra)
	assert.Equal(t, 10*time.Minute, o.age)
	assert.Equal(t, 3, o.times)
	assert.Equal(t, "http://here", o.base)
}

func TestListNamesEachPartnerAndWhatItSends(t *testing.T) {
	var out strings.Builder

	require.NoError(t, run(t.Context(), []string{"-list"}, &out))

	assert.Contains(t, out.String(), "/mux         Mux                              video.asset.ready, video.asset.errored\n")
	assert.Contains(t, out.String(), "/slack       Slack                            url_verification, message\n")
}

func TestWhatIsSaidWrong(t *testing.T) {
	directory := t.TempDir()
	other, none := filepath.Join(directory, "other.json"), filepath.Join(directory, "none.json")
	require.NoError(t, os.WriteFile(other, []byte(`{"SqsLambdaExample": {}}`), 0o600))
	for name, c := range map[string]struct {
		arguments []string
		want      string
	}{
		"a word too many":    {[]string{"mux"}, `"mux" is not an option`},
		"an event of nobody": {[]string{"-event", "video.asset.ready"}, "-event needs the -partner whose event it is"},
		"not deployed":       {[]string{"-outputs", none}, "outputs of the CDK CLI: open " + none + ": no such file or directory; deploy the example first, or name its file with -outputs"},
		"another's outputs":  {[]string{"-outputs", other}, other + " has no stack WebhookExample"},
	} {
		t.Run(name, func(t *testing.T) {
			assert.EqualError(t, run(t.Context(), c.arguments, &strings.Builder{}), c.want)
		})
	}
}
