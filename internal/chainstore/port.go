package chainstore

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// Transactor writes items all at once, or none.
type Transactor interface {
	TransactWriteItems(context.Context, *dynamodb.TransactWriteItemsInput, ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error)
}

// Querier reads items of one partition.
type Querier interface {
	Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error)
}

// Getter reads one item.
type Getter interface {
	GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
}

// DynamoDB are the methods used of its client.
type DynamoDB interface {
	Transactor
	Querier
	Getter
}
