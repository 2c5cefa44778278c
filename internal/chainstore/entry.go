package chainstore

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/mediasupplychain/cdk/internal/chain"
	"github.com/mediasupplychain/cdk/internal/wire"
)

// Putter writes one item.
type Putter interface {
	PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
}

// WriteOnce writes a line of the history unless it is there.
func WriteOnce(ctx context.Context, client Putter, table string, e chain.Entry) error {
	condition := "attribute_not_exists(#pk)"
	_, err := client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &table, Item: EntryItem(e), ConditionExpression: &condition, ExpressionAttributeNames: wire.Names(condition),
	})
	var there *types.ConditionalCheckFailedException
	if errors.As(err, &there) {
		return nil
	}
	return err
}
