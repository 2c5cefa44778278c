package drive

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

// topic publishes to an SNS FIFO topic: one message group for each asset.
type topic struct {
	client *sns.Client
	arn    string
}

func connectTopic(_ context.Context, example *Example) (sender, error) {
	arn, err := example.Output("TopicArn")
	return topic{sns.NewFromConfig(example.Cloud.Config()), arn}, err
}

func (t topic) send(ctx context.Context, event Event) error {
	_, err := t.client.Publish(ctx, &sns.PublishInput{
		TopicArn:               aws.String(t.arn),
		Message:                aws.String(string(event.Payload)),
		MessageGroupId:         aws.String(event.Asset),
		MessageDeduplicationId: aws.String(event.ID),
	})
	return err
}

// queue sends to an SQS queue, standard or FIFO.
type queue struct {
	client *sqs.Client
	url    string
}

func connectQueue(_ context.Context, example *Example) (sender, error) {
	url, err := example.Output("QueueUrl")
	return queue{sqs.NewFromConfig(example.Cloud.Config()), url}, err
}

func (q queue) send(ctx context.Context, event Event) error {
	input := &sqs.SendMessageInput{QueueUrl: aws.String(q.url), MessageBody: aws.String(string(event.Payload))}
	if strings.HasSuffix(q.url, ".fifo") {
		input.MessageGroupId, input.MessageDeduplicationId = aws.String(event.Asset), aws.String(event.ID)
	}
	_, err := q.client.SendMessage(ctx, input)
	return err
}

// bus puts events on an event bus, of the source and type that the example's
// rule selects.
type bus struct {
	client       *eventbridge.Client
	name         string
	source, kind string
}

func connectBus(output string) func(context.Context, *Example) (sender, error) {
	return func(_ context.Context, example *Example) (sender, error) {
		name, err := example.Output(output)
		if err != nil {
			return nil, err
		}
		source, kind, err := example.Deployment.SelectedEvent()
		return bus{eventbridge.NewFromConfig(example.Cloud.Config()), name, source, cmp.Or(kind, anyDetailType)}, err
	}
}

// anyDetailType is for rules that do not select one: an event must have one.
const anyDetailType = "PartnerEvent"

func (b bus) send(ctx context.Context, event Event) error {
	result, err := b.client.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{{
		EventBusName: aws.String(b.name),
		Source:       aws.String(b.source),
		DetailType:   aws.String(cmp.Or(event.Type, b.kind)),
		Detail:       aws.String(string(event.Payload)),
		Resources:    []string{event.Asset},
	}}})
	if err != nil {
		return err
	}
	if result.FailedEntryCount != 0 { // PutEvents succeeds even when no event does
		entry := result.Entries[0]
		return fmt.Errorf("event not taken: %s: %s", aws.ToString(entry.ErrorCode), aws.ToString(entry.ErrorMessage))
	}
	return nil
}
