package signature_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/webhook/signature"
)

func TestEveryPresetIsValidAndNamedOnce(t *testing.T) {
	names := map[string]bool{}
	for _, s := range signature.Presets() {
		require.NoError(t, s.Validate(), s.Name)
		assert.False(t, names[s.Name], "%s is given to two presets", s.Name)
		names[s.Name] = true
		if s.Kind == signature.None {
			require.NoError(t, s.WithPathSecret().Validate(), s.Name)
		}
	}
	assert.GreaterOrEqual(t, len(names), 30)
}

func TestEveryPresetSurvivesJSON(t *testing.T) {
	for _, s := range signature.Presets() {
		text, err := json.Marshal(s)
		require.NoError(t, err)
		var back signature.Scheme
		require.NoError(t, json.Unmarshal(text, &back))
		assert.Equal(t, s, &back, s.Name)
		assert.Less(t, len(text), 1024, "%s: fifty of them have to fit into a configuration", s.Name)
	}
}

func TestPresetsAreFreshEachTime(t *testing.T) {
	a := signature.BunnyStream()
	a.RequiredHeaders["X-BunnyStream-Signature-Version"] = "v2"
	a.Signatures[0].In = "header.changed"
	assert.NotEqual(t, a, signature.BunnyStream())
	assert.Equal(t, "v1", signature.BunnyStream().RequiredHeaders["X-BunnyStream-Signature-Version"])
}

func TestEveryPresetVerifiesWhatItSigns(t *testing.T) {
	for _, s := range signature.Presets() {
		t.Run(s.Name, func(t *testing.T) {
			signWith, verifyWith := keysFor(s)
			signed, err := s.Sign(unsignedRequest(s, "hello"), signWith, noon)
			require.NoError(t, err)

			event, err := s.Verify(signed, verifyWith, noon)
			require.NoError(t, err)
			if s.SignsTime() {
				assert.Equal(t, noon.Unix(), event.Timestamp.Unix())
			} else {
				assert.Zero(t, event.Timestamp)
			}
			assert.Equal(t, !s.BodyRepeats || s.SignsTime(), event.ID != "", "an id, unless nothing tells two events apart")
		})
	}
}

func TestEveryPresetRefusesAnotherSecretAndNoSignature(t *testing.T) {
	for _, s := range signature.Presets() {
		if s.Kind == signature.None {
			continue
		}
		t.Run(s.Name, func(t *testing.T) {
			signWith, verifyWith := keysFor(s)
			signed, err := s.Sign(unsignedRequest(s, "hello"), signWith, noon)
			require.NoError(t, err)

			_, err = s.Verify(signed, otherKeysFor(s), noon)
			require.ErrorIs(t, err, signature.ErrMismatch)

			bare := unsignedRequest(s, "hello")
			if s.Name == "deepgram" {
				bare.Body = []byte(`{"metadata":{"request_id":"r-1"}}`)
			}
			_, err = s.Verify(&bare, verifyWith, noon)
			assert.ErrorIs(t, err, signature.ErrMissing)
		})
	}
}

// otherKeysFor are well-formed keys that did not sign.
func otherKeysFor(s *signature.Scheme) signature.Secrets {
	switch s.Kind {
	case signature.Ed25519:
		return signature.Plain("whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=")
	case signature.RSA:
		return signature.Plain(otherRSAPublicKey())
	default:
		return signature.Plain("YW5vdGhlciBzZWNyZXQsIGxvbmcgZW5vdWdoIHRvbw==")
	}
}

func TestATimeOutsideTheToleranceIsRefusedBothWays(t *testing.T) {
	for _, s := range signature.Presets() {
		if s.Timestamp == nil {
			continue
		}
		t.Run(s.Name, func(t *testing.T) {
			signWith, verifyWith := keysFor(s)
			signed, err := s.Sign(unsignedRequest(s, "hello"), signWith, noon)
			require.NoError(t, err)
			for offset, want := range map[time.Duration]error{
				s.Timestamp.Tolerance:                nil,
				-s.Timestamp.Tolerance:               nil,
				s.Timestamp.Tolerance + time.Second:  signature.ErrStale,
				-s.Timestamp.Tolerance - time.Second: signature.ErrFuture,
			} {
				_, err := s.Verify(signed, verifyWith, noon.Add(offset))
				assert.ErrorIs(t, err, want, offset)
			}
		})
	}
}

func TestASecretIsReplacedWithoutALostEvent(t *testing.T) {
	for _, s := range signature.Presets() {
		if s.Kind == signature.None || s.Name == "deepgram" {
			continue
		}
		t.Run(s.Name, func(t *testing.T) {
			signWith, verifyWith := keysFor(s)
			byOld, err := s.Sign(unsignedRequest(s, "hello"), signWith, noon)
			require.NoError(t, err)
			both := append(otherKeysFor(s), verifyWith...) // the newest first

			_, err = s.Verify(byOld, both, noon)
			assert.NoError(t, err, "signed with the previous secret")
		})
	}
}

func TestHeaderNamesMatchInAnyCase(t *testing.T) {
	s := signature.FrameIO()
	signed, err := s.Sign(unsignedRequest(s, "hello"), signature.Plain("secret"), noon)
	require.NoError(t, err)
	shouting := http.Header{}
	for name, values := range signed.Header {
		shouting["x-"+name[2:]] = values
	}
	signed.Header = shouting
	_, err = s.Verify(signed, signature.Plain("secret"), noon)
	assert.NoError(t, err)
}

func TestHowLongIdsAreRemembered(t *testing.T) {
	assert.Equal(t, 6*24*time.Hour, signature.Stripe().Remember(), "twice the retry horizon")
	assert.Equal(t, 24*time.Hour, signature.APIVideo().Remember(), "a day at least")
	assert.Equal(t, 7*24*time.Hour, signature.Wistia().Remember(), "horizon not known")
}

func TestAcknowledgements(t *testing.T) {
	assert.Equal(t, signature.Ack{Status: 200, RejectStatus: 401, RetryAfter: 30 * time.Second, Budget: 5 * time.Second},
		signature.APIVideo().Acknowledgement())
	assert.Equal(t, 503, signature.AdobeIO("id").Acknowledgement().RejectStatus, "a 4xx would end the retries")
	assert.Equal(t, 503, signature.AssemblyAI("X-Secret").Acknowledgement().RejectStatus, "a 4xx would end the retries")
	assert.Equal(t, "OK", signature.Verbit().Acknowledgement().Body)
	assert.True(t, signature.Bitmovin().Accepts("PUT"))
	assert.False(t, signature.Mux().Accepts("PUT"))
	assert.True(t, signature.Mux().Accepts("POST"))
}
