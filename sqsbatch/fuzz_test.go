package sqsbatch_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/sqsbatch"
)

// Whatever Lambda is handed, the response is one that SQS understands, and each
// message is either reported or was done.
func FuzzHandle(f *testing.F) {
	f.Add(testdata(f, "fifo.json"))
	f.Add(testdata(f, "standard.json"))
	for _, raw := range []string{
		``, `null`, `[]`, `{}`, `{"Records":null}`, `{"Records":[null]}`, `{"Records":[{}]}`, `{"Records":{}}`,
		`{"Records":[{"messageId":"1"},{"messageId":"1","body":"{}"}]}`,
		`{"Records":[{"messageId":"1","body":"{}","eventSourceARN":".fifo"},{"messageId":"2","eventSourceARN":"x"}]}`,
		`{"Records":[{"messageId":"1","messageAttributes":{"DeadLetterOrigin":{"stringValue":"{\"eventId\":\"x\"}"},"b":{"binaryValue":"AA=="}}}]}`,
		`{"Records":[{"messageId":"1","attributes":{"ApproximateReceiveCount":"-9","SentTimestamp":"soon"},"body":"\ud800"}]}`,
		`{"Records":[{"EventSource":"aws:sns","Sns":{"Message":"{}"}}]}`,
		`{"body":"{}","httpMethod":"POST"}`,
	} {
		f.Add([]byte(raw))
	}

	f.Fuzz(func(t *testing.T, raw []byte) {
		done := map[string]int{}
		queue := &fakeSQS{}
		handler := lambda.NewHandler(sqsbatch.New(func(_ context.Context, m sqsbatch.Message[map[string]any]) error {
			if len(m.Body)%2 == 1 {
				return errors.New("odd")
			}
			done[m.ID()]++
			return nil
		}, quiet(sqsbatch.WithDeadLetterQueue(deadFIFOURL), sqsbatch.WithSender(queue))...).Handle)

		out, err := handler.Invoke(context.Background(), raw)
		if err != nil {
			assert.Empty(t, done, "an error makes Lambda deliver the batch again")
			assert.Empty(t, queue.sent)
			return
		}
		var response events.SQSEventResponse
		require.NoError(t, json.Unmarshal(out, &response))
		require.NotNil(t, response.BatchItemFailures)
		again := map[string]bool{}
		for _, id := range reported(response) {
			require.NotEmpty(t, id, "SQS takes it for a failure of the whole batch")
			require.False(t, again[id], "reported twice")
			again[id] = true
		}
		for _, in := range queue.sent {
			require.LessOrEqual(t, len(in.MessageAttributes), 10)
			require.NotEmpty(t, *in.MessageGroupId)
			done[*in.MessageDeduplicationId]++
		}

		var event events.SQSEvent
		require.NoError(t, json.NewDecoder(bytes.NewReader(raw)).Decode(&event), "as Lambda reads it: what follows the object is ignored")
		for _, r := range event.Records {
			require.True(t, again[r.MessageId] || done[r.MessageId] > 0, "%q is lost", r.MessageId)
			delete(again, r.MessageId)
		}
		require.Empty(t, again, "reported and not of this batch")
	})
}
