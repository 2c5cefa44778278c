package awsio

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/mediasupplychain/cdk/internal/webhook/receiver"
	"github.com/mediasupplychain/cdk/internal/wire"
)

// DynamoDB are the methods used of its client.
type DynamoDB interface {
	PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
	DeleteItem(context.Context, *dynamodb.DeleteItemInput, ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error)
}

// Claims keeps claims in a DynamoDB table, one item for each event. When a
// claim ends is compared in the condition: the table's time to live only cleans
// up, hours or days later.
type Claims struct {
	Client func() DynamoDB
	Table  string

	// Owner tells this process from every other one.
	Owner string
}

// newOrOurs lets a claim begin where there is none, or only one that has
// ended. One of our own that led nowhere begins again: the SDK may have sent
// this very request twice.
const newOrOurs = "attribute_not_exists(#key) OR #end <= :now OR (#owner = :owner AND attribute_not_exists(#published))"

// ours are claims of this process whose event is not durable.
const ours = "#owner = :owner AND attribute_not_exists(#published)"

// Claim is one conditional write. Where it fails, the item that was in its way
// says why.
func (c Claims) Claim(ctx context.Context, key string, now, until time.Time) (receiver.ClaimState, error) {
	condition := newOrOurs
	_, err := c.Client().PutItem(ctx, &dynamodb.PutItemInput{
		TableName:           &c.Table,
		Item:                c.item(key, until),
		ConditionExpression: &condition,
		ExpressionAttributeNames: map[string]string{
			"#key": wire.AttributeClaimKey, "#end": wire.AttributeClaimExpiresAt,
			"#owner": wire.AttributeClaimOwner, "#published": wire.AttributeClaimPublished,
		},
		ExpressionAttributeValues:           map[string]types.AttributeValue{":now": seconds(now), ":owner": text(c.Owner)},
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	var held *types.ConditionalCheckFailedException
	if errors.As(err, &held) {
		if _, published := held.Item[wire.AttributeClaimPublished]; published {
			return receiver.Published, nil
		}
		return receiver.InFlight, nil
	}
	return receiver.Claimed, err
}

// Confirm writes without a condition: whoever holds the claim by now, the event
// is durable.
func (c Claims) Confirm(ctx context.Context, key string, until time.Time) error {
	item := c.item(key, until)
	item[wire.AttributeClaimPublished] = &types.AttributeValueMemberBOOL{Value: true}
	_, err := c.Client().PutItem(ctx, &dynamodb.PutItemInput{TableName: &c.Table, Item: item})
	return err
}

// Release deletes the claim, unless it is somebody else's by now.
func (c Claims) Release(ctx context.Context, key string) error {
	condition := ours
	_, err := c.Client().DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName:                 &c.Table,
		Key:                       map[string]types.AttributeValue{wire.AttributeClaimKey: text(key)},
		ConditionExpression:       &condition,
		ExpressionAttributeNames:  map[string]string{"#owner": wire.AttributeClaimOwner, "#published": wire.AttributeClaimPublished},
		ExpressionAttributeValues: map[string]types.AttributeValue{":owner": text(c.Owner)},
	})
	var lost *types.ConditionalCheckFailedException
	if errors.As(err, &lost) {
		return nil
	}
	return err
}

func (c Claims) item(key string, until time.Time) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{
		wire.AttributeClaimKey:       text(key),
		wire.AttributeClaimOwner:     text(c.Owner),
		wire.AttributeClaimExpiresAt: seconds(until),
	}
}

func text(value string) types.AttributeValue { return &types.AttributeValueMemberS{Value: value} }

func seconds(t time.Time) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(t.Unix(), 10)}
}
