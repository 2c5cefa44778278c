// Command intake is the Lambda function of one source of a supply chain.
package main

import (
	"fmt"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/mediasupplychain/cdk/internal/awsconfig"
	"github.com/mediasupplychain/cdk/internal/chain"
	"github.com/mediasupplychain/cdk/internal/chainstore"
	"github.com/mediasupplychain/cdk/internal/intake"
	"github.com/mediasupplychain/cdk/internal/telemetry"
	"github.com/mediasupplychain/cdk/internal/wire"
	"github.com/mediasupplychain/cdk/mediaevent"
)

func main() {
	plan := must(chain.DecodePlan(os.Getenv(wire.EnvChainPlan)))
	horizon := time.Duration(must(strconv.Atoi("0"+os.Getenv(wire.EnvChainClaimSeconds)))) * time.Second
	cfg := awsconfig.FromEnvironment()
	db := sync.OnceValue(func() chainstore.DynamoDB { return dynamodb.NewFromConfig(cfg) })
	store := chainstore.New(os.Getenv(wire.EnvChainTable), plan, horizon, db)
	common := intake.Common{
		Source: os.Getenv(wire.EnvChainSource), Now: time.Now, Log: telemetry.NewLogger(), Metrics: telemetry.NewMetrics(),
	}
	if os.Getenv(wire.EnvChainSourceKind) == wire.SourceExecutions {
		lambda.Start(common.Handler((&intake.Executions{Common: common, Store: store}).Process))
		return
	}
	partner := &intake.Partner{
		Common: common, Store: store, Envelope: mediaevent.Envelope(os.Getenv(wire.EnvChainEnvelope)),
		Mapper: must(mediaevent.NewMapper(must(mediaevent.Decode(os.Getenv(wire.EnvChainMappings)))...)),
		Payloads: intake.Bucket{
			Client: sync.OnceValue(func() intake.S3 { return s3.NewFromConfig(cfg) }), Name: os.Getenv(wire.EnvChainBucket),
		},
	}
	lambda.Start(common.Handler(partner.Process))
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(fmt.Errorf("intake: %w", err)) // the construct made it: a deployment is needed, not a retry
	}
	return value
}
