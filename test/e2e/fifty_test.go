package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/test/e2e/fifty"
	"github.com/mediasupplychain/cdk/webhook/signature"
)

// Every preset, on one endpoint with fifty partners: a signed request is
// accepted and its event published under the partner's source, and the same
// request with a byte changed is not.
func TestFiftyPartnersOnOneEndpoint(t *testing.T) {
	directory, err := filepath.Abs(filepath.Join("testdata", "fifty"))
	require.NoError(t, err)
	app, err := cloud.DeployApp(t.Context(), "fifty-partners", directory)
	require.NoError(t, err)
	url, err := app.Output("WebhookUrl")
	require.NoError(t, err)
	secrets := partnerSecrets(t, app.Output)

	want := map[string]bool{}
	for i, scheme := range fifty.Schemes() {
		path := fmt.Sprintf("/partners/p%d", i)
		t.Run(path+" "+scheme.Name, func(t *testing.T) {
			sign, verify := storeSecret(t, secrets[path], scheme)
			if scheme.Kind == signature.None {
				scheme = scheme.WithPathSecret()
			}
			signed, err := scheme.Sign(unsigned(scheme, strings.TrimSuffix(url, "/")+path, sign), signature.Plain(sign), time.Now())
			require.NoError(t, err)

			assert.Equal(t, scheme.Acknowledgement().RejectStatus, status(t, forge(signed, verify)), "forged")
			assert.Equal(t, scheme.Acknowledgement().Status, status(t, signed), "signed")
			want["/partners"+path] = true
		})
	}
	queue, err := app.Output("QueueUrl")
	require.NoError(t, err)
	assert.Equal(t, want, sources(t, queue, len(want)))
}

// storeSecret puts a secret of the scheme's form into Secrets Manager. It gives
// what the partner signs with and what the endpoint verifies with.
func storeSecret(t *testing.T, arn string, scheme *signature.Scheme) (sign, verify string) {
	t.Helper()
	sign, verify = fifty.Secret(scheme)
	_, err := secretsmanager.NewFromConfig(cloud.Config()).PutSecretValue(t.Context(), &secretsmanager.PutSecretValueInput{
		SecretId: aws.String(arn), SecretString: aws.String(verify),
	})
	require.NoError(t, err)
	return sign, verify
}

func partnerSecrets(t *testing.T, output func(string) (string, error)) map[string]string {
	t.Helper()
	text, err := output("PartnerSecrets")
	require.NoError(t, err)
	var secrets map[string]string
	require.NoError(t, json.Unmarshal([]byte(text), &secrets))
	return secrets
}

// unsigned is a request as the scheme's partner makes it, before it is signed.
func unsigned(scheme *signature.Scheme, address, secret string) signature.Request {
	body, contentType := `{"id":"1","type":"asset.ready","events":[{"uuid":"1","eventType":"b2:ObjectCreated"}],"metadata":{"extra":{"callback_secret":"`+secret+`"}}}`, "application/json"
	if scheme.BodyFormat == signature.FormBody {
		body, contentType = `job_id=1&status=completed&transloadit=%7B%22ok%22%3A%22ASSEMBLY_COMPLETED%22%2C%22n%22%3A1%7D`, "application/x-www-form-urlencoded"
	}
	header := http.Header{"Content-Type": {contentType}}
	for name, value := range scheme.RequiredHeaders {
		header.Set(name, value)
	}
	return signature.Request{Method: http.MethodPost, URL: address, Header: header, Body: []byte(body)}
}

// forge changes the content, and guesses at a secret that is sent as it is.
func forge(signed *signature.Request, secret string) *signature.Request {
	forged := *signed
	forged.Header = signed.Header.Clone()
	forged.URL = strings.Replace(signed.URL, secret, "guess", 1)
	forged.Body = bytes.ReplaceAll(bytes.ReplaceAll(signed.Body, []byte(secret), []byte("guess")), []byte("1"), []byte("2"))
	for name := range forged.Header {
		if value := forged.Header.Get(name); value == secret || strings.HasPrefix(value, "Basic ") {
			forged.Header.Set(name, "guess")
		}
	}
	return &forged
}

func status(t *testing.T, r *signature.Request) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), r.Method, r.URL, bytes.NewReader(r.Body))
	require.NoError(t, err)
	request.Header = r.Header
	response, err := cloud.HTTPClient().Do(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	return response.StatusCode
}

// sources takes n events from the queue, or as many as come, and gives where
// they are from.
func sources(t *testing.T, url string, n int) map[string]bool {
	t.Helper()
	client, found := sqs.NewFromConfig(cloud.Config()), map[string]bool{}
	for deadline := time.Now().Add(patience); len(found) < n && time.Now().Before(deadline); {
		got, err := client.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{
			QueueUrl: aws.String(url), MaxNumberOfMessages: 10, WaitTimeSeconds: 1,
		})
		require.NoError(t, err)
		for _, message := range got.Messages {
			var event struct{ Source string }
			require.NoError(t, json.Unmarshal([]byte(*message.Body), &event))
			found[event.Source] = true
		}
	}
	return found
}
