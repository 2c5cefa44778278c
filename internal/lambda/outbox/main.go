// Command outbox is the Lambda function on the stream of a supply chain's table.
package main

import (
	"math/rand/v2"
	"os"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/mediasupplychain/cdk/internal/awsconfig"
	"github.com/mediasupplychain/cdk/internal/chainstore"
	"github.com/mediasupplychain/cdk/internal/outbox"
	"github.com/mediasupplychain/cdk/internal/telemetry"
	"github.com/mediasupplychain/cdk/internal/wire"
)

func main() {
	cfg := awsconfig.FromEnvironment()
	h := &outbox.Handler{
		Actor: &outbox.Actor{
			Table:        os.Getenv(wire.EnvChainTable),
			StateMachine: os.Getenv(wire.EnvChainStateMachine),
			Bus:          os.Getenv(wire.EnvChainBus),
			Name:         os.Getenv(wire.EnvChainName),
			States:       sync.OnceValue(func() outbox.States { return sfn.NewFromConfig(cfg) }),
			EventBridge:  sync.OnceValue(func() outbox.EventBridge { return eventbridge.NewFromConfig(cfg) }),
			DynamoDB:     sync.OnceValue(func() outbox.DynamoDB { return dynamodb.NewFromConfig(cfg) }),
		},
		DeadLetters: &outbox.DeadLetters{
			Client:   sync.OnceValue(func() outbox.SQS { return sqs.NewFromConfig(cfg) }),
			QueueURL: os.Getenv(wire.EnvDeadLetterQueueURL),
		},
		Now: time.Now, Sleep: chainstore.Sleep, Random: rand.Float64,
		Log: telemetry.NewLogger(), Metrics: telemetry.NewMetrics(),
	}
	lambda.Start(h.Handle)
}
