package drive

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

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
