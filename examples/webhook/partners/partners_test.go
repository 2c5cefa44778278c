package partners_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/examples/webhook/partners"
	"github.com/mediasupplychain/cdk/webhook/signature"
)

const base = "https://abc123.execute-api.eu-west-1.amazonaws.com/prod/"

// 48 letters and digits, which are base64 too: what the stack makes.
var secret = signature.Plain("q7Zt1mN4c8Vb2Xk9Lp3Rs6Wd5Yf0Gh7Jq2Ea8Ub4Ic1Om6Pn")

var now = time.Date(2026, 3, 14, 9, 26, 53, 0, time.UTC)

func TestEachPayloadIsSignedAsItsReceiverVerifies(t *testing.T) {
	for _, partner := range partners.All() {
		for _, event := range partner.Payloads() {
			t.Run(partner.Path+" "+event, func(t *testing.T) {
				message := partners.Message{Event: event, Asset: "title-1", ID: "ev-1", Extra: map[string]any{"poison": true}}
				payload, err := partner.Payload(message)
				require.NoError(t, err)
				request, err := partner.Request(base, message, payload, secret, now)
				require.NoError(t, err)

				_, err = partner.Scheme.Verify(request, secret, now)

				require.NoError(t, err)
				assert.True(t, strings.HasPrefix(request.URL, strings.TrimSuffix(base, "/")+partner.Path))
				assert.Contains(t, string(payload), `"poison":true`)
			})
		}
	}
}

// The ids of asset and event go to where the partner has them.
func TestTheIDsOfAMessageAreWhereThePartnerHasThem(t *testing.T) {
	without := map[string]string{ // how a partner tells its events apart that has no ids
		"/frameio": "sha256:", "/assemblyai": "title-1:completed", "/brightcove": "sha256:", "/cloudinary": "sha256:",
	}
	for _, partner := range partners.All() {
		t.Run(partner.Path, func(t *testing.T) {
			message := partners.Message{Asset: "title-1", ID: "ev-1"}
			payload, err := partner.Payload(message)
			require.NoError(t, err)
			request, err := partner.Request(base, message, payload, secret, now)
			require.NoError(t, err)

			event, err := partner.Scheme.Verify(request, secret, now)

			require.NoError(t, err)
			if start, ok := without[partner.Path]; ok {
				assert.True(t, strings.HasPrefix(event.ID, start), event.ID)
			} else {
				assert.Equal(t, "ev-1", event.ID)
			}
			assert.Contains(t, string(payload), `"title-1"`)
			if event.AssetID != "" { // others know no assets
				assert.Equal(t, "title-1", event.AssetID)
			}
		})
	}
}

func TestWithoutIDsAPayloadIsTheFileByteForByte(t *testing.T) {
	mux, err := partners.Find("/mux")
	require.NoError(t, err)
	file, err := os.ReadFile("testdata/mux/video.asset.ready.json")
	require.NoError(t, err)

	payload, err := mux.Payload(partners.Message{})

	require.NoError(t, err)
	assert.Equal(t, string(file), string(payload))
}

func TestEveryFileIsAPayloadWithItsSource(t *testing.T) {
	known := map[string]bool{}
	sources, err := os.ReadFile("testdata/README.md")
	require.NoError(t, err)
	for _, partner := range partners.All() {
		assert.Contains(t, string(sources), "| "+strings.TrimPrefix(partner.Path, "/")+" |", "no source")
		for _, event := range partner.Payloads() {
			known[filepath.Join("testdata", partner.Path, event+".json")] = true
		}
	}
	files, err := filepath.Glob("testdata/*/*")
	require.NoError(t, err)
	assert.Len(t, files, len(known))
	for _, file := range files {
		assert.True(t, known[file], file)
		content, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.True(t, json.Valid(content), file)
	}
}

func TestWhatAPartnerDoesNotSend(t *testing.T) {
	mux, err := partners.Find("/mux")
	require.NoError(t, err)

	_, err = mux.Payload(partners.Message{Event: "video.asset.lost"})

	assert.EqualError(t, err, `Mux sends no "video.asset.lost"; it sends video.asset.ready, video.asset.errored`)
}

func TestAPathThatIsNobodys(t *testing.T) {
	_, err := partners.Find("/nobody")

	assert.EqualError(t, err, `no partner sends to "/nobody"; they are /frameio, /mux, /cloudinary, /box, /assemblyai, /slack, /github, /standard, /brightcove, /dubbing`)
}
