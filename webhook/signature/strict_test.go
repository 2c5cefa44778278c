package signature_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/webhook/signature"
)

func sorted(list []string) []string {
	slices.Sort(list)
	return list
}

// muxSigned is a request that Mux signed at noon, for the body {}.
func muxSigned(t *testing.T) (header, time, sum string) {
	t.Helper()
	signed, err := signature.Mux().Sign(signature.Request{Body: []byte(`{}`)}, signature.Plain("secret"), noon)
	require.NoError(t, err)
	header = signed.Header.Get("Mux-Signature")
	time, sum, _ = strings.Cut(header, ",")
	return header, time, sum
}

func TestAHeaderIsReadInOneWayOnly(t *testing.T) {
	header, ts, sum := muxSigned(t)
	bad := "v1=" + strings.Repeat("0", 64)
	for name, c := range map[string]struct {
		header string
		want   string
	}{
		"as signed":                 {header, ""},
		"another signature first":   {ts + "," + bad + "," + sum, ""},
		"another signature last":    {header + "," + bad, ""},
		"time last":                 {sum + "," + ts, ""},
		"an older version beside":   {header + ",v0=abc", ""},
		"fifteen signatures":        {header + strings.Repeat(","+bad, 14), ""},
		"sixteen signatures":        {header + strings.Repeat(","+bad, 15), "header Mux-Signature holds too many elements"},
		"a hundred thousand":        {header + strings.Repeat(","+bad, 100_000), "header Mux-Signature holds too many elements"},
		"time twice":                {ts + "," + header, "header Mux-Signature given more than once"},
		"two different times":       {"t=1," + header, "header Mux-Signature given more than once"},
		"no time":                   {sum, "header Mux-Signature missing"},
		"no signature":              {ts, "header Mux-Signature holds no supported version"},
		"only an older version":     {ts + ",v0=abc", "header Mux-Signature holds no supported version"},
		"empty signature":           {ts + ",v1=", "header Mux-Signature malformed"},
		"empty element":             {ts + ",," + sum, "header Mux-Signature malformed"},
		"comma at the end":          {header + ",", "header Mux-Signature malformed"},
		"space after the comma":     {ts + ", " + sum, "header Mux-Signature holds no supported version"},
		"upper-case digits":         {ts + "," + strings.ToUpper(sum), "header Mux-Signature holds no supported version"},
		"upper-case hash":           {ts + ",v1=" + strings.ToUpper(sum[3:]), "header Mux-Signature does not match"},
		"a byte more":               {header + "0", "header Mux-Signature does not match"},
		"a byte less":               {header[:len(header)-1], "header Mux-Signature does not match"},
		"time with a sign":          {strings.Replace(header, "t=", "t=+", 1), "header Mux-Signature malformed"},
		"time with a zero in front": {strings.Replace(header, "t=", "t=0", 1), "header Mux-Signature malformed"},
		"time with a space":         {strings.Replace(header, "t=", "t= ", 1), "header Mux-Signature malformed"},
		"time in milliseconds":      {ts + "000," + sum, "header Mux-Signature malformed"},
		"time as hexadecimal":       {"t=0x1234567," + sum, "header Mux-Signature malformed"},
		"empty":                     {"", "header Mux-Signature malformed"},
	} {
		t.Run(name, func(t *testing.T) {
			r := &signature.Request{Header: http.Header{"Mux-Signature": {c.header}}, Body: []byte(`{}`)}
			_, err := signature.Mux().Verify(r, signature.Plain("secret"), noon)
			if c.want == "" {
				assert.NoError(t, err)
				return
			}
			assert.EqualError(t, err, "signature: mux: "+c.want)
		})
	}
}

func TestADuplicatedHeaderIsRefused(t *testing.T) {
	header, _, _ := muxSigned(t)
	for name, h := range map[string]http.Header{
		"two values":        {"Mux-Signature": {header, header}},
		"two spellings":     {"Mux-Signature": {header}, "mux-signature": {header}},
		"one of them wrong": {"Mux-Signature": {header}, "MUX-SIGNATURE": {"t=1,v1=0"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := signature.Mux().Verify(&signature.Request{Header: h, Body: []byte(`{}`)}, signature.Plain("secret"), noon)
			assert.EqualError(t, err, "signature: mux: header Mux-Signature given more than once")
		})
	}
}

func TestRequiredHeadersHaveOneValue(t *testing.T) {
	s := signature.BunnyStream()
	signed, err := s.Sign(signature.Request{Body: []byte(`{}`)}, signature.Plain("secret"), noon)
	require.NoError(t, err)

	signed.Header.Set("X-BunnyStream-Signature-Algorithm", "hmac-md5")
	_, err = s.Verify(signed, signature.Plain("secret"), noon)
	require.EqualError(t, err, "signature: bunny-stream: header X-BunnyStream-Signature-Algorithm is not the expected value")

	signed.Header.Del("X-BunnyStream-Signature-Algorithm")
	_, err = s.Verify(signed, signature.Plain("secret"), noon)
	assert.EqualError(t, err, "signature: bunny-stream: header X-BunnyStream-Signature-Algorithm missing")
}

func TestFormFieldsThatConflictAreRefused(t *testing.T) {
	s := signature.Transloadit()
	secrets := signature.Plain("secret")
	form := http.Header{"Content-Type": {formMediaType}}
	signed, err := s.Sign(signature.Request{Header: form, Body: []byte("transloadit=%7B%7D")}, secrets, noon)
	require.NoError(t, err)

	for name, c := range map[string]struct{ body, want string }{
		"payload twice":   {string(signed.Body) + "&transloadit=x", "signature: transloadit: form transloadit given more than once"},
		"signature twice": {string(signed.Body) + "&signature=x", "signature: transloadit: form signature given more than once"},
		"bad escape":      {string(signed.Body) + "&a=%zz", "signature: transloadit: form transloadit malformed"},
		"old SHA-1 form":  {"transloadit=%7B%7D&signature=abcdef", "signature: transloadit: form signature holds no supported version"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := s.Verify(&signature.Request{Header: form, Body: []byte(c.body)}, secrets, noon)
			assert.EqualError(t, err, c.want)
		})
	}
	t.Run("not a form", func(t *testing.T) {
		_, err := s.Verify(&signature.Request{Header: http.Header{"Content-Type": {"text/plain"}}, Body: signed.Body}, secrets, noon)
		assert.EqualError(t, err, "signature: transloadit: form transloadit missing")
	})
}

func TestTwilioBodiesCannotBeSwapped(t *testing.T) {
	s := signature.Twilio()
	secrets := signature.Plain("token")
	sign := func(contentType, body string) *signature.Request {
		r, err := s.Sign(signature.Request{URL: "https://example.com/twilio", Header: http.Header{"Content-Type": {contentType}}, Body: []byte(body)}, secrets, noon)
		require.NoError(t, err)
		return r
	}
	json := sign("application/json", `{"a":1}`)
	assert.Contains(t, json.URL, "?bodySHA256=")

	json.Body = []byte(`{"a":2}`)
	_, err := s.Verify(json, secrets, noon)
	require.EqualError(t, err, "signature: twilio: query bodySHA256 is not the expected value")

	form := sign(formMediaType, "a=1")
	form.Header.Set("Content-Type", "application/json")
	_, err = s.Verify(form, secrets, noon)
	assert.EqualError(t, err, "signature: twilio: query bodySHA256 missing")
}

func TestTwilioURLsMatchWithAndWithoutTheDefaultPort(t *testing.T) {
	s := signature.Twilio()
	secrets := signature.Plain("token")
	verify := func(signedURL, receivedURL string) error {
		r, err := s.Sign(signature.Request{URL: signedURL}, secrets, noon)
		require.NoError(t, err)
		r.URL = receivedURL
		_, err = s.Verify(r, secrets, noon)
		return err
	}
	assert.NoError(t, verify("https://example.com/a?b=c", "https://example.com:443/a?b=c"))
	assert.NoError(t, verify("https://example.com:443/a", "https://example.com/a"))
	assert.NoError(t, verify("http://example.com:80/a", "http://example.com/a"))
	require.ErrorIs(t, verify("https://example.com:8443/a", "https://example.com/a"), signature.ErrMismatch)
	assert.ErrorIs(t, verify("https://example.com/a", "https://example.org/a"), signature.ErrMismatch)
}

func TestErrorsSayWhatIsWrongAndNothingElse(t *testing.T) {
	header, _, sum := muxSigned(t)
	r := &signature.Request{Header: http.Header{"Mux-Signature": {header}}, Body: []byte(`{"private":true}`)}
	_, err := signature.Mux().Verify(r, signature.Plain("top secret"), noon)

	var failure *signature.Error
	require.ErrorAs(t, err, &failure)
	assert.Equal(t, "mux", failure.Scheme)
	assert.Equal(t, signature.Field("header.Mux-Signature"), failure.Field)
	assert.Equal(t, "mismatch", failure.Reason())
	assert.True(t, failure.SenderToBlame())
	for _, hidden := range []string{"top secret", sum[3:], "private"} {
		assert.NotContains(t, fmt.Sprintf("%v %+v", err, failure), hidden)
	}
}

func TestASecretThatCannotBeReadIsNotTheSendersFault(t *testing.T) {
	s := signature.StandardWebhooks()
	signed, err := s.Sign(signature.Request{}, signature.Plain(testSecret), noon)
	require.NoError(t, err)
	for name, secrets := range map[string]signature.Secrets{
		"none":       nil,
		"not base64": signature.Plain("whsec_%%%"),
		"empty":      signature.Plain("whsec_"),
		"too many":   signature.Plain(make([]string, 9)...),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := s.Verify(signed, secrets, noon)
			var failure *signature.Error
			require.ErrorAs(t, err, &failure)
			assert.Equal(t, "secret", failure.Reason())
			assert.False(t, failure.SenderToBlame())
			assert.EqualError(t, err, "signature: standard-webhooks: no usable secret")
		})
	}
}

func TestSecretsDoNotPrintThemselves(t *testing.T) {
	secrets := signature.Secrets{{Slot: "primary", Value: "hunter2"}}
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		assert.NotContains(t, fmt.Sprintf(format, secrets), "hunter2", format)
		assert.Contains(t, fmt.Sprintf(format, secrets), "primary", format)
	}
}
