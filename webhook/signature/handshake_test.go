package signature_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/webhook/signature"
)

func TestDropboxAndAdobeEchoTheChallengeAsPlainText(t *testing.T) {
	for _, s := range []*signature.Scheme{signature.Dropbox(), signature.AdobeIO("id")} {
		reply, err := s.Handshake(&signature.Request{Method: "GET", URL: "https://h.example/p?challenge=%3Cscript%3E"}, nil, noon)
		require.NoError(t, err)
		require.NotNil(t, reply)
		assert.Equal(t, 200, reply.Status)
		assert.Equal(t, "<script>", string(reply.Body))
		assert.Equal(t, map[string]string{"Content-Type": "text/plain", "X-Content-Type-Options": "nosniff"}, reply.Header)
		assert.Empty(t, reply.Fetch)
	}
}

func TestAnEventIsNoHandshake(t *testing.T) {
	for name, r := range map[string]*signature.Request{
		"event":             {Method: "POST", Body: []byte(`{"type":"event_callback"}`)},
		"no challenge":      {Method: "POST", Body: []byte(`{"type":"url_verification"}`)},
		"other method":      {Method: "PUT", Body: []byte(`{"type":"url_verification","challenge":"c"}`)},
		"no JSON":           {Method: "POST", Body: []byte(`type=url_verification&challenge=c`)},
		"longer than 16KiB": {Method: "POST", Body: []byte(`{"type":"url_verification","challenge":"c","x":"` + strings.Repeat("x", 16<<10) + `"}`)},
	} {
		t.Run(name, func(t *testing.T) {
			reply, err := signature.Slack().Handshake(r, signature.Plain("secret"), noon)
			require.NoError(t, err)
			assert.Nil(t, reply)
		})
	}
	reply, err := signature.Mux().Handshake(&signature.Request{Method: "GET", URL: "https://h.example/?challenge=x"}, nil, noon)
	require.NoError(t, err)
	assert.Nil(t, reply, "Mux has no handshake")
}

func TestSlackChallengeIsAnsweredOnlyIfItIsSigned(t *testing.T) {
	s, secrets := signature.Slack(), signature.Plain("secret")
	r := signature.Request{Method: "POST", Body: []byte(`{"token":"t","challenge":"3eZbrw1a","type":"url_verification"}`)}

	_, err := s.Handshake(&r, secrets, noon)
	require.EqualError(t, err, "signature: slack: header X-Slack-Signature missing")

	signed, err := s.Sign(r, secrets, noon)
	require.NoError(t, err)
	reply, err := s.Handshake(signed, secrets, noon)
	require.NoError(t, err)
	assert.Equal(t, "3eZbrw1a", string(reply.Body))

	_, err = s.Handshake(signed, signature.Plain("other"), noon)
	assert.ErrorIs(t, err, signature.ErrMismatch)
}

func TestSlackCertificateCheckIsAnsweredUnsigned(t *testing.T) {
	r := &signature.Request{Method: "POST", Header: http.Header{"Content-Type": {formMediaType}}, Body: []byte("ssl_check=1&token=x")}
	reply, err := signature.Slack().Handshake(r, signature.Plain("secret"), noon)
	require.NoError(t, err)
	require.NotNil(t, reply)
	assert.Equal(t, 200, reply.Status)
	assert.Empty(t, reply.Body)
}

func TestZoomValidationIsAnsweredWithTheHashOfItsToken(t *testing.T) {
	s, secrets := signature.Zoom(), signature.Plain("new", "old")
	r := signature.Request{Method: "POST", Body: []byte(`{"payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"},"event":"endpoint.url_validation"}`)}
	signed, err := s.Sign(r, secrets, noon)
	require.NoError(t, err)

	reply, err := s.Handshake(signed, secrets, noon)
	require.NoError(t, err)
	assert.Equal(t, "application/json", reply.Header["Content-Type"])
	// printf qgg8vlvZRS6UYooatFL8Aw | openssl dgst -sha256 -hmac new
	assert.JSONEq(t, `{"plainToken":"qgg8vlvZRS6UYooatFL8Aw","encryptedToken":"38c55cb9e1fc21b4158da896aeea4b8b23eebfab3851933c96b09f8170111fbf"}`, string(reply.Body))
}

func TestAChallengeCannotBreakOutOfAJSONReply(t *testing.T) {
	s, secrets := signature.Zoom(), signature.Plain("secret")
	token := `\",\"admin\":\"{mac}{challenge}`
	signed, err := s.Sign(signature.Request{Method: "POST", Body: []byte(`{"payload":{"plainToken":"` + token + `"},"event":"endpoint.url_validation"}`)}, secrets, noon)
	require.NoError(t, err)
	reply, err := s.Handshake(signed, secrets, noon)
	require.NoError(t, err)
	assert.Contains(t, string(reply.Body), `"plainToken":"\",\"admin\":\"{mac}{challenge}"`)
}

func TestTheValidationURLIsPinned(t *testing.T) {
	s := signature.AdobeIO("id")
	ask := func(url string) (*signature.Reply, error) {
		return s.Handshake(&signature.Request{Method: "POST", Body: []byte(`{"validationUrl":"` + url + `"}`)}, nil, noon)
	}
	const good = "https://csm.adobe.io/csm/registrations/validate?id=1&challenge=2"
	reply, err := ask(good)
	require.NoError(t, err)
	assert.Equal(t, good, reply.Fetch)
	assert.Equal(t, 200, reply.Status)

	for _, bad := range []string{
		"http://csm.adobe.io/", "https://csm.adobe.io.evil.example/", "https://csm.adobe.io@evil.example/", "https://evil.example/csm.adobe.io",
		"https://user:pw@csm.adobe.io/", "https://csm.adobe.io:8443/", "https://169.254.169.254/latest/meta-data", "//csm.adobe.io/",
		"https://CSM.ADOBE.IO.evil.example", "file:///etc/passwd", "https://csm.adobe.io%2eevil.example/", "https://csm.adobe.io\\u0000.evil.example/", "x",
	} {
		_, err := ask(bad)
		assert.EqualError(t, err, "signature: adobe-io: json validationUrl is not the expected value", bad)
	}
}

func TestAnEndlessChallengeIsRefused(t *testing.T) {
	_, err := signature.Dropbox().Handshake(&signature.Request{Method: "GET", URL: "/?challenge=" + strings.Repeat("x", 3000)}, nil, noon)
	assert.EqualError(t, err, "signature: dropbox: query challenge malformed")
}
