package receiver_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/internal/telemetry"
	"github.com/mediasupplychain/cdk/internal/webhook/partner"
	"github.com/mediasupplychain/cdk/internal/webhook/receiver"
	"github.com/mediasupplychain/cdk/internal/wire"
	"github.com/mediasupplychain/cdk/webhook/signature"
)

const (
	configurationARN = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:Configuration-a1b2c3"
	secretARN        = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:Partner-a1b2c3"
	busARN           = "arn:aws:events:eu-west-1:111122223333:event-bus/partners"
	goodSecret       = "a-secret-of-the-partner"
)

// endpoint is a receiver with everything around it.
type endpoint struct {
	*receiver.Receiver
	clock     *clock
	secrets   *secretStore
	bus       *bus
	claims    *claims
	blobs     *blobs
	confirmer *confirmer
	internet  *internet
	logs      *bytes.Buffer
	metrics   *bytes.Buffer
}

// newEndpoint has one partner at "/partner" with the given scheme; each edit
// changes its configuration.
func newEndpoint(t testing.TB, scheme *signature.Scheme, edits ...func(*partner.Config)) *endpoint {
	t.Helper()
	config := partner.NewConfig(scheme)
	config.Secret, config.Source, config.Destination = secretARN, "/partners/partner", partner.Destination{Bus: busARN}
	config.MaxBodySize, config.InlineSize = 1<<20, 200<<10
	for _, edit := range edits {
		edit(&config)
	}
	return newEndpointOf(t, map[string]partner.Config{"/partner": config})
}

func newEndpointOf(t testing.TB, partners map[string]partner.Config) *endpoint {
	t.Helper()
	e := &endpoint{
		clock:   &clock{at: time.Date(2026, 11, 2, 10, 0, 0, 0, time.UTC)},
		secrets: &secretStore{text: map[string]map[string]string{}, reads: map[string]int{}},
		bus:     &bus{}, claims: &claims{items: map[string]claim{}, fail: map[string]error{}},
		blobs: &blobs{objects: map[string]string{}}, confirmer: &confirmer{}, internet: &internet{},
		logs: &bytes.Buffer{}, metrics: &bytes.Buffer{},
	}
	document, err := json.Marshal(map[string]any{"partners": partners})
	require.NoError(t, err)
	e.secrets.put(configurationARN, string(document))
	e.secrets.put(secretARN, goodSecret)
	e.restart()
	return e
}

// restart is a new instance of the function: its caches are empty.
func (e *endpoint) restart() { e.Receiver = receiver.New(e.options(e.bus)) }

func (e *endpoint) options(publisher receiver.Publisher) receiver.Options {
	return receiver.Options{
		Configuration: configurationARN,
		Secrets:       e.secrets, Publisher: publisher, Claims: e.claims, Blobs: e.blobs, Confirmer: e.confirmer, HTTP: e.internet,
		Now: e.clock.now,
		Log: slog.New(telemetry.NewHandler(e.logs, slog.LevelInfo)),
		Metrics: telemetry.NewMetricsTo(e.metrics, e.clock.now,
			telemetry.Dimension{Name: wire.DimensionFunction, Value: "webhook"}),
	}
}

// reply is what the partner sees.
type reply struct {
	Status  int               `json:"statusCode"`
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body"`
}

// request is what the partner sends.
type request struct {
	signature.Request
	resource  string // default "/partner"
	sourceIP  string
	requestID string // default "api-request-1"
	asText    bool   // the body does not come as base64
	raw       map[string]any
}

func post(body string) request {
	return request{Request: signature.Request{
		Method: http.MethodPost, Body: []byte(body),
		Header: http.Header{"Content-Type": {"application/json"}},
	}}
}

// send hands the request over as API Gateway does.
func (e *endpoint) send(t testing.TB, r request) reply {
	t.Helper()
	out, err := e.Invoke(context.Background(), r.event(t))
	require.NoError(t, err)
	var got reply
	require.NoError(t, json.Unmarshal(out, &got))
	return got
}

func (r request) event(t testing.TB) []byte {
	t.Helper()
	resource := r.resource
	if resource == "" {
		resource = "/partner"
	}
	requestID := r.requestID
	if requestID == "" {
		requestID = "api-request-1"
	}
	u, err := url.Parse(r.URL)
	require.NoError(t, err)
	path := u.Path
	if path == "" {
		path = resource
	}
	single := map[string]string{}
	for name, values := range r.Header {
		single[name] = values[len(values)-1]
	}
	event := map[string]any{
		"resource": resource, "path": path, "httpMethod": r.Method,
		"headers": single, "multiValueHeaders": r.Header,
		"queryStringParameters": nil, "multiValueQueryStringParameters": nil,
		"pathParameters": nil, "stageVariables": nil,
		"requestContext": map[string]any{
			"requestId": requestID, "domainName": "abc123.execute-api.eu-west-1.amazonaws.com", "path": "/prod" + path,
			"stage": "prod", "identity": map[string]any{"sourceIp": r.sourceIP, "userAgent": "partner/1.0"},
		},
		"body": nil, "isBase64Encoded": false,
	}
	if u.RawQuery != "" {
		event["multiValueQueryStringParameters"] = u.Query()
	}
	switch {
	case r.Body != nil && r.asText:
		event["body"] = string(r.Body)
	case r.Body != nil:
		event["body"], event["isBase64Encoded"] = base64.StdEncoding.EncodeToString(r.Body), true
	}
	for name, value := range r.raw {
		event[name] = value
	}
	text, err := json.Marshal(event)
	require.NoError(t, err)
	return text
}

// sign does what the partner does, with the given secret, at the endpoint's time.
func (e *endpoint) sign(t testing.TB, scheme *signature.Scheme, r request, secrets ...string) request {
	t.Helper()
	if len(secrets) == 0 {
		secrets = []string{goodSecret}
	}
	signed, err := scheme.Sign(r.Request, signature.Plain(secrets...), e.clock.now())
	require.NoError(t, err)
	r.Request = *signed
	return r
}

// counts are the metrics so far, by name and dimensions such as
// "Rejected /partner mismatch".
func (e *endpoint) counts(t testing.TB) map[string]int {
	t.Helper()
	all := map[string]int{}
	for _, line := range bytes.Split(bytes.TrimSpace(e.metrics.Bytes()), []byte("\n")) {
		var doc map[string]any
		require.NoError(t, json.Unmarshal(line, &doc))
		for name, value := range doc {
			if n, ok := value.(float64); ok && name != "Duration" {
				key := fmt.Sprintf("%s %v", name, doc["Partner"])
				if reason := doc["Reason"]; reason != nil {
					key += fmt.Sprint(" ", reason)
				}
				all[key] += int(n)
			}
		}
	}
	return all
}

// document is a published event.
func document(t testing.TB, e receiver.Event) map[string]any {
	t.Helper()
	var d map[string]any
	require.NoError(t, json.Unmarshal(e.Document, &d))
	return d
}

// bodySigned is a scheme that signs the body and nothing else.
func bodySigned() *signature.Scheme {
	return &signature.Scheme{
		Name: "acme", Kind: signature.HMAC, Hash: signature.SHA256, Encoding: signature.Hex,
		Signatures: []signature.Source{{In: "header.Acme-Signature"}},
		Content:    "{body}",
		EventID:    []signature.Template{"{json.id}"},
		EventType:  []signature.Template{"{json.type}"},
		AssetID:    []signature.Template{"{json.asset}"},
	}
}

// remembering turns the memory of event ids on.
func remembering(c *partner.Config) { c.RememberSeconds = int64((7 * 24 * time.Hour) / time.Second) }
