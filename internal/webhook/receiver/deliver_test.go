package receiver_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/internal/webhook/partner"
	"github.com/mediasupplychain/cdk/internal/webhook/receiver"
	"github.com/mediasupplychain/cdk/webhook/signature"
)

func TestADuplicateIsAcknowledgedAndNotForwarded(t *testing.T) {
	e := newEndpoint(t, bodySigned(), remembering)
	r := e.sign(t, bodySigned(), post(`{"id":"1"}`))
	for range 3 {
		assert.Equal(t, 200, e.send(t, r).Status)
	}
	assert.Len(t, e.bus.events, 1)
	assert.Equal(t, map[string]int{"Received /partner": 3, "Published /partner": 1, "Duplicates /partner": 2}, e.counts(t))
}

func TestWithoutMemoryADuplicateIsForwarded(t *testing.T) {
	e := newEndpoint(t, bodySigned())
	r := e.sign(t, bodySigned(), post(`{"id":"1"}`))
	e.send(t, r)
	e.send(t, r)
	assert.Len(t, e.bus.events, 2)
	assert.Empty(t, e.claims.items)
}

func TestAnEventIsRememberedUntilTheHorizon(t *testing.T) {
	e := newEndpoint(t, bodySigned(), remembering)
	r := e.sign(t, bodySigned(), post(`{"id":"1"}`))
	e.send(t, r)
	e.clock.advance(7*24*time.Hour - time.Second)
	e.send(t, r)
	assert.Len(t, e.bus.events, 1)
	e.clock.advance(time.Second)
	e.send(t, r)
	assert.Len(t, e.bus.events, 2)
}

func TestAFailedPublishIsRetriedAtOnce(t *testing.T) {
	e := newEndpoint(t, bodySigned(), remembering)
	r := e.sign(t, bodySigned(), post(`{"id":"1"}`))
	e.bus.refuse = func(receiver.Event) error { return errors.New("refused: InternalException") }
	assert.Equal(t, 503, e.send(t, r).Status)
	e.bus.refuse = nil
	assert.Equal(t, 200, e.send(t, r).Status, "the claim was released")
	assert.Len(t, e.bus.events, 1)
}

// The function dies between the claim and the publish: nothing releases the
// claim, and the partner's next attempts must not be taken for duplicates.
func TestAnInstanceThatDiedLosesNoEvent(t *testing.T) {
	e := newEndpoint(t, bodySigned(), remembering)
	r := e.sign(t, bodySigned(), post(`{"id":"1"}`))
	e.bus.refuse = func(receiver.Event) error { return errors.New("died") }
	e.claims.fail["Release"] = errors.New("died")
	assert.Equal(t, 503, e.send(t, r).Status)
	e.bus.refuse = nil
	e.restart()

	got := e.send(t, r)
	assert.Equal(t, 503, got.Status, "somebody may still be publishing it: neither published nor acknowledged")
	assert.Equal(t, "30", got.Headers["Retry-After"])
	assert.Empty(t, e.bus.events)
	assert.Equal(t, 1, e.counts(t)["Failed /partner in_flight"])

	e.clock.advance(10 * time.Second)
	assert.Equal(t, 200, e.send(t, r).Status, "the claim has ended by itself")
	assert.Len(t, e.bus.events, 1)
}

func TestAClaimEndsSoonAfterTheRequestsTime(t *testing.T) {
	e := newEndpoint(t, bodySigned(), remembering)
	e.bus.refuse = func(receiver.Event) error { return errors.New("died") }
	e.claims.fail["Release"] = errors.New("died")
	e.send(t, e.sign(t, bodySigned(), post(`{"id":"1"}`)))
	assert.WithinDuration(t, e.clock.at.Add(4*time.Second+5*time.Second), e.claims.items["/partners/partner#1"].until, time.Second)
}

// The event is durable; that it could not be remembered costs a duplicate, which
// consumers know by its id, and no event.
func TestAConfirmThatFailsIsNotTheEventsFault(t *testing.T) {
	e := newEndpoint(t, bodySigned(), remembering)
	e.claims.fail["Confirm"] = errors.New("timeout")
	assert.Equal(t, 200, e.send(t, e.sign(t, bodySigned(), post(`{"id":"1"}`))).Status)
	assert.Len(t, e.bus.events, 1)
	assert.Contains(t, e.logs.String(), "event is durable but cannot be remembered")
}

func TestPartnersDoNotShareEventIDs(t *testing.T) {
	config := func(source string) partner.Config {
		c := partner.NewConfig(bodySigned())
		c.Secret, c.Source, c.Destination, c.MaxBodySize, c.InlineSize = secretARN, source, partner.Destination{Bus: busARN}, 1000, 1000
		remembering(&c)
		return c
	}
	e := newEndpointOf(t, map[string]partner.Config{"/one": config("/partners/one"), "/two": config("/partners/two")})
	for _, path := range []string{"/one", "/two"} {
		r := e.sign(t, bodySigned(), post(`{"id":"1"}`))
		r.resource = path
		assert.Equal(t, 200, e.send(t, r).Status)
	}
	assert.Len(t, e.bus.events, 2)
}

// wistia sends several events in one request, each with an id of its own.
func wistia() *signature.Scheme {
	return &signature.Scheme{
		Name: "acme-batch", Kind: signature.HMAC, Hash: signature.SHA256, Encoding: signature.Hex, Content: "{body}",
		Signatures: []signature.Source{{In: "header.X-Wistia-Signature"}},
		Items:      "json.events",
		EventID:    []signature.Template{"{json.uuid}"}, EventType: []signature.Template{"{json.type}"},
		AssetID: []signature.Template{"{json.payload.media.id}"},
	}
}

// Bunny Stream sends a video and a status number: the same status reached twice
// has the same bytes, and both events count.
func TestEventsThatCannotBeToldApartAreAllForwarded(t *testing.T) {
	scheme := bodySigned()
	scheme.EventID, scheme.BodyRepeats = nil, true
	e := newEndpoint(t, scheme, remembering)
	r := e.sign(t, scheme, post(`{"VideoGuid":"v","Status":3}`))
	for i := range 2 {
		r.requestID = fmt.Sprint("request-", i)
		assert.Equal(t, 200, e.send(t, r).Status)
	}
	require.Len(t, e.bus.events, 2)
	assert.Equal(t, "request-0/0", e.bus.events[0].ID)
	assert.Equal(t, "request-1/0", e.bus.events[1].ID)
	assert.Empty(t, e.claims.items)
}

func TestABatchIsSplit(t *testing.T) {
	e := newEndpoint(t, wistia(), remembering)
	assert.Equal(t, 200, e.send(t, e.sign(t, wistia(), post(read(t, "testdata/wistia-batch.json")))).Status)
	require.Len(t, e.bus.events, 3)
	assert.Equal(t, 1, e.bus.calls)
	assert.Contains(t, string(e.bus.events[0].Document),
		`"data":{"uuid":"e1d7c1f0-6d33-4a5a-8f2e-1c1d2f3a4b01","type":"media.created","generated_at":"2026-11-02T10:00:00Z","payload":{"media":{"id":"abc123","name":"EP-0412 \"master\""}}}}`)
	assert.Equal(t, "media.ready", e.bus.events[1].Type)
	assert.Equal(t, "def456", document(t, e.bus.events[2])["subject"])
}

func TestABatchIsAcknowledgedAsAWhole(t *testing.T) {
	e := newEndpoint(t, wistia(), remembering)
	r := e.sign(t, wistia(), post(read(t, "testdata/wistia-batch.json")))
	e.bus.refuse = func(ev receiver.Event) error {
		if strings.HasSuffix(ev.ID, "02") {
			return errors.New("refused: ThrottlingException")
		}
		return nil
	}
	assert.Equal(t, 503, e.send(t, r).Status)
	assert.Len(t, e.bus.events, 2)

	e.bus.refuse = nil
	assert.Equal(t, 200, e.send(t, r).Status)
	require.Len(t, e.bus.events, 3, "the next attempt publishes what was missing, and nothing twice")
	assert.True(t, strings.HasSuffix(e.bus.events[2].ID, "02"))
	assert.Equal(t, map[string]int{
		"Received /partner": 2, "Published /partner": 3, "Duplicates /partner": 2, "Failed /partner publish": 1,
	}, e.counts(t))
}

func TestABatchOfWhichOneClaimFails(t *testing.T) {
	e := newEndpoint(t, wistia(), remembering)
	r := e.sign(t, wistia(), post(read(t, "testdata/wistia-batch.json")))
	one := &oneClaimFails{claims: e.claims}
	options := e.options(e.bus)
	options.Claims = one
	e.Receiver = receiver.New(options)

	assert.Equal(t, 503, e.send(t, r).Status)
	assert.Empty(t, e.bus.events)
	assert.Empty(t, e.claims.items, "the other claims are released")
	assert.Equal(t, map[string]int{"Received /partner": 1, "Failed /partner claim": 1}, e.counts(t))
}

type oneClaimFails struct{ *claims }

func (c *oneClaimFails) Claim(ctx context.Context, key string, now, until time.Time) (receiver.ClaimState, error) {
	if strings.HasSuffix(key, "02") {
		return 0, errors.New("ProvisionedThroughputExceededException")
	}
	return c.claims.Claim(ctx, key, now, until)
}

func TestAnEventThatIsTwiceInABatch(t *testing.T) {
	e := newEndpoint(t, wistia(), remembering)
	assert.Equal(t, 200, e.send(t, e.sign(t, wistia(), post(`{"events":[{"uuid":"1"},{"uuid":"1"}]}`))).Status)
	assert.Len(t, e.bus.events, 1)
}

func TestABatchWithoutEvents(t *testing.T) {
	e := newEndpoint(t, wistia(), remembering)
	assert.Equal(t, 200, e.send(t, e.sign(t, wistia(), post(`{"events":[]}`))).Status)
	assert.Empty(t, e.bus.events)
}

func TestALargeBatch(t *testing.T) {
	var items []string
	for i := range 50 { // Backblaze's largest
		items = append(items, fmt.Sprintf(`{"uuid":"%03d"}`, i))
	}
	e := newEndpoint(t, wistia(), remembering)
	assert.Equal(t, 200, e.send(t, e.sign(t, wistia(), post(`{"events":[`+strings.Join(items, ",")+`]}`))).Status)
	require.Len(t, e.bus.events, 50)
	for i, ev := range e.bus.events {
		assert.Equal(t, fmt.Sprintf("%03d", i), ev.ID, "in their order")
	}
}

func TestALargePayloadIsStoredBesideTheEvent(t *testing.T) {
	e := newEndpoint(t, bodySigned(), func(c *partner.Config) { c.InlineSize = 1000 })
	at, over := `{"id":"`+strings.Repeat("a", 991)+`"}`, `{"id":"`+strings.Repeat("b", 992)+`"}`
	for _, body := range []string{at, over} {
		assert.Equal(t, 200, e.send(t, e.sign(t, bodySigned(), post(body))).Status)
	}
	require.Len(t, e.bus.events, 2)
	assert.Contains(t, string(e.bus.events[0].Document), `"data":`+at)

	sum := sha256.Sum256([]byte(over))
	digest := hex.EncodeToString(sum[:])
	d := document(t, e.bus.events[1])
	assert.Equal(t, "s3://bucket/partners/partner/"+digest, d["dataref"])
	assert.Equal(t, digest, d["datasha256"])
	assert.EqualValues(t, 1001, d["datasize"])
	assert.Equal(t, "application/json", d["datacontenttype"])
	assert.NotContains(t, d, "data")
	assert.Equal(t, map[string]string{"partners/partner/" + digest: over}, e.blobs.objects)
}

func TestADuplicateIsNotStoredAgain(t *testing.T) {
	e := newEndpoint(t, bodySigned(), remembering, func(c *partner.Config) { c.InlineSize = 10 })
	r := e.sign(t, bodySigned(), post(`{"id":"12345"}`))
	e.send(t, r)
	clear(e.blobs.objects)
	assert.Equal(t, 200, e.send(t, r).Status)
	assert.Empty(t, e.blobs.objects)
}

func TestWhatIsNotJSONIsKeptAsReceived(t *testing.T) {
	form := url.Values{"order_number": {"TC0413"}, "status": {"Complete"}}.Encode()
	for name, c := range map[string]struct{ contentType, body, want string }{
		"form":               {"application/x-www-form-urlencoded", form, `"datacontenttype":"application/x-www-form-urlencoded","data_base64":"b3JkZXJfbnVtYmVyPVRDMDQxMyZzdGF0dXM9Q29tcGxldGU="}`},
		"XML":                {"text/xml; charset=utf-8", "<a/>", `"datacontenttype":"text/xml; charset=utf-8","data_base64":"PGEvPg=="}`},
		"JSON as text":       {"text/plain", `{"id": 1}`, `"datacontenttype":"application/json","data":{"id": 1}}`},
		"no JSON after all":  {"application/json", `{"id":`, `"datacontenttype":"application/json","data_base64":"eyJpZCI6"}`},
		"not UTF-8":          {"application/json", "{\"a\":\"\xff\"}", `"datacontenttype":"application/json","data_base64":"eyJhIjoi/yJ9"}`},
		"not allowed in SQS": {"application/json", "\"\uFFFF\"", `"datacontenttype":"application/json","data_base64":"Iu+/vyI="}`},
		"no type":            {"", "x", `"datacontenttype":"application/octet-stream","data_base64":"eA=="}`},
		"a wrong type":       {"x\"y", "x", `"datacontenttype":"application/octet-stream","data_base64":"eA=="}`},
		"nothing at all":     {"", "", `"datacontenttype":"application/octet-stream","data_base64":""}`},
	} {
		t.Run(name, func(t *testing.T) {
			scheme := bodySigned()
			scheme.EventID = nil
			e := newEndpoint(t, scheme)
			r := post(c.body)
			r.Header = http.Header{"Content-Type": {c.contentType}}
			assert.Equal(t, 200, e.send(t, e.sign(t, scheme, r)).Status)
			require.Len(t, e.bus.events, 1)
			assert.True(t, strings.HasSuffix(string(e.bus.events[0].Document), c.want), "%s", e.bus.events[0].Document)
			assert.True(t, strings.HasPrefix(e.bus.events[0].ID, "sha256:"))
		})
	}
}

// Telestream Cloud can send an event as the query of a GET.
func TestAnEventInTheQuery(t *testing.T) {
	e := newEndpoint(t, signature.TelestreamCloud(), func(c *partner.Config) { c.Secret = "" })
	assert.Equal(t, 200, e.send(t, get("/partner?event=video-encoded&video_id=v1")).Status)
	require.Len(t, e.bus.events, 1)
	assert.Equal(t, "video-encoded", e.bus.events[0].Type)
	d := document(t, e.bus.events[0])
	assert.Equal(t, "application/x-www-form-urlencoded", d["datacontenttype"])
	assert.Equal(t, base64.StdEncoding.EncodeToString([]byte("event=video-encoded&video_id=v1")), d["data_base64"])
}

func TestAttributesThatSQSWouldRefuse(t *testing.T) {
	e := newEndpoint(t, bodySigned())
	e.send(t, e.sign(t, bodySigned(), post("{\"id\":\"1\",\"type\":\"\\uFFFE\",\"asset\":\"\\uFFFF\"}")))
	require.Len(t, e.bus.events, 1)
	assert.NotContains(t, string(e.bus.events[0].Document), "\uFFFE")
	assert.NotContains(t, string(e.bus.events[0].Document), "\uFFFF")
	d := document(t, e.bus.events[0])
	assert.Equal(t, "\uFFFE \uFFFF", fmt.Sprint(d["type"], " ", d["subject"]))
}

func TestAnEventAlwaysHasAType(t *testing.T) {
	e := newEndpoint(t, bodySigned())
	e.send(t, e.sign(t, bodySigned(), post(`{"id":"1"}`)))
	assert.Equal(t, "acme.event", e.bus.events[0].Type)
}

func TestTheTimeIsTheOneThatThePartnerSigned(t *testing.T) {
	e := newEndpoint(t, signature.Mux())
	r := e.sign(t, signature.Mux(), post(`{"id":"1"}`))
	e.clock.advance(90 * time.Second)
	e.send(t, r)
	d := document(t, e.bus.events[0])
	assert.Equal(t, "2026-11-02T10:00:00Z", d["time"])
	assert.Equal(t, "2026-11-02T10:01:30Z", d["recordedtime"])
}
