package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/examples/webhook/client"
	"github.com/mediasupplychain/cdk/examples/webhook/partners"
	"github.com/mediasupplychain/cdk/webhook/signature"
)

const secret = "q7Zt1mN4c8Vb2Xk9Lp3Rs6Wd5Yf0Gh7Jq2Ea8Ub4Ic1Om6Pn"

// stored is a Secrets Manager in which every secret has this value.
type stored string

func (s stored) GetSecretValue(_ context.Context, in *secretsmanager.GetSecretValueInput, _ ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error) {
	if *in.SecretId == "" {
		return nil, errors.New("no such secret")
	}
	return &secretsmanager.GetSecretValueOutput{SecretString: aws.String(string(s))}, nil
}

// secretsOf is the output PartnerSecrets with an ARN for each of the paths.
func secretsOf(t *testing.T, arn func(path string) string) string {
	t.Helper()
	byPath := map[string]string{}
	for _, p := range partners.All() {
		byPath[p.Path] = arn(p.Path)
	}
	text, err := json.Marshal(byPath)
	require.NoError(t, err)
	return string(text)
}

func everyARN(path string) string {
	return "arn:aws:secretsmanager:eu-west-1:111122223333:secret:" + path
}

func TestAPartnerCallsWithItsOwnSecretAndAStrangerDoesNot(t *testing.T) {
	accepted := map[string]error{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, err := signature.Mux().Verify(&signature.Request{Method: r.Method, URL: r.URL.String(), Header: r.Header, Body: body}, signature.Plain(secret), time.Now())
		accepted[r.URL.Path] = err
		w.WriteHeader(http.StatusAccepted)
		_, _ = io.WriteString(w, "thanks")
	}))
	t.Cleanup(server.Close)
	all, err := client.Endpoint{BaseURL: server.URL + "/prod/", PartnerSecrets: secretsOf(t, everyARN), Secrets: stored(secret), HTTP: server.Client()}.Partners(t.Context())
	require.NoError(t, err)
	require.Len(t, all, len(partners.All()))
	mux := all[1]
	require.Equal(t, "/mux", mux.Path)

	request, err := mux.Request(partners.Message{Asset: "title-1"}, time.Now())
	require.NoError(t, err)
	answer, err := mux.Call(t.Context(), request)

	require.NoError(t, err)
	assert.Equal(t, http.StatusAccepted, answer.Status)
	assert.Equal(t, "thanks", answer.Body)
	require.Contains(t, accepted, "/prod/mux")
	require.NoError(t, accepted["/prod/mux"])

	request, err = mux.Stranger().Request(partners.Message{Asset: "title-1"}, time.Now())
	require.NoError(t, err)
	_, err = mux.Call(t.Context(), request)
	require.NoError(t, err)
	assert.ErrorIs(t, accepted["/prod/mux"], signature.ErrMismatch)
}

func TestOutputsThatDoNotFit(t *testing.T) {
	for name, c := range map[string]struct{ output, want string }{
		"no JSON":      {"", "output PartnerSecrets: unexpected end of JSON input"},
		"nobody's":     {`{"/nobody": "arn"}`, `output PartnerSecrets: no partner sends to "/nobody"; they are /frameio, /mux, /cloudinary, /box, /assemblyai, /slack, /github, /standard, /brightcove, /dubbing`},
		"one is left":  {`{}`, "output PartnerSecrets: no secret of /frameio"},
		"not readable": {secretsOf(t, func(string) string { return "" }), "secret of /frameio: no such secret"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := client.Endpoint{PartnerSecrets: c.output, Secrets: stored(secret)}.Partners(t.Context())
			assert.EqualError(t, err, c.want)
		})
	}
}
