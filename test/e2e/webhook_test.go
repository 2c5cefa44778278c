package e2e

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/examples/webhook/client"
	"github.com/mediasupplychain/cdk/examples/webhook/partners"
	"github.com/mediasupplychain/cdk/test/drive"
	"github.com/mediasupplychain/cdk/webhook/signature"
)

// Each payload that a partner documents is accepted, and arrives whole under the
// asset that it is about.
func TestEachWebhookPartnerIsAccepted(t *testing.T) {
	forEachWebhookPartner(t, func(t *testing.T, example *drive.Example, partner drive.WebhookPartner) {
		for _, event := range partner.Events {
			t.Run(event, func(t *testing.T) {
				message := partners.Message{Event: event, Asset: drive.NewAsset("signed"), ID: drive.NewAsset("event")}
				request := signedRequest(t, partner, message, time.Now())

				answer := call(t, partner, request)

				assert.Equal(t, partner.Scheme.Acknowledgement().Status, answer.Status)
				received, err := example.WaitForReceived(t.Context(), patience, message.Asset, 1)
				require.NoError(t, err)
				assert.JSONEq(t, string(request.Body), received[0].Payload)
				verified, err := partner.Scheme.Verify(request, partner.Secrets, time.Now())
				require.NoError(t, err)
				assert.Equal(t, verified.ID, received[0].EventID, "the partner's own id of the event")
			})
		}
	})
}

// Whatever a partner sends that has an assetId is found by it.
func TestAssetIDOfThePayloadIsTheKey(t *testing.T) {
	forEachWebhookPartner(t, func(t *testing.T, example *drive.Example, partner drive.WebhookPartner) {
		asset := drive.NewAsset("any")
		body := []byte(`{"assetId": "` + asset + `", "take": 7}`)
		request, err := partner.RequestWith(partners.Message{}, body, time.Now())
		require.NoError(t, err)

		require.Equal(t, partner.Scheme.Acknowledgement().Status, call(t, partner, request).Status)

		received, err := example.WaitForReceived(t.Context(), patience, asset, 1)
		require.NoError(t, err)
		assert.JSONEq(t, string(body), received[0].Payload)
	})
}

// A body that is too large for the event goes by way of S3, and arrives whole.
func TestLargeWebhookArrivesWhole(t *testing.T) {
	example, partner := openPartner(t, "/mux")
	asset := drive.NewAsset("large")
	message := partners.Message{Asset: asset, ID: asset, Extra: map[string]any{"transcript": strings.Repeat("Take 7. ", 40<<10)}}
	request := signedRequest(t, partner, message, time.Now())

	require.Equal(t, http.StatusOK, call(t, partner, request).Status)

	received, err := example.WaitForReceived(t.Context(), patience, asset, 1)
	require.NoError(t, err)
	assert.JSONEq(t, string(request.Body), received[0].Payload)
}

// Whatever is wrong with a request, it is refused with the status that is right
// for the partner, without a word of why, and nothing reaches the consumer.
func TestForgedWebhookIsRefused(t *testing.T) {
	// Some partners send the secret itself, which says nothing about the body.
	signed := func(partner drive.WebhookPartner) bool { return partner.SignsBody() }
	always := func(drive.WebhookPartner) bool { return true }
	forgeries := map[string]struct {
		possible func(drive.WebhookPartner) bool
		forge    func(*testing.T, drive.WebhookPartner, *signature.Request)
	}{
		"a changed byte": {signed, func(_ *testing.T, _ drive.WebhookPartner, request *signature.Request) {
			request.Body = bytes.Replace(request.Body, []byte("forged"), []byte("forger"), 1)
		}},
		"an added byte": {signed, func(_ *testing.T, _ drive.WebhookPartner, request *signature.Request) {
			request.Body = append(request.Body, ' ')
		}},
		"another secret": {always, func(t *testing.T, partner drive.WebhookPartner, request *signature.Request) {
			t.Helper()
			forged, err := partner.Stranger().RequestWith(partners.Message{ID: "1"}, request.Body, time.Now())
			require.NoError(t, err)
			*request = *forged
		}},
		"no signature header": {inHeader, func(_ *testing.T, partner drive.WebhookPartner, request *signature.Request) {
			for _, source := range partner.Scheme.Signatures {
				request.Header.Del(strings.TrimPrefix(string(source.In), "header."))
			}
		}},
	}
	forEachWebhookPartner(t, func(t *testing.T, example *drive.Example, partner drive.WebhookPartner) {
		asset := drive.NewAsset("forged")
		tried := 0
		for name, forgery := range forgeries {
			if !forgery.possible(partner) {
				continue
			}
			tried++
			t.Run(name, func(t *testing.T) {
				original := signedRequest(t, partner, partners.Message{Asset: asset, ID: asset}, time.Now())
				request := *original
				request.Header = original.Header.Clone()
				forgery.forge(t, partner, &request)
				require.NotEqual(t, original, &request, "nothing was forged")

				answer := call(t, partner, &request)

				assert.Equal(t, partner.Scheme.Acknowledgement().RejectStatus, answer.Status)
				assert.Empty(t, answer.Body)
			})
		}
		assert.Positive(t, tried)
		require.NoError(t, example.WaitUntilQuiet(t.Context(), patience))
		assert.Empty(t, receivedPayloads(t, example, asset))
	})
}

func inHeader(partner drive.WebhookPartner) bool {
	return strings.HasPrefix(string(partner.Scheme.Signatures[0].In), "header.")
}

func TestStaleWebhookIsRefusedWhereTheSchemeSignsATime(t *testing.T) {
	signsTime := 0
	forEachWebhookPartner(t, func(t *testing.T, _ *drive.Example, partner drive.WebhookPartner) {
		clock := partner.Scheme.Timestamp
		if clock == nil {
			return
		}
		signsTime++
		for name, age := range map[string]time.Duration{"from the past": clock.Tolerance + time.Minute, "from the future": -clock.Tolerance - time.Minute} {
			t.Run(name, func(t *testing.T) {
				request := signedRequest(t, partner, partners.Message{Asset: drive.NewAsset("stale")}, time.Now().Add(-age))

				assert.Equal(t, partner.Scheme.Acknowledgement().RejectStatus, call(t, partner, request).Status)
			})
		}
	})
	assert.Positive(t, signsTime, "no partner of the example signs a time")
}

// A repetition is acknowledged, or the partner would go on, and not handed on:
// the consumer does not see it at all.
func TestReplayedWebhookIsReceivedOnce(t *testing.T) {
	forEachWebhookPartner(t, func(t *testing.T, example *drive.Example, partner drive.WebhookPartner) {
		asset := drive.NewAsset("replayed")
		request := signedRequest(t, partner, partners.Message{Asset: asset, ID: asset}, time.Now())

		for range 3 {
			assert.Equal(t, partner.Scheme.Acknowledgement().Status, call(t, partner, request).Status)
		}

		_, err := example.WaitForReceived(t.Context(), patience, asset, 1)
		require.NoError(t, err)
		require.NoError(t, example.WaitUntilQuiet(t.Context(), patience))
		received, err := example.Received(t.Context(), asset)
		require.NoError(t, err)
		require.Len(t, received, 1)
		assert.Equal(t, 1, received[0].Deliveries)
	})
}

func TestHandshakeIsAnswered(t *testing.T) {
	_, slack := openPartner(t, "/slack")
	request := signedRequest(t, slack, partners.Message{Event: "url_verification"}, time.Now())

	answer := call(t, slack, request)

	assert.Equal(t, http.StatusOK, answer.Status)
	assert.Equal(t, "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P", answer.Body)

	request = signedRequest(t, slack.Stranger(), partners.Message{Event: "url_verification"}, time.Now())
	assert.Equal(t, http.StatusUnauthorized, call(t, slack, request).Status)
}

func TestHugeWebhookIsRefused(t *testing.T) {
	forEachWebhookPartner(t, func(t *testing.T, _ *drive.Example, partner drive.WebhookPartner) {
		for _, size := range []int{400 << 10, 7 << 20} { // above what the example takes, and what Lambda does
			huge := []byte(`{"padding": "` + strings.Repeat("x", size) + `"}`)
			request, err := partner.RequestWith(partners.Message{}, huge, time.Now())
			require.NoError(t, err)

			assert.Equal(t, http.StatusRequestEntityTooLarge, call(t, partner, request).Status, "%d bytes", size)
		}
	})
}

func TestWebhookOfAnUnknownPartnerIsNotFound(t *testing.T) {
	_, partner := openPartner(t, "/mux")
	request := signedRequest(t, partner, partners.Message{}, time.Now())
	request.URL = strings.TrimSuffix(request.URL, "mux") + "nobody"

	assert.Equal(t, http.StatusNotFound, call(t, partner, request).Status)
}

func TestWebhookWithAnotherMethodIsNotAllowed(t *testing.T) {
	forEachWebhookPartner(t, func(t *testing.T, _ *drive.Example, partner drive.WebhookPartner) {
		for _, method := range []string{http.MethodGet, http.MethodDelete, http.MethodPatch} {
			request := signedRequest(t, partner, partners.Message{}, time.Now())
			request.Method = method

			assert.Equal(t, http.StatusMethodNotAllowed, call(t, partner, request).Status, method)
		}
	})
}

func forEachWebhookPartner(t *testing.T, test func(t *testing.T, example *drive.Example, partner drive.WebhookPartner)) {
	t.Helper()
	example := openNamed(t, "webhook")
	all, err := example.WebhookPartners(t.Context())
	require.NoError(t, err)
	require.NotEmpty(t, all)
	for _, partner := range all {
		t.Run(strings.Trim(partner.Path, "/"), func(t *testing.T) { test(t, example, partner) })
	}
}

func openPartner(t *testing.T, path string) (*drive.Example, drive.WebhookPartner) {
	t.Helper()
	example := openNamed(t, "webhook")
	all, err := example.WebhookPartners(t.Context())
	require.NoError(t, err)
	i := slices.IndexFunc(all, func(p drive.WebhookPartner) bool { return p.Path == path })
	require.GreaterOrEqual(t, i, 0)
	return example, all[i]
}

func signedRequest(t *testing.T, partner drive.WebhookPartner, message partners.Message, now time.Time) *signature.Request {
	t.Helper()
	request, err := partner.Request(message, now)
	require.NoError(t, err)
	return request
}

func call(t *testing.T, partner drive.WebhookPartner, request *signature.Request) client.Answer {
	t.Helper()
	answer, err := partner.Call(t.Context(), request)
	require.NoError(t, err)
	return answer
}
