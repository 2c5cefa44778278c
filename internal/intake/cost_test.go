package intake_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/internal/chain"
	"github.com/mediasupplychain/cdk/internal/chainstore"
	"github.com/mediasupplychain/cdk/internal/intake"
	"github.com/mediasupplychain/cdk/internal/telemetry"
	"github.com/mediasupplychain/cdk/mediaevent"
	"github.com/mediasupplychain/cdk/sqsbatch"
)

// From the queue's message to the table: one call for an event, and one for its
// duplicate.
func TestAMessageCostsOneCallAndSoDoesItsDuplicate(t *testing.T) {
	b := newBench(t, mediaevent.RawEnvelope)
	for _, body := range []string{
		`{"events":[{"id":"1","asset":"tt-1","status":"new"}]}`,
		`{"events":[{"id":"2","asset":"tt-1","status":"passed"}]}`,
	} {
		for range 2 {
			require.Zero(t, b.deliver(body))
			assert.Equal(t, map[string]int{"TransactWriteItems": 1}, b.table.Calls())
		}
	}
}

// ready is a table that takes every transaction at once.
type ready struct{ chainstore.DynamoDB }

func (ready) TransactWriteItems(context.Context, *dynamodb.TransactWriteItemsInput, ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	return &dynamodb.TransactWriteItemsOutput{}, nil
}

// BenchmarkWarmIntake is an answer of a partner, from the message to the call of
// DynamoDB, which takes no time here.
func BenchmarkWarmIntake(b *testing.B) {
	mapper, err := mediaevent.NewMapper(vidcheck)
	require.NoError(b, err)
	plan := chain.Plan{SecondStart: chain.Refuse, Stages: []chain.StagePlan{{Name: "qc"}}}
	p := &intake.Partner{
		Common: intake.Common{
			Source: "qc", Now: time.Now, Log: slog.New(slog.DiscardHandler), Metrics: telemetry.NewMetricsTo(io.Discard, time.Now),
		},
		Envelope: mediaevent.RawEnvelope, Mapper: mapper, Payloads: payloads{},
		Store: chainstore.New("state", plan, 0, func() chainstore.DynamoDB { return ready{} }),
	}
	handle := p.Handler(p.Process, sqsbatch.WithoutMetrics())
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		response, err := handle(b.Context(), events.SQSEvent{Records: []events.SQSMessage{{
			MessageId: "message", EventSourceARN: "arn:aws:sqs:eu-west-1:111122223333:qc",
			Body: fmt.Sprintf(`{"events":[{"id":"%d","asset":"tt-1","status":"passed","report":"s3://reports/1"}]}`, i),
		}}})
		if err != nil || len(response.BatchItemFailures) > 0 {
			b.Fatal(err, response)
		}
	}
}
