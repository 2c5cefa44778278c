package signature_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/webhook/signature"
)

// vector is a request that a vendor published together with its secret.
type vector struct {
	name, source string
	scheme       *signature.Scheme
	secrets      signature.Secrets
	now          string // RFC 3339
	url          string
	header       map[string]string
	body         string
}

func (v vector) request() *signature.Request {
	header := http.Header{}
	for name, value := range v.header {
		header.Set(name, value)
	}
	return &signature.Request{Method: "POST", URL: v.url, Header: header, Body: []byte(v.body)}
}

func (v vector) at(t *testing.T) time.Time {
	t.Helper()
	now, err := time.Parse(time.RFC3339, v.now)
	require.NoError(t, err)
	return now
}

const (
	boxBody       = `{"type":"webhook_event","webhook":{"id":"1234567890"},"trigger":"FILE.UPLOADED","source":{"id":"1234567890","type":"file","name":"Test.txt"}}`
	twilioURL     = "https://mycompany.com/myapp.php?foo=1&bar=2"
	twilioForm    = "CallSid=CA1234567890ABCDE&Digits=1234&From=%2B14158675309&To=%2B18005551212&Caller=%2B14158675309"
	formMediaType = "application/x-www-form-urlencoded"
)

func vectors() []vector {
	return []vector{
		{
			name:    "Standard Webhooks v1",
			source:  "standard-webhooks/standard-webhooks libraries/go/webhook_test.go TestWebhookSign",
			scheme:  signature.StandardWebhooks(),
			secrets: signature.Plain("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
			now:     "2021-02-25T15:02:10Z",
			header: map[string]string{
				"webhook-id":        "msg_p5jXN8AQM9LWM0D4loKWxJek",
				"webhook-timestamp": "1614265330",
				"webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
			},
			body: `{"test": 2432232314}`,
		},
		{
			name:    "Standard Webhooks v1a",
			source:  "svix/svix-webhooks server/svix-server/src/worker.rs test_asymmetric_key_signing; public key in README.md",
			scheme:  signature.StandardWebhooksEd25519(),
			secrets: signature.Plain("whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="),
			now:     "2021-02-25T15:02:10Z",
			header: map[string]string{
				"webhook-id":        "msg_p5jXN8AQM9LWM0D4loKWxJek",
				"webhook-timestamp": "1614265330",
				"webhook-signature": "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==",
			},
			body: `{"test": 2432232314}`,
		},
		{
			name:    "Mux",
			source:  "muxinc/mux-node-sdk bdcad975 test/unit/webhooks/resources/verify_header.spec.js, produced by Mux's backend",
			scheme:  signature.Mux(),
			secrets: signature.Plain("SuperSecret123"),
			now:     "2019-08-06T21:08:38Z",
			header: map[string]string{
				"Mux-Signature": "t=1565125718,v1=854ece4c22acef7c66b57d4e504153bc512595e8e9c772ece2a68150548c19a7",
			},
			body: `{"test":"body"}`,
		},
		{
			name:    "Slack",
			source:  "docs.slack.dev/authentication/verifying-requests-from-slack",
			scheme:  signature.Slack(),
			secrets: signature.Plain("8f742231b10e8888abcd99yyyzzz85a5"),
			now:     "2018-07-12T18:36:58Z",
			header: map[string]string{
				"Content-Type":              formMediaType,
				"X-Slack-Request-Timestamp": "1531420618",
				"X-Slack-Signature":         "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
			},
			body: "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar" +
				"&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=" +
				"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN" +
				"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c",
		},
		{
			name:    "GitHub",
			source:  "github/docs content/webhooks/using-webhooks/validating-webhook-deliveries.md",
			scheme:  signature.GitHub(),
			secrets: signature.Plain("It's a Secret to Everybody"),
			now:     "2026-01-01T00:00:00Z",
			header: map[string]string{
				"X-Hub-Signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
			},
			body: "Hello, World!",
		},
		{
			name:    "api.video",
			source:  "apivideo/api.video-documentation reference/create-and-manage-webhooks.md, the sample call with the sample secret",
			scheme:  signature.APIVideo(),
			secrets: signature.Plain("sig_sec_0000000000000000000000"),
			now:     "2026-01-01T00:00:00Z",
			header: map[string]string{
				"x-api-video-webhookid": "webhook_XXXXXXXXXXXXXXX",
				"x-api-video-signature": "27a77d3a7fc626854886b5dbfae4e32c8b0170c1ea1b714c91ba77f1e7774e8c",
			},
			body: `{"type":"video.encoding.quality.completed","emittedAt":"2021-01-29T15:46:25.217Z","videoId":"vi0000000000000000000000",` +
				`"liveStreamId":"li0000000000000000000000","encoding":"hls","quality":"720p"}`,
		},
		{
			name:    "Cloudinary SHA-1",
			source:  "cloudinary/cloudinary_php tests/Unit/Utils/SignatureVerifierTest.php",
			scheme:  signature.Cloudinary(),
			secrets: signature.Plain("X7qLTrsES31MzxxkxPPA-pAGGfU"),
			now:     "2019-02-07T09:59:34Z",
			header: map[string]string{
				"X-Cld-Timestamp": "1549533514",
				"X-Cld-Signature": "dfe82de1d9083fe0b7ea68070649f9a15b8874da",
			},
			body: `{"notification_type":"eager","eager":[{"transformation":"sp_full_hd/mp4","bytes":1055,` +
				`"url":"http://res.cloudinary.com/demo/video/upload/sp_full_hd/v1533125278/dog.mp4",` +
				`"secure_url":"https://res.cloudinary.com/demo/video/upload/sp_full_hd/v1533125278/dog.mp4"}],"public_id":"dog",` +
				`"batch_id":"9b11fa058c61fa577f4ec516bf6ee756ac2aefef095af99aef1302142cc1694a"}`,
		},
		{
			name:    "Transloadit",
			source:  "transloadit/node-sdk packages/notify-url-relay/test/index.test.ts getSignature",
			scheme:  signature.Transloadit(),
			secrets: signature.Plain("foo_secret"),
			now:     "2026-01-01T00:00:00Z",
			header:  map[string]string{"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"},
			body: "transloadit=%7B%22ok%22%3A%22ASSEMBLY_COMPLETED%22%7D&signature=sha384%3A" +
				"bf26800c5256b38bbf9375c76894d5b649751903973f99d0f036c8e52f6cda287bed711b73c21dbde4d4df6c8fc540a1",
		},
		boxVector("Box, both keys", boxBody, "6TfeAW3A1PASkgboxxA5yqHNKOwFyMWuEXny/FPD5hI="),
		boxVector("Box, carriage return",
			`{"webhook":{"id":"1234567890"},"trigger":"FILE.UPLOADED","source":{"id":"1234567890","type":"file","name":"test \r"}}`,
			"SVkbKgy3dEEf2PbbzpNu2lDZS7zZ/aboU7HOZgBGrJk="),
		boxVector("Box, forward slash",
			`{"webhook":{"id":"1234567890"},"trigger":"FILE.UPLOADED","source":{"id":"1234567890","type":"file","name":"\/"}}`,
			"t41PWT5ZB6OcysnD6SDy9Ud+p9hdXxIdXqcdweyZv/Q="),
		twilioVector("Twilio, form", "twilio/twilio-python tests/unit/test_request_validator.py", twilioURL, formMediaType, twilioForm,
			"RSOYDt4T1cUTdK1PDd93/VVr8B8="),
		twilioVector("Twilio, a field given more than once", "twilio/twilio-php tests/Twilio/Unit/Security/RequestValidatorTest.php", twilioURL,
			formMediaType, "Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234&Digits=1234", "IK+Dwps556ElfBT0I3Rgjkr1wJU="),
		twilioVector("Twilio, JSON", "twilio/twilio-php tests/Twilio/Unit/Security/RequestValidatorTest.php",
			twilioURL+"&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620", "application/json",
			`{"property": "value", "boolean": true}`, "a9nBmqA0ju/hNViExpshrM61xv4="),
	}
}

func boxVector(name, body, primary string) vector {
	return vector{
		name:    name,
		source:  "box/box-node-sdk tests/lib/managers/webhooks-test.js and src/test/webhooks.generated.test.ts",
		scheme:  signature.Box(),
		secrets: signature.Secrets{{Slot: "primary", Value: "SamplePrimaryKey"}},
		now:     "2020-01-01T00:00:00-07:00",
		header: map[string]string{
			"box-delivery-id":         "f96bb54b-ee16-4fc5-aa65-8c2d9e5b546f",
			"box-delivery-timestamp":  "2020-01-01T00:00:00-07:00",
			"box-signature-algorithm": "HmacSHA256",
			"box-signature-primary":   primary,
			"box-signature-secondary": "v+1CD1Jdo3muIcbpv5lxxgPglOqMfsNHPV899xWYydo=",
			"box-signature-version":   "1",
		},
		body: body,
	}
}

func twilioVector(name, source, url, contentType, body, sum string) vector {
	return vector{
		name:    name,
		source:  source,
		scheme:  signature.Twilio(),
		secrets: signature.Plain("12345"),
		now:     "2026-01-01T00:00:00Z",
		url:     url,
		header:  map[string]string{"Content-Type": contentType, "X-Twilio-Signature": sum},
		body:    body,
	}
}

func TestVendorsOwnVectorsVerify(t *testing.T) {
	for _, v := range vectors() {
		t.Run(v.name, func(t *testing.T) {
			_, err := v.scheme.Verify(v.request(), v.secrets, v.at(t))
			require.NoError(t, err, v.source)

			changed := v.request()
			changed.Body = append(changed.Body, ' ')
			_, err = v.scheme.Verify(changed, v.secrets, v.at(t))
			require.Error(t, err, "one more byte")
		})
	}
}

func TestBoxVectorVerifiesWithEitherKeyButNotWithSwappedSlots(t *testing.T) {
	v := boxVector("", boxBody, "6TfeAW3A1PASkgboxxA5yqHNKOwFyMWuEXny/FPD5hI=")
	verify := func(secrets ...signature.Secret) error {
		_, err := v.scheme.Verify(v.request(), secrets, v.at(t))
		return err
	}
	assert.NoError(t, verify(signature.Secret{Slot: "secondary", Value: "SampleSecondaryKey"}))
	assert.NoError(t, verify(signature.Secret{Slot: "primary", Value: "wrong"}, signature.Secret{Slot: "secondary", Value: "SampleSecondaryKey"}))
	assert.NoError(t, verify(signature.Secret{Value: "SampleSecondaryKey"}), "a secret without a slot fits both")
	assert.ErrorIs(t, verify(signature.Secret{Slot: "primary", Value: "SampleSecondaryKey"}), signature.ErrMismatch)
}

func TestCloudinarySHA256VectorSigns(t *testing.T) {
	// cloudinary/cloudinary_npm test/utils/utils_spec.js signs a time in
	// milliseconds, which no header carries; so the hash is compared, not verified.
	s := signature.CloudinarySHA256()
	s.Content = "{body}7952342400000{secret}"
	s.Timestamp = nil
	signed, err := s.Sign(signature.Request{Body: []byte(`{"public_id":"b8sjhoslj8cq8ovoa0ma","version":"1555337587","width":1000,"height":800}`)},
		signature.Plain("hardcoded"), time.Time{})
	require.NoError(t, err)
	assert.Equal(t, "6c5a29fd8815772fbac2f10ae741e093d0859313947ef8fadeb29126ded6649c", signed.Header.Get("X-Cld-Signature"))
}
