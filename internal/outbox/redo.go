package outbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/mediasupplychain/cdk/internal/chainstore"
	"github.com/mediasupplychain/cdk/internal/wire"
)

// Querier reads items of one partition.
type Querier interface {
	Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error)
}

// Redone is an effect that was done again, or why not.
type Redone struct {
	Effect string // "start-execution", "complete-task", …
	Item   string // sort key of the item that asks for it
	Err    error
}

// Redo does again what an asset's items ask for, through the very code of the
// stream: starts of runs, answers to tasks, requests; and of the history what
// was recorded since then. What was done before changes nothing, except that
// the bus gets events again that it had, with the same ids.
func (a *Actor) Redo(ctx context.Context, client Querier, asset string, since time.Time) ([]Redone, error) {
	items, err := itemsOf(ctx, client, a.Table, asset)
	if err != nil {
		return nil, fmt.Errorf("read asset %s: %w", asset, err)
	}
	if len(items) == 0 {
		return nil, fmt.Errorf("no asset is called %q", asset)
	}
	var all []Redone
	var failed []error
	for _, item := range items {
		if isHistory(item) && item.Text(wire.KeySort) < wire.PrefixEntry+chainstore.Time(since) {
			continue
		}
		for _, e := range (change{new: item}).effects() {
			err := a.do(ctx, e)
			all = append(all, Redone{Effect: string(e.kind), Item: e.key.SK, Err: err})
			failed = append(failed, err)
		}
	}
	return all, errors.Join(failed...)
}

func isHistory(i chainstore.Item) bool {
	return strings.HasPrefix(i.Text(wire.KeySort), wire.PrefixEntry)
}

// itemsOf are the items of an asset: runs first, then stages, then history, so
// that a run is there before what it does.
func itemsOf(ctx context.Context, client Querier, table, asset string) ([]chainstore.Item, error) {
	condition, consistent := "#pk = :pk", true
	input := &dynamodb.QueryInput{
		TableName: &table, ConsistentRead: &consistent, KeyConditionExpression: &condition, ExpressionAttributeNames: wire.Names(condition),
		ExpressionAttributeValues: chainstore.Item{":pk": &types.AttributeValueMemberS{Value: wire.PrefixAsset + asset}},
	}
	var all []chainstore.Item
	for {
		out, err := client.Query(ctx, input)
		if err != nil {
			return nil, err
		}
		for _, item := range out.Items {
			all = append(all, item)
		}
		if input.ExclusiveStartKey = out.LastEvaluatedKey; input.ExclusiveStartKey == nil {
			break
		}
	}
	slices.SortStableFunc(all, func(a, b chainstore.Item) int { return rank(a) - rank(b) })
	return all, nil
}

func rank(i chainstore.Item) int {
	for n, prefix := range []string{wire.PrefixRun, wire.PrefixStage, wire.PrefixEntry} {
		if strings.HasPrefix(i.Text(wire.KeySort), prefix) {
			return n
		}
	}
	return -1
}
