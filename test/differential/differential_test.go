package differential_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v82/webhook"
	"pgregory.net/rapid"

	"github.com/mediasupplychain/cdk/webhook/signature"
)

// TestTheSameRequestsPass signs random requests, changes them or not, and asks
// both sides. What this library accepts, the vendor's accepts too, always; the
// other way round but for the differences that are listed and meant.
func TestTheSameRequestsPass(t *testing.T) {
	for _, v := range vendors {
		for _, change := range changes {
			t.Run(v.name+"/"+change.name, func(t *testing.T) {
				_, meant := v.stricter[change.name]
				seen := false
				rapid.Check(t, func(t *rapid.T) {
					theirs, ours := verdicts(t, v, change)
					if meant && theirs && ours != nil {
						seen = true
						return
					}
					assert.Equal(t, theirs, ours == nil, "theirs %v, ours %v", theirs, ours)
				})
				assert.Equal(t, meant, seen, "listed as stricter (%s), seen", v.stricter[change.name])
			})
		}
	}
}

func verdicts(t *rapid.T, v vendor, c change) (theirs bool, ours error) {
	secret := drawSecret(t)
	signed, err := v.scheme.Sign(drawRequest(t, v), signature.Plain(secret), time.Now())
	require.NoError(t, err)
	c.apply(t, v, signed, secret)
	_, ours = v.scheme.Verify(signed, signature.Plain(secret), time.Now())
	return v.accepts(signed, secret), ours
}

// TestWhatTheVendorSignsIsAccepted takes signatures from the libraries that can
// make them.
func TestWhatTheVendorSignsIsAccepted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		secret := drawSecret(t)
		body := drawBody(t)
		now := time.Now()

		wh, err := standardwebhooks.NewWebhook(secret)
		require.NoError(t, err)
		sum, err := wh.Sign("msg_1", now, body)
		require.NoError(t, err)
		standard := &signature.Request{Body: body, Header: http.Header{
			"Webhook-Id":        {"msg_1"},
			"Webhook-Timestamp": {seconds(now)},
			"Webhook-Signature": {sum},
		}}
		_, err = signature.StandardWebhooks().Verify(standard, signature.Plain(secret), now)
		require.NoError(t, err)

		payload := webhook.GenerateTestSignedPayload(&webhook.UnsignedPayload{Payload: body, Secret: secret, Timestamp: now})
		stripe := &signature.Request{Body: body, Header: http.Header{"Stripe-Signature": {payload.Header}}}
		_, err = signature.Stripe().Verify(stripe, signature.Plain(secret), now)
		assert.NoError(t, err)
	})
}

// TestImageKitSignsWithTheWholeSecret holds the ImageKit preset against what its
// own SDK does: it gives the base64 of the whole secret to Standard Webhooks.
func TestImageKitSignsWithTheWholeSecret(t *testing.T) {
	const secret = "whsec_c2VjcmV0Cg=="
	wh, err := standardwebhooks.NewWebhook(base64.StdEncoding.EncodeToString([]byte(secret)))
	require.NoError(t, err)
	now := time.Now()
	sum, err := wh.Sign("1", now, []byte(`{"id":"id"}`))
	require.NoError(t, err)

	r := &signature.Request{Body: []byte(`{"id":"id"}`), Header: http.Header{
		"Webhook-Id": {"1"}, "Webhook-Timestamp": {seconds(now)}, "Webhook-Signature": {sum},
	}}
	_, err = signature.ImageKit().Verify(r, signature.Plain(secret), now)
	require.NoError(t, err)
	_, err = signature.StandardWebhooks().Verify(r, signature.Plain(secret), now)
	assert.ErrorIs(t, err, signature.ErrMismatch)
}

func drawSecret(t *rapid.T) string {
	raw := rapid.SliceOfN(rapid.Byte(), 24, 64).Draw(t, "secret")
	return "whsec_" + base64.StdEncoding.EncodeToString(raw)
}

func drawBody(t *rapid.T) []byte { return rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "body") }

func drawRequest(t *rapid.T, v vendor) signature.Request {
	r := signature.Request{Method: "POST", URL: "https://hooks.example.com/partner?a=b", Header: http.Header{}}
	if !strings.HasPrefix(v.name, "twilio") {
		r.Body = drawBody(t)
		return r
	}
	r.URL = rapid.SampledFrom([]string{r.URL, "https://hooks.example.com/partner", "https://hooks.example.com:443/x", "http://h.example:80/y?z=1"}).Draw(t, "url")
	if rapid.Bool().Draw(t, "JSON") {
		r.Header.Set("Content-Type", "application/json")
		r.Body = rapid.SliceOfN(rapid.Byte(), 1, 300).Draw(t, "body")
		return r
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	form := url.Values{}
	for name, value := range rapid.MapOfN(rapid.StringN(1, 12, 40), rapid.StringN(0, 30, 100), 0, 8).Draw(t, "form") {
		form.Set(name, value) // once each: twilio-go looks at the first value only, unlike Twilio's other libraries
	}
	r.Body = []byte(form.Encode())
	return r
}

// change is something that happens to a signed request.
type change struct {
	name  string
	apply func(t *rapid.T, v vendor, r *signature.Request, secret string)
}

var changes = []change{
	{"none", func(*rapid.T, vendor, *signature.Request, string) {}},
	{"bit of the body", func(t *rapid.T, _ vendor, r *signature.Request, _ string) {
		if len(r.Body) > 0 {
			at := rapid.IntRange(0, 8*len(r.Body)-1).Draw(t, "bit")
			r.Body[at/8] ^= 1 << (at % 8)
		}
	}},
	{"byte more", func(_ *rapid.T, _ vendor, r *signature.Request, _ string) { r.Body = append(r.Body, '0') }},
	{"bit of the signature", inSignature(func(t *rapid.T, value string) string {
		raw := []byte(value)
		at := rapid.IntRange(0, 8*len(raw)-1).Draw(t, "bit")
		raw[at/8] ^= 1 << (at % 8)
		if strings.EqualFold(string(raw), value) {
			return value // a letter's case is "upper case" below
		}
		return string(raw)
	})},
	{"upper case", inSignature(func(_ *rapid.T, value string) string {
		prefix, sum, _ := strings.Cut(value, "=")
		if i := strings.LastIndex(value, "v1="); i > 0 {
			prefix, sum = value[:i+2], value[i+3:]
		}
		return prefix + "=" + strings.ToUpper(sum)
	})},
	{"no prefix", inSignature(func(_ *rapid.T, value string) string {
		return value[strings.IndexAny(value, "=,")+1:]
	})},
	{"delimiter at the end", inSignature(func(_ *rapid.T, value string) string { return value + " " })},
	{"time twice", inSignature(func(_ *rapid.T, value string) string {
		first, _, _ := strings.Cut(value, ",")
		return first + "," + value
	})},
	{"another signature first", inSignature(func(_ *rapid.T, value string) string { return "v1,AAAA " + value })},
	{"header twice", func(_ *rapid.T, v vendor, r *signature.Request, _ string) {
		r.Header.Add(v.signatureHeader(), "v1,AAAA")
	}},
	{"header missing", func(_ *rapid.T, v vendor, r *signature.Request, _ string) { r.Header.Del(v.signatureHeader()) }},
	{"old", shifted(-6 * time.Minute)},
	{"future", shifted(6 * time.Minute)},
	{"other id", func(_ *rapid.T, _ vendor, r *signature.Request, _ string) {
		if r.Header.Get("webhook-id") != "" {
			r.Header.Set("webhook-id", "msg_other")
		}
	}},
}

func inSignature(edit func(t *rapid.T, value string) string) func(*rapid.T, vendor, *signature.Request, string) {
	return func(t *rapid.T, v vendor, r *signature.Request, _ string) {
		r.Header.Set(v.signatureHeader(), edit(t, r.Header.Get(v.signatureHeader())))
	}
}

// shifted signs again, as of another time.
func shifted(by time.Duration) func(*rapid.T, vendor, *signature.Request, string) {
	return func(t *rapid.T, v vendor, r *signature.Request, secret string) {
		signed, err := v.scheme.Sign(*r, signature.Plain(secret), time.Now().Add(by))
		require.NoError(t, err)
		*r = *signed
	}
}

func seconds(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }
