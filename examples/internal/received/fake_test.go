package received

import (
	"context"
	"maps"
	"strconv"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// fakeDB has as much of DynamoDB as the consumer uses: keys, ADD and SET of one
// attribute, three conditions, and transactions that are all or nothing.
type fakeDB struct {
	mu     sync.Mutex
	tables map[string]map[string]item // table, key, item
	fail   func(operation string) error
}

func newFakeDB() *fakeDB {
	return &fakeDB{tables: map[string]map[string]item{"received": {}, "bookkeeping": {}}, fail: func(string) error { return nil }}
}

func (f *fakeDB) GetItem(_ context.Context, in *dynamodb.GetItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.fail("GetItem"); err != nil {
		return nil, err
	}
	return &dynamodb.GetItemOutput{Item: maps.Clone(f.tables[*in.TableName][keyOf(in.Key)])}, nil
}

func (f *fakeDB) UpdateItem(_ context.Context, in *dynamodb.UpdateItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.fail("UpdateItem"); err != nil {
		return nil, err
	}
	it := f.at(*in.TableName, in.Key)
	for placeholder, name := range in.ExpressionAttributeNames {
		if *in.UpdateExpression != "ADD "+placeholder+" :one" {
			panic("not faked: " + *in.UpdateExpression)
		}
		it[name] = number(valueOf(it[name]) + valueOf(in.ExpressionAttributeValues[":one"]))
	}
	return &dynamodb.UpdateItemOutput{Attributes: maps.Clone(it)}, nil
}

func (f *fakeDB) TransactWriteItems(_ context.Context, in *dynamodb.TransactWriteItemsInput, _ ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.fail("TransactWriteItems"); err != nil {
		return nil, err
	}
	reasons, failed := make([]types.CancellationReason, len(in.TransactItems)), false
	for i, write := range in.TransactItems {
		reasons[i].Code = aws.String("None")
		if !f.holds(write) {
			reasons[i].Code, failed = aws.String("ConditionalCheckFailed"), true
		}
	}
	if failed {
		return nil, &types.TransactionCanceledException{CancellationReasons: reasons}
	}
	for _, write := range in.TransactItems {
		if put := write.Put; put != nil {
			f.tables[*put.TableName][keyOf(put.Item)] = maps.Clone(put.Item)
		} else {
			f.at(*write.Update.TableName, write.Update.Key)["count"] = write.Update.ExpressionAttributeValues[":next"]
		}
	}
	return &dynamodb.TransactWriteItemsOutput{}, nil
}

func (f *fakeDB) holds(write types.TransactWriteItem) bool {
	if put := write.Put; put != nil {
		_, there := f.tables[*put.TableName][keyOf(put.Item)]
		return put.ConditionExpression == nil || !there
	}
	update := write.Update
	is := f.tables[*update.TableName][keyOf(update.Key)]["count"]
	switch *update.ConditionExpression {
	case "attribute_not_exists(#n)":
		return is == nil
	case "#n = :last":
		return valueOf(is) == valueOf(update.ExpressionAttributeValues[":last"])
	}
	panic("not faked: " + *update.ConditionExpression)
}

func (f *fakeDB) at(table string, key item) item {
	if f.tables[table][keyOf(key)] == nil {
		f.tables[table][keyOf(key)] = maps.Clone(key)
	}
	return f.tables[table][keyOf(key)]
}

// rows of the table of what was received, "asset position eventId deliveries payload".
func (f *fakeDB) rows() map[string]string {
	all := map[string]string{}
	for _, it := range f.tables["received"] {
		all[stringOf(it["pk"])+" "+stringOf(it["sk"])] =
			strings.Join([]string{stringOf(it["eventId"]), strconv.Itoa(valueOf(it["deliveries"])), stringOf(it["payload"])}, " ")
	}
	return all
}

func keyOf(it item) string { return stringOf(it["pk"]) + " " + stringOf(it["sk"]) }

func stringOf(v types.AttributeValue) string {
	if s, ok := v.(*types.AttributeValueMemberS); ok {
		return s.Value
	}
	return ""
}

func valueOf(v types.AttributeValue) int {
	if n, ok := v.(*types.AttributeValueMemberN); ok {
		i, err := strconv.Atoi(n.Value)
		if err != nil {
			panic(err)
		}
		return i
	}
	return 0
}
