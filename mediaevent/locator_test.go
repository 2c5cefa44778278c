package mediaevent

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLocatorsFind(t *testing.T) {
	root, err := decodeJSON([]byte(`{
		"id": "e1", "n": 42, "yes": true, "none": null, "blank": " ", "list": ["a", "b"], "o": {"x": {"y": "deep"}},
		"a ?? b": "asked", "it's {}": "braced", "files": [{"kind": "video", "path": "v.mxf"}, {"kind": "audio", "path": "a.wav"}]
	}`))
	require.NoError(t, err)
	s := scope{
		message: &Message{
			ID: "m1", Type: "t", Source: "s", Subject: "sub", Sequence: "7", Group: "g", Replay: "r",
			Time: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), Attributes: map[string]string{"X-Topic": "orders"},
		},
		root: root,
		item: map[string]any{"id": "item"},
	}
	for locator, want := range map[Locator]string{
		"$.id":                                  "e1",
		"$.n":                                   "42",
		"$.yes":                                 "true",
		"$.o.x.y":                               "deep",
		"$..y":                                  "deep",
		"$.list[1]":                             "b",
		"$.list[*]":                             "a",
		"$.list[-1]":                            "b",
		"$.files[?@.kind == 'audio'].path":      "a.wav",
		"$['a ?? b']":                           "asked",
		`$["it's {}"]`:                          "braced",
		"@.id":                                  "item",
		"message.id":                            "m1",
		"message.type":                          "t",
		"message.source":                        "s",
		"message.subject":                       "sub",
		"message.time":                          "2026-03-01T00:00:00Z",
		"message.sequence":                      "7",
		"message.group":                         "g",
		"message.replay":                        "r",
		"message.attribute.X-Topic":             "orders",
		"=constant":                             "constant",
		"=a ?? b":                               "a ?? b",
		"$.none ?? $.blank ?? $.o ?? $.id":      "e1",
		"$.nothing ?? =default":                 "default",
		"  $.nothing??$.id  ":                   "e1",
		"{$.id}/{$.n}":                          "e1/42",
		"{$.id}":                                "e1",
		"asset-{$.n}.mov":                       "asset-42.mov",
		"{$.nothing ?? $.id}!":                  "e1!",
		"{$.id}{=-}{@.id}":                      "e1-item",
		"{$.id}/{$.nothing} ?? {$.n}/{$.id}":    "42/e1",
		`{$["it's {}"]}?`:                       "braced?",
		`{$['a ?? b']} ?? $.id`:                 "asked",
		FirstOf("$.none", Constant("fallback")): "fallback",
	} {
		l, err := locator.compile()
		require.NoError(t, err, locator)
		got, ok := l.text(s)
		assert.True(t, ok, locator)
		assert.Equal(t, want, got, locator)
	}
	for _, locator := range []Locator{
		"$.none", "$.blank", "$.list", "$.o", "$.nothing", "$.id.x", "$.list[5]", "@.nothing", "{$.id}/{$.nothing}",
		"message.attribute.X-Other", "$.none ?? $.blank", "= ",
	} {
		l, err := locator.compile()
		require.NoError(t, err, locator)
		got, ok := l.text(s)
		assert.False(t, ok, locator)
		assert.Empty(t, got, locator)
	}
}

func TestLocatorsThatCannotBeRead(t *testing.T) {
	const jsonPath = "must be a JSONPath (RFC 9535), such as $.asset.id or $.files[0].name: "
	for locator, want := range map[Locator]string{
		"id":                  `"id" is no locator: write $.id for a JSONPath, =id for a constant at position 1`,
		" ":                   "a locator is missing at position 2",
		"$.id ??":             "a locator is missing at position 8",
		"?? $.id":             "a locator is missing at position 1",
		"$.a ?? $.b[":         jsonPath + "unexpected eof at position 12",
		"$.":                  jsonPath + "unexpected eof at position 3",
		"$.id)":               jsonPath + "unexpected ')' at position 5",
		"@.x y":               jsonPath + "unexpected blank space at position 4",
		"$[?foo(@.x)]":        jsonPath + "unknown function foo() at position 4",
		"{$.id":               "a { without its } at position 1",
		"x{$.id}}":            "a } without its { at position 8",
		"x{}":                 "a locator is missing at position 3",
		"{$.a}/{$.b ?? $.c[}": jsonPath + "unexpected eof at position 19",
		"{$['a}":              "a { without its } at position 1",
		"{id}":                `"id" is no locator: write $.id for a JSONPath, =id for a constant at position 2`,
		"message.attribute.":  `"message.attribute." is unknown, there are message.group, message.id, message.replay, message.sequence, message.source, message.subject, message.time, message.type and message.attribute.NAME at position 1`,
	} {
		_, err := locator.compile()
		assert.EqualError(t, err, want, locator)
	}
}

func TestTimesAsPartnersWriteThem(t *testing.T) {
	for text, want := range map[string]string{
		"2026-03-01T09:41:12Z":         "2026-03-01T09:41:12Z",
		"2026-03-01T09:41:12.000000Z":  "2026-03-01T09:41:12Z",
		"2026-03-01T10:41:12.25+01:00": "2026-03-01T09:41:12.25Z",
		"2026-03-01T10:41:12+0100":     "2026-03-01T09:41:12Z",
		"2026-03-01 09:41:12":          "2026-03-01T09:41:12Z",
		"2026-03-01T09:41:12.123":      "2026-03-01T09:41:12.123Z",
		"2026-03-01 10:41:12+01:00":    "2026-03-01T09:41:12Z",
		"2026-03-01 10:41:12.5+0100":   "2026-03-01T09:41:12.5Z",
		"2026-03-01 09:41:12 UTC":      "2026-03-01T09:41:12Z",
		"1772358072":                   "2026-03-01T09:41:12Z",
		"1772358072.25":                "2026-03-01T09:41:12.25Z",
		"1772358072000":                "2026-03-01T09:41:12Z",
		"1772358072123":                "2026-03-01T09:41:12.123Z",
		"1.772358072e9":                "2026-03-01T09:41:12Z",
		"99999999999":                  "5138-11-16T09:46:39Z",
		"100000000000":                 "1973-03-03T09:46:40Z",
	} {
		got, err := parseTime(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, formatTime(got), text)
	}
	for _, text := range []string{
		"yesterday", "0", "-1", "NaN", "Inf", "1e300", "2026-03-01", "2026-02-30T00:00:00Z", "0001-01-01T00:00:00Z",
		"2026-03-01 09:41:12 CET", "9999-12-31T23:59:59-01:00", "253402300800000",
	} {
		_, err := parseTime(text)
		assert.ErrorContains(t, err, "is not a time", text)
	}
}
