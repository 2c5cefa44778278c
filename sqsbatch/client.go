package sqsbatch

import (
	"context"
	"fmt"
	"sync"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

// Sender sends a message to a queue. *sqs.Client is one.
type Sender interface {
	SendMessage(ctx context.Context, input *sqs.SendMessageInput, options ...func(*sqs.Options)) (*sqs.SendMessageOutput, error)
}

// VisibilityChanger changes when a message that was received may be received
// again. *sqs.Client is one.
type VisibilityChanger interface {
	ChangeMessageVisibility(ctx context.Context, input *sqs.ChangeMessageVisibilityInput, options ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityOutput, error)
}

// lazyClient makes the SQS client when it is first needed: most functions start
// without a message to move, and should not pay for it.
type lazyClient struct {
	mu     sync.Mutex
	client *sqs.Client // nil until the configuration could be loaded
}

func (l *lazyClient) get(ctx context.Context) (*sqs.Client, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.client == nil {
		cfg, err := config.LoadDefaultConfig(ctx)
		if err != nil {
			return nil, fmt.Errorf("load AWS configuration: %w", err)
		}
		l.client = sqs.NewFromConfig(cfg)
	}
	return l.client, nil
}

func (l *lazyClient) SendMessage(ctx context.Context, input *sqs.SendMessageInput, options ...func(*sqs.Options)) (*sqs.SendMessageOutput, error) {
	client, err := l.get(ctx)
	if err != nil {
		return nil, err
	}
	return client.SendMessage(ctx, input, options...)
}

func (l *lazyClient) ChangeMessageVisibility(ctx context.Context, input *sqs.ChangeMessageVisibilityInput, options ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityOutput, error) {
	client, err := l.get(ctx)
	if err != nil {
		return nil, err
	}
	return client.ChangeMessageVisibility(ctx, input, options...)
}
