package receiver_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/netip"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/internal/webhook/partner"
	"github.com/mediasupplychain/cdk/internal/webhook/receiver"
	"github.com/mediasupplychain/cdk/webhook/signature"
)

func read(t testing.TB, file string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	return string(content)
}

func TestASignedEventIsPublishedThenAcknowledged(t *testing.T) {
	e := newEndpoint(t, signature.Mux())
	body := read(t, "testdata/mux-video-asset-ready.json")

	got := e.send(t, e.sign(t, signature.Mux(), post(body)))

	assert.Equal(t, reply{Status: 200, Headers: map[string]string{"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}}, got)
	require.Len(t, e.bus.events, 1)
	event := e.bus.events[0]
	assert.Equal(t, partner.Destination{Bus: busARN}, e.bus.to)
	assert.Equal(t, "video.asset.ready", event.Type)
	assert.Equal(t, "/partners/partner", event.Source)
	assert.Equal(t, "3a56ac3d-33da-4366-855b-f592d898409d", event.ID)
	assert.Equal(t, "0201p02fGKPE7MrbC269XRD7LpcHhrmbu0002", event.AssetID)
	assert.Equal(t, `{"specversion":"1.0","id":"3a56ac3d-33da-4366-855b-f592d898409d","source":"/partners/partner","type":"video.asset.ready",`+
		`"subject":"0201p02fGKPE7MrbC269XRD7LpcHhrmbu0002","time":"2026-11-02T10:00:00Z","recordedtime":"2026-11-02T10:00:00Z",`+
		`"partitionkey":"0201p02fGKPE7MrbC269XRD7LpcHhrmbu0002","datacontenttype":"application/json","data":`+body+`}`,
		string(event.Document), "the partner's JSON byte for byte, white space and escapes included")
	assert.Equal(t, map[string]int{"Received /partner": 1, "Published /partner": 1}, e.counts(t))
}

// API Gateway decides whether a body comes as base64; local clouds decide
// otherwise. What was signed are the bytes.
func TestTheBodyIsTheBytesThePartnerSent(t *testing.T) {
	body := `{"id":"1","title":"Caf\u00e9 – \"5/6\" \\ ` + "\U0001F3AC" + `"}`
	for name, asText := range map[string]bool{"base64": false, "text": true} {
		t.Run(name, func(t *testing.T) {
			e := newEndpoint(t, bodySigned())
			r := e.sign(t, bodySigned(), post(body))
			r.asText = asText
			assert.Equal(t, 200, e.send(t, r).Status)
			assert.Contains(t, string(e.bus.events[0].Document), `"data":`+body+`}`)
		})
	}
	t.Run("base64 with escaped slashes", func(t *testing.T) {
		e := newEndpoint(t, bodySigned())
		r := e.sign(t, bodySigned(), post(`{"id":"?~?~?~"}`))
		event := strings.ReplaceAll(string(r.event(t)), "/", `\/`)
		require.Contains(t, event, `Pz9`[:1], "the encoded body has a slash to escape")
		out, err := e.Invoke(context.Background(), []byte(event))
		require.NoError(t, err)
		assert.Contains(t, string(out), `"statusCode":200`)
	})
}

func TestHeaderNamesAreFoundInAnyCase(t *testing.T) {
	for _, spelling := range []func(string) string{strings.ToLower, strings.ToUpper, http.CanonicalHeaderKey} {
		e := newEndpoint(t, signature.Mux())
		signed := e.sign(t, signature.Mux(), post(`{"id":"1"}`))
		header := http.Header{}
		for name, values := range signed.Header {
			header[spelling(name)] = values
		}
		signed.Header = header
		assert.Equal(t, 200, e.send(t, signed).Status, "%v", header)
	}
}

func TestHeadersWithoutMultipleValues(t *testing.T) {
	e := newEndpoint(t, signature.Mux())
	signed := e.sign(t, signature.Mux(), post(`{"id":"1"}`))
	signed.raw = map[string]any{"multiValueHeaders": nil}
	assert.Equal(t, 200, e.send(t, signed).Status, "as a test event from the console has them")
}

func TestARequestThatIsNotAuthenticIsRejectedWithoutDetail(t *testing.T) {
	scheme := signature.Mux()
	for name, c := range map[string]struct {
		tamper func(*endpoint, *request)
		reason string
	}{
		"no signature":     {func(_ *endpoint, r *request) { r.Header.Del("Mux-Signature") }, "missing"},
		"changed byte":     {func(_ *endpoint, r *request) { r.Body[0] ^= 1 }, "mismatch"},
		"stale":            {func(e *endpoint, _ *request) { e.clock.advance(301 * time.Second) }, "stale"},
		"future":           {func(e *endpoint, _ *request) { e.clock.advance(-301 * time.Second) }, "future"},
		"not a signature":  {func(_ *endpoint, r *request) { r.Header.Set("Mux-Signature", "t=1,v1=") }, "malformed"},
		"unknown version":  {func(_ *endpoint, r *request) { r.Header.Set("Mux-Signature", "t=1793613600,v9=abcd") }, "unsupported"},
		"duplicate header": {func(_ *endpoint, r *request) { r.Header["mux-signature"] = r.Header["Mux-Signature"] }, "duplicate"},
	} {
		t.Run(name, func(t *testing.T) {
			e := newEndpoint(t, scheme)
			signed := e.sign(t, scheme, post(`{"id":"1"}`))
			c.tamper(e, &signed)

			got := e.send(t, signed)

			assert.Equal(t, 401, got.Status)
			assert.Empty(t, got.Body)
			assert.Empty(t, e.bus.events)
			assert.Equal(t, map[string]int{"Received /partner": 1, "Rejected /partner " + c.reason: 1}, e.counts(t))
			assert.NotContains(t, e.logs.String(), goodSecret)
		})
	}
}

// AssemblyAI and Adobe stop sending after a 4xx, which a secret that was
// mistyped would bring about.
func TestTheStatusOfARejectionIsThePartners(t *testing.T) {
	scheme := bodySigned()
	scheme.Ack.RejectStatus = 503
	e := newEndpoint(t, scheme)
	assert.Equal(t, 503, e.send(t, e.sign(t, scheme, post(`{"id":"1"}`), "another secret")).Status)

	e = newEndpoint(t, scheme, func(c *partner.Config) { c.RejectStatus = 403 })
	assert.Equal(t, 403, e.send(t, e.sign(t, scheme, post(`{"id":"1"}`), "another secret")).Status, "or the user's")
}

func TestTheAcknowledgementIsThePartners(t *testing.T) {
	scheme := bodySigned()
	scheme.Ack = signature.Ack{Status: 202, Body: "OK"}
	e := newEndpoint(t, scheme)
	got := e.send(t, e.sign(t, scheme, post(`{"id":"1"}`)))
	assert.Equal(t, 202, got.Status)
	assert.Equal(t, "OK", got.Body)
	assert.Equal(t, "text/plain; charset=utf-8", got.Headers["Content-Type"])
}

func TestUnknownPartner(t *testing.T) {
	e := newEndpoint(t, bodySigned())
	r := post(`{}`)
	r.resource = "/nobody"
	assert.Equal(t, 404, e.send(t, r).Status)
	assert.Equal(t, map[string]int{"Rejected unknown unknown_partner": 1}, e.counts(t), "a stranger's path names no metric")
}

func TestWrongMethod(t *testing.T) {
	dropbox := bodySigned()
	dropbox.Handshakes = []signature.Handshake{{Method: "GET", Challenge: "query.challenge", ContentType: "text/plain", Body: "{challenge}"}}
	for _, c := range []struct {
		scheme *signature.Scheme
		method string
		allow  string
	}{
		{bodySigned(), "GET", "POST"},
		{bodySigned(), "DELETE", "POST"},
		{dropbox, "PUT", "POST, GET"},
	} {
		e := newEndpoint(t, c.scheme)
		r := post(`{}`)
		r.Method = c.method
		got := e.send(t, r)
		assert.Equal(t, 405, got.Status)
		assert.Equal(t, c.allow, got.Headers["Allow"])
		assert.Empty(t, e.secrets.reads[secretARN], "refused before any secret is read")
	}
}

func TestOtherMethods(t *testing.T) {
	scheme := bodySigned()
	scheme.Methods = []string{"PUT", "POST"}
	e := newEndpoint(t, scheme)
	r := e.sign(t, scheme, post(`{"id":"1"}`))
	r.Method = "PUT"
	assert.Equal(t, 200, e.send(t, r).Status)
}

func TestAHandshakesMethodWithoutAChallengeIsNoEvent(t *testing.T) {
	scheme := bodySigned()
	scheme.Handshakes = []signature.Handshake{{Method: "GET", Challenge: "query.challenge", Body: "{challenge}"}}
	e := newEndpoint(t, scheme)
	assert.Equal(t, 400, e.send(t, request{Request: signature.Request{Method: "GET"}}).Status)
	assert.Empty(t, e.bus.events)
}

func TestTooLarge(t *testing.T) {
	limit := func(c *partner.Config) { c.MaxBodySize, c.InlineSize = 1000, 1000 }
	fits, over := `{"id":"`+strings.Repeat("x", 991)+`"}`, `{"id":"`+strings.Repeat("x", 992)+`"}`
	require.Len(t, fits, 1000)
	for name, asText := range map[string]bool{"base64": false, "text": true} {
		t.Run(name, func(t *testing.T) {
			e := newEndpoint(t, bodySigned(), limit)
			for body, status := range map[string]int{fits: 200, over: 413} {
				r := e.sign(t, bodySigned(), post(body))
				r.asText = asText
				assert.Equal(t, status, e.send(t, r).Status)
			}
		})
	}
	t.Run("by its own word", func(t *testing.T) {
		e := newEndpoint(t, bodySigned(), limit)
		r := post(`{}`)
		r.Header["content-length"] = []string{"1001"}
		assert.Equal(t, 413, e.send(t, r).Status)
		assert.Empty(t, e.secrets.reads[secretARN])
	})
	t.Run("nothing is allocated for it", func(t *testing.T) {
		e := newEndpoint(t, bodySigned(), limit)
		event := post(strings.Repeat("x", 4<<20)).event(t)
		small := post(strings.Repeat("x", 2000)).event(t)
		bytesOf := func(event []byte) uint64 {
			const runs = 50
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			for range runs {
				_, err := e.Invoke(context.Background(), event)
				require.NoError(t, err)
			}
			runtime.ReadMemStats(&after)
			return (after.TotalAlloc - before.TotalAlloc) / runs
		}
		assert.InDelta(t, bytesOf(small), bytesOf(event), 4096, "a body of 4 MiB costs what one of 2 KB does")
	})
}

func TestSourceAddresses(t *testing.T) {
	ranges := func(c *partner.Config) {
		c.SourceIPRanges = []netip.Prefix{netip.MustParsePrefix("44.238.19.20/32"), netip.MustParsePrefix("2001:db8::/32")}
	}
	for address, status := range map[string]int{
		"44.238.19.20": 200, "44.238.19.21": 401, "2001:db8::1": 200, "2001:db9::1": 401, "::ffff:44.238.19.20": 200, "": 401, "x": 401,
	} {
		e := newEndpoint(t, bodySigned(), ranges)
		r := e.sign(t, bodySigned(), post(`{"id":"1"}`))
		r.sourceIP = address
		assert.Equal(t, status, e.send(t, r).Status, address)
	}
}

// A partner that signs nothing: the path holds what only it knows.
func TestSecretInThePath(t *testing.T) {
	scheme := &signature.Scheme{Name: "verbit", Kind: signature.SharedSecret, Signatures: []signature.Source{{In: "path"}}}
	send := func(e *endpoint, segment string) int {
		r := post(`{"job_id":"1"}`)
		r.resource, r.URL = "/partner/{secret}", "/partner/"+segment
		return e.send(t, r).Status
	}
	e := newEndpoint(t, scheme)
	assert.Equal(t, 200, send(e, goodSecret))
	assert.Equal(t, 401, send(e, goodSecret+"x"))
	assert.Len(t, e.bus.events, 1)
	assert.NotContains(t, e.logs.String(), goodSecret)
}

func TestNothingIsAcknowledgedThatIsNotDurable(t *testing.T) {
	for name, c := range map[string]struct {
		sabotage func(*endpoint)
		reason   string
	}{
		"bus refuses": {func(e *endpoint) {
			e.bus.refuse = func(receiver.Event) error { return errors.New("refused: ThrottlingException") }
		}, "publish"},
		"secret is missing":  {func(e *endpoint) { delete(e.secrets.text, secretARN) }, "secret"},
		"secret is unusable": {func(e *endpoint) { e.secrets.put(secretARN, `{"current":7}`) }, "secret"},
		"claims are down":    {func(e *endpoint) { e.claims.fail["Claim"] = errors.New("timeout") }, "claim"},
		"bucket is down":     {func(e *endpoint) { e.blobs.down = errors.New("timeout") }, "publish"},
	} {
		t.Run(name, func(t *testing.T) {
			scheme := bodySigned()
			scheme.Ack.RetryAfter = 90 * time.Second
			e := newEndpoint(t, scheme, remembering, func(c *partner.Config) { c.InlineSize = 1 << 10 })
			r := e.sign(t, scheme, post(`{"id":"1","text":"`+strings.Repeat("x", 2<<10)+`"}`))
			c.sabotage(e)

			got := e.send(t, r)

			assert.Equal(t, 503, got.Status)
			assert.Equal(t, "90", got.Headers["Retry-After"])
			assert.Empty(t, got.Body)
			assert.Empty(t, e.bus.events)
			failed := e.counts(t)
			assert.Equal(t, 1, failed["Failed /partner "+c.reason], "%v", failed)
			assert.NotContains(t, e.logs.String(), goodSecret)
		})
	}
}

func TestAFailureBeforeThePartnerIsKnown(t *testing.T) {
	for _, broken := range []func(*endpoint){
		func(e *endpoint) { e.secrets.down = errors.New("timeout") },
		func(e *endpoint) { e.secrets.put(configurationARN, `{`) },
		func(e *endpoint) { e.secrets.put(configurationARN, `{"other":{}}`) },
		func(e *endpoint) {
			e.secrets.put(configurationARN, `{"partners":{"/partner":{"preset":"of a later release"}}}`)
		},
	} {
		e := newEndpoint(t, bodySigned())
		broken(e)
		got := e.send(t, e.sign(t, bodySigned(), post(`{"id":"1"}`)))
		assert.Equal(t, 503, got.Status)
		assert.Equal(t, "30", got.Headers["Retry-After"])
		assert.Equal(t, map[string]int{"Failed unknown configuration": 1}, e.counts(t))
	}
}

func TestTheTimeThatThePartnerWaitsIsNotExceeded(t *testing.T) {
	scheme := bodySigned()
	scheme.Ack.Budget = 50 * time.Millisecond
	e := newEndpoint(t, scheme, remembering)
	var left time.Duration
	e.bus.refuse = func(receiver.Event) error { return nil }
	publisher := &slowBus{}
	e.restartWith(publisher)

	got := e.send(t, e.sign(t, scheme, post(`{"id":"1"}`)))

	assert.Equal(t, 503, got.Status)
	left = publisher.left
	assert.Positive(t, left)
	assert.LessOrEqual(t, left, 40*time.Millisecond, "four fifths of the budget")
	assert.Empty(t, e.claims.items, "the claim is released although the time is used up")
}

// slowBus never answers.
type slowBus struct{ left time.Duration }

func (b *slowBus) Publish(ctx context.Context, _ partner.Destination, events []receiver.Event) []error {
	deadline, _ := ctx.Deadline()
	b.left = time.Until(deadline)
	<-ctx.Done()
	failed := make([]error, len(events))
	for i := range failed {
		failed[i] = ctx.Err()
	}
	return failed
}

func TestConfirmByAPI(t *testing.T) {
	unsigned := func() *signature.Scheme {
		return &signature.Scheme{Name: "signiant", Kind: signature.None,
			EventID: []signature.Template{"{json.transferId}"}, EventType: []signature.Template{"{json.eventType}"}}
	}
	const functionARN = "arn:aws:lambda:eu-west-1:111122223333:function:Ask"
	asking := func(c *partner.Config) { c.Secret, c.Confirm = "", functionARN }
	r := post(`{"transferId":"t-1","eventType":"package.upload.complete"}`)

	e := newEndpoint(t, unsigned(), asking)
	assert.Equal(t, 401, e.send(t, r).Status, "the function says no")
	assert.Empty(t, e.bus.events)
	assert.Equal(t, 1, e.counts(t)["Rejected /partner not_confirmed"])

	e.confirmer.err = errors.New("timeout")
	assert.Equal(t, 503, e.send(t, r).Status, "the function does not know")
	assert.Empty(t, e.bus.events)

	e.confirmer.accept, e.confirmer.err = true, nil
	assert.Equal(t, 200, e.send(t, r).Status)
	assert.Len(t, e.bus.events, 1)
	arn, question, _ := strings.Cut(e.confirmer.asked[2], " ")
	assert.Equal(t, functionARN, arn)
	assert.JSONEq(t, `{"partner":"/partner","events":[{"id":"t-1","type":"package.upload.complete"}],"method":"POST",
		"contentType":"application/json","body":"eyJ0cmFuc2ZlcklkIjoidC0xIiwiZXZlbnRUeXBlIjoicGFja2FnZS51cGxvYWQuY29tcGxldGUifQ=="}`, question)
}

func TestAnEventThatIsNotAPIGateways(t *testing.T) {
	e := newEndpoint(t, bodySigned())
	for event, want := range map[string]string{
		`[]`:         "read API Gateway event: json: cannot unmarshal array into Go value of type receiver.apiRequest",
		`{"a":1}`:    "read API Gateway event: it has no resource or no httpMethod; is the function behind a REST API?",
		`{"body":1}`: "read API Gateway event: body is not a string",
	} {
		_, err := e.Invoke(context.Background(), []byte(event))
		assert.EqualError(t, err, want)
	}
}

func TestLogsCarryIDsAndNeitherBodyNorSecret(t *testing.T) {
	e := newEndpoint(t, bodySigned())
	e.send(t, e.sign(t, bodySigned(), post(`{"id":"ev-1","type":"asset.ready","asset":"as-7","title":"Unreleased Film"}`)))
	var line map[string]any
	require.NoError(t, json.Unmarshal(e.logs.Bytes(), &line))
	delete(line, "timestamp")
	assert.Equal(t, map[string]any{
		"level": "INFO", "message": "accepted", "partner": "/partner", "apiRequestId": "api-request-1",
		"eventId": "ev-1", "assetId": "as-7", "type": "asset.ready", "published": 1.0, "duplicates": 0.0,
	}, line)
}

// restartWith is a new instance with another publisher.
func (e *endpoint) restartWith(p receiver.Publisher) {
	e.Receiver = receiver.New(e.options(p))
}
