package signature_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/webhook/signature"
)

// receive signs a body as the partner does and verifies it.
func receive(t *testing.T, s *signature.Scheme, header http.Header, body string) (signature.Event, error) {
	t.Helper()
	signWith, verifyWith := keysFor(s)
	signed, err := s.Sign(signature.Request{Method: "POST", URL: "https://h.example/p", Header: header, Body: []byte(body)}, signWith, noon)
	require.NoError(t, err)
	return s.Verify(signed, verifyWith, noon)
}

func TestWhatAnEventSays(t *testing.T) {
	for name, c := range map[string]struct {
		scheme          *signature.Scheme
		header          http.Header
		body            string
		id, kind, asset string
	}{
		"Frame.io": {
			signature.FrameIO(), nil,
			`{"account":{"id":"6f70f1bd"},"resource":{"id":"d3075547","type":"file"},"type":"file.ready"}`,
			"sha256:5d8e", "file.ready", "d3075547",
		},
		"Mux": {
			signature.Mux(), nil,
			`{"type":"video.asset.ready","object":{"type":"asset","id":"0201p02fG"},"id":"3a56ac3d","data":{"id":"other"}}`,
			"3a56ac3d", "video.asset.ready", "0201p02fG",
		},
		"Bunny": {signature.BunnyStream(), nil, `{"VideoLibraryId":133,"VideoGuid":"657bb740","Status":3}`, "", "3", "657bb740"},
		"Box": {
			signature.Box(), http.Header{"Box-Delivery-Id": {"changes"}},
			`{"type":"webhook_event","id":"stays","trigger":"FILE.UPLOADED","source":{"id":"1234567890","type":"file"}}`,
			"stays", "FILE.UPLOADED", "1234567890",
		},
		"GitHub": {
			signature.GitHub(), http.Header{"X-Github-Delivery": {"72d3162e"}, "X-Github-Event": {"issues"}}, `{"action":"opened"}`,
			"72d3162e", "issues.opened", "",
		},
		"GitHub without action": {
			signature.GitHub(), http.Header{"X-Github-Delivery": {"72d3162e"}, "X-Github-Event": {"push"}}, `{}`,
			"72d3162e", "push", "",
		},
		"Shopify":       {signature.Shopify(), http.Header{"X-Shopify-Webhook-Id": {"b54557e4"}, "X-Shopify-Topic": {"orders/create"}}, `{"id":820982911946154508}`, "b54557e4", "orders/create", "820982911946154508"},
		"Dropbox":       {signature.Dropbox(), nil, `{"list_folder":{"accounts":["dbid:AAH4f99"]}}`, "", "", ""},
		"AssemblyAI":    {signature.AssemblyAI("X-Secret"), nil, `{"transcript_id":"5552493","status":"completed"}`, "5552493:completed", "completed", "5552493"},
		"Verbit":        {signature.Verbit(), http.Header{"Content-Type": {formMediaType}}, "job_id=J%201&status=completed", "J 1:completed", "completed", "J 1"},
		"an id of 0":    {signature.Mux(), nil, `{"id":0,"type":true}`, "0", "true", ""},
		"an id of null": {signature.Mux(), nil, `{"id":null}`, "sha256:6c7f", "", ""},
		"an id object":  {signature.Mux(), nil, `{"id":{"a":1}}`, "sha256:a8a6", "", ""},
		"an empty id":   {signature.Mux(), nil, `{"id":""}`, "sha256:8a25", "", ""},
		"no JSON":       {signature.Mux(), nil, `<xml/>`, "sha256:6e91", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			event, err := receive(t, c.scheme, c.header, c.body)
			require.NoError(t, err)
			assert.Equal(t, c.kind, event.Type)
			assert.Equal(t, c.asset, event.AssetID)
			assert.Equal(t, c.body, string(event.Payload))
			assert.Nil(t, event.Items)
			if strings.HasPrefix(c.id, "sha256:") {
				assert.True(t, strings.HasPrefix(event.ID, "sha256:"), event.ID)
				assert.Len(t, event.ID, len("sha256:")+64)
				return
			}
			assert.Equal(t, c.id, event.ID)
		})
	}
}

func TestTheIdStaysTheSameWhenTheEventIsSentAgain(t *testing.T) {
	api := signature.APIVideo()
	first, err := receive(t, api, nil, `{"emittedAt":"1"}`)
	require.NoError(t, err)
	again, err := receive(t, api, nil, `{"emittedAt":"1"}`)
	require.NoError(t, err)
	other, err := receive(t, api, nil, `{"emittedAt":"2"}`)
	require.NoError(t, err)
	assert.Equal(t, first.ID, again.ID)
	assert.NotEqual(t, first.ID, other.ID)
}

func TestEqualBodiesOfFrameIOAreTwoEventsUnlessTheTimeIsTheSame(t *testing.T) {
	s, secrets := signature.FrameIO(), signature.Plain("secret")
	id := func(seconds int) string {
		at := noon.Add(secondsOf(seconds))
		signed, err := s.Sign(signature.Request{Body: []byte(`{"type":"comment.updated"}`)}, secrets, at)
		require.NoError(t, err)
		event, err := s.Verify(signed, secrets, noon)
		require.NoError(t, err)
		return event.ID
	}
	first, replayed, later := id(1), id(1), id(2)
	assert.Equal(t, first, replayed)
	assert.NotEqual(t, first, later, "the user changed the comment twice")
}

func TestABatchIsSplitIntoItsEvents(t *testing.T) {
	const first = `{"uuid":"u1", "type":"media.created","payload":{"media":{"id":"m1"}}}`
	const second = `{"uuid":"u2","type":"media.updated","payload":{"media":{"id":"m2"}}}`
	event, err := receive(t, signature.Wistia(), nil, `{"hook":{"uuid":"h"},"events":[ `+first+` , `+second+`]}`)
	require.NoError(t, err)
	assert.Empty(t, event.ID)
	assert.Equal(t, []signature.Item{
		{ID: "u1", Type: "media.created", AssetID: "m1", Body: []byte(first)},
		{ID: "u2", Type: "media.updated", AssetID: "m2", Body: []byte(second)},
	}, event.Items)
}

func TestAnEmptyBatchIsStillABatch(t *testing.T) {
	event, err := receive(t, signature.Wistia(), nil, `{"events":[]}`)
	require.NoError(t, err)
	assert.NotNil(t, event.Items)
	assert.Empty(t, event.Items)
}

func TestItemsWithoutAnIdAreToldApartByTheirBytes(t *testing.T) {
	event, err := receive(t, signature.BackblazeB2(), nil, `{"events":[{"bucketName":"b","objectName":"a/1.mov","eventType":"b2:ObjectCreated:Upload"},{"bucketName":"b","objectName":"a/2.mov"}]}`)
	require.NoError(t, err)
	require.Len(t, event.Items, 2)
	assert.Equal(t, "b/a/1.mov", event.Items[0].AssetID)
	assert.NotEqual(t, event.Items[0].ID, event.Items[1].ID)
	assert.True(t, strings.HasPrefix(event.Items[0].ID, "sha256:"))
}

func TestABatchBeyondTheLimitIsRefused(t *testing.T) {
	_, err := receive(t, signature.Wistia(), nil, `{"events":[1`+strings.Repeat(",1", 1000)+`]}`)
	assert.EqualError(t, err, "signature: wistia: json events holds too many elements")
}

func TestAdobeEventsOfAnotherCustomerAreRefused(t *testing.T) {
	s := signature.AdobeIO("mine")
	ours, theirs := `{"eventid":"e1","type":"t","recipientclientid":"mine"}`, `{"eventid":"e2","recipientclientid":"theirs"}`
	for body, want := range map[string]string{
		ours:                            "",
		"[" + ours + "," + ours + "]":   "",
		theirs:                          "signature: adobe-io: json recipientclientid is not the expected value",
		"[" + ours + "," + theirs + "]": "signature: adobe-io: json recipientclientid is not the expected value",
		`{}`:                            "signature: adobe-io: json recipientclientid missing",
	} {
		event, err := receive(t, s, nil, body)
		if want != "" {
			require.EqualError(t, err, want, body)
			assert.Equal(t, signature.Event{}, event, "nothing is believed of a request that is refused")
			continue
		}
		assert.NoError(t, err, body)
	}
}

func TestAnEndlessIdIsHashed(t *testing.T) {
	event, err := receive(t, signature.Mux(), nil, `{"id":"`+strings.Repeat("x", 5000)+`"}`)
	require.NoError(t, err)
	assert.Len(t, event.ID, len("sha256:")+64)
}

func TestPathSecret(t *testing.T) {
	s := signature.Brightcove().WithPathSecret()
	verify := func(url string) error {
		_, err := s.Verify(&signature.Request{URL: url, Body: []byte(`{}`)}, signature.Plain("s3cret/with slash"), noon)
		return err
	}
	require.NoError(t, verify("https://h.example/brightcove/"+"s3cret%2Fwith%20slash"))
	require.EqualError(t, verify("https://h.example/brightcove/guess"), "signature: brightcove: path does not match")
	require.EqualError(t, verify("https://h.example/brightcove/"), "signature: brightcove: path missing")
	assert.Equal(t, signature.None, signature.Brightcove().Kind, "the original stays as it was")
}
