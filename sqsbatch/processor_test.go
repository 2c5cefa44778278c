package sqsbatch_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/internal/telemetry"
	"github.com/mediasupplychain/cdk/sqsbatch"
)

func TestWhatIsDeliveredAgain(t *testing.T) {
	perGroup := sqsbatch.WithPerGroup()
	toDead := sqsbatch.WithDeadLetterQueue(deadURL)
	toDeadFIFO := sqsbatch.WithDeadLetterQueue(deadFIFOURL)

	for _, c := range []struct {
		name    string
		queue   string
		options []sqsbatch.Option
		batch   string // see the function batch
		want    string
	}{
		{"standard: nothing", standardARN, nil, "", ""},
		{"standard: all well", standardARN, nil, "a1 a2", "a1 succeeded, a2 succeeded"},
		{"standard: a failure leaves the others alone", standardARN, nil, "a1 a2! a3", "a1 succeeded, a2 failed, a3 succeeded"},
		{"standard: so does a panic", standardARN, nil, "a1* a2", "a1 failed, a2 succeeded"},
		{"standard: all fail", standardARN, nil, "a1! a2!", "a1 failed, a2 failed"},
		{"standard: permanent without a dead-letter queue is a failure", standardARN, nil, "a1x a2? a3", "a1 failed, a2 failed, a3 succeeded"},
		{"standard: permanent moves", standardARN, []sqsbatch.Option{toDead}, "a1x a2? a3", "a1 dead-lettered, a2 dead-lettered, a3 succeeded"},
		{"standard: a panic does not", standardARN, []sqsbatch.Option{toDead}, "a1*", "a1 failed"},
		{"standard: per group means nothing", standardARN, []sqsbatch.Option{perGroup}, "a1! a2", "a1 failed, a2 succeeded"},

		{"fifo: all well", fifoARN, nil, "a1 b1 a2", "a1 succeeded, b1 succeeded, a2 succeeded"},
		{"fifo: nothing after a failure, in any group", fifoARN, nil, "a1 b1! a2 b2", "a1 succeeded, b1 failed, a2 not tried, b2 not tried"},
		{"fifo: so with a panic", fifoARN, nil, "a1* b1", "a1 failed, b1 not tried"},
		{"fifo: permanent without a dead-letter queue stops too", fifoARN, nil, "a1x b1", "a1 failed, b1 not tried"},
		{"fifo: permanent moves, and its group goes on", fifoARN, []sqsbatch.Option{toDeadFIFO}, "a1x a2? a3", "a1 dead-lettered, a2 dead-lettered, a3 succeeded"},
		{"fifo: a move does not undo a stop", fifoARN, []sqsbatch.Option{toDeadFIFO}, "a1x a2! a3x", "a1 dead-lettered, a2 failed, a3 not tried"},

		{"per group: other groups go on", fifoARN, []sqsbatch.Option{perGroup}, "a1! b1 a2 b2", "a1 failed, b1 succeeded, a2 not tried, b2 succeeded"},
		{"per group: each has its own stop", fifoARN, []sqsbatch.Option{perGroup}, "a1 b1* a2! b2 a3 c1", "a1 succeeded, b1 failed, a2 failed, b2 not tried, a3 not tried, c1 succeeded"},
		{"per group: permanent moves, and its group goes on", fifoARN, []sqsbatch.Option{perGroup, toDeadFIFO}, "a1x b1! a2", "a1 dead-lettered, b1 failed, a2 succeeded"},
	} {
		for _, concurrency := range []int{1, 4} {
			t.Run(fmt.Sprintf("%s (%d at a time)", c.name, concurrency), func(t *testing.T) {
				options := append(quiet(c.options...), sqsbatch.WithSender(&fakeSQS{}), sqsbatch.WithConcurrency(concurrency))
				results := sqsbatch.New(consume, options...).Process(context.Background(), batch(c.queue, c.batch))
				assert.Equal(t, c.want, outcome(results))
			})
		}
	}
}

func TestTheResponseListsWhatIsNotDone(t *testing.T) {
	p := sqsbatch.New(consume, quiet(sqsbatch.WithSender(&fakeSQS{}), sqsbatch.WithDeadLetterQueue(deadFIFOURL))...)

	response, err := p.Handle(context.Background(), batch(fifoARN, "a1 a2x b1! a3 b2"))
	require.NoError(t, err)
	assert.Equal(t, []string{"b1", "a3", "b2"}, reported(response))
}

func TestTheListIsNeverNull(t *testing.T) {
	p := sqsbatch.New(consume, quiet()...)
	for _, event := range []events.SQSEvent{{}, batch(standardARN, "a1"), batch(fifoARN, "a1")} {
		response, err := p.Handle(context.Background(), event)
		require.NoError(t, err)
		text, err := json.Marshal(response)
		require.NoError(t, err)
		assert.Equal(t, `{"batchItemFailures":[]}`, string(text))
	}
}

func TestAnEventThatIsNotOfSQSIsAnError(t *testing.T) {
	p := sqsbatch.New(func(context.Context, sqsbatch.Message[string]) error {
		t.Error("nothing must be processed")
		return nil
	}, quiet()...)
	event := batch(standardARN, "a1 a2")
	event.Records[1].MessageId = ""

	_, err := p.Handle(context.Background(), event)
	assert.EqualError(t, err, "sqsbatch: record 2 of 2 has no messageId: not an event of SQS")
}

func TestAMessageDeliveredTwiceInABatchIsReportedOnce(t *testing.T) {
	event := batch(standardARN, "a1! a1! a2")
	response, err := sqsbatch.New(consume, quiet()...).Handle(context.Background(), event)
	require.NoError(t, err)
	assert.Equal(t, []string{"a1"}, reported(response))
}

func TestErrorsSayWhy(t *testing.T) {
	results := sqsbatch.New(consume, quiet()...).Process(context.Background(), batch(fifoARN, "a1! a2"))

	assert.ErrorIs(t, results[0].Err, errUnavailable)
	var notTried *sqsbatch.NotTriedError
	require.ErrorAs(t, results[1].Err, &notTried)
	assert.Equal(t, "a1", notTried.After)
	assert.EqualError(t, notTried, "not tried: message a1, which comes before, failed")

	results = sqsbatch.New(consume, quiet()...).Process(context.Background(), batch(standardARN, "a1? a2x a3*"))
	assert.EqualError(t, results[0].Err, "decode body: unexpected end of JSON input")
	var undecodable *sqsbatch.DecodeError
	assert.ErrorAs(t, results[0].Err, &undecodable)
	assert.EqualError(t, results[1].Err, "store result: unsupported codec")
	assert.EqualError(t, results[2].Err, "panic: index out of range")
}

func TestPermanentCountsAtAnyDepth(t *testing.T) {
	cause := errors.New("no such asset")
	for name, err := range map[string]error{
		"itself":          sqsbatch.Permanent(cause),
		"wrapped":         fmt.Errorf("a: %w", fmt.Errorf("b: %w", sqsbatch.Permanent(cause))),
		"joined":          errors.Join(errUnavailable, sqsbatch.Permanent(cause)),
		"marked twice":    sqsbatch.Permanent(sqsbatch.Permanent(cause)),
		"joined, wrapped": fmt.Errorf("a: %w", errors.Join(errUnavailable, fmt.Errorf("b: %w", sqsbatch.Permanent(cause)))),
	} {
		t.Run(name, func(t *testing.T) {
			assert.True(t, sqsbatch.IsPermanent(err))
			assert.ErrorIs(t, err, cause)
		})
	}
	assert.False(t, sqsbatch.IsPermanent(cause))
	assert.False(t, sqsbatch.IsPermanent(nil))
	assert.NoError(t, sqsbatch.Permanent(nil))
}

func TestAPanicIsLoggedWithItsStack(t *testing.T) {
	var logs strings.Builder
	p := sqsbatch.New(consume, sqsbatch.WithoutMetrics(), sqsbatch.WithLogger(slog.New(slog.NewJSONHandler(&logs, nil))))
	p.Process(context.Background(), batch(fifoARN, "a1*"))

	var line map[string]any
	require.NoError(t, json.Unmarshal([]byte(logs.String()), &line))
	assert.Contains(t, line["stack"], "sqsbatch_test.behave", "the stack shows where it happened")
	delete(line, "stack")
	delete(line, "time")
	assert.Equal(t, map[string]any{"level": "ERROR", "msg": "message failed, to be delivered again", "messageId": "a1",
		"eventId": "dedup-a1", "messageGroup": "a", "receiveCount": 1.0, "reason": "panic", "error": "panic: index out of range"}, line)
}

// brokenError panics when asked for its text, as a nil pointer to an error type does.
type brokenError struct{ text string }

func (e *brokenError) Error() string { return e.text }

func TestWhateverPanicsFailsItsOwnMessageOnly(t *testing.T) {
	for name, misbehave := range map[string]func() error{
		"runtime error":   func() error { var m map[string]int; m["a"]++; return nil }, //nolint:staticcheck // to panic is the point
		"nil pointer":     func() error { var e *brokenError; return e },
		"permanent error": func() error { return sqsbatch.Permanent((*brokenError)(nil)) },
		"panic(nil)":      func() error { panic(nil) },
		"panic(error)":    func() error { panic(sqsbatch.Permanent(errUnavailable)) },
	} {
		t.Run(name, func(t *testing.T) {
			p := sqsbatch.New(func(_ context.Context, m sqsbatch.Message[string]) error {
				if m.ID() == "a1" {
					return misbehave()
				}
				return nil
			}, quiet(sqsbatch.WithDeadLetterQueue(deadURL), sqsbatch.WithSender(&fakeSQS{}))...)

			results := p.Process(context.Background(), batch(standardARN, "a1 a2"))
			assert.Equal(t, "a1 failed, a2 succeeded", outcome(results))
			var panicked *sqsbatch.PanicError
			assert.ErrorAs(t, results[0].Err, &panicked)
		})
	}
}

func TestAFunctionThatEndsItsGoroutineFailsItsOwnMessageOnly(t *testing.T) {
	p := sqsbatch.New(func(_ context.Context, m sqsbatch.Message[string]) error {
		if m.ID() == "a1" {
			runtime.Goexit()
		}
		return nil
	}, quiet(sqsbatch.WithConcurrency(2))...)
	results := p.Process(context.Background(), batch(standardARN, "a1 a2 a3 a4"))
	assert.Equal(t, "a1 failed, a2 succeeded, a3 succeeded, a4 succeeded", outcome(results))
	assert.EqualError(t, results[0].Err, "the function did not return")
}

// sleepy takes a second for each message and does not look at its context.
func sleepy(context.Context, sqsbatch.Message[string]) error {
	time.Sleep(time.Second) // of the fake clock of synctest
	return nil
}

func TestWhatCannotBeginInTimeIsHandedBack(t *testing.T) {
	for _, c := range []struct {
		name    string
		timeout time.Duration
		options []sqsbatch.Option
		queue   string
		want    string
	}{
		{"time for all", 6 * time.Second, nil, standardARN, "a1 succeeded, b1 succeeded, a2 succeeded, b2 succeeded"},
		{"the default margin", 4 * time.Second, nil, standardARN, "a1 succeeded, b1 succeeded, a2 succeeded, b2 not tried"},
		{"a margin of one's own", 4 * time.Second, []sqsbatch.Option{sqsbatch.WithTimeMargin(500 * time.Millisecond)}, standardARN, "a1 succeeded, b1 succeeded, a2 succeeded, b2 succeeded"},
		{"a margin is at most a quarter", 4 * time.Second, []sqsbatch.Option{sqsbatch.WithTimeMargin(time.Hour)}, standardARN, "a1 succeeded, b1 succeeded, a2 succeeded, b2 not tried"},
		{"no margin", 4 * time.Second, []sqsbatch.Option{sqsbatch.WithTimeMargin(-1)}, standardARN, "a1 succeeded, b1 succeeded, a2 succeeded, b2 succeeded"},
		{"fifo", 3 * time.Second, nil, fifoARN, "a1 succeeded, b1 succeeded, a2 succeeded, b2 not tried"},
		{"per group", 3 * time.Second, []sqsbatch.Option{sqsbatch.WithPerGroup()}, fifoARN, "a1 succeeded, b1 succeeded, a2 succeeded, b2 not tried"},
		{"concurrent", 2 * time.Second, []sqsbatch.Option{sqsbatch.WithConcurrency(2)}, standardARN, "a1 succeeded, b1 succeeded, a2 succeeded, b2 succeeded"},
		{"concurrent, late", 1200 * time.Millisecond, []sqsbatch.Option{sqsbatch.WithConcurrency(2)}, standardARN, "a1 succeeded, b1 succeeded, a2 not tried, b2 not tried"},
		{"already over", -time.Second, nil, standardARN, "a1 not tried, b1 not tried, a2 not tried, b2 not tried"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(context.Background(), c.timeout)
				defer cancel()
				results := sqsbatch.New(sleepy, quiet(c.options...)...).Process(ctx, batch(c.queue, "a1 b1 a2 b2"))
				assert.Equal(t, c.want, outcome(results))
				for _, r := range results {
					if r.State == sqsbatch.NotTried {
						assert.EqualError(t, r.Err, "not tried: the function is about to time out")
					}
				}
			})
		})
	}
}

func TestTheContextEndsBeforeTheFunctionDoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		begun := time.Now()
		results := sqsbatch.New(func(ctx context.Context, _ sqsbatch.Message[string]) error {
			<-ctx.Done()
			return fmt.Errorf("call partner: %w", ctx.Err())
		}, quiet()...).Process(ctx, batch(standardARN, "a1 a2"))

		assert.Equal(t, "a1 failed, a2 not tried", outcome(results))
		assert.Equal(t, 9*time.Second, time.Since(begun), "a second remains to respond")
	})
}

func TestTheMarginIsForMovingMessages(t *testing.T) {
	for name, c := range map[string]struct {
		send func(ctx context.Context, in *sqs.SendMessageInput) error
		want string
		took time.Duration
	}{
		"the queue answers": {
			func(ctx context.Context, _ *sqs.SendMessageInput) error { return ctx.Err() },
			"a1 dead-lettered, a2 not tried", 9 * time.Second},
		"the queue hangs": {
			func(ctx context.Context, _ *sqs.SendMessageInput) error { <-ctx.Done(); return ctx.Err() },
			"a1 failed, a2 not tried", 9750 * time.Millisecond}, // a quarter of the margin remains to respond
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
				defer cancel()
				begun := time.Now()
				results := sqsbatch.New(func(ctx context.Context, _ sqsbatch.Message[string]) error {
					<-ctx.Done()
					return sqsbatch.Permanent(errors.New("took too long"))
				}, quiet(sqsbatch.WithDeadLetterQueue(deadURL), sqsbatch.WithSender(&fakeSQS{send: c.send}))...).
					Process(ctx, batch(standardARN, "a1 a2"))
				assert.Equal(t, c.want, outcome(results))
				assert.Equal(t, c.took, time.Since(begun))
			})
		})
	}
}

func TestLogsOfTheFunctionNameTheMessage(t *testing.T) {
	var logs strings.Builder
	log := slog.New(telemetry.NewHandler(&logs, slog.LevelInfo))
	sqsbatch.New(func(ctx context.Context, _ sqsbatch.Message[string]) error {
		log.InfoContext(ctx, "checked")
		return nil
	}, quiet()...).Process(context.Background(), batch(fifoARN, "a1"))
	assert.Contains(t, logs.String(), `"message":"checked","messageId":"a1","eventId":"dedup-a1","messageGroup":"a","receiveCount":1}`)
}

func TestConcurrencyIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		running, most := 0, 0
		p := sqsbatch.New(func(context.Context, sqsbatch.Message[string]) error {
			mu.Lock()
			running++
			most = max(most, running)
			mu.Unlock()
			time.Sleep(time.Second) // of the fake clock
			mu.Lock()
			running--
			mu.Unlock()
			return nil
		}, quiet(sqsbatch.WithConcurrency(3))...)

		begun := time.Now()
		p.Process(context.Background(), batch(standardARN, "a1 a2 a3 a4 a5 a6 a7"))
		assert.Equal(t, 3, most)
		assert.Equal(t, 3*time.Second, time.Since(begun))
	})
}

func TestMetricsTellWhatBecameOfABatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		p := sqsbatch.New(consume, sqsbatch.WithLogger(slog.New(slog.DiscardHandler)), sqsbatch.WithMetricsTo(&out),
			sqsbatch.WithDeadLetterQueue(deadFIFOURL), sqsbatch.WithSender(&fakeSQS{}))
		event := batch(fifoARN, "a1 a2? a3! a4")
		event.Records[2].Attributes["ApproximateReceiveCount"] = "3"
		p.Process(context.Background(), event)

		head := func(dimensions, metrics string) string {
			return `{"_aws":{"Timestamp":` + strconv.FormatInt(time.Now().UnixMilli(), 10) + `,"CloudWatchMetrics":[{"Namespace":"MediaSupplyChain",` +
				`"Dimensions":` + dimensions + `,"Metrics":[` + metrics + `]}]},"FunctionName":"qc",`
		}
		byReason := `[["FunctionName"],["FunctionName","Reason"]]`
		assert.Equal(t, strings.Join([]string{
			head(`[["FunctionName"]]`, `{"Name":"Duration","Unit":"Milliseconds"},{"Name":"Received","Unit":"Count"},{"Name":"Succeeded","Unit":"Count"},{"Name":"Retried","Unit":"Count"}`) +
				`"Duration":[0,0,0],"Received":4,"Succeeded":1,"Retried":1}`,
			head(byReason, `{"Name":"DeadLettered","Unit":"Count"}`) + `"Reason":"undecodable","DeadLettered":1}`,
			head(byReason, `{"Name":"Failed","Unit":"Count"}`) + `"Reason":"error","Failed":1}`,
			head(byReason, `{"Name":"NotTried","Unit":"Count"}`) + `"Reason":"earlier-failure","NotTried":1}`,
			"",
		}, "\n"), out.String())
	})
}

func TestLogsNameTheMessageAndNeverItsBody(t *testing.T) {
	var logs strings.Builder
	p := sqsbatch.New(consume, sqsbatch.WithoutMetrics(), sqsbatch.WithLogger(slog.New(slog.NewTextHandler(&logs, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	}))), sqsbatch.WithDeadLetterQueue(deadURL), sqsbatch.WithSender(&fakeSQS{}))
	p.Process(context.Background(), batch(standardARN, "a1 a2! a3x"))

	assert.Equal(t, `level=WARN msg="message failed, to be delivered again" messageId=a2 receiveCount=1 reason=error error="rights service unavailable"
level=ERROR msg="message moved to the dead-letter queue" messageId=a3 receiveCount=1 reason=permanent error="store result: unsupported codec"
`, logs.String())
}
