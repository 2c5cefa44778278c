package sqsbatch_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/mediasupplychain/cdk/sqsbatch"
)

const (
	standardARN = "arn:aws:sqs:eu-west-1:111122223333:transcodes"
	fifoARN     = "arn:aws:sqs:eu-west-1:111122223333:qc-results.fifo"
	deadURL     = "https://sqs.eu-west-1.amazonaws.com/111122223333/dead"
	deadFIFOURL = "https://sqs.eu-west-1.amazonaws.com/111122223333/dead.fifo"
)

// A batch is written as the ids of its messages. The letter of an id is its
// message group, and what follows the number is what happens:
//
//	a1   succeeds
//	a1!  fails
//	a1*  panics
//	a1x  fails permanently
//	a1?  has a body that is not JSON
//
// So "a1 b1! a2" is two messages of group a with one of group b, which fails,
// between them.
func batch(arn, messages string) events.SQSEvent {
	var event events.SQSEvent
	for word := range strings.FieldsSeq(messages) {
		id := strings.TrimRight(word, "!*x?")
		body := fmt.Sprintf("%q", word)
		if strings.HasSuffix(word, "?") {
			body = "{"
		}
		attributes := map[string]string{"ApproximateReceiveCount": "1", "SentTimestamp": "1790000000000"}
		if arn == fifoARN {
			attributes["MessageGroupId"] = id[:1]
			attributes["MessageDeduplicationId"] = "dedup-" + id
		}
		event.Records = append(event.Records, events.SQSMessage{
			MessageId: id, ReceiptHandle: "receipt-" + id, Body: body, Attributes: attributes,
			EventSource: "aws:sqs", EventSourceARN: arn, AWSRegion: "eu-west-1",
		})
	}
	return event
}

var errUnavailable = errors.New("rights service unavailable")

// behave does what a message of [batch] says.
func behave(word string) error {
	switch word[len(word)-1] {
	case '!':
		return errUnavailable
	case '*':
		panic("index out of range")
	case 'x':
		return fmt.Errorf("store result: %w", sqsbatch.Permanent(errors.New("unsupported codec")))
	}
	return nil
}

func consume(_ context.Context, m sqsbatch.Message[string]) error { return behave(m.Body) }

// quiet processors write nothing.
func quiet(options ...sqsbatch.Option) []sqsbatch.Option {
	return append([]sqsbatch.Option{sqsbatch.WithLogger(slog.New(slog.DiscardHandler)), sqsbatch.WithoutMetrics()}, options...)
}

// outcome writes results as "a1 succeeded, a2 failed".
func outcome(results []sqsbatch.Result) string {
	var all []string
	for _, r := range results {
		all = append(all, fmt.Sprint(r.Record.ID(), " ", r.State))
	}
	return strings.Join(all, ", ")
}

// reported lists the ids of a response.
func reported(response events.SQSEventResponse) []string {
	ids := []string{}
	for _, f := range response.BatchItemFailures {
		ids = append(ids, f.ItemIdentifier)
	}
	return ids
}

// fakeSQS keeps what it is sent.
type fakeSQS struct {
	send   func(context.Context, *sqs.SendMessageInput) error
	change func(*sqs.ChangeMessageVisibilityInput) error

	mu      sync.Mutex
	sent    []*sqs.SendMessageInput
	changed []*sqs.ChangeMessageVisibilityInput
}

func (f *fakeSQS) SendMessage(ctx context.Context, in *sqs.SendMessageInput, _ ...func(*sqs.Options)) (*sqs.SendMessageOutput, error) {
	if f.send != nil {
		if err := f.send(ctx, in); err != nil {
			return nil, err
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sent = append(f.sent, in)
	return &sqs.SendMessageOutput{}, nil
}

func (f *fakeSQS) ChangeMessageVisibility(_ context.Context, in *sqs.ChangeMessageVisibilityInput, _ ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityOutput, error) {
	if f.change != nil {
		if err := f.change(in); err != nil {
			return nil, err
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.changed = append(f.changed, in)
	return &sqs.ChangeMessageVisibilityOutput{}, nil
}
