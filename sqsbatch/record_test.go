package sqsbatch_test

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/sqsbatch"
)

func testdata(t testing.TB, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	return text
}

func event(t testing.TB, name string) (e events.SQSEvent) {
	t.Helper()
	require.NoError(t, json.Unmarshal(testdata(t, name), &e))
	return e
}

func TestEventsSurviveTheRoundTrip(t *testing.T) {
	for _, name := range []string{"fifo.json", "standard.json"} {
		text, err := json.Marshal(event(t, name))
		require.NoError(t, err)
		assert.JSONEq(t, string(testdata(t, name)), string(text))
	}
}

// verdict is a body of testdata/fifo.json.
type verdict struct {
	AssetID string  `json:"assetId"`
	Check   string  `json:"check"`
	Verdict string  `json:"verdict"`
	LUFS    float64 `json:"lufs"`
}

func TestLambdaDeliversMessagesWithTheirIDs(t *testing.T) {
	var got []sqsbatch.Message[verdict]
	handler := lambda.NewHandler(sqsbatch.New(func(_ context.Context, m sqsbatch.Message[verdict]) error {
		got = append(got, m)
		if m.Body.Verdict != "passed" {
			return fmt.Errorf("unknown verdict %q", m.Body.Verdict)
		}
		return nil
	}, quiet()...).Handle)

	response, err := handler.Invoke(context.Background(), testdata(t, "fifo.json"))
	require.NoError(t, err)
	assert.Equal(t, `{"batchItemFailures":[{"itemIdentifier":"2e1424d4-f796-459a-8184-9c92662be6da"}]}`, string(bytes.TrimSpace(response)))

	require.Len(t, got, 2)
	m := got[0]
	assert.Equal(t, verdict{AssetID: "MAM-000417", Check: "loudness", Verdict: "passed", LUFS: -23.1}, m.Body)
	assert.Equal(t, "11d6ee51-4cc7-4302-9e22-7cd8afdaadf5", m.ID())
	assert.Equal(t, "qc-7f0c-1", m.EventID())
	assert.Equal(t, "qc-7f0c-1", m.DeduplicationID())
	assert.Equal(t, "MAM-000417", m.GroupID())
	assert.Equal(t, "18849496460467696128", m.SequenceNumber())
	assert.Equal(t, 1, m.ReceiveCount())
	assert.Equal(t, time.UnixMilli(1790000000774), m.SentAt())
	assert.Equal(t, "vidchecker", m.Attribute("partner"))
	assert.Empty(t, m.Attribute("fingerprint"), "a binary attribute has no text")
	assert.Equal(t, []byte{0xde, 0xad, 0xbe, 0xef}, m.MessageAttributes["fingerprint"].BinaryValue)
	assert.Equal(t, 3, got[1].ReceiveCount())
}

func TestAStandardMessagesEventIDIsItsID(t *testing.T) {
	r := sqsbatch.Record{SQSMessage: event(t, "standard.json").Records[0]}
	assert.Equal(t, "059f36b4-87a3-44ab-83d2-661975830a7d", r.EventID())
	assert.Empty(t, r.GroupID())
	assert.Empty(t, r.DeduplicationID())
	assert.Empty(t, r.SequenceNumber())
}

func TestTheZeroRecordIsGoodForTests(t *testing.T) {
	m := sqsbatch.Message[verdict]{Body: verdict{Verdict: "passed"}}
	assert.Equal(t, 1, m.ReceiveCount())
	assert.Zero(t, m.SentAt())
	assert.Empty(t, m.EventID())
	assert.Empty(t, m.Attribute("partner"))
}

func TestAMessageInALogIsItsIDs(t *testing.T) {
	var w bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&w, nil))
	log.Info("checked", "message", sqsbatch.Message[verdict]{Record: sqsbatch.Record{SQSMessage: event(t, "fifo.json").Records[1]}, Body: verdict{Verdict: "confidential"}})

	var line struct{ Message json.RawMessage }
	require.NoError(t, json.Unmarshal(w.Bytes(), &line))
	assert.JSONEq(t, `{"messageId":"2e1424d4-f796-459a-8184-9c92662be6da","eventId":"qc-7f0c-2","messageGroup":"MAM-000417","receiveCount":3}`, string(line.Message))
}

// job is a body that is XML.
type job struct {
	ID string `xml:"id,attr"`
}

func (j *job) UnmarshalBody(body string) error { return xml.Unmarshal([]byte(body), j) }

func TestBodiesOfOtherFormats(t *testing.T) {
	var jobs []string
	results := sqsbatch.New(func(_ context.Context, m sqsbatch.Message[job]) error {
		jobs = append(jobs, m.Body.ID)
		return nil
	}, quiet()...).Process(context.Background(), event(t, "standard.json"))
	assert.Equal(t, []string{"tr-9914"}, jobs)
	assert.True(t, sqsbatch.IsPermanent(results[0].Err))
	assert.EqualError(t, results[0].Err, "decode body: EOF")

	var texts []sqsbatch.Text
	sqsbatch.New(func(_ context.Context, m sqsbatch.Message[sqsbatch.Text]) error {
		texts = append(texts, m.Body)
		return nil
	}, quiet()...).Process(context.Background(), event(t, "standard.json"))
	assert.Equal(t, sqsbatch.Text(`<job id="tr-9914"/>`), texts[1])
}
