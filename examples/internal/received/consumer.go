// Package received is the consumer that all examples share. It writes what
// arrives to a table, so that anyone can see what arrived, in which order and
// how often.
//
// A message that is delivered again is not written again: its item counts the
// deliveries. The order of an asset's items is the order of processing, without
// gaps. Both hold however many consumers run at the same time, since each event
// is written in one transaction.
package received

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/mediasupplychain/cdk/examples/internal/receivednames"
	"github.com/mediasupplychain/cdk/sqsbatch"
)

// Consumer processes the messages of one example.
type Consumer struct {
	read  Reader
	store *store
}

// Start runs the consumer as a Lambda function. It returns only if the function
// is not set up as it must be.
func Start(read Reader) {
	cfg, err := config.LoadDefaultConfig(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	consumer := New(read, dynamodb.NewFromConfig(cfg), os.Getenv(receivednames.EnvTable), os.Getenv(receivednames.EnvBookkeeping))
	lambda.Start(sqsbatch.New(consumer.Handle,
		sqsbatch.WithPerGroup(),                        // failures of one asset hold up that asset only
		sqsbatch.WithBackoff(time.Second, time.Minute), // so that whoever tries the example sees retries at once
	).Handle)
}

// New makes a consumer that writes to the tables of these names.
func New(read Reader, db DynamoDB, table, bookkeeping string) *Consumer {
	return &Consumer{read: read, store: &store{db: db, table: table, bookkeeping: bookkeeping, wait: jitter}}
}

// Handle processes one message. Its errors are permanent where another delivery
// would not help.
func (c *Consumer) Handle(ctx context.Context, m sqsbatch.Message[sqsbatch.Text]) error {
	event, err := c.read(ctx, m.Record)
	if err != nil {
		return err
	}
	wishes, err := event.wishes()
	if err != nil {
		return sqsbatch.Permanent(err)
	}
	deliveries := 1
	if wishes.FailTimes > 0 {
		if deliveries, err = c.store.tried(ctx, event); err != nil {
			return err
		}
		if deliveries <= wishes.FailTimes {
			return fmt.Errorf("the payload asks to fail %d times: this is number %d", wishes.FailTimes, deliveries)
		}
	}
	return c.store.write(ctx, event, deliveries)
}
