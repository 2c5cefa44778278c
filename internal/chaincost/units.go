package chaincost

import (
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/mediasupplychain/cdk/internal/chaintest"
	"github.com/mediasupplychain/cdk/internal/wire"
)

type item = map[string]types.AttributeValue

// table counts calls and units of a table in memory.
type table struct {
	*chaintest.Table
	calls map[string]int
	write int // write request units, those of indexes included
	read  int // halves of read request units
}

// PutItem implements the method of the client.
func (t *table) PutItem(ctx context.Context, in *dynamodb.PutItemInput, o ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	t.calls["PutItem"]++
	return t.Table.PutItem(ctx, in, o...)
}

// UpdateItem implements the method of the client.
func (t *table) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, o ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	t.calls["UpdateItem"]++
	return t.Table.UpdateItem(ctx, in, o...)
}

// TransactWriteItems implements the method of the client.
func (t *table) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, o ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	t.calls["TransactWriteItems"]++
	return t.Table.TransactWriteItems(ctx, in, o...)
}

// GetItem implements the method of the client.
func (t *table) GetItem(ctx context.Context, in *dynamodb.GetItemInput, o ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	t.calls["GetItem"]++
	out, err := t.Table.GetItem(ctx, in, o...)
	if err == nil {
		t.reads(size(out.Item), in.ConsistentRead)
	}
	return out, err
}

// Query implements the method of the client. The pages of the table in memory are
// short, so that paging is tested; here they are one, as on AWS.
func (t *table) Query(ctx context.Context, in *dynamodb.QueryInput, o ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	t.calls["Query"]++
	page, whole, bytes := *in, &dynamodb.QueryOutput{}, 0
	for {
		out, err := t.Table.Query(ctx, &page, o...)
		if err != nil {
			return nil, err
		}
		for _, i := range out.Items {
			bytes += size(i)
		}
		whole.Items = append(whole.Items, out.Items...)
		if page.ExclusiveStartKey = out.LastEvaluatedKey; page.ExclusiveStartKey == nil {
			break
		}
	}
	t.reads(bytes, in.ConsistentRead)
	return whole, nil
}

// reads adds the units of a read ("Amazon DynamoDB pricing for on-demand
// capacity": one for 4 KB that are read consistently, else a half).
func (t *table) reads(bytes int, consistent *bool) {
	units := max(1, up(bytes, 4096))
	if consistent != nil && *consistent {
		units *= 2
	}
	t.read += units
}

// settle adds the units of the changes that were made since the last call, and
// returns those changes. A unit is 1 KB of the larger of the item before and after,
// two in a transaction; and one for each change of an entry of an index ("Amazon
// DynamoDB pricing for on-demand capacity", "Using Global Secondary Indexes in
// DynamoDB", developer guide).
func (t *table) settle(transaction bool) []chaintest.Change {
	changes := t.Stream()
	for _, c := range changes {
		units := up(max(size(c.Old), size(c.New)), 1024)
		if transaction {
			units *= 2
		}
		t.write += units
		t.write += indexed(c, wire.AttrWaitingOn, wire.AttrRequestedAt, wire.WaitingAttributes())
		t.write += indexed(c, wire.AttrTimeline, wire.AttrTimelineAt, wire.TimelineAttributes())
	}
	return changes
}

// indexed are the units of a change in one index.
func indexed(c chaintest.Change, partition, sort string, projected []string) int {
	entry := func(i item) item {
		if i[partition] == nil || i[sort] == nil {
			return nil
		}
		e := item{}
		for _, name := range append([]string{wire.KeyPartition, wire.KeySort, partition, sort}, projected...) {
			if i[name] != nil {
				e[name] = i[name]
			}
		}
		return e
	}
	was, is := entry(c.Old), entry(c.New)
	switch {
	case was == nil && is == nil:
		return 0
	case was == nil:
		return up(size(is), 1024)
	case is == nil:
		return up(size(was), 1024)
	case !same(was[partition], is[partition]) || !same(was[sort], is[sort]):
		return up(size(was), 1024) + up(size(is), 1024) // one entry goes, another comes
	case maps.EqualFunc(was, is, same):
		return 0
	}
	return up(max(size(was), size(is)), 1024)
}

func same(a, b types.AttributeValue) bool { return text(a) == text(b) }

// text tells values apart: the texts and numbers that indexes have.
func text(v types.AttributeValue) string {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return "S" + v.Value
	case *types.AttributeValueMemberN:
		return "N" + v.Value
	}
	return ""
}

// size is an item's size in bytes ("DynamoDB item sizes and formats", developer
// guide). Of a number it is the most that its digits take.
func size(i item) int {
	bytes := 0
	for _, name := range slices.Collect(maps.Keys(i)) {
		bytes += len(name) + sizeOf(i[name])
	}
	return bytes
}

func sizeOf(v types.AttributeValue) int {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return len(v.Value)
	case *types.AttributeValueMemberN:
		return (len(v.Value)+1)/2 + 1
	case *types.AttributeValueMemberM:
		return 3 + len(v.Value) + size(v.Value)
	}
	return 1
}

func up(bytes, unit int) int { return (bytes + unit - 1) / unit }
