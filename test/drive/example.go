package drive

import (
	"context"
	"fmt"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"golang.org/x/sync/errgroup"

	"github.com/mediasupplychain/cdk/test/localcloud"
)

// Example is a deployed example, as its partner and its operator see it.
type Example struct {
	Pattern    Pattern
	Cloud      *localcloud.Cloud
	Deployment *localcloud.Deployment

	partner sender
	table   *dynamodb.Client
	queues  *sqs.Client

	parkedGuard sync.Mutex
	parked      []Parked
}

// Open deploys the example of a pattern to a local cloud.
func Open(ctx context.Context, cloud *localcloud.Cloud, pattern Pattern) (*Example, error) {
	deployment, err := cloud.Deploy(ctx, pattern.Example)
	if err != nil {
		return nil, err
	}
	example := &Example{
		Pattern:    pattern,
		Cloud:      cloud,
		Deployment: deployment,
		table:      dynamodb.NewFromConfig(cloud.Config()),
		queues:     sqs.NewFromConfig(cloud.Config()),
	}
	if example.partner, err = pattern.connect(ctx, example); err != nil {
		return nil, fmt.Errorf("%s: %w", pattern.Example, err)
	}
	return example, nil
}

// Output is an output of the example's stack.
func (e *Example) Output(name string) (string, error) { return e.Deployment.Output(name) }

const sendersAtOnce = 8

// Send sends events as the partner does: those of one asset one after the other,
// several assets at once. It returns when AWS has taken over all of them.
func (e *Example) Send(ctx context.Context, events ...Event) error {
	var assets []string
	byAsset := map[string][]Event{}
	for _, event := range events {
		if byAsset[event.Asset] == nil {
			assets = append(assets, event.Asset)
		}
		byAsset[event.Asset] = append(byAsset[event.Asset], event)
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(sendersAtOnce)
	for _, asset := range assets {
		group.Go(func() error {
			for _, event := range byAsset[asset] {
				if err := e.partner.send(ctx, event); err != nil {
					return fmt.Errorf("send %s: %w", event.ID, err)
				}
			}
			return nil
		})
	}
	return group.Wait()
}
