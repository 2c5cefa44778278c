package signature_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/webhook/signature"
)

func TestParseSecrets(t *testing.T) {
	for text, want := range map[string]signature.Secrets{
		"plain text":                         {{Value: "plain text"}},
		"whsec_abc":                          {{Value: "whsec_abc"}},
		`{"current":"new","previous":"old"}`: {{Value: "new"}, {Value: "old"}},
		`{"previous":"old","current":"new"}`: {{Value: "new"}, {Value: "old"}},
		`{"current":"new","previous":""}`:    {{Value: "new"}},
		` {"current":"new"} `:                {{Value: "new"}},
		`{"primary":"a","secondary":"b"}`:    {{Slot: "primary", Value: "a"}, {Slot: "secondary", Value: "b"}},
		`{"primary":{"current":"a2","previous":"a"},"secondary":"b"}`: {
			{Slot: "primary", Value: "a2"}, {Slot: "primary", Value: "a"}, {Slot: "secondary", Value: "b"},
		},
	} {
		got, err := signature.ParseSecrets(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
}

func TestParseSecretsSaysWhatIsWrongWithoutTheSecret(t *testing.T) {
	for text, want := range map[string]string{
		"":                                  "no usable secret",
		"{}":                                "no usable secret: 0 values, want 1 to 8",
		`{"current":""}`:                    "no usable secret: 0 values, want 1 to 8",
		`{"current":`:                       "no usable secret: neither a plain text nor a JSON object",
		`{"current":5}`:                     `no usable secret: "current" is not a text`,
		`{"a":["hunter2"]}`:                 `no usable secret: "a" is not a text`,
		`{"a":{"b":"hunter2"}}`:             `no usable secret: slot "a" holds neither current nor previous`,
		`{"current":{"current":"hunter2"}}`: `no usable secret: "current" is not a text`,
		`{"a":"1","b":"2","c":"3","d":"4","e":"5","f":"6","g":"7","h":"8","i":"9"}`: "no usable secret: 9 values, want 1 to 8",
	} {
		_, err := signature.ParseSecrets(text)
		require.EqualError(t, err, want, text)
		assert.ErrorIs(t, err, signature.ErrSecret)
	}
}
