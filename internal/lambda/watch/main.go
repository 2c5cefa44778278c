// Command watch is the scheduled Lambda function that looks for late stages.
package main

import (
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/mediasupplychain/cdk/internal/awsconfig"
	"github.com/mediasupplychain/cdk/internal/chain"
	"github.com/mediasupplychain/cdk/internal/telemetry"
	"github.com/mediasupplychain/cdk/internal/watch"
	"github.com/mediasupplychain/cdk/internal/wire"
)

func main() {
	plan, err := chain.DecodePlan(os.Getenv(wire.EnvChainPlan))
	if err != nil {
		panic(fmt.Errorf("watch: %w", err)) // the construct made it: a deployment is needed, not a retry
	}
	cfg := awsconfig.FromEnvironment()
	h := &watch.Handler{
		Table: os.Getenv(wire.EnvChainTable), Plan: plan,
		Client: sync.OnceValue(func() watch.DynamoDB { return dynamodb.NewFromConfig(cfg) }),
		Now:    time.Now, Log: telemetry.NewLogger(), Metrics: telemetry.NewMetrics(),
	}
	lambda.Start(h.Handle)
}
