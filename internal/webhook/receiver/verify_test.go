package receiver_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mediasupplychain/cdk/webhook/signature"
)

// Twilio signs the URL it was given, which API Gateway tells in pieces.
func TestAPartnerThatSignsTheURL(t *testing.T) {
	const address = "https://abc123.execute-api.eu-west-1.amazonaws.com/prod/partner"
	form := request{Request: signature.Request{
		Method: http.MethodPost, URL: address, Body: []byte(url.Values{"CallSid": {"CA1"}, "Digits": {"1 2"}}.Encode()),
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
	}}
	json := post(`{"CallSid":"CA1"}`)
	json.URL = address
	for name, r := range map[string]request{"form": form, "JSON": json} {
		t.Run(name, func(t *testing.T) {
			e := newEndpoint(t, signature.Twilio())
			signed := e.sign(t, signature.Twilio(), r)
			signed.URL = signed.URL[len("https://abc123.execute-api.eu-west-1.amazonaws.com/prod"):] // as event.path has it
			assert.Equal(t, 200, e.send(t, signed).Status)

			signed.URL += "&to=another"
			if name == "form" {
				signed.URL = "/partner?to=another"
			}
			assert.Equal(t, 401, e.send(t, signed).Status)
		})
	}
}

// Every preset, with the request its own package makes.
func TestEveryPreset(t *testing.T) {
	for _, scheme := range signature.Presets() {
		if scheme.Kind == signature.None || scheme.Keys != nil || scheme.Kind == signature.Ed25519 {
			continue // nothing to verify, or other secrets: see the tests of the scheme
		}
		t.Run(scheme.Name, func(t *testing.T) {
			secret := goodSecret
			if scheme.Secret.Encoding == signature.Base64 {
				secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
			}
			r := post(`{"id":"1","type":"t","events":[{"uuid":"1"}],"metadata":{"extra":{"callback_secret":"` + secret + `"}}}`)
			if scheme.BodyFormat == signature.FormBody {
				r = post(`transloadit=%7B%22ok%22%3A%22ASSEMBLY_COMPLETED%22%7D`)
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			}
			for name, value := range scheme.RequiredHeaders {
				r.Header.Set(name, value)
			}
			r.URL = "https://abc123.execute-api.eu-west-1.amazonaws.com/prod/partner"
			e := newEndpoint(t, scheme, remembering)
			e.secrets.put(secretARN, secret)
			signed := e.sign(t, scheme, r, secret)
			signed.URL = signed.URL[len("https://abc123.execute-api.eu-west-1.amazonaws.com/prod"):]

			got := e.send(t, signed)

			assert.Equal(t, scheme.Acknowledgement().Status, got.Status, "%s", e.logs)
			assert.Equal(t, scheme.Acknowledgement().Body, got.Body)
			assert.Len(t, e.bus.events, 1)
			assert.NotContains(t, e.logs.String(), secret)
		})
	}
}
