package drive

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/mediasupplychain/cdk/internal/wire"
	"github.com/mediasupplychain/cdk/test/localcloud"
)

// Inside is what of a supply chain neither its partners nor those who watch over
// it touch: executions, items of the table, queues of sources.
type Inside struct {
	deployment *localcloud.Deployment
	table      string
	items      *dynamodb.Client
	executions *sfn.Client
	queues     *sqs.Client
}

// NewInside is the inside of a supply chain that was deployed to the cloud.
func NewInside(cloud *localcloud.Cloud, chain *SupplyChain) (*Inside, error) {
	table, err := chain.deployment.Output("TableName")
	return &Inside{
		deployment: chain.deployment, table: table,
		items: dynamodb.NewFromConfig(cloud.Config()), executions: sfn.NewFromConfig(cloud.Config()), queues: chain.queues,
	}, err
}

// executionOf is the ARN of a run's execution, which is named by the run.
func (i *Inside) executionOf(run string) (*string, error) {
	pipeline, err := i.deployment.Output("PipelineArn")
	return aws.String(strings.Replace(pipeline, ":stateMachine:", ":execution:", 1) + ":" + run), err
}

// Execution is the status of a run's execution: RUNNING, ABORTED, ….
func (i *Inside) Execution(ctx context.Context, run string) (string, error) {
	arn, err := i.executionOf(run)
	if err != nil {
		return "", err
	}
	out, err := i.executions.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: arn})
	if err != nil {
		return "", fmt.Errorf("execution of %s: %w", run, err)
	}
	return string(out.Status), nil
}

// StopExecution aborts a run's execution, as a person can in the console.
func (i *Inside) StopExecution(ctx context.Context, run string) error {
	arn, err := i.executionOf(run)
	if err != nil {
		return err
	}
	if _, err = i.executions.StopExecution(ctx, &sfn.StopExecutionInput{ExecutionArn: arn}); err != nil {
		return fmt.Errorf("stop execution of %s: %w", run, err)
	}
	return nil
}

func slotKey(asset, stage string) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{
		wire.KeyPartition: &types.AttributeValueMemberS{Value: wire.PrefixAsset + asset},
		wire.KeySort:      &types.AttributeValueMemberS{Value: wire.PrefixStage + stage},
	}
}

// Slot is the item of a stage as it is in the table.
func (i *Inside) Slot(ctx context.Context, asset, stage string) (map[string]any, error) {
	out, err := i.items.GetItem(ctx, &dynamodb.GetItemInput{TableName: &i.table, Key: slotKey(asset, stage), ConsistentRead: aws.Bool(true)})
	if err != nil {
		return nil, fmt.Errorf("slot %s of %s: %w", stage, asset, err)
	}
	slot := map[string]any{}
	if err := attributevalue.UnmarshalMap(out.Item, &slot); err != nil {
		return nil, fmt.Errorf("slot %s of %s: %w", stage, asset, err)
	}
	return slot, nil
}

// WaitForParked waits until an answer by a job that nobody has told of yet has
// been kept for it.
func (i *Inside) WaitForParked(ctx context.Context, patience time.Duration, partner, job string) error {
	key := map[string]types.AttributeValue{
		wire.KeyPartition: &types.AttributeValueMemberS{Value: wire.PrefixJob + partner + "#" + job},
		wire.KeySort:      &types.AttributeValueMemberS{Value: wire.SortJob},
	}
	return Eventually(ctx, patience, "an answer waits for job "+job, func(ctx context.Context) (bool, string, error) {
		out, err := i.items.GetItem(ctx, &dynamodb.GetItemInput{TableName: &i.table, Key: key, ConsistentRead: aws.Bool(true)})
		if err != nil {
			return false, "", err
		}
		return out.Item["parked"] != nil, "", nil
	})
}

// AskedLongAgo makes a stage that waits one that has waited for that long.
func (i *Inside) AskedLongAgo(ctx context.Context, asset, stage string, ago time.Duration) error {
	update, condition := "SET #requestedAt = :at, #timelineAt = :at", "#status = :waiting"
	_, err := i.items.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &i.table, Key: slotKey(asset, stage), UpdateExpression: &update, ConditionExpression: &condition,
		ExpressionAttributeNames: wire.Names(update, condition),
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":at":      &types.AttributeValueMemberS{Value: time.Now().Add(-ago).UTC().Format("2006-01-02T15:04:05.000Z")},
			":waiting": &types.AttributeValueMemberS{Value: wire.StatusWaiting},
		},
	})
	if err != nil {
		return fmt.Errorf("slot %s of %s: %w", stage, asset, err)
	}
	return nil
}

// WriteUnreadable writes a line into an asset's history whose event is not JSON,
// so that it can never be announced.
func (i *Inside) WriteUnreadable(ctx context.Context, asset string) error {
	now := time.Now().UTC().Format("2006-01-02T15:04:05.000000000Z")
	item, err := attributevalue.MarshalMap(map[string]string{
		wire.KeyPartition: wire.PrefixAsset + asset, wire.KeySort: wire.PrefixEntry + now + "#unreadable",
		wire.AttrAsset: asset, "id": "unreadable-" + asset, "what": "event.recorded", "fate": "recorded", "type": "media.unreadable.v1",
		"occurred": now, "recorded": now, "event": "{",
	})
	if err != nil {
		return err
	}
	if _, err := i.items.PutItem(ctx, &dynamodb.PutItemInput{TableName: &i.table, Item: item}); err != nil {
		return fmt.Errorf("history of %s: %w", asset, err)
	}
	return nil
}

// SendTo puts a message into the queue of a source, past the way by which its
// events come.
func (i *Inside) SendTo(ctx context.Context, source, body string) error {
	url, err := i.queueOf(ctx, source)
	if err != nil {
		return err
	}
	if _, err := i.queues.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: &url, MessageBody: &body}); err != nil {
		return fmt.Errorf("send to %s: %w", source, err)
	}
	return nil
}

// queueOf is the queue whose dead letters are those of the source.
func (i *Inside) queueOf(ctx context.Context, source string) (string, error) {
	text, err := i.deployment.Output("DeadLetterQueueUrls")
	if err != nil {
		return "", err
	}
	var dead map[string]string
	if err := json.Unmarshal([]byte(text), &dead); err != nil {
		return "", fmt.Errorf("output DeadLetterQueueUrls: %w", err)
	}
	name := dead[source][strings.LastIndex(dead[source], "/")+1:]
	for _, url := range i.deployment.PhysicalIDs("AWS::SQS::Queue") {
		got, err := i.queues.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{
			QueueUrl: aws.String(url), AttributeNames: []sqstypes.QueueAttributeName{sqstypes.QueueAttributeNameRedrivePolicy}})
		if err != nil {
			return "", fmt.Errorf("redrive policy of %s: %w", url, err)
		}
		if policy := got.Attributes[string(sqstypes.QueueAttributeNameRedrivePolicy)]; name != "" && strings.Contains(policy, ":"+name+`"`) {
			return url, nil
		}
	}
	return "", fmt.Errorf("no queue of the source %q", source)
}
