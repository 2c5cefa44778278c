package e2e

import (
	"bytes"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/test/drive"
	"github.com/mediasupplychain/cdk/test/localcloud"
	"github.com/mediasupplychain/cdk/webhook/signature"
)

// endpoint is a deployed webhook endpoint under test.
type endpoint struct {
	*drive.Operator
	cloud         *localcloud.Cloud
	url, function string
	secrets       map[string]string // by path
	sent          int
}

// What the webhook function is granted is enough, and nothing of it can go:
// without any one action, an event is not accepted that should be.
func TestEachGrantOfTheWebhookFunctionIsNeeded(t *testing.T) {
	e := deployWebhookGrants(t)
	require.Equal(t, allAccepted, e.exercise(t), "with all grants")
	grants, err := e.Grants(t.Context())
	require.NoError(t, err)
	shown := 0
	for _, grant := range grants {
		if !strings.HasPrefix(grant.Role, "WebhookGrants-WebhooksFunction") {
			continue // the CDK's own
		}
		if grant.Action == batchOfMessages {
			continue // goes with sqs:SendMessage
		}
		shown++
		t.Run(grant.Action+" "+grant.Resource, func(t *testing.T) {
			restore, err := e.Revoke(t.Context(), grant, batchOf(grant))
			require.NoError(t, err)
			assert.NotEqual(t, allAccepted, e.exercise(t), "%s is not needed", grant)
			require.NoError(t, restore(t.Context()))
		})
	}
	assert.Equal(t, 8, shown)
	require.Equal(t, allAccepted, e.exercise(t), "with all grants again")
}

// batchOf is what the local cloud checks instead of a grant where messages are
// sent as a batch: an action that is only there beside sqs:SendMessage.
func batchOf(grant drive.Grant) drive.Grant {
	grant.Action = batchOfMessages
	return grant
}

func deployWebhookGrants(t *testing.T) *endpoint {
	t.Helper()
	strict := strict(t)
	directory, err := filepath.Abs(filepath.Join("testdata", "webhookgrants"))
	require.NoError(t, err)
	app, err := strict.DeployApp(t.Context(), "webhook-grants", directory)
	require.NoError(t, err)
	e := &endpoint{Operator: drive.NewOperator(strict, app), cloud: strict, secrets: map[string]string{}}
	e.url, err = app.Output("WebhookUrl")
	require.NoError(t, err)
	e.function, err = app.Output("FunctionName")
	require.NoError(t, err)
	for path, arn := range partnerSecrets(t, app.Output) {
		got, err := secretsmanager.NewFromConfig(strict.Config()).GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: aws.String(arn)})
		require.NoError(t, err)
		e.secrets[path] = *got.SecretString
	}
	return e
}

// allAccepted is the answer to each of the events of exercise.
var allAccepted = map[string]int{"to the bus": 200, "to the queue": 200, "confirmed": 200, "large": 200, "again after a failure": 200}

// exercise makes the function do all it can, in a new instance that remembers
// neither configuration nor secrets.
func (e *endpoint) exercise(t *testing.T) map[string]int {
	t.Helper()
	e.restart(t)
	small := `{"action":"published"}`
	answers := map[string]int{
		"to the bus":   e.send(t, "/bus", e.next(), small),
		"to the queue": e.send(t, "/queue", e.next(), small),
		"confirmed":    e.send(t, "/confirmed", e.next(), small),
		"large":        e.send(t, "/bus", e.next(), `{"action":"`+strings.Repeat("x", 2000)+`"}`),
	}
	answers["again after a failure"] = e.failOnce(t, small)
	return answers
}

// failOnce sends an event that cannot be published, and then can: the claim of
// the first attempt must have been given back.
func (e *endpoint) failOnce(t *testing.T, body string) int {
	t.Helper()
	grants, err := e.Grants(t.Context())
	require.NoError(t, err)
	i := slices.IndexFunc(grants, func(g drive.Grant) bool { return g.Action == "events:PutEvents" })
	if i < 0 {
		return http.StatusServiceUnavailable // it is revoked already
	}
	restore, err := e.Revoke(t.Context(), grants[i])
	require.NoError(t, err)
	id := e.next()
	e.send(t, "/bus", id, body)
	require.NoError(t, restore(t.Context()))
	e.restart(t) // an instance takes up its own claims
	return e.send(t, "/bus", id, body)
}

func (e *endpoint) next() string {
	e.sent++
	return fmt.Sprintf("delivery-%d", e.sent)
}

func (e *endpoint) send(t *testing.T, path, id, body string) int {
	t.Helper()
	r, err := signature.GitHub().Sign(signature.Request{
		Method: http.MethodPost, URL: strings.TrimSuffix(e.url, "/") + path, Body: []byte(body),
		Header: http.Header{"Content-Type": {"application/json"}, "X-GitHub-Event": {"release"}, "X-GitHub-Delivery": {id}},
	}, signature.Plain(e.secrets[path]), time.Now())
	require.NoError(t, err)
	request, err := http.NewRequestWithContext(t.Context(), r.Method, r.URL, bytes.NewReader(r.Body))
	require.NoError(t, err)
	request.Header = r.Header
	response, err := e.cloud.HTTPClient().Do(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	return response.StatusCode
}

// restart replaces the function's instances, as a change of its environment
// does.
func (e *endpoint) restart(t *testing.T) {
	t.Helper()
	client := lambda.NewFromConfig(e.cloud.Config())
	now, err := client.GetFunctionConfiguration(t.Context(), &lambda.GetFunctionConfigurationInput{FunctionName: &e.function})
	require.NoError(t, err)
	variables := now.Environment.Variables
	variables["STARTED"] = e.next()
	_, err = client.UpdateFunctionConfiguration(t.Context(), &lambda.UpdateFunctionConfigurationInput{
		FunctionName: &e.function, Environment: &types.Environment{Variables: variables},
	})
	require.NoError(t, err)
}
