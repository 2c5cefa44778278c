package received

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/sqsbatch"
)

func consumer(read Reader, db DynamoDB) *Consumer {
	c := New(read, db, "received", "bookkeeping")
	c.store.wait = func(ctx context.Context, _ int) error { return ctx.Err() }
	return c
}

// message is one of a FIFO queue where group is given, else of a standard queue.
func message(id, group, body string) sqsbatch.Message[sqsbatch.Text] {
	m := events.SQSMessage{MessageId: "sqs-" + id, Body: body, Attributes: map[string]string{"ApproximateReceiveCount": "1"}}
	if group != "" {
		m.Attributes["MessageGroupId"], m.Attributes["MessageDeduplicationId"] = group, id
	}
	return sqsbatch.Message[sqsbatch.Text]{Record: sqsbatch.Record{SQSMessage: m}, Body: sqsbatch.Text(body)}
}

func TestEventsOfAnAssetAreNumberedInTheOrderOfProcessing(t *testing.T) {
	db := newFakeDB()
	c := consumer(Direct, db)
	for _, m := range []sqsbatch.Message[sqsbatch.Text]{
		message("a1", "film", `{"n": 1}`), message("b1", "trailer", `{}`), message("a2", "film", `{"n": 2}`),
	} {
		require.NoError(t, c.Handle(t.Context(), m))
	}
	assert.Equal(t, map[string]string{
		"film 0000000001":    `a1 1 {"n": 1}`,
		"film 0000000002":    `a2 1 {"n": 2}`,
		"trailer 0000000001": `b1 1 {}`,
	}, db.rows())
}

func TestWithoutAMessageGroupTheAssetIsInThePayload(t *testing.T) {
	db := newFakeDB()
	require.NoError(t, consumer(Direct, db).Handle(t.Context(), message("1", "", `{"assetId": "film"}`)))
	assert.Equal(t, map[string]string{"film 0000000001": `sqs-1 1 {"assetId": "film"}`}, db.rows())
}

func TestARedeliveryIsCountedAndNotWrittenAgain(t *testing.T) {
	db := newFakeDB()
	c := consumer(Direct, db)
	for range 3 {
		require.NoError(t, c.Handle(t.Context(), message("a1", "film", `{}`)))
	}
	require.NoError(t, c.Handle(t.Context(), message("a2", "film", `{}`)))
	assert.Equal(t, map[string]string{"film 0000000001": `a1 3 {}`, "film 0000000002": `a2 1 {}`}, db.rows())
}

func TestManyConsumersAtOnceLeaveNoGapAndLoseNothing(t *testing.T) {
	db := newFakeDB()
	c := consumer(Direct, db)
	// Whoever loses a race waits for the winner to be done: here, until it has the lock.
	var turn sync.Mutex
	c.store.wait = func(context.Context, int) error { turn.Lock(); defer turn.Unlock(); return nil }
	const n = 15
	var all sync.WaitGroup
	for i := range n {
		for range 2 { // each delivered twice
			all.Go(func() { assert.NoError(t, c.Handle(t.Context(), message(fmt.Sprint("e", i), "film", `{}`))) })
		}
	}
	all.Wait()

	rows := db.rows()
	require.Len(t, rows, n)
	seen := map[string]bool{}
	for i := range n {
		row := rows[fmt.Sprintf("film %010d", i+1)]
		assert.Regexp(t, `^e\d+ 2 {}$`, row, "position %d", i+1)
		seen[row] = true
	}
	assert.Len(t, seen, n)
}

func TestAPayloadCanAskToFailFirst(t *testing.T) {
	db := newFakeDB()
	c := consumer(Direct, db)
	m := message("a1", "film", `{"failTimes": 2}`)
	for i := 1; i <= 2; i++ {
		err := c.Handle(t.Context(), m)
		require.EqualError(t, err, fmt.Sprintf("the payload asks to fail 2 times: this is number %d", i))
		assert.False(t, sqsbatch.IsPermanent(err))
		assert.Empty(t, db.rows())
	}
	require.NoError(t, c.Handle(t.Context(), m))
	assert.Equal(t, map[string]string{"film 0000000001": `a1 3 {"failTimes": 2}`}, db.rows())
}

func TestWhatCanNeverBeProcessed(t *testing.T) {
	for name, c := range map[string]struct {
		read  Reader
		group string
		body  string
		want  string
	}{
		"poison":         {Direct, "film", `{"poison": true}`, `the payload says "poison": true, so it can never be processed`},
		"no JSON":        {Direct, "film", `<xml/>`, "the payload is not a JSON object as expected: invalid character '<' looking for beginning of value"},
		"a JSON array":   {Direct, "film", `[1]`, "the payload is not a JSON object as expected: json: cannot unmarshal array into Go value of type received.wishes"},
		"nothing to say": {Direct, "", `{}`, "the event has neither a message group nor an assetId"},
		"no envelope":    {FromEventBridge, "", `{"assetId": "film"}`, "not an event of EventBridge: it has no id or no detail"},
		"no event":       {FromEventBridge, "", `film`, "not an event of EventBridge: invalid character 'i' in literal false (expecting 'a')"},
		"poison inside":  {FromEventBridge, "", `{"id": "1", "detail": {"poison": true}}`, `the payload says "poison": true, so it can never be processed`},
	} {
		t.Run(name, func(t *testing.T) {
			db := newFakeDB()
			err := consumer(c.read, db).Handle(t.Context(), message("a1", c.group, c.body))
			require.EqualError(t, err, c.want)
			assert.True(t, sqsbatch.IsPermanent(err))
			assert.Empty(t, db.rows())
		})
	}
}

func TestAnEventOfEventBridgeHasItsOwnIDAndItsDetailIsThePayload(t *testing.T) {
	db := newFakeDB()
	body := `{"version": "0", "id": "6a7e8feb", "detail-type": "cleared", "source": "rights", "detail": {"assetId":"film","n":1.50}}`
	for _, id := range []string{"1", "2"} { // the rule delivered twice: two messages, one event
		require.NoError(t, consumer(FromEventBridge, db).Handle(t.Context(), message(id, "", body)))
	}
	assert.Equal(t, map[string]string{"film 0000000001": `6a7e8feb 2 {"assetId":"film","n":1.50}`}, db.rows())
}

func TestTheSameIDOfAnotherSourceIsAnotherEvent(t *testing.T) {
	db := newFakeDB()
	from := func(source string) Reader {
		return func(ctx context.Context, r sqsbatch.Record) (Event, error) {
			event, err := Direct(ctx, r)
			event.Source = source
			return event, err
		}
	}
	for _, source := range []string{"mux", "frameio", "mux"} {
		require.NoError(t, consumer(from(source), db).Handle(t.Context(), message("a1", "film", `{}`)))
	}
	assert.Equal(t, map[string]string{"film 0000000001": `a1 2 {}`, "film 0000000002": `a1 1 {}`}, db.rows())
}

func TestAReaderThatFailsForNowGetsAnotherDelivery(t *testing.T) {
	unreachable := errors.New("unreachable")
	read := func(context.Context, sqsbatch.Record) (Event, error) { return Event{}, unreachable }
	err := consumer(read, newFakeDB()).Handle(t.Context(), message("a1", "film", `{}`))
	require.ErrorIs(t, err, unreachable)
	assert.False(t, sqsbatch.IsPermanent(err))
}

func TestErrorsOfTheDatabaseAreWorthAnotherDelivery(t *testing.T) {
	for operation, want := range map[string]string{
		"GetItem":            "count the events of asset film: throttled",
		"TransactWriteItems": "write event a1 of asset film: throttled",
	} {
		t.Run(operation, func(t *testing.T) {
			db := newFakeDB()
			throttled := errors.New("throttled")
			db.fail = func(op string) error {
				if op == operation {
					return throttled
				}
				return nil
			}
			err := consumer(Direct, db).Handle(t.Context(), message("a1", "film", `{}`))
			require.EqualError(t, err, want)
			require.ErrorIs(t, err, throttled)
			assert.False(t, sqsbatch.IsPermanent(err))
		})
	}
}

func TestAConsumerThatNeverGetsItsTurnGivesUp(t *testing.T) {
	db := newFakeDB()
	db.fail = func(op string) error {
		if op != "TransactWriteItems" {
			return nil
		}
		none, conflict := types.CancellationReason{Code: aws.String("None")}, types.CancellationReason{Code: aws.String("TransactionConflict")}
		return &types.TransactionCanceledException{CancellationReasons: []types.CancellationReason{none, conflict, none}}
	}
	err := consumer(Direct, db).Handle(t.Context(), message("a1", "film", `{}`))
	assert.EqualError(t, err, "write event a1: 20 others of asset film came first")
}

func TestTheWaitForAnotherTurnEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	require.NoError(t, jitter(ctx, 0))
	cancel()
	// The two channels may be ready together: of many waits, one at least is cut short.
	var err error
	for i := 0; i < 1000 && err == nil; i++ {
		err = jitter(ctx, 30)
	}
	assert.ErrorIs(t, err, context.Canceled)
}
