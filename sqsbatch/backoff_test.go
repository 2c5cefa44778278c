package sqsbatch_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/stretchr/testify/assert"

	"github.com/mediasupplychain/cdk/sqsbatch"
)

// hidden processes messages and returns how long they were hidden, such as
// "a1 10s, a2 0s". Random is the jitter's number.
func hidden(arn, messages string, receiveCount int, random float64, options ...sqsbatch.Option) string {
	queue := &fakeSQS{}
	event := batch(arn, messages)
	for i := range event.Records {
		event.Records[i].Attributes["ApproximateReceiveCount"] = strconv.Itoa(receiveCount)
	}
	options = append(quiet(sqsbatch.WithVisibilityChanger(queue)), options...)
	options = append(options, sqsbatch.WithRandom(func() float64 { return random }))
	sqsbatch.New(consume, options...).Process(context.Background(), event)

	var all []string
	for _, c := range queue.changed {
		all = append(all, fmt.Sprintf("%s %ds", strings.TrimPrefix(*c.ReceiptHandle, "receipt-"), c.VisibilityTimeout))
	}
	return strings.Join(all, ", ")
}

func TestFailedMessagesWait(t *testing.T) {
	const most = 0.999999
	backoff := sqsbatch.WithBackoff(10*time.Second, 5*time.Minute)
	for _, c := range []struct {
		name         string
		queue        string
		batch        string
		receiveCount int
		random       float64
		options      []sqsbatch.Option
		want         string
	}{
		{"no backoff is asked for", standardARN, "a1!", 1, most, nil, ""},
		{"nor with a first of zero", standardARN, "a1!", 1, most, []sqsbatch.Option{sqsbatch.WithBackoff(0, time.Minute)}, ""},
		{"only what failed", standardARN, "a1 a2! a3 a4*", 1, most, []sqsbatch.Option{backoff}, "a2 10s, a4 10s"},
		{"twice as long the second time", standardARN, "a1!", 2, most, []sqsbatch.Option{backoff}, "a1 20s"},
		{"16 times as long the fifth", standardARN, "a1!", 5, most, []sqsbatch.Option{backoff}, "a1 160s"},
		{"up to the longest", standardARN, "a1!", 6, most, []sqsbatch.Option{backoff}, "a1 300s"},
		{"however often", standardARN, "a1!", 100000, most, []sqsbatch.Option{backoff}, "a1 300s"},
		{"jitter takes up to a half", standardARN, "a1!", 2, 0, []sqsbatch.Option{backoff}, "a1 10s"},
		{"never beyond SQS's 12 hours", standardARN, "a1!", 20, most, []sqsbatch.Option{sqsbatch.WithBackoff(time.Hour, 48*time.Hour)}, "a1 42300s"},
		{"a longest below the first is the first", standardARN, "a1!", 9, most, []sqsbatch.Option{sqsbatch.WithBackoff(time.Minute, time.Second)}, "a1 60s"},
		{"less than a second is a second", standardARN, "a1!", 1, 0, []sqsbatch.Option{sqsbatch.WithBackoff(time.Millisecond, time.Second)}, "a1 1s"},
		{"permanent, not moved: as a failure", standardARN, "a1x", 1, most, []sqsbatch.Option{backoff}, "a1 10s"},
		{"fifo: its group waits with it, other groups come back at once", fifoARN, "a1 a2! b1 a3", 1, most, []sqsbatch.Option{backoff}, "a2 10s, b1 0s, a3 10s"},
		{"per group: each group by its own failure", fifoARN, "a1! b1 a2 c1! b2", 1, most, []sqsbatch.Option{backoff, sqsbatch.WithPerGroup()}, "a1 10s, a2 10s, c1 10s"},
	} {
		t.Run(c.name, func(t *testing.T) {
			assert.Equal(t, c.want, hidden(c.queue, c.batch, c.receiveCount, c.random, c.options...))
		})
	}
}

func TestTheQueueIsFoundByItsARN(t *testing.T) {
	for arn, want := range map[string]string{
		"arn:aws:sqs:eu-west-1:111122223333:jobs":            "https://sqs.eu-west-1.amazonaws.com/111122223333/jobs",
		"arn:aws-cn:sqs:cn-north-1:111122223333:jobs.fifo":   "https://sqs.cn-north-1.amazonaws.com.cn/111122223333/jobs.fifo",
		"arn:aws-us-gov:sqs:us-gov-west-1:111122223333:jobs": "https://sqs.us-gov-west-1.amazonaws.com/111122223333/jobs",
	} {
		queue := &fakeSQS{}
		sqsbatch.New(consume, quiet(sqsbatch.WithBackoff(time.Second, time.Second), sqsbatch.WithVisibilityChanger(queue))...).
			Process(context.Background(), batch(arn, "a1!"))
		assert.Equal(t, want, *queue.changed[0].QueueUrl)
	}
}

func TestAMessageThatCannotBeHiddenComesBackAnyway(t *testing.T) {
	for _, c := range []struct{ arn, want string }{
		{standardARN, `level=WARN msg="visibility timeout not changed" messageId=a1 receiveCount=1 error=throttled`},
		{"arn:aws:sns:eu-west-1:111122223333:topic", `level=WARN msg="visibility timeout not changed" messageId=a1 receiveCount=1 error="not the ARN of a queue: \"arn:aws:sns:eu-west-1:111122223333:topic\""`},
	} {
		var logs strings.Builder
		queue := &fakeSQS{change: func(*sqs.ChangeMessageVisibilityInput) error { return errors.New("throttled") }}
		p := sqsbatch.New(consume, sqsbatch.WithoutMetrics(), sqsbatch.WithLogger(slog.New(slog.NewTextHandler(&logs, nil))),
			sqsbatch.WithBackoff(time.Second, time.Second), sqsbatch.WithVisibilityChanger(queue))
		response, err := p.Handle(context.Background(), batch(c.arn, "a1!"))

		assert.NoError(t, err)
		assert.Equal(t, []string{"a1"}, reported(response))
		assert.Contains(t, logs.String(), c.want)
	}
}
