package receiver_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mediasupplychain/cdk/internal/webhook/partner"
	"github.com/mediasupplychain/cdk/webhook/signature"
)

func get(rawURL string) request {
	return request{Request: signature.Request{Method: http.MethodGet, URL: rawURL, Header: http.Header{}}}
}

func TestAChallengeInTheQueryIsEchoed(t *testing.T) {
	scheme := bodySigned()
	scheme.Handshakes = []signature.Handshake{{Method: "GET", Challenge: "query.challenge", ContentType: "text/plain; charset=utf-8", Body: "{challenge}"}}
	e := newEndpoint(t, scheme)
	assert.Equal(t, reply{Status: 200, Body: "<b>1&2</b>", Headers: map[string]string{
		"Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store",
	}}, e.send(t, get("/partner?challenge=%3Cb%3E1%262%3C%2Fb%3E")), "as text: a browser runs nothing")
	assert.Empty(t, e.bus.events)
}

// Slack: the challenge is answered after the signature was verified.
func TestASignedChallengeIsEchoed(t *testing.T) {
	e := newEndpoint(t, signature.Slack())
	r := post(`{"type":"url_verification","token":"t","challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"}`)

	got := e.send(t, e.sign(t, signature.Slack(), r))
	assert.Equal(t, 200, got.Status)
	assert.Equal(t, "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P", got.Body)

	assert.Equal(t, 401, e.send(t, e.sign(t, signature.Slack(), r, "guess")).Status)
	assert.Equal(t, 401, e.send(t, r).Status)
	assert.Empty(t, e.bus.events)
}

// Zoom: the reply proves that the endpoint knows the secret.
func TestAChallengeIsAnsweredWithItsMAC(t *testing.T) {
	scheme := bodySigned()
	scheme.Handshakes = []signature.Handshake{{
		Method: "POST", When: map[signature.Field]string{"json.event": "endpoint.url_validation"}, Challenge: "json.payload.plainToken",
		ContentType: "application/json", Body: `{"plainToken":"{challenge}","encryptedToken":"{mac}"}`,
	}}
	e := newEndpoint(t, scheme)
	got := e.send(t, post(`{"event":"endpoint.url_validation","payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"}}`))
	assert.Equal(t, 200, got.Status)
	// echo -n qgg8vlvZRS6UYooatFL8Aw | openssl dgst -sha256 -hmac a-secret-of-the-partner
	assert.JSONEq(t, `{"plainToken":"qgg8vlvZRS6UYooatFL8Aw","encryptedToken":"94ea75eaac435f0873049a84cccb88461238f68887db2f0605076c4c4c851453"}`, got.Body)
}

func TestASecretIsReadOnlyForAHandshakeThatNeedsOne(t *testing.T) {
	for body, status := range map[string]int{"{challenge}": 200, "{mac}": 503} {
		scheme := bodySigned()
		scheme.Handshakes = []signature.Handshake{{Method: "GET", Challenge: "query.challenge", Body: body}}
		e := newEndpoint(t, scheme)
		delete(e.secrets.text, secretARN)
		assert.Equal(t, status, e.send(t, get("/partner?challenge=1")).Status, body)
	}
}

// Adobe I/O signs events with keys that have to be fetched, and tries the
// endpoint out with requests that name none.
func TestAHandshakeOfAPartnerWithPublicKeys(t *testing.T) {
	e := newEndpoint(t, signature.AdobeIO("client"), func(c *partner.Config) { c.Secret = "" })
	assert.Equal(t, 200, e.send(t, get("/partner?challenge=8ec8d794-e0ab-42df-9017-e3dada8e84f7")).Status)
	e.send(t, post(`{"event_id":"1"}`))
	assert.Equal(t, 1, e.counts(t)["Rejected /partner missing"], "no signature, no key")
	assert.Empty(t, e.internet.asked)

	keyed := post(`{"event_id":"1"}`)
	keyed.Header.Set("X-Adobe-Digital-Signature-1", "c2lnbmF0dXJl")
	keyed.Header.Set("X-Adobe-Public-Key1-Path", "/prod/keys/pub-key-1.pem")
	assert.Equal(t, 503, e.send(t, keyed).Status, "the key cannot be fetched: not the sender's fault")
	assert.Equal(t, []string{"https://static.adobeioevents.com/prod/keys/pub-key-1.pem"}, e.internet.asked)
	assert.Equal(t, 1, e.counts(t)["Failed /partner public_key"])
}

// Adobe I/O: a URL that the endpoint has to visit. Anybody can ask for that, so
// the host is pinned.
func TestAValidationURLIsVisitedOnThePinnedHostOnly(t *testing.T) {
	scheme := bodySigned()
	scheme.Handshakes = []signature.Handshake{{
		Method: "POST", Challenge: "json.validationUrl", FetchHosts: []string{"csm.adobe.io"}, Body: "",
	}}
	const good = "https://csm.adobe.io/csm/registrations/validate?id=1"
	ask := func(e *endpoint, url string) int { return e.send(t, post(`{"validationUrl":"`+url+`"}`)).Status }
	answering := func(status int) *endpoint {
		e := newEndpoint(t, scheme, func(c *partner.Config) { c.Secret = "" })
		e.internet.answer = func(string) (int, string) { return status, "OK" }
		return e
	}

	e := answering(200)
	assert.Equal(t, 200, ask(e, good))
	assert.Equal(t, []string{good}, e.internet.asked)

	for _, url := range []string{
		"http://csm.adobe.io/x", "https://169.254.169.254/latest/meta-data/", "https://csm.adobe.io.evil.example/x",
		"https://csm.adobe.io:8443/x", "https://csm.adobe.io@evil.example/", "https://evil.example/?https://csm.adobe.io",
		"https://user@csm.adobe.io/", "//csm.adobe.io/x", "file:///etc/passwd", "https://localhost/", "https://CSM.adobe.io./",
	} {
		e := answering(200)
		assert.Equal(t, 401, ask(e, url), url)
		assert.Empty(t, e.internet.asked, url)
	}

	for _, status := range []int{302, 404, 500} {
		e := answering(status)
		assert.Equal(t, 503, ask(e, good), "not validated: status %d", status)
		assert.Len(t, e.internet.asked, 1, "no redirect is followed")
	}
	e = newEndpoint(t, scheme, func(c *partner.Config) { c.Secret = "" })
	assert.Equal(t, 503, ask(e, good), "no route to the host")
}
