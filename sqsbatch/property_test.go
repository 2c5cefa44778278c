package sqsbatch_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/mediasupplychain/cdk/sqsbatch"
)

// Whatever a batch holds and whatever goes wrong, each message ends in exactly
// one of: succeeded, reported to be delivered again, in the dead-letter queue.
// In a FIFO queue, no message is begun after one that failed before it, and
// those of a group are begun in their order.
func TestEveryMessageEndsInExactlyOnePlace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		arn := rapid.SampledFrom([]string{standardARN, fifoARN}).Draw(t, "queue")
		perGroup := rapid.Bool().Draw(t, "per group")
		concurrency := rapid.IntRange(1, 5).Draw(t, "concurrency")
		deadLetterQueue := rapid.SampledFrom([]string{"", deadURL, deadFIFOURL}).Draw(t, "dead-letter queue")
		messages := drawBatch(t)
		unmovable := rapid.SliceOf(rapid.SampledFrom(append(ids(messages), ""))).Draw(t, "unmovable")
		stopAfter := rapid.IntRange(0, 30).Draw(t, "stop after")

		var mu sync.Mutex
		var begun, finished []string
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		queue := &fakeSQS{send: func(_ context.Context, in *sqs.SendMessageInput) error {
			origin := *in.MessageAttributes[sqsbatch.AttributeOrigin].StringValue
			if slices.ContainsFunc(unmovable, func(id string) bool { return strings.Contains(origin, `"messageId":"`+id+`"`) }) {
				return errors.New("no dead-letter queue there")
			}
			return nil
		}}
		options := quiet(sqsbatch.WithSender(queue), sqsbatch.WithVisibilityChanger(queue), sqsbatch.WithConcurrency(concurrency),
			sqsbatch.WithDeadLetterQueue(deadLetterQueue), sqsbatch.WithBackoff(time.Second, time.Minute))
		if perGroup {
			options = append(options, sqsbatch.WithPerGroup())
		}
		p := sqsbatch.New(func(_ context.Context, m sqsbatch.Message[string]) error {
			mu.Lock()
			begun = append(begun, m.ID())
			if len(begun) == stopAfter {
				cancel() // as if the function were about to time out
			}
			mu.Unlock()
			err := behave(m.Body)
			if err == nil {
				mu.Lock()
				finished = append(finished, m.ID())
				mu.Unlock()
			}
			return err
		}, options...)

		response, err := p.Handle(ctx, batch(arn, strings.Join(messages, " ")))
		assert.NoError(t, err)
		again := reported(response)
		var dead []string
		for _, in := range queue.sent {
			dead = append(dead, deadID(*in.MessageAttributes[sqsbatch.AttributeOrigin].StringValue))
		}

		for _, id := range ids(messages) {
			places := 0
			for _, place := range [][]string{finished, again, dead} {
				for _, other := range place {
					if other == id {
						places++
					}
				}
			}
			assert.Equal(t, 1, places, "%s of %v: succeeded %v, reported %v, dead %v", id, messages, finished, again, dead)
		}
		assert.Len(t, finished, len(messages)-len(again)-len(dead), "nothing else is reported or moved")
		if arn == fifoARN {
			checkOrder(t, ids(messages), begun, finished, again, perGroup)
		}
	})
}

// checkOrder holds what SQS FIFO promises against what happened.
func checkOrder(t *rapid.T, all, begun, finished, again []string, perGroup bool) {
	same := func(a, b string) bool { return !perGroup || a[0] == b[0] }
	for i, id := range all {
		for _, later := range all[i+1:] {
			if !same(id, later) {
				continue
			}
			at, atLater := slices.Index(begun, id), slices.Index(begun, later)
			if at >= 0 && atLater >= 0 {
				assert.Less(t, at, atLater, "%s was begun before %s", later, id)
			}
			if slices.Contains(again, id) {
				assert.Equal(t, -1, atLater, "%s was begun though %s is to be delivered again", later, id)
				assert.Contains(t, again, later, "%s would be deleted though %s is to be delivered again", later, id)
				assert.NotContains(t, finished, later)
			}
		}
	}
}

// drawBatch draws a batch in the notation of the function batch, ids distinct.
func drawBatch(t *rapid.T) []string {
	words := []string{}
	for i := range rapid.IntRange(0, 12).Draw(t, "messages") {
		group := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "group")
		does := rapid.SampledFrom([]string{"", "", "", "!", "*", "x", "?"}).Draw(t, "does")
		words = append(words, fmt.Sprint(group, i, does))
	}
	return words
}

func ids(messages []string) []string {
	all := make([]string, len(messages))
	for i, m := range messages {
		all[i] = strings.TrimRight(m, "!*x?")
	}
	return all
}

func deadID(origin string) string {
	_, rest, _ := strings.Cut(origin, `"messageId":"`)
	id, _, _ := strings.Cut(rest, `"`)
	return id
}
