package signature_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/webhook/signature"
)

// vectors are published by the vendors, with the sources named beside them.
var vectors = []struct {
	name, source string
	scheme       *signature.Scheme
	secret       string
	now          int64
	header       map[string]string
	body         string
}{
	{
		name:   "standard webhooks",
		source: "standard-webhooks/standard-webhooks libraries/go/webhook_test.go TestWebhookSign",
		scheme: signature.StandardWebhooks(),
		secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
		now:    1614265330,
		header: map[string]string{
			"webhook-id":        "msg_p5jXN8AQM9LWM0D4loKWxJek",
			"webhook-timestamp": "1614265330",
			"webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
		},
		body: `{"test": 2432232314}`,
	},
	{
		name:   "mux",
		source: "muxinc/mux-node-sdk bdcad975 test/unit/webhooks/resources/verify_header.spec.js (produced by Mux's backend)",
		scheme: signature.Mux(),
		secret: "SuperSecret123",
		now:    1565125718,
		header: map[string]string{
			"Mux-Signature": "t=1565125718,v1=854ece4c22acef7c66b57d4e504153bc512595e8e9c772ece2a68150548c19a7",
		},
		body: `{"test":"body"}`,
	},
	{
		name:   "slack",
		source: "docs.slack.dev/authentication/verifying-requests-from-slack",
		scheme: signature.Slack(),
		secret: "8f742231b10e8888abcd99yyyzzz85a5",
		now:    1531420618,
		header: map[string]string{
			"X-Slack-Request-Timestamp": "1531420618",
			"X-Slack-Signature":         "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
		},
		body: "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c",
	},
	{
		name:   "github",
		source: "github/docs content/webhooks/using-webhooks/validating-webhook-deliveries.md",
		scheme: signature.GitHub(),
		secret: "It's a Secret to Everybody",
		header: map[string]string{
			"X-Hub-Signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
		},
		body: "Hello, World!",
	},
}

func TestPublishedVectorsVerify(t *testing.T) {
	for _, v := range vectors {
		t.Run(v.name, func(t *testing.T) {
			header := http.Header{}
			for name, value := range v.header {
				header.Set(name, value)
			}
			r := &signature.Request{Method: "POST", Header: header, Body: []byte(v.body)}

			_, err := v.scheme.Verify(r, signature.Plain(v.secret), time.Unix(v.now, 0))
			require.NoError(t, err)

			_, err = v.scheme.Verify(r, signature.Plain(v.secret+"A"), time.Unix(v.now, 0))
			assert.Error(t, err)
		})
	}
}
