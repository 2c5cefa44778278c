package e2e

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/test/drive"
	"github.com/mediasupplychain/cdk/webhook/signature"
)

func TestEachWebhookPartnerIsAccepted(t *testing.T) {
	forEachWebhookPartner(t, func(t *testing.T, example *drive.Example, partner drive.WebhookPartner) {
		asset := drive.NewAsset("signed")
		request := signedRequest(t, partner, example.Pattern.Event(asset, 1, nil).Payload, time.Now())

		answer := call(t, partner, request)

		assert.Equal(t, partner.Scheme.Acknowledgement().Status, answer.Status)
		_, err := example.WaitForReceived(t.Context(), patience, asset, 1)
		require.NoError(t, err)
	})
}

// Whatever is wrong with a request, it is refused with the status that is right
// for the partner, without a word of why, and nothing reaches the consumer.
func TestForgedWebhookIsRefused(t *testing.T) {
	forgeries := map[string]func(partner drive.WebhookPartner, request *signature.Request){
		"a changed byte": func(_ drive.WebhookPartner, request *signature.Request) {
			request.Body = bytes.Replace(request.Body, []byte("ready"), []byte("reads"), 1)
		},
		"an added byte": func(_ drive.WebhookPartner, request *signature.Request) {
			request.Body = append(request.Body, ' ')
		},
		"another secret": func(partner drive.WebhookPartner, request *signature.Request) {
			stranger := partner
			stranger.Secrets = strangerSecrets(partner)
			forged, err := stranger.Request(request.Body, time.Now())
			if err == nil {
				*request = *forged
			}
		},
		"no signature header": func(partner drive.WebhookPartner, request *signature.Request) {
			for _, source := range partner.Scheme.Signatures {
				request.Header.Del(strings.TrimPrefix(string(source.In), "header."))
			}
		},
	}
	forEachWebhookPartner(t, func(t *testing.T, example *drive.Example, partner drive.WebhookPartner) {
		asset := drive.NewAsset("forged")
		for name, forge := range forgeries {
			t.Run(name, func(t *testing.T) {
				original := signedRequest(t, partner, example.Pattern.Event(asset, 1, nil).Payload, time.Now())
				request := *original
				request.Header = original.Header.Clone()
				forge(partner, &request)
				require.NotEqual(t, original, &request, "nothing was forged")

				answer := call(t, partner, &request)

				assert.Equal(t, partner.Scheme.Acknowledgement().RejectStatus, answer.Status)
				assert.Empty(t, answer.Body)
			})
		}
		require.NoError(t, example.WaitUntilQuiet(t.Context(), patience))
		assert.Empty(t, receivedPayloads(t, example, asset))
	})
}

func TestStaleWebhookIsRefusedWhereTheSchemeSignsATime(t *testing.T) {
	signsTime := 0
	forEachWebhookPartner(t, func(t *testing.T, example *drive.Example, partner drive.WebhookPartner) {
		clock := partner.Scheme.Timestamp
		if clock == nil {
			return
		}
		signsTime++
		for name, age := range map[string]time.Duration{"from the past": clock.Tolerance + time.Minute, "from the future": -clock.Tolerance - time.Minute} {
			t.Run(name, func(t *testing.T) {
				asset := drive.NewAsset("stale")
				request := signedRequest(t, partner, example.Pattern.Event(asset, 1, nil).Payload, time.Now().Add(-age))

				assert.Equal(t, partner.Scheme.Acknowledgement().RejectStatus, call(t, partner, request).Status)
			})
		}
	})
	assert.Positive(t, signsTime, "no partner of the example signs a time")
}

func TestReplayedWebhookIsReceivedOnce(t *testing.T) {
	forEachWebhookPartner(t, func(t *testing.T, example *drive.Example, partner drive.WebhookPartner) {
		asset := drive.NewAsset("replayed")
		request := signedRequest(t, partner, example.Pattern.Event(asset, 1, nil).Payload, time.Now())

		for range 3 {
			answer := call(t, partner, request)
			assert.Less(t, answer.Status, 300, "a repetition is acknowledged, or the partner would go on")
		}

		_, err := example.WaitForReceived(t.Context(), patience, asset, 1)
		require.NoError(t, err)
		require.NoError(t, example.WaitUntilQuiet(t.Context(), patience))
		assert.Len(t, receivedPayloads(t, example, asset), 1)
	})
}

func TestHugeWebhookIsRefused(t *testing.T) {
	forEachWebhookPartner(t, func(t *testing.T, _ *drive.Example, partner drive.WebhookPartner) {
		huge := []byte(`{"padding": "` + strings.Repeat("x", 7<<20) + `"}`)
		request := signedRequest(t, partner, huge, time.Now())

		assert.Equal(t, http.StatusRequestEntityTooLarge, call(t, partner, request).Status)
	})
}

func TestWebhookOfAnUnknownPartnerIsNotFound(t *testing.T) {
	example := openNamed(t, "webhook")
	partners, err := example.WebhookPartners(t.Context())
	require.NoError(t, err)
	require.NotEmpty(t, partners)
	request := signedRequest(t, partners[0], []byte(`{}`), time.Now())
	request.URL = strings.TrimSuffix(request.URL, strings.Trim(partners[0].Path, "/")) + "nobody"

	assert.Equal(t, http.StatusNotFound, call(t, partners[0], request).Status)
}

func TestWebhookWithAnotherMethodIsNotAllowed(t *testing.T) {
	forEachWebhookPartner(t, func(t *testing.T, _ *drive.Example, partner drive.WebhookPartner) {
		for _, method := range []string{http.MethodDelete, http.MethodPatch} {
			request := signedRequest(t, partner, []byte(`{}`), time.Now())
			request.Method = method

			assert.Equal(t, http.StatusMethodNotAllowed, call(t, partner, request).Status, method)
		}
	})
}

func forEachWebhookPartner(t *testing.T, test func(t *testing.T, example *drive.Example, partner drive.WebhookPartner)) {
	t.Helper()
	example := openNamed(t, "webhook")
	partners, err := example.WebhookPartners(t.Context())
	require.NoError(t, err)
	require.NotEmpty(t, partners)
	for _, partner := range partners {
		t.Run(strings.Trim(partner.Path, "/"), func(t *testing.T) { test(t, example, partner) })
	}
}

func signedRequest(t *testing.T, partner drive.WebhookPartner, body []byte, now time.Time) *signature.Request {
	t.Helper()
	request, err := partner.Request(body, now)
	require.NoError(t, err)
	return request
}

func call(t *testing.T, partner drive.WebhookPartner, request *signature.Request) drive.Answer {
	t.Helper()
	answer, err := partner.Call(t.Context(), request)
	require.NoError(t, err)
	return answer
}

// strangerSecrets are secrets of the partner's form that are not the partner's.
func strangerSecrets(partner drive.WebhookPartner) signature.Secrets {
	var strangers signature.Secrets
	for _, secret := range partner.Secrets {
		changed := []byte(secret.Value)
		for i := len(changed) - 8; i < len(changed)-1; i++ {
			if i >= 0 && changed[i] != 'A' {
				changed[i] = 'A'
			}
		}
		strangers = append(strangers, signature.Secret{Slot: secret.Slot, Value: string(changed)})
	}
	return strangers
}
