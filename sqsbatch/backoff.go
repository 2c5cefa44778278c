package sqsbatch

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

// maxVisibility is the longest that SQS hides a message, counted from when it
// was received ("Amazon SQS visibility timeout", SQS developer guide). The
// margin is for the time the function has had it already: Lambda's 15 minutes at
// most.
const maxVisibility = 12*time.Hour - 15*time.Minute

// backoff is how long a failed message waits; not at all if first is zero.
type backoff struct {
	first, longest time.Duration
	random         func() float64 // in [0,1)
}

// delay is first, doubled with each time the message was received, up to
// longest; of that, a random part between half and all, so that messages that
// failed together do not come back together.
func (b backoff) delay(receiveCount int) time.Duration {
	longest := float64(b.longest)
	d := min(longest, float64(b.first)*math.Pow(2, float64(receiveCount-1)))
	return time.Duration(d * (0.5 + b.random()/2))
}

func newBackoff(first, longest time.Duration) backoff {
	first = min(first, maxVisibility)
	return backoff{first: first, longest: min(max(first, longest), maxVisibility), random: rand.Float64}
}

// backOff delays the first record of a lane, which failed. Behind it, records
// of its message group wait as long: while one is hidden, SQS delivers none of
// the group, so with the queue's longer timeout they would hold up the retry.
// Records of other groups did not fail and come back at once.
//
// If a call fails, the record comes back after the queue's visibility timeout.
func (p *Processor) backOff(ctx context.Context, l lane) {
	if p.backoff.first <= 0 {
		return
	}
	failed := l[0].Record
	delay := p.backoff.delay(failed.ReceiveCount())
	for _, r := range l {
		hide := delay
		if r.Record.GroupID() != failed.GroupID() {
			hide = 0
		}
		if err := p.hide(ctx, r.Record, hide); err != nil {
			p.log.LogAttrs(ctx, slog.LevelWarn, "visibility timeout not changed", append(r.Record.logAttrs(), slog.Any("error", err))...)
		}
	}
}

func (p *Processor) hide(ctx context.Context, r Record, d time.Duration) error {
	url, err := queueURL(r.EventSourceARN)
	if err != nil {
		return err
	}
	_, err = p.visibility.ChangeMessageVisibility(ctx, &sqs.ChangeMessageVisibilityInput{
		QueueUrl:          aws.String(url),
		ReceiptHandle:     aws.String(r.ReceiptHandle),
		VisibilityTimeout: int32(math.Ceil(d.Seconds())), // fits: at most 12 hours
	})
	return err
}

// queueURL is the URL of the queue with that ARN. SQS reads account and name
// from it; the host that is called is the client's.
func queueURL(arn string) (string, error) {
	part := strings.Split(arn, ":")
	if len(part) != 6 || part[2] != "sqs" {
		return "", fmt.Errorf("not the ARN of a queue: %q", arn)
	}
	domain := "amazonaws.com"
	if part[1] == "aws-cn" {
		domain = "amazonaws.com.cn"
	}
	return fmt.Sprintf("https://sqs.%s.%s/%s/%s", part[3], domain, part[4], part[5]), nil
}
