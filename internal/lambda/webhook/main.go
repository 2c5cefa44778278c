// Command webhook is the Lambda function behind webhook.Endpoint.
package main

import (
	"crypto/rand"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	lambdaclient "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/mediasupplychain/cdk/internal/awsconfig"
	"github.com/mediasupplychain/cdk/internal/telemetry"
	"github.com/mediasupplychain/cdk/internal/webhook/awsio"
	"github.com/mediasupplychain/cdk/internal/webhook/receiver"
	"github.com/mediasupplychain/cdk/internal/wire"
)

func main() {
	cfg := awsconfig.FromEnvironment()
	lambda.Start(receiver.New(receiver.Options{
		Configuration: os.Getenv(wire.EnvWebhookConfiguration),
		Secrets:       awsio.Secrets{Client: sync.OnceValue(func() awsio.SecretsManager { return secretsmanager.NewFromConfig(cfg) })},
		Publisher: awsio.Publisher{
			Bus:   awsio.Bus{Client: sync.OnceValue(func() awsio.EventBridge { return eventbridge.NewFromConfig(cfg) })},
			Queue: awsio.Queue{Client: sync.OnceValue(func() awsio.SQS { return sqs.NewFromConfig(cfg) })},
		},
		Claims: awsio.Claims{
			Client: sync.OnceValue(func() awsio.DynamoDB { return dynamodb.NewFromConfig(cfg) }),
			Table:  os.Getenv(wire.EnvWebhookClaimsTable),
			Owner:  rand.Text(),
		},
		Blobs: awsio.Bucket{
			Client: sync.OnceValue(func() awsio.S3 { return s3.NewFromConfig(cfg) }),
			Name:   os.Getenv(wire.EnvWebhookBucket),
		},
		Confirmer: awsio.Confirmer{Client: sync.OnceValue(func() awsio.Lambda { return lambdaclient.NewFromConfig(cfg) })},
		HTTP:      &http.Client{Timeout: 3 * time.Second, CheckRedirect: receiver.FollowNoRedirect},
		Now:       time.Now,
		Log:       telemetry.NewLogger(),
		Metrics:   telemetry.NewMetrics(),
	}))
}
