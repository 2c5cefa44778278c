package coldstart_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/internal/golambda"
	"github.com/mediasupplychain/cdk/internal/webhook/partner"
	"github.com/mediasupplychain/cdk/internal/wire"
	"github.com/mediasupplychain/cdk/test/bench/coldstart"
	"github.com/mediasupplychain/cdk/webhook/signature"
)

// What the webhook function is held to on a machine of 2020s' make: it is a
// fraction of the shortest time a partner waits (3 seconds, Slack).
const (
	maxAnswer = 15 * time.Millisecond
	maxPeak   = 20 << 20
)

const (
	partners  = 50
	secret    = "secret-of-the-partner"
	secretARN = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:partner-a1b2c3"
)

// The first answer takes everything a function can do: the configuration of 50
// partners is read, then a secret and its previous version, the signature is
// verified, the event's id claimed, the event published, the claim confirmed.
func TestTheWebhookFunctionStartsWithinItsLimits(t *testing.T) {
	starts, err := coldstart.Repeat(t.Context(), webhook(t, handler(t)), 30)
	require.NoError(t, err)
	for _, s := range starts {
		assert.Contains(t, string(s.Body), `"statusCode":200`)
	}
	// The fastest start, since others may be using this machine.
	assert.LessOrEqual(t, starts.Answer(0), maxAnswer)
	assert.LessOrEqual(t, starts.Peak(), int64(maxPeak))
	t.Logf("first answer after %s (median), %.1f MB", starts.Answer(0.5).Round(10*time.Microsecond), megabytes(starts))
}

// BenchmarkWebhook compares the function with the same work in Node.js and
// Python. Theirs is written with the standard libraries only: with an AWS SDK to
// load, as one would write it, they take longer still.
func BenchmarkWebhook(b *testing.B) {
	var ours time.Duration
	for _, language := range []struct {
		name    string
		command []string
	}{
		{"go", handler(b)},
		{"node", interpreted(b, "node", "webhook.mjs")},
		{"python", interpreted(b, "python3", "webhook.py")},
	} {
		b.Run(language.name, func(b *testing.B) {
			if language.command == nil {
				b.Skip("the interpreter is not installed")
			}
			f := webhook(b, language.command)
			var starts coldstart.Starts
			for b.Loop() {
				s, err := coldstart.Run(b.Context(), f)
				require.NoError(b, err)
				require.Contains(b, string(s.Body), "200")
				starts = append(starts, s)
			}
			if ours == 0 {
				ours = starts.Answer(0.5)
			}
			b.ReportMetric(milliseconds(starts.Answer(0.5)), "p50-ms")
			b.ReportMetric(milliseconds(starts.Answer(0.9)), "p90-ms")
			b.ReportMetric(megabytes(starts), "MB")
			b.ReportMetric(float64(starts.Answer(0.5))/float64(ours), "x-go")
		})
	}
}

func milliseconds(d time.Duration) float64      { return float64(d.Microseconds()) / 1000 }
func megabytes(starts coldstart.Starts) float64 { return float64(starts.Peak()) / (1 << 20) }

// handler builds the function as the construct does, for this machine.
func handler(t testing.TB) []string {
	t.Helper()
	spec, err := golambda.Handler("internal/lambda/webhook", runtime.GOARCH)
	require.NoError(t, err)
	asset, err := golambda.Build(spec)
	require.NoError(t, err)
	return []string{filepath.Join(asset.Dir, "bootstrap")}
}

func interpreted(t testing.TB, interpreter, script string) []string {
	t.Helper()
	path, err := exec.LookPath(interpreter)
	if err != nil {
		return nil
	}
	script, err = filepath.Abs(filepath.Join("testdata", script))
	require.NoError(t, err)
	return []string{path, script}
}

// webhook is the function with an event of a partner that signs no time, so that
// its id is remembered.
func webhook(t testing.TB, command []string) coldstart.Function {
	t.Helper()
	signed, err := signature.GitHub().Sign(signature.Request{
		Method: http.MethodPost, Body: []byte(`{"action":"published","release":{"id":1,"tag_name":"v1"}}`),
		Header: http.Header{"Content-Type": {"application/json"}, "X-GitHub-Event": {"release"}, "X-GitHub-Delivery": {"72d3162e-cc78-11e3-81ab-4c9367dc0958"}},
	}, signature.Plain(secret), time.Now())
	require.NoError(t, err)
	event, err := json.Marshal(map[string]any{
		"resource": "/partner7", "path": "/partner7", "httpMethod": "POST", "multiValueHeaders": signed.Header,
		"requestContext": map[string]any{
			"requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef", "domainName": "a1b2c3.execute-api.eu-west-1.amazonaws.com",
			"path": "/prod/partner7", "identity": map[string]any{"sourceIp": "192.0.2.1"},
		},
		"body": base64.StdEncoding.EncodeToString(signed.Body), "isBase64Encoded": true,
	})
	require.NoError(t, err)
	return coldstart.Function{
		Command: command, Event: event, AWS: services(t),
		Environment: []string{
			wire.EnvWebhookConfiguration + "=configuration", wire.EnvWebhookClaimsTable + "=claims", wire.EnvWebhookBucket + "=bucket",
		},
	}
}

// services answers what the function asks AWS for.
func services(t testing.TB) http.Handler {
	t.Helper()
	configured := map[string]partner.Config{}
	for i := range partners {
		c := partner.NewConfig(signature.GitHub())
		if i%2 == 0 { // half of them with a scheme in full
			scheme := signature.Mux()
			scheme.RetryHorizon = time.Hour
			c = partner.NewConfig(scheme)
		}
		c.Secret, c.Source, c.Destination = secretARN, fmt.Sprint("/partners/partner", i), partner.Destination{Bus: "arn:aws:events:eu-west-1:111122223333:event-bus/partners"}
		c.RememberSeconds, c.MaxBodySize, c.InlineSize = 604800, 1<<20, 200<<10
		configured[fmt.Sprint("/partner", i)] = c
	}
	configuration, err := json.Marshal(map[string]any{"partners": configured})
	require.NoError(t, err)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var answer any = map[string]any{}
		switch target := r.Header.Get("X-Amz-Target"); {
		case strings.HasSuffix(target, ".GetSecretValue") && strings.Contains(string(body), `"configuration"`):
			answer = map[string]any{"SecretString": string(configuration)}
		case strings.HasSuffix(target, ".GetSecretValue"):
			answer = map[string]any{"SecretString": secret}
		case strings.HasSuffix(target, ".PutEvents"):
			answer = map[string]any{"FailedEntryCount": 0, "Entries": []any{map[string]any{"EventId": "1"}}}
		case strings.HasSuffix(target, ".PutItem"):
		default:
			fmt.Fprintf(os.Stderr, "unexpected call %s %s %s\n", r.Method, r.URL, target)
			w.WriteHeader(http.StatusBadRequest)
		}
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		_ = json.NewEncoder(w).Encode(answer)
	})
}

func TestAFunctionThatFails(t *testing.T) {
	f := webhook(t, []string{"/bin/sh", "-c", `echo out of order; exec sleep 60`})
	f.Command = []string{"/nowhere/bootstrap"}
	_, err := coldstart.Run(t.Context(), f)
	require.EqualError(t, err, "fork/exec /nowhere/bootstrap: no such file or directory")

	f = webhook(t, handler(t))
	f.Event = []byte(`{"not":"of API Gateway"}`)
	_, err = coldstart.Run(t.Context(), f)
	assert.ErrorContains(t, err, "the function ended with an error")
}
