package awsconfig_test

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/internal/awsconfig"
)

func TestTheEnvironmentOfAFunction(t *testing.T) {
	t.Setenv("AWS_REGION", "eu-central-1")
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	t.Setenv("AWS_SESSION_TOKEN", "session")

	cfg := awsconfig.FromEnvironment()

	assert.Equal(t, "eu-central-1", cfg.Region)
	assert.Nil(t, cfg.BaseEndpoint, "AWS's own endpoints")
	got, err := cfg.Credentials.Retrieve(context.Background())
	require.NoError(t, err)
	assert.Equal(t, aws.Credentials{
		AccessKeyID: "AKIAEXAMPLE", SecretAccessKey: "secret", SessionToken: "session", Source: "environment",
	}, got)
}

func TestNoCredentials(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", "")
	_, err := awsconfig.FromEnvironment().Credentials.Retrieve(context.Background())
	assert.EqualError(t, err, "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set")
}

func TestEndpointsOfALocalCloud(t *testing.T) {
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
	t.Setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", "http://127.0.0.1:9999")

	cfg := awsconfig.FromEnvironment()

	assert.Equal(t, "http://127.0.0.1:4566", *sqs.NewFromConfig(cfg).Options().BaseEndpoint)
	assert.Equal(t, "http://127.0.0.1:9999", *secretsmanager.NewFromConfig(cfg).Options().BaseEndpoint)
}
