package received

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	names "github.com/mediasupplychain/cdk/examples/internal/receivednames"
)

// DynamoDB is the part of the service's client that is used.
type DynamoDB interface {
	GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
	UpdateItem(context.Context, *dynamodb.UpdateItemInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error)
	TransactWriteItems(context.Context, *dynamodb.TransactWriteItemsInput, ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error)
}

// attempts at a transaction that others, working on the same asset, get in the
// way of. What still does not succeed is delivered again.
const attempts = 20

// store writes events to the table. The bookkeeping has a table of its own, so
// that the first one holds nothing but what was received.
type store struct {
	db                 DynamoDB
	table, bookkeeping string
	wait               func(ctx context.Context, attempt int) error
}

type item = map[string]types.AttributeValue

// tried counts that an event is being tried, and gives how often it was so far.
func (s *store) tried(ctx context.Context, e Event) (int, error) {
	out, err := s.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.bookkeeping, Key: item{names.Key: text("tried#" + e.key())},
		UpdateExpression:          aws.String("ADD #n :one"),
		ExpressionAttributeNames:  map[string]string{"#n": names.Count},
		ExpressionAttributeValues: item{":one": number(1)},
		ReturnValues:              types.ReturnValueUpdatedNew,
	})
	if err != nil {
		return 0, fmt.Errorf("count the tries of event %s: %w", e.ID, err)
	}
	return count(out.Attributes)
}

// write adds the event as the next one of its asset, or counts one more delivery
// if it is there already.
func (s *store) write(ctx context.Context, e Event, deliveries int) error {
	for attempt := range attempts {
		n, err := s.last(ctx, e.Asset)
		if err != nil {
			return err
		}
		switch err := s.add(ctx, e, n, deliveries); {
		case err == nil:
			return nil
		case errors.Is(err, errThere):
			return s.deliveredAgain(ctx, e)
		case !errors.Is(err, errConflict):
			return err
		}
		if err := s.wait(ctx, attempt); err != nil {
			return err
		}
	}
	return fmt.Errorf("write event %s: %d others of asset %s came first", e.ID, attempts, e.Asset)
}

// last is the number of events that the asset has.
func (s *store) last(ctx context.Context, asset string) (int, error) {
	out, err := s.db.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &s.bookkeeping, Key: item{names.Key: text("asset#" + asset)}, ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return 0, fmt.Errorf("count the events of asset %s: %w", asset, err)
	}
	if out.Item == nil {
		return 0, nil
	}
	return count(out.Item)
}

var (
	errThere    = errors.New("the event is in the table already")
	errConflict = errors.New("another event of the asset was faster")
)

// add writes the event, its claim, and the asset's new number of events, all or
// nothing.
func (s *store) add(ctx context.Context, e Event, last, deliveries int) error {
	position := text(fmt.Sprintf("%010d", last+1))
	_, err := s.db.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		{Put: &types.Put{
			TableName: &s.bookkeeping, Item: item{names.Key: text("event#" + e.key()), names.ClaimAsset: text(e.Asset), names.ClaimPosition: position},
			ConditionExpression: aws.String("attribute_not_exists(" + names.Key + ")"),
		}},
		{Update: s.advance(e.Asset, last)},
		{Put: &types.Put{TableName: &s.table, Item: item{
			names.Asset: text(e.Asset), names.Position: position, names.EventID: text(e.ID),
			names.Payload: text(string(e.Payload)), names.Deliveries: number(deliveries),
		}}},
	}})
	var canceled *types.TransactionCanceledException
	switch {
	case err == nil:
		return nil
	case errors.As(err, &canceled) && len(canceled.CancellationReasons) == 3:
		if aws.ToString(canceled.CancellationReasons[0].Code) == "ConditionalCheckFailed" {
			return errThere
		}
		for _, reason := range canceled.CancellationReasons {
			if code := aws.ToString(reason.Code); code == "ConditionalCheckFailed" || code == "TransactionConflict" {
				return errConflict
			}
		}
	}
	return fmt.Errorf("write event %s of asset %s: %w", e.ID, e.Asset, err)
}

// advance raises the asset's number of events, if it is still the last one known.
func (s *store) advance(asset string, last int) *types.Update {
	update := &types.Update{
		TableName: &s.bookkeeping, Key: item{names.Key: text("asset#" + asset)},
		UpdateExpression:          aws.String("SET #n = :next"),
		ConditionExpression:       aws.String("attribute_not_exists(#n)"),
		ExpressionAttributeNames:  map[string]string{"#n": names.Count},
		ExpressionAttributeValues: item{":next": number(last + 1)},
	}
	if last > 0 {
		update.ConditionExpression = aws.String("#n = :last")
		update.ExpressionAttributeValues[":last"] = number(last)
	}
	return update
}

// deliveredAgain finds the event by its claim and counts the delivery.
func (s *store) deliveredAgain(ctx context.Context, e Event) error {
	claim, err := s.db.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &s.bookkeeping, Key: item{names.Key: text("event#" + e.key())}, ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return fmt.Errorf("find event %s: %w", e.ID, err)
	}
	_, err = s.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: item{names.Asset: claim.Item[names.ClaimAsset], names.Position: claim.Item[names.ClaimPosition]},
		UpdateExpression:          aws.String("ADD #d :one"),
		ExpressionAttributeNames:  map[string]string{"#d": names.Deliveries},
		ExpressionAttributeValues: item{":one": number(1)},
	})
	if err != nil {
		return fmt.Errorf("count the deliveries of event %s: %w", e.ID, err)
	}
	return nil
}

// jitter waits for a random time that grows with each attempt, up to 50 ms:
// transactions on one asset take a few milliseconds each.
func jitter(ctx context.Context, attempt int) error {
	longest := min(50*time.Millisecond, 2*time.Millisecond<<attempt)
	timer := time.NewTimer(rand.N(longest)) //nolint:gosec // spreads load, hides nothing
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func count(attributes item) (int, error) {
	n, ok := attributes[names.Count].(*types.AttributeValueMemberN)
	if !ok {
		return 0, fmt.Errorf("attribute %s is no number", names.Count)
	}
	return strconv.Atoi(n.Value)
}

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func number(n int) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.Itoa(n)}
}
