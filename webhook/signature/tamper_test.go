package signature_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mediasupplychain/cdk/webhook/signature"
)

// TestEveryChangedBitIsRefused flips one bit of what proves a request: of the
// body, where the scheme signs it, and of every header that Sign wrote.
func TestEveryChangedBitIsRefused(t *testing.T) {
	for _, s := range signature.Presets() {
		if s.Kind == signature.None {
			continue
		}
		t.Run(s.Name, func(t *testing.T) {
			signWith, verifyWith := keysFor(s)
			before := unsignedRequest(s, "")
			rapid.Check(t, func(t *rapid.T) {
				note := rapid.StringMatching(`[A-Za-z0-9._-]{1,40}`).Draw(t, "note")
				signed, err := s.Sign(unsignedRequest(s, note), signWith, noon)
				require.NoError(t, err)
				event, err := s.Verify(signed, verifyWith, noon)
				require.NoError(t, err)
				sent, err := s.Authenticate(signed, verifyWith, noon)
				require.NoError(t, err)
				require.Equal(t, event.Timestamp, sent)

				what, flip := draw(t, s, before, signed)
				flip()
				_, err = s.Verify(signed, verifyWith, noon)
				require.Error(t, err, what)
				if len(s.RequiredFields) == 0 { // they are of the payload, which Authenticate does not read
					_, refusal := s.Authenticate(signed, verifyWith, noon)
					require.Equal(t, err, refusal, what)
				}
			})
		})
	}
}

// draw chooses a bit among all that the scheme protects.
func draw(t *rapid.T, s *signature.Scheme, before signature.Request, signed *signature.Request) (what string, flip func()) {
	var places []string
	for name := range signed.Header {
		if before.Header.Get(name) == "" {
			places = append(places, name)
		}
	}
	if signsBody(s) || len(places) == 0 {
		places = append(places, "body")
	}
	place := rapid.SampledFrom(sorted(places)).Draw(t, "place")
	if place == "body" {
		body, low, high := signed.Body, 0, len(signed.Body)
		if s.Name == "deepgram" { // the secret in the body is all that is proved
			low = bytes.Index(body, []byte(testSecret))
			high = low + len(testSecret)
		}
		if s.Payload != "" { // %3A and %3a are one character, and what follows it is the signature
			high = bytes.Index(body, []byte("%3A"))
		}
		at := rapid.IntRange(8*low, 8*high-1).Draw(t, "bit")
		return place, func() { body[at/8] ^= 1 << (at % 8) }
	}
	value := []byte(signed.Header.Get(place))
	at := rapid.IntRange(0, 8*len(value)-1).Draw(t, "bit")
	return place, func() {
		value[at/8] ^= 1 << (at % 8)
		signed.Header[http.CanonicalHeaderKey(place)] = []string{string(value)}
	}
}

// signsBody reports whether the proof covers the body: a shared secret proves
// nothing about it.
func signsBody(s *signature.Scheme) bool {
	return s.Kind != signature.SharedSecret && s.Kind != signature.Basic
}

func TestMovingBytesBetweenTheFieldsIsRefused(t *testing.T) {
	secrets := signature.Plain(testSecret)

	t.Run("from the id to the body", func(t *testing.T) {
		s := signature.StandardWebhooks()
		r := signature.Request{Header: http.Header{"Webhook-Id": {"msg_1"}}, Body: []byte(`9.{}`)}
		signed, err := s.Sign(r, secrets, noon)
		require.NoError(t, err)
		ts := signed.Header.Get("webhook-timestamp")
		// "msg_1" + "." + ts + "." + "9.{}" reads the same as this:
		signed.Header.Set("webhook-id", "msg_1."+ts)
		signed.Header.Set("webhook-timestamp", "9")
		signed.Body = []byte(`{}`)
		_, err = s.Verify(signed, secrets, noon)
		require.ErrorIs(t, err, signature.ErrMalformed)
	})
	t.Run("an id with a full stop", func(t *testing.T) {
		s := signature.StandardWebhooks()
		_, err := s.Sign(signature.Request{Header: http.Header{"Webhook-Id": {"a.b"}}, Body: []byte(`{}`)}, secrets, noon)
		require.EqualError(t, err, "signature: standard-webhooks: header webhook-id malformed")
	})
	t.Run("from the time to the body", func(t *testing.T) {
		s := signature.Box()
		signed, err := s.Sign(signature.Request{Body: []byte(`{"n":1}`)}, secrets, noon)
		require.NoError(t, err)
		ts := signed.Header.Get("BOX-DELIVERY-TIMESTAMP")
		signed.Body = append(signed.Body, ts[0])
		signed.Header.Set("BOX-DELIVERY-TIMESTAMP", ts[1:])
		_, err = s.Verify(signed, secrets, noon)
		require.ErrorIs(t, err, signature.ErrMalformed)
	})
	t.Run("from the body to the time", func(t *testing.T) {
		s := signature.Cloudinary()
		signed, err := s.Sign(signature.Request{Body: []byte(`7`)}, secrets, noon)
		require.NoError(t, err)
		signed.Header.Set("X-Cld-Timestamp", "7"+signed.Header.Get("X-Cld-Timestamp"))
		signed.Body = nil
		_, err = s.Verify(signed, secrets, noon)
		require.ErrorIs(t, err, signature.ErrMalformed)
	})
}

func TestTokensInABodyStayLiteral(t *testing.T) {
	s := signature.Slack()
	secrets := signature.Plain("secret")
	for _, body := range []string{"{timestamp}", "{body}", "{secret}", "{header.X-Slack-Signature}", "v0:{timestamp}:{body}"} {
		signed, err := s.Sign(signature.Request{Body: []byte(body)}, secrets, noon)
		require.NoError(t, err)
		_, err = s.Verify(signed, secrets, noon)
		require.NoError(t, err)
		signed.Body = []byte(strings.ReplaceAll(body, "{timestamp}", signed.Header.Get("X-Slack-Request-Timestamp")))
		if string(signed.Body) != body {
			_, err = s.Verify(signed, secrets, noon)
			require.ErrorIs(t, err, signature.ErrMismatch)
		}
	}
}
