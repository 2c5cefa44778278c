package sqsbatch_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/sqsbatch"
)

// moved processes event, whose messages fail permanently, and returns what was
// sent to the dead-letter queue.
func moved(t *testing.T, url string, event events.SQSEvent) []*sqs.SendMessageInput {
	t.Helper()
	queue := &fakeSQS{}
	p := sqsbatch.New(func(context.Context, sqsbatch.Message[string]) error {
		return sqsbatch.Permanent(errors.New("unsupported codec"))
	}, quiet(sqsbatch.WithDeadLetterQueue(url), sqsbatch.WithSender(queue))...)
	response, err := p.Handle(context.Background(), event)
	require.NoError(t, err)
	require.Empty(t, response.BatchItemFailures)
	return queue.sent
}

func text(v string) types.MessageAttributeValue {
	return types.MessageAttributeValue{DataType: aws.String("String"), StringValue: aws.String(v)}
}

func TestADeadLetterIsWhatWasSentAndWhy(t *testing.T) {
	event := batch(standardARN, "a1")
	event.Records[0].Attributes["ApproximateReceiveCount"] = "2"
	event.Records[0].Attributes["AWSTraceHeader"] = "Root=1-5759e988-bd862e3fe1be46a994272793"
	event.Records[0].MessageAttributes = map[string]events.SQSMessageAttribute{
		"partner":  {DataType: "String", StringValue: aws.String("mux"), StringListValues: []string{}, BinaryListValues: [][]byte{}},
		"checksum": {DataType: "Binary.md5", BinaryValue: []byte{1, 2, 3}},
	}

	assert.Equal(t, []*sqs.SendMessageInput{{
		QueueUrl:    aws.String(deadURL),
		MessageBody: aws.String(`"a1"`),
		MessageAttributes: map[string]types.MessageAttributeValue{
			"partner":          text("mux"),
			"checksum":         {DataType: aws.String("Binary.md5"), BinaryValue: []byte{1, 2, 3}},
			"DeadLetterReason": text("unsupported codec"),
			"DeadLetterOrigin": text(`{"queue":"arn:aws:sqs:eu-west-1:111122223333:transcodes","messageId":"a1","eventId":"a1","sentAt":"1790000000000","receiveCount":2}`),
		},
		MessageSystemAttributes: map[string]types.MessageSystemAttributeValue{
			"AWSTraceHeader": {DataType: aws.String("String"), StringValue: aws.String("Root=1-5759e988-bd862e3fe1be46a994272793")},
		},
	}}, moved(t, deadURL, event))
}

func TestAFIFODeadLetterKeepsItsGroupAndIsNeverTakenForADuplicate(t *testing.T) {
	assert.Equal(t, []*sqs.SendMessageInput{{
		QueueUrl:               aws.String(deadFIFOURL),
		MessageBody:            aws.String(`"a1"`),
		MessageGroupId:         aws.String("a"),
		MessageDeduplicationId: aws.String("a1"), // the message's id, not the sender's deduplication id
		MessageAttributes: map[string]types.MessageAttributeValue{
			"DeadLetterReason": text("unsupported codec"),
			"DeadLetterOrigin": text(`{"queue":"arn:aws:sqs:eu-west-1:111122223333:qc-results.fifo","messageId":"a1","eventId":"dedup-a1","deduplicationId":"dedup-a1","sentAt":"1790000000000","receiveCount":1}`),
		},
	}}, moved(t, deadFIFOURL, batch(fifoARN, "a1")))
}

func TestAGrouplessMessageCanGoToAFIFODeadLetterQueue(t *testing.T) {
	sent := moved(t, deadFIFOURL, batch(standardARN, "a1"))
	assert.Equal(t, "a1", *sent[0].MessageGroupId)
	assert.Equal(t, "a1", *sent[0].MessageDeduplicationId)
}

func TestAFairQueuesGroupGoesAlong(t *testing.T) {
	event := batch(standardARN, "a1")
	event.Records[0].Attributes["MessageGroupId"] = "tenant-7"
	sent := moved(t, deadURL, event)
	assert.Equal(t, "tenant-7", *sent[0].MessageGroupId)
	assert.Nil(t, sent[0].MessageDeduplicationId, "standard queues know none")
}

// redriven is the message as it would come back from the dead-letter queue:
// SQS gives it a new id.
func redriven(sent *sqs.SendMessageInput, id, arn string) events.SQSEvent {
	event := batch(arn, id)
	r := &event.Records[0]
	r.Body = *sent.MessageBody
	r.MessageAttributes = map[string]events.SQSMessageAttribute{}
	for name, a := range sent.MessageAttributes {
		r.MessageAttributes[name] = events.SQSMessageAttribute{DataType: *a.DataType, StringValue: a.StringValue, BinaryValue: a.BinaryValue}
	}
	return event
}

func TestNoAttributeIsLostToTheLimitOfTen(t *testing.T) {
	for n := range 11 {
		t.Run(fmt.Sprint(n, " attributes"), func(t *testing.T) {
			event := batch(standardARN, "a1")
			attributes := map[string]events.SQSMessageAttribute{}
			for i := range n {
				attributes[fmt.Sprint("k", i)] = events.SQSMessageAttribute{DataType: "Number", StringValue: aws.String(strconv.Itoa(i))}
			}
			event.Records[0].MessageAttributes = attributes

			sent := moved(t, deadURL, event)[0]
			assert.LessOrEqual(t, len(sent.MessageAttributes), 10)
			assert.Equal(t, text("unsupported codec"), sent.MessageAttributes[sqsbatch.AttributeReason])

			// Redriven, moved again and redriven again, it still is what it was.
			again := moved(t, deadURL, redriven(sent, "b2", standardARN))[0]
			assert.LessOrEqual(t, len(again.MessageAttributes), 10)
			record := sqsbatch.Record{SQSMessage: redriven(again, "c3", standardARN).Records[0]}
			assert.Equal(t, "c3", record.ID())
			assert.Equal(t, "a1", record.EventID(), "the event is the same")
			for i := range n {
				assert.Equal(t, strconv.Itoa(i), record.Attribute(fmt.Sprint("k", i)))
			}
			assert.Empty(t, record.Attribute(sqsbatch.AttributeReason), "what the sender never set")
			assert.Contains(t, *again.MessageAttributes[sqsbatch.AttributeOrigin].StringValue, `"messageId":"b2","eventId":"a1"`)
		})
	}
}

func TestTenAttributesLookLikeThis(t *testing.T) {
	event := batch(standardARN, "a1")
	event.Records[0].MessageAttributes = map[string]events.SQSMessageAttribute{}
	for i := range 9 {
		event.Records[0].MessageAttributes[fmt.Sprint("k", i)] = events.SQSMessageAttribute{DataType: "String", StringValue: aws.String("v")}
	}
	event.Records[0].MessageAttributes["k9"] = events.SQSMessageAttribute{DataType: "Binary", BinaryValue: []byte("bytes")}

	sent := moved(t, deadURL, event)[0]
	assert.Len(t, sent.MessageAttributes, 10)
	assert.Contains(t, sent.MessageAttributes, "k7")
	assert.NotContains(t, sent.MessageAttributes, "k8")
	assert.JSONEq(t, `{"queue":"arn:aws:sqs:eu-west-1:111122223333:transcodes","messageId":"a1","eventId":"a1","sentAt":"1790000000000","receiveCount":1,
		"attributes":{"k8":{"dataType":"String","stringValue":"v"},"k9":{"dataType":"Binary","binaryValue":"Ynl0ZXM="}}}`,
		*sent.MessageAttributes[sqsbatch.AttributeOrigin].StringValue)
}

func TestAMessageThatCannotBeMovedIsNotLost(t *testing.T) {
	denied := errors.New("AccessDenied: sqs:SendMessage")
	for _, c := range []struct{ arn, url, want string }{
		{standardARN, deadURL, "a1 failed, a2 dead-lettered, a3 succeeded"},
		{fifoARN, deadFIFOURL, "a1 failed, a2 not tried, a3 not tried"},
	} {
		queue := &fakeSQS{send: func(_ context.Context, in *sqs.SendMessageInput) error {
			if *in.MessageBody == `"a1x"` {
				return denied
			}
			return nil
		}}
		p := sqsbatch.New(consume, quiet(sqsbatch.WithDeadLetterQueue(c.url), sqsbatch.WithSender(queue))...)
		results := p.Process(context.Background(), batch(c.arn, "a1x a2x a3"))

		assert.Equal(t, c.want, outcome(results))
		assert.EqualError(t, results[0].Err, "move to the dead-letter queue: AccessDenied: sqs:SendMessage (to be moved because: store result: unsupported codec)")
		assert.ErrorIs(t, results[0].Err, denied)
		assert.True(t, sqsbatch.IsPermanent(results[0].Err))
	}
}

func TestAPanicInTheSenderIsContainedToo(t *testing.T) {
	queue := &fakeSQS{send: func(context.Context, *sqs.SendMessageInput) error { panic("no connection") }}
	results := sqsbatch.New(consume, quiet(sqsbatch.WithDeadLetterQueue(deadURL), sqsbatch.WithSender(queue))...).
		Process(context.Background(), batch(standardARN, "a1x a2"))
	assert.Equal(t, "a1 failed, a2 succeeded", outcome(results))
}

func TestReasonsAreMadeFitForSQS(t *testing.T) {
	for name, c := range map[string]struct{ given, want string }{
		"as it is":           {"bad\tcodec\n\"é😀\"", "bad\tcodec\n\"é😀\""},
		"control characters": {"a\x00b\x1bc", "a?b?c"},
		"not UTF-8":          {"a\xffb", "a?b"},
		"not XML":            {"a\uFFFEb", "a?b"},
		"empty":              {"", "an error without a text"},
		"long":               {"x" + strings.Repeat("é", 1000), "x" + strings.Repeat("é", 511)},
	} {
		t.Run(name, func(t *testing.T) {
			queue := &fakeSQS{}
			sqsbatch.New(func(context.Context, sqsbatch.Message[string]) error {
				return sqsbatch.Permanent(errors.New(c.given))
			}, quiet(sqsbatch.WithDeadLetterQueue(deadURL), sqsbatch.WithSender(queue))...).
				Process(context.Background(), batch(standardARN, "a1"))

			got := *queue.sent[0].MessageAttributes[sqsbatch.AttributeReason].StringValue
			assert.Equal(t, c.want, got)
			assert.LessOrEqual(t, len(got), 1024)
			assert.True(t, utf8.ValidString(got))
		})
	}
}

func TestTheDeadLetterQueueComesFromTheEnvironment(t *testing.T) {
	for _, c := range []struct {
		name, variable, want string
		options              []sqsbatch.Option
	}{
		{"unset", "", "a1 failed", nil},
		{"set", deadURL, "a1 dead-lettered", nil},
		{"set, but an option says none", deadURL, "a1 failed", []sqsbatch.Option{sqsbatch.WithDeadLetterQueue("")}},
		{"unset, but an option says which", "", "a1 dead-lettered", []sqsbatch.Option{sqsbatch.WithDeadLetterQueue(deadURL)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("DEAD_LETTER_QUEUE_URL", c.variable)
			queue := &fakeSQS{}
			results := sqsbatch.New(consume, append(quiet(sqsbatch.WithSender(queue)), c.options...)...).
				Process(context.Background(), batch(standardARN, "a1x"))
			assert.Equal(t, c.want, outcome(results))
			for _, sent := range queue.sent {
				assert.Equal(t, deadURL, *sent.QueueUrl)
			}
		})
	}
}

func TestAForgedOriginIsHarmless(t *testing.T) {
	for _, forged := range []string{"", "{", "null", "[]", `{"eventId":1}`, `{"attributes":{"k":null}}`} {
		event := batch(standardARN, "a1")
		event.Records[0].MessageAttributes = map[string]events.SQSMessageAttribute{
			sqsbatch.AttributeOrigin: {DataType: "String", StringValue: aws.String(forged)},
			sqsbatch.AttributeReason: {DataType: "String", StringValue: aws.String("mine")},
			"partner":                {DataType: "String", StringValue: aws.String("mux")},
		}
		sent := moved(t, deadURL, event)[0]
		var origin map[string]any
		require.NoError(t, json.Unmarshal([]byte(*sent.MessageAttributes[sqsbatch.AttributeOrigin].StringValue), &origin))
		assert.Equal(t, "a1", origin["eventId"])
		assert.Equal(t, text("mux"), sent.MessageAttributes["partner"])
		assert.Equal(t, text("unsupported codec"), sent.MessageAttributes[sqsbatch.AttributeReason])
	}
}
