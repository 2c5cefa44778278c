package mediaevent

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFormsOfPartners(t *testing.T) {
	m := Mapping{
		Partner: "p", EventID: "$.id", AssetID: "$.asset[1] ?? $.asset", Status: "$.status",
		Rules: []Rule{{Status: Words{"a b&c"}, Do: Start()}},
	}
	for body, want := range map[string]string{
		"id=1&asset=x&asset=y&status=a+b%26c": "y",
		"id=1&asset=x&status=a%20b%26c":       "x",
	} {
		in := mapper(t, m).Map(Message{Body: []byte(body), ContentType: "application/x-www-form-urlencoded; charset=utf-8"})[0]
		require.Equal(t, Mapped, in.Outcome)
		assert.Equal(t, want, in.AssetID)
		assert.Equal(t, body, in.Event.Data.Raw.Text)
	}
	in := mapper(t, m).Map(Message{Body: []byte("a=%zz"), ContentType: "application/x-www-form-urlencoded"})[0]
	require.EqualError(t, in.Rejection, `event of p: Body: not a form: invalid URL escape "%zz"`)
}

func TestTheSameAssetWrittenDifferently(t *testing.T) {
	for _, c := range []struct {
		pattern string
		letters Case
		found   string
		want    string
	}{
		{"", "", " A-1 ", "A-1"},
		{"", LowerCase, "A-1", "a-1"},
		{"", UpperCase, "a-1", "A-1"},
		{`^urn:house:(.+)$`, "", "urn:house:a-1", "a-1"},
		{`[0-9]+`, "", "title-4711-v2", "4711"},
		{`^(\w+)-(\w+)$`, UpperCase, "a-b", "A"},
		{"", LowerCase, "10.5240/7EC7-228A-510A-053E-CBB8-J", "10.5240/7EC7-228A-510A-053E-CBB8-J"},
		{"", "", "https://doi.org/10.5240/7ec7-228a-510a-053e-cbb8-j", "10.5240/7EC7-228A-510A-053E-CBB8-J"},
	} {
		m := Mapping{Partner: "p", AssetID: "$.a", AssetIDPattern: c.pattern, AssetIDCase: c.letters, Rules: []Rule{{Do: Start()}}}
		assert.Equal(t, c.want, mapOne(t, m, `{"a":"`+c.found+`"}`).AssetID, "%+v", c)
	}
}

func TestAnIDWithControlCharactersIsNone(t *testing.T) {
	m := Mapping{Partner: "p", AssetID: "$.a", Rules: []Rule{{Do: Start()}}}
	require.EqualError(t, mapOne(t, m, `{"a":"x\u0000y"}`).Rejection,
		`event of p: AssetID: "x\x00y" is no id: it is blank, longer than 256 bytes or has control characters`)
}

func TestShapes(t *testing.T) {
	for name, c := range map[string]struct {
		is        func(string) bool
		yes, noes []string
	}{
		"partner": {isPartnerName, []string{"frameio", "7th", "a.b_c-d"}, []string{"", "-a", "a b", "ä", "a/b"}},
		"stage":   {isStageName, []string{"qc", "QualityControl", "a-1_b"}, []string{"", "1a", "-a", "a.b", "quality control"}},
		"type":    {isEventType, []string{"a.b", "media.qc.completed.v1", "a_1.b-2"}, []string{"", "a", "a.", ".a", "a..b", "a b.c"}},
		"sequence": {
			isSequence, []string{"1", "2026-03-01T10:45:30.000000000Z", "~"}, []string{"", "a b", "\x7f", "é"},
		},
		"trace": {
			isTraceParent, []string{"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
			[]string{
				"", "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0",
				"000-af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333--01",
			},
		},
	} {
		for _, s := range c.yes {
			assert.True(t, c.is(s), "%s %q", name, s)
		}
		for _, s := range c.noes {
			assert.False(t, c.is(s), "%s %q", name, s)
		}
	}
}
