package receiver

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/mediasupplychain/cdk/internal/webhook/partner"
	"github.com/mediasupplychain/cdk/webhook/signature"
)

// Staging labels of AWS Secrets Manager. A rotation moves the old value from
// the first to the second.
const (
	labelCurrent  = "AWSCURRENT"
	labelPrevious = "AWSPREVIOUS"
)

// maxSecrets is how many values the signature package accepts at once.
const maxSecrets = 8

// secretValues are all values a partner's secret has at present: those of its
// current version, and what the version before adds.
type secretValues struct{ current, previous signature.Secrets }

// all are the values, the newest first.
func (v secretValues) all() signature.Secrets { return append(slices.Clone(v.current), v.previous...) }

// readSecrets reads both versions.
func readSecrets(ctx context.Context, from SecretReader, arn string) (secretValues, error) {
	var current, previous string
	var errCurrent, errPrevious error
	var both sync.WaitGroup
	both.Add(1)
	go func() {
		defer both.Done()
		previous, errPrevious = from.ReadSecret(ctx, arn, labelPrevious)
	}()
	current, errCurrent = from.ReadSecret(ctx, arn, labelCurrent)
	both.Wait()

	if errCurrent != nil {
		return secretValues{}, fmt.Errorf("read secret: %w", errCurrent)
	}
	values := secretValues{}
	var err error
	if values.current, err = signature.ParseSecrets(current); err != nil {
		return secretValues{}, fmt.Errorf("read secret: %w", err)
	}
	switch {
	case errors.Is(errPrevious, ErrNotFound):
		return values, nil
	case errPrevious != nil:
		return secretValues{}, fmt.Errorf("read previous secret: %w", errPrevious)
	}
	older, err := signature.ParseSecrets(previous)
	if err != nil {
		// What was there before the first proper value need not be a secret.
		return values, nil //nolint:nilerror // said above
	}
	for _, s := range older {
		if !slices.Contains(values.all(), s) && len(values.all()) < maxSecrets {
			values.previous = append(values.previous, s)
		}
	}
	return values, nil
}

// readDirectory reads the partner configuration.
func readDirectory(ctx context.Context, from SecretReader, arn string) (*partner.Directory, error) {
	text, err := from.ReadSecret(ctx, arn, labelCurrent)
	if err != nil {
		return nil, fmt.Errorf("read partner configuration: %w", err)
	}
	return partner.ParseDirectory(text)
}
