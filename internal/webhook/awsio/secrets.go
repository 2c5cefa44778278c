package awsio

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"github.com/mediasupplychain/cdk/internal/webhook/receiver"
)

// SecretsManager is the one method used of its client.
type SecretsManager interface {
	GetSecretValue(context.Context, *secretsmanager.GetSecretValueInput, ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error)
}

// Secrets reads from AWS Secrets Manager.
type Secrets struct {
	Client func() SecretsManager
}

// ReadSecret returns the text of a version. A binary secret is taken as text.
func (s Secrets) ReadSecret(ctx context.Context, arn, label string) (string, error) {
	out, err := s.Client().GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &arn, VersionStage: &label})
	var absent *types.ResourceNotFoundException
	switch {
	case errors.As(err, &absent):
		return "", fmt.Errorf("%s of %s: %w", label, arn, receiver.ErrNotFound)
	case err != nil:
		return "", fmt.Errorf("%s of %s: %w", label, arn, err)
	case out.SecretString != nil:
		return *out.SecretString, nil
	}
	return string(out.SecretBinary), nil
}
