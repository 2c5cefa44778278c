package sqsbatch_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"

	"github.com/mediasupplychain/cdk/sqsbatch"
)

// Transcode is what the transcode farm sends.
type Transcode struct {
	AssetID string `json:"assetId"`
	Codec   string `json:"codec"`
}

var errUnsupported = errors.New("codec not supported")

// Store is a function you would write: one message, one error.
func Store(_ context.Context, m sqsbatch.Message[Transcode]) error {
	switch m.Body.Codec {
	case "prores":
		fmt.Println("stored", m.Body.AssetID)
		return nil
	case "divx":
		return sqsbatch.Permanent(errUnsupported) // no retry can mend that
	}
	return errors.New("storage is busy") // may work next time
}

// The whole main function of a Lambda function.
func Example() {
	main := func() {
		lambda.Start(sqsbatch.New(Store).Handle)
	}
	_ = main // started by Lambda
}

func ExampleProcessor_Handle() {
	p := sqsbatch.New(Store, sqsbatch.WithoutMetrics(), sqsbatch.WithLogger(slog.New(slog.DiscardHandler)))

	response, _ := p.Handle(context.Background(), events.SQSEvent{Records: []events.SQSMessage{
		{MessageId: "1", Body: `{"assetId":"MAM-1","codec":"prores"}`},
		{MessageId: "2", Body: `{"assetId":"MAM-2","codec":"h264"}`},
		{MessageId: "3", Body: `{"assetId":"MAM-3","codec":"prores"}`},
	}})
	text, _ := json.Marshal(response)
	fmt.Println(string(text))
	// Output:
	// stored MAM-1
	// stored MAM-3
	// {"batchItemFailures":[{"itemIdentifier":"2"}]}
}

// In a FIFO queue, nothing is processed after a failure, so that order is kept.
func ExampleProcessor_Process() {
	p := sqsbatch.New(Store, sqsbatch.WithoutMetrics(), sqsbatch.WithLogger(slog.New(slog.DiscardHandler)))

	const queue = "arn:aws:sqs:eu-west-1:111122223333:transcodes.fifo"
	results := p.Process(context.Background(), events.SQSEvent{Records: []events.SQSMessage{
		{MessageId: "1", EventSourceARN: queue, Body: `{"assetId":"MAM-1","codec":"prores"}`},
		{MessageId: "2", EventSourceARN: queue, Body: `{"assetId":"MAM-1","codec":"h264"}`},
		{MessageId: "3", EventSourceARN: queue, Body: `{"assetId":"MAM-1","codec":"prores"}`},
	}})
	for _, r := range results {
		fmt.Println(r.Record.ID(), r.State, "-", r.Err)
	}
	// Output:
	// stored MAM-1
	// 1 succeeded - <nil>
	// 2 failed - storage is busy
	// 3 not tried - not tried: message 2, which comes before, failed
}

func ExamplePermanent() {
	err := fmt.Errorf("asset MAM-2: %w", sqsbatch.Permanent(errUnsupported))

	fmt.Println(err)
	fmt.Println(sqsbatch.IsPermanent(err), errors.Is(err, errUnsupported))
	// Output:
	// asset MAM-2: codec not supported
	// true true
}

// Options go after the function.
func ExampleNew() {
	p := sqsbatch.New(Store,
		sqsbatch.WithConcurrency(10),                         // standard queue: ten messages at a time
		sqsbatch.WithBackoff(10*time.Second, 15*time.Minute), // 10 s, 20 s, 40 s …
		sqsbatch.WithTimeMargin(2*time.Second),
	)
	_ = p.Handle
}

// Your function needs no queue to be tested.
func ExampleMessage() {
	err := Store(context.Background(), sqsbatch.Message[Transcode]{
		Body: Transcode{AssetID: "MAM-1", Codec: "divx"},
		Record: sqsbatch.Record{SQSMessage: events.SQSMessage{
			MessageId:  "1",
			Attributes: map[string]string{"ApproximateReceiveCount": "2"},
		}},
	})
	fmt.Println(sqsbatch.IsPermanent(err))
	// Output: true
}
