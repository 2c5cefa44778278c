package drive

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"
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

// Received is an event that the example's consumer has processed.
type Received struct {
	Asset      string `dynamodbav:"pk"`
	Position   string `dynamodbav:"sk"` // order of processing within the asset
	EventID    string `dynamodbav:"eventId"`
	Payload    string `dynamodbav:"payload"`
	Deliveries int    `dynamodbav:"deliveries"` // how often it was delivered until it was processed
}

// Received lists what was received of an asset, in the order of processing.
func (e *Example) Received(ctx context.Context, asset string) ([]Received, error) {
	name, err := e.Output("ReceivedTableName")
	if err != nil {
		return nil, err
	}
	pages := dynamodb.NewQueryPaginator(e.table, &dynamodb.QueryInput{
		TableName:                 aws.String(name),
		ConsistentRead:            aws.Bool(true),
		KeyConditionExpression:    aws.String("pk = :asset"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":asset": &types.AttributeValueMemberS{Value: asset}},
	})
	var all []Received
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("read what was received of %s: %w", asset, err)
		}
		var items []Received
		if err := attributevalue.UnmarshalListOfMaps(page.Items, &items); err != nil {
			return nil, fmt.Errorf("item of %s: %w", asset, err)
		}
		all = append(all, items...)
	}
	return all, nil
}

// Parked is a message in the dead-letter queue of the example's consumer.
type Parked struct {
	// Body is the message as the consumer got it: the partner's JSON, or the
	// envelope around it.
	Body string

	// Attributes are the message's own, such as the reason it was parked for.
	Attributes map[string]string

	// System are the attributes that SQS gives it, such as MessageGroupId.
	System map[string]string
}

// Parked lists the messages that are, or were when they were looked for before,
// in the dead-letter queue and whose body mentions the text. They are taken out
// of the queue to be looked at once only.
func (e *Example) Parked(ctx context.Context, mentions string) ([]Parked, error) {
	e.parkedGuard.Lock()
	defer e.parkedGuard.Unlock()
	if err := e.drainDeadLetters(ctx); err != nil {
		return nil, fmt.Errorf("dead-letter queue: %w", err)
	}
	var found []Parked
	for _, message := range e.parked {
		if strings.Contains(message.Body, mentions) {
			found = append(found, message)
		}
	}
	return found, nil
}

func (e *Example) drainDeadLetters(ctx context.Context) error {
	url, err := e.Output("DeadLetterQueueUrl")
	if err != nil {
		return err
	}
	for {
		batch, err := e.queues.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
			QueueUrl:                    aws.String(url),
			MaxNumberOfMessages:         10,
			MessageAttributeNames:       []string{"All"},
			MessageSystemAttributeNames: []sqstypes.MessageSystemAttributeName{sqstypes.MessageSystemAttributeNameAll},
		})
		if err != nil || len(batch.Messages) == 0 {
			return err
		}
		for _, message := range batch.Messages {
			e.parked = append(e.parked, parkedMessage(message))
			_, err := e.queues.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: aws.String(url), ReceiptHandle: message.ReceiptHandle})
			if err != nil {
				return err
			}
		}
	}
}

func parkedMessage(message sqstypes.Message) Parked {
	parked := Parked{Body: aws.ToString(message.Body), Attributes: map[string]string{}, System: message.Attributes}
	for name, value := range message.MessageAttributes {
		parked.Attributes[name] = aws.ToString(value.StringValue)
	}
	return parked
}
