// Command intake is a Lambda function that takes events of a queue into the table.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

type intake struct {
	client *dynamodb.Client
	table  *string
	kind   string
}

func main() {
	loaded, err := config.LoadDefaultConfig(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	i := &intake{client: dynamodb.NewFromConfig(loaded), table: aws.String(os.Getenv("TABLE")), kind: os.Getenv("KIND")}
	lambda.Start(i.handle)
}

// handle takes all messages in at once, and reports those that have to come again.
func (i *intake) handle(ctx context.Context, event events.SQSEvent) (events.SQSEventResponse, error) {
	failed := make([]bool, len(event.Records))
	var group sync.WaitGroup
	for n, message := range event.Records {
		group.Go(func() {
			if err := i.take(ctx, message.Body); err != nil {
				log.Printf("message %s: %v", message.MessageId, err)
				failed[n] = true
			}
		})
	}
	group.Wait()
	response := events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}}
	for n, message := range event.Records {
		if failed[n] {
			response.BatchItemFailures = append(response.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: message.MessageId})
		}
	}
	return response, nil
}

// take writes an event's claim, its effect and a line of the history, or nothing.
func (i *intake) take(ctx context.Context, body string) error {
	change, line, err := i.read(body)
	if err != nil {
		return err
	}
	now := time.Now().UTC()
	claim := item("pk", "CLAIM#"+line.id, "sk", "CLAIM")
	claim["expiresAt"] = &types.AttributeValueMemberN{Value: strconv.FormatInt(now.Add(14*24*time.Hour).Unix(), 10)}
	_, err = i.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		{Put: &types.Put{TableName: i.table, Item: claim, ConditionExpression: aws.String("attribute_not_exists(pk)")}},
		change,
		{Put: &types.Put{TableName: i.table, Item: item(
			"pk", "ASSET#"+line.asset, "sk", "H#"+now.Format(time.RFC3339Nano)+"#"+line.id,
			"asset", line.asset, "what", line.what, "stage", line.stage, "id", line.id, "event", body,
		)}},
	}})
	var canceled *types.TransactionCanceledException
	if errors.As(err, &canceled) {
		for _, reason := range canceled.CancellationReasons {
			if aws.ToString(reason.Code) == "ConditionalCheckFailed" {
				return nil // a duplicate, or it changes nothing any more
			}
		}
	}
	return err
}

// line is what the history says of an event.
type line struct{ id, asset, what, stage string }

func (i *intake) read(body string) (types.TransactWriteItem, line, error) {
	if i.kind == "end" {
		return i.end(body)
	}
	var event struct{ ID, AssetID, Stage, Status string }
	if err := json.Unmarshal([]byte(body), &event); err != nil {
		return types.TransactWriteItem{}, line{}, err
	}
	if event.ID == "" || event.AssetID == "" {
		return types.TransactWriteItem{}, line{}, fmt.Errorf("no id or asset: %s", body)
	}
	if i.kind == "start" {
		return types.TransactWriteItem{Put: &types.Put{
			TableName: i.table, Item: item("pk", "ASSET#"+event.AssetID, "sk", "RUN", "asset", event.AssetID, "run", "run-"+event.ID, "status", "Running"),
			ConditionExpression:       aws.String("attribute_not_exists(pk) OR #status <> :running"),
			ExpressionAttributeNames:  map[string]string{"#status": "status"},
			ExpressionAttributeValues: item(":running", "Running"),
		}}, line{event.ID, event.AssetID, "run.started", ""}, nil
	}
	return types.TransactWriteItem{Update: &types.Update{
		TableName: i.table, Key: item("pk", "ASSET#"+event.AssetID, "sk", "STAGE#"+event.Stage),
		UpdateExpression:          aws.String("SET #result = :result"),
		ConditionExpression:       aws.String("attribute_not_exists(#result)"),
		ExpressionAttributeNames:  map[string]string{"#result": "result"},
		ExpressionAttributeValues: item(":result", body),
	}}, line{event.ID, event.AssetID, "stage.completed", event.Stage}, nil
}

// end reads EventBridge's event about an execution that has ended.
func (i *intake) end(body string) (types.TransactWriteItem, line, error) {
	var event struct {
		Detail struct{ ExecutionArn, Status, Input string }
	}
	var input struct{ Asset, Run string }
	if err := json.Unmarshal([]byte(body), &event); err != nil {
		return types.TransactWriteItem{}, line{}, err
	}
	if err := json.Unmarshal([]byte(event.Detail.Input), &input); err != nil {
		return types.TransactWriteItem{}, line{}, err
	}
	what := "run.completed"
	if event.Detail.Status != "SUCCEEDED" {
		what = "run.failed"
	}
	return types.TransactWriteItem{Update: &types.Update{
		TableName: i.table, Key: item("pk", "ASSET#"+input.Asset, "sk", "RUN"),
		UpdateExpression:          aws.String("SET #status = :status"),
		ConditionExpression:       aws.String("#run = :run"),
		ExpressionAttributeNames:  map[string]string{"#status": "status", "#run": "run"},
		ExpressionAttributeValues: item(":status", event.Detail.Status, ":run", input.Run),
	}}, line{event.Detail.ExecutionArn, input.Asset, what, ""}, nil
}

// item is an item of texts: names, each followed by its value.
func item(pairs ...string) map[string]types.AttributeValue {
	all := map[string]types.AttributeValue{}
	for n := 0; n < len(pairs); n += 2 {
		if pairs[n+1] != "" {
			all[pairs[n]] = &types.AttributeValueMemberS{Value: pairs[n+1]}
		}
	}
	return all
}
