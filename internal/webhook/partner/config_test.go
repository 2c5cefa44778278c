package partner_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/internal/webhook/partner"
	"github.com/mediasupplychain/cdk/webhook/signature"
)

func directory(t *testing.T, partners map[string]partner.Config) *partner.Directory {
	t.Helper()
	text, err := json.Marshal(map[string]any{"partners": partners})
	require.NoError(t, err)
	d, err := partner.ParseDirectory(string(text))
	require.NoError(t, err)
	return d
}

func TestEveryPresetIsFoundByItsName(t *testing.T) {
	partners := map[string]partner.Config{}
	for _, s := range signature.Presets() {
		partners["/"+s.Name] = partner.NewConfig(s)
	}
	d := directory(t, partners)
	for _, s := range signature.Presets() {
		c, err := d.Find("/" + s.Name)
		require.NoError(t, err)
		assert.Equal(t, s.Name, c.Preset)
		assert.Equal(t, s, c.Scheme)
		again, err := d.Find("/" + s.Name)
		require.NoError(t, err)
		assert.Same(t, c, again, "read once")
	}
}

func TestASchemeIsWrittenInFull(t *testing.T) {
	for _, s := range signature.Presets() {
		s.Ack.RetryAfter = 77 * time.Second // no preset any more
		c, err := directory(t, map[string]partner.Config{"/p": partner.NewConfig(s)}).Find("/p")
		require.NoError(t, err)
		assert.Empty(t, c.Preset)
		assert.Equal(t, s, c.Scheme, "unchanged by the way through JSON")
	}
}

func TestAPartnerThatIsNotThere(t *testing.T) {
	c, err := directory(t, map[string]partner.Config{}).Find("/p")
	require.NoError(t, err)
	assert.Nil(t, c)
}

func TestConfigurationThatCannotBeRead(t *testing.T) {
	for text, want := range map[string]string{
		`{`:  "partner configuration: unexpected end of JSON input",
		`{}`: `partner configuration: it has no "partners"`,
	} {
		_, err := partner.ParseDirectory(text)
		require.EqualError(t, err, want)
	}
	for text, want := range map[string]string{
		`[]`:              "partner configuration of /p: json: cannot unmarshal array into Go value of type partner.Config",
		`{}`:              "partner configuration of /p: it has no scheme",
		`{"preset":"no"}`: `partner configuration of /p: unknown preset "no": the function was built from another release of the library than the stack`,
	} {
		d, err := partner.ParseDirectory(`{"partners":{"/p":` + text + `}}`)
		require.NoError(t, err)
		_, err = d.Find("/p")
		require.EqualError(t, err, want)
	}
}

func TestMethods(t *testing.T) {
	assert.Equal(t, []string{"POST"}, partner.Methods(&signature.Scheme{}))
	assert.Equal(t, []string{"POST", "GET"}, partner.Methods(signature.Dropbox()))
	assert.Equal(t, []string{"POST"}, partner.Methods(signature.Slack()))
	assert.Equal(t, []string{"POST", "PUT"}, partner.Methods(signature.Bitmovin()))
}
