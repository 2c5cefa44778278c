package signature_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/webhook/signature"
)

// jwBody is the example of JW's documentation.
const jwBody = `{"event":"conversions_complete","media_id":"MNYaMSQl","webhook_id":"2yW4KmiG","site_id":"9KboGBFu","event_time":"2024-08-27T00:20:57+00:00"}`

func jwVerify(t *testing.T, method jwt.SigningMethod, key any, claims jwt.MapClaims, body string) (signature.Event, error) {
	t.Helper()
	token, err := jwt.NewWithClaims(method, claims).SignedString(key)
	require.NoError(t, err)
	r := &signature.Request{Header: http.Header{"Authorization": {"Bearer " + token}}, Body: []byte(body)}
	return signature.JWPlayer("HS256").Verify(r, signature.Plain("secret"), noon)
}

func jwClaims() jwt.MapClaims {
	return jwt.MapClaims{
		"event": "conversions_complete", "media_id": "MNYaMSQl", "webhook_id": "2yW4KmiG", "site_id": "9KboGBFu", "event_time": "2024-08-27T00:20:57+00:00",
	}
}

func TestJWTClaimsEqualTheBody(t *testing.T) {
	event, err := jwVerify(t, jwt.SigningMethodHS256, []byte("secret"), jwClaims(), jwBody)
	require.NoError(t, err)
	assert.Equal(t, "conversions_complete", event.Type)
	assert.Equal(t, "MNYaMSQl", event.AssetID)

	_, err = jwVerify(t, jwt.SigningMethodHS256, []byte("secret"), jwClaims(),
		`{ "event_time":"2024-08-27T00:20:57+00:00", "site_id":"9KboGBFu","webhook_id":"2yW4KmiG","media_id":"MNYaMSQl","event":"conversions_complete"}`)
	require.NoError(t, err, "white space and order are the partner's")

	for name, body := range map[string]string{
		"other value": `{"event":"media_deleted"}`, "more": jwBody[:len(jwBody)-1] + `,"x":1}`, "less": `{}`, "none": ``, "two documents": jwBody + jwBody, "array": `[]`,
		"a name twice": `{"event":"media_deleted",` + jwBody[1:], "cut off": jwBody[:len(jwBody)-1], "bottomless": strings.Repeat("[", 1<<20),
	} {
		_, err = jwVerify(t, jwt.SigningMethodHS256, []byte("secret"), jwClaims(), body)
		assert.EqualError(t, err, "signature: jwplayer: header Authorization does not match", name)
	}
}

func TestATokenDoesNotChooseItsAlgorithm(t *testing.T) {
	_, err := jwVerify(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, jwClaims(), jwBody)
	require.ErrorIs(t, err, signature.ErrMismatch, "none")
	_, err = jwVerify(t, jwt.SigningMethodHS512, []byte("secret"), jwClaims(), jwBody)
	require.ErrorIs(t, err, signature.ErrMismatch, "HS512")
	_, err = jwVerify(t, jwt.SigningMethodHS256, []byte("other"), jwClaims(), jwBody)
	assert.ErrorIs(t, err, signature.ErrMismatch, "another secret")
}

func TestTheTimesOfATokenCountIfItHasAny(t *testing.T) {
	for name, c := range map[string]struct {
		claim string
		at    time.Time
		want  error
	}{
		"expired":   {"exp", noon.Add(-time.Second), signature.ErrStale},
		"not yet":   {"nbf", noon.Add(time.Second), signature.ErrFuture},
		"unexpired": {"exp", noon.Add(time.Second), signature.ErrMismatch}, // the body lacks the claim
	} {
		claims := jwClaims()
		claims[c.claim] = c.at.Unix()
		_, err := jwVerify(t, jwt.SigningMethodHS256, []byte("secret"), claims, jwBody)
		assert.ErrorIs(t, err, c.want, name)
	}
}

func TestWhatIsNoTokenIsMalformed(t *testing.T) {
	for _, value := range []string{"Bearer x", "Bearer a.b.c", "Bearer .."} {
		r := &signature.Request{Header: http.Header{"Authorization": {value}}, Body: []byte(jwBody)}
		_, err := signature.JWPlayer("HS256").Verify(r, signature.Plain("secret"), noon)
		assert.EqualError(t, err, "signature: jwplayer: header Authorization malformed", value)
	}
}
