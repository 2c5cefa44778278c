package sqsbatch_test

import (
	"context"
	"crypto/md5" // SQS's digest of a body
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/sqsbatch"
)

// service answers as SQS does, and keeps what it was asked.
type service struct {
	*httptest.Server
	calls []string
}

func newService(t *testing.T) *service {
	s := &service{}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)

	missing := filepath.Join(t.TempDir(), "none")
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": s.URL, "AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "key",
		"AWS_PROFILE": "", "AWS_CONFIG_FILE": missing, "AWS_SHARED_CREDENTIALS_FILE": missing,
	} {
		t.Setenv(name, value)
	}
	return s
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in struct {
		QueueURL          string `json:"QueueUrl"`
		MessageBody       string
		VisibilityTimeout int
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.calls = append(s.calls, fmt.Sprintf("%s %s %s %d", r.Header.Get("X-Amz-Target"), in.QueueURL, in.MessageBody, in.VisibilityTimeout))
	digest := md5.Sum([]byte(in.MessageBody))
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	_, _ = fmt.Fprintf(w, `{"MessageId":"1","MD5OfMessageBody":"%s"}`, hex.EncodeToString(digest[:]))
}

func TestTheClientIsMadeOnceAndOnlyWhenNeeded(t *testing.T) {
	sqs := newService(t)
	t.Setenv("AWS_PROFILE", "missing") // so that making it fails
	p := sqsbatch.New(consume, quiet(sqsbatch.WithDeadLetterQueue(deadURL), sqsbatch.WithBackoff(10*time.Second, time.Minute),
		sqsbatch.WithRandom(func() float64 { return 0 }))...)

	assert.Equal(t, "a1 succeeded", outcome(p.Process(context.Background(), batch(standardARN, "a1"))), "needs none")

	results := p.Process(context.Background(), batch(standardARN, "a1x"))
	assert.Equal(t, "a1 failed", outcome(results))
	assert.ErrorContains(t, results[0].Err, "move to the dead-letter queue: load AWS configuration: ")
	require.Empty(t, sqs.calls)

	t.Setenv("AWS_PROFILE", "") // a failure is not for ever
	assert.Equal(t, "a1 dead-lettered", outcome(p.Process(context.Background(), batch(standardARN, "a1x"))))
	t.Setenv("AWS_PROFILE", "missing") // another client could not be made
	assert.Equal(t, "a2 failed, a3 dead-lettered", outcome(p.Process(context.Background(), batch(standardARN, "a2! a3x"))))
	assert.Equal(t, []string{
		`AmazonSQS.SendMessage https://sqs.eu-west-1.amazonaws.com/111122223333/dead "a1x" 0`,
		`AmazonSQS.ChangeMessageVisibility https://sqs.eu-west-1.amazonaws.com/111122223333/transcodes  5`,
		`AmazonSQS.SendMessage https://sqs.eu-west-1.amazonaws.com/111122223333/dead "a3x" 0`,
	}, sqs.calls)
}
