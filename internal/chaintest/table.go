package chaintest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/mediasupplychain/cdk/internal/wire"
)

// Table is a DynamoDB table in memory, with the keys and indexes of a supply
// chain's. It is safe for concurrent use.
type Table struct {
	// Fault is asked before each call; what it returns is the call's error. A
	// nil Fault never is one.
	Fault func(api string) error
	// Lost is asked after each call that wrote: what it returns is the call's
	// error though the write is done, as when a connection is cut.
	Lost func(api string) error

	mu      sync.Mutex
	items   map[[2]string]item
	calls   map[string]int
	changes []Change
}

// Change is one change of an item, as the table's stream has it.
type Change struct {
	Old, New map[string]types.AttributeValue // nil where there was or is none
}

// NewTable returns an empty table.
func NewTable() *Table {
	return &Table{items: map[[2]string]item{}, calls: map[string]int{}}
}

// Clone returns a table with the same items and no history of calls.
func (t *Table) Clone() *Table {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := NewTable()
	for key, i := range t.items {
		c.items[key] = clone(i)
	}
	return c
}

// Calls says how often each API was called.
func (t *Table) Calls() map[string]int {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := t.calls
	t.calls = map[string]int{}
	return c
}

// Stream takes the changes since the last call.
func (t *Table) Stream() []Change {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := t.changes
	t.changes = nil
	return c
}

// Items lists all items, by key.
func (t *Table) Items() []map[string]types.AttributeValue {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.sorted(wire.KeyPartition, wire.KeySort)
}

// Item is the item of that key, nil if there is none.
func (t *Table) Item(pk, sk string) map[string]types.AttributeValue {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.items[[2]string{pk, sk}]
}

// sorted are the items that have both attributes, in their order.
func (t *Table) sorted(partition, sortKey string) []map[string]types.AttributeValue {
	var all []map[string]types.AttributeValue
	for _, i := range t.items {
		if i[partition] != nil && i[sortKey] != nil {
			all = append(all, clone(i))
		}
	}
	order := func(i item) string {
		return str(i[partition]) + "\x00" + str(i[sortKey]) + "\x00" + str(i[wire.KeyPartition]) + "\x00" + str(i[wire.KeySort])
	}
	sort.Slice(all, func(i, j int) bool { return order(all[i]) < order(all[j]) })
	return all
}

func str(v types.AttributeValue) string {
	if s, ok := v.(*types.AttributeValueMemberS); ok {
		return s.Value
	}
	return ""
}

// begin counts a call and asks for a fault. The lock is held.
func (t *Table) begin(api string) error {
	t.calls[api]++
	if t.Fault != nil {
		return t.Fault(api)
	}
	return nil
}

func (t *Table) end(api string) error {
	if t.Lost != nil {
		return t.Lost(api)
	}
	return nil
}

// validation turns what DynamoDB refuses into an error.
func validation(err *error) {
	switch v := recover().(type) {
	case nil:
	case invalid:
		*err = errors.New("ValidationException: " + string(v))
	default:
		panic(v)
	}
}

// write is one write: of an item, an update, or a check only.
type write struct {
	key       item
	put       item
	update    *string
	condition *string
	names     map[string]string
	values    item
	old       bool // return the old item where the condition fails
}

// tryWrite evaluates a write without doing it.
func (t *Table) tryWrite(w write) (id [2]string, after item, holds bool) {
	id = [2]string{str(w.key[wire.KeyPartition]), str(w.key[wire.KeySort])}
	if id[0] == "" || id[1] == "" {
		refuse("the key is not whole: %v", id)
	}
	before, used := t.items[id], map[string]bool{}
	holds = true
	if w.condition != nil {
		holds = parse(*w.condition, w.names, w.values, before, used).condition()
	}
	after = w.put
	if w.update != nil {
		on := clone(before)
		on[wire.KeyPartition], on[wire.KeySort] = w.key[wire.KeyPartition], w.key[wire.KeySort]
		update := parse(*w.update, w.names, w.values, on, used)
		if holds { // else nothing is evaluated
			after = update.update()
		}
	}
	unused(w.names, used)
	unused(w.values, used)
	for name, value := range after {
		if s, ok := value.(*types.AttributeValueMemberS); ok && s.Value == "" && isKey(name) {
			refuse("the key attribute %q is empty", name)
		}
	}
	return id, after, holds
}

func isKey(name string) bool {
	return slices.Contains([]string{wire.KeyPartition, wire.KeySort, wire.AttrWaitingOn, wire.AttrRequestedAt, wire.AttrTimeline, wire.AttrTimelineAt}, name)
}

func unused[T any](given map[string]T, used map[string]bool) {
	for name := range given {
		if !used[name] {
			refuse("%s is not used in any expression", name)
		}
	}
}

func (t *Table) commit(id [2]string, after item) {
	before := t.items[id]
	t.items[id] = clone(after)
	t.changes = append(t.changes, Change{Old: before, New: clone(after)})
}

// PutItem implements the method of the client.
func (t *Table) PutItem(_ context.Context, in *dynamodb.PutItemInput, _ ...func(*dynamodb.Options)) (_ *dynamodb.PutItemOutput, err error) {
	w := write{key: in.Item, put: in.Item, condition: in.ConditionExpression, names: in.ExpressionAttributeNames, values: in.ExpressionAttributeValues}
	return &dynamodb.PutItemOutput{}, t.one("PutItem", w)
}

// UpdateItem implements the method of the client.
func (t *Table) UpdateItem(_ context.Context, in *dynamodb.UpdateItemInput, _ ...func(*dynamodb.Options)) (_ *dynamodb.UpdateItemOutput, err error) {
	w := write{
		key: in.Key, update: in.UpdateExpression, condition: in.ConditionExpression,
		names: in.ExpressionAttributeNames, values: in.ExpressionAttributeValues,
	}
	return &dynamodb.UpdateItemOutput{}, t.one("UpdateItem", w)
}

func (t *Table) one(api string, w write) (err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	defer validation(&err)
	if err := t.begin(api); err != nil {
		return err
	}
	id, after, holds := t.tryWrite(w)
	if !holds {
		return &types.ConditionalCheckFailedException{Item: t.items[id]}
	}
	t.commit(id, after)
	return t.end(api)
}

// GetItem implements the method of the client.
func (t *Table) GetItem(_ context.Context, in *dynamodb.GetItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.begin("GetItem"); err != nil {
		return nil, err
	}
	found := t.items[[2]string{str(in.Key[wire.KeyPartition]), str(in.Key[wire.KeySort])}]
	if found == nil {
		return &dynamodb.GetItemOutput{}, nil
	}
	return &dynamodb.GetItemOutput{Item: clone(found)}, nil
}

// TransactWriteItems implements the method of the client.
func (t *Table) TransactWriteItems(_ context.Context, in *dynamodb.TransactWriteItemsInput, _ ...func(*dynamodb.Options)) (_ *dynamodb.TransactWriteItemsOutput, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	defer validation(&err)
	if err := t.begin("TransactWriteItems"); err != nil {
		return nil, err
	}
	if n := len(in.TransactItems); n < 1 || n > 100 {
		refuse("%d items, from 1 to 100 are taken", n)
	}
	reasons, ids, afters := make([]types.CancellationReason, len(in.TransactItems)), [][2]string{}, []item{}
	canceled := false
	for i, element := range in.TransactItems {
		w := writeOf(element)
		id, after, holds := t.tryWrite(w)
		if slices.Contains(ids, id) {
			refuse("two operations on the item %v", id)
		}
		ids, afters = append(ids, id), append(afters, after)
		reasons[i].Code = ptr("None")
		if !holds {
			canceled = true
			reasons[i].Code = ptr("ConditionalCheckFailed")
			if w.old {
				reasons[i].Item = t.items[id]
			}
		}
	}
	if canceled {
		return nil, &types.TransactionCanceledException{CancellationReasons: reasons, Message: ptr("Transaction cancelled")}
	}
	for i, id := range ids {
		t.commit(id, afters[i])
	}
	return &dynamodb.TransactWriteItemsOutput{}, t.end("TransactWriteItems")
}

func writeOf(element types.TransactWriteItem) write {
	switch {
	case element.Put != nil:
		p := element.Put
		return write{
			key: p.Item, put: p.Item, condition: p.ConditionExpression, names: p.ExpressionAttributeNames, values: p.ExpressionAttributeValues,
			old: p.ReturnValuesOnConditionCheckFailure == types.ReturnValuesOnConditionCheckFailureAllOld,
		}
	case element.Update != nil:
		u := element.Update
		return write{
			key: u.Key, update: u.UpdateExpression, condition: u.ConditionExpression, names: u.ExpressionAttributeNames, values: u.ExpressionAttributeValues,
		}
	}
	panic(fmt.Sprintf("chaintest: no such operation: %+v", element))
}

// Query implements the method of the client, two items a page so that paging is
// always tested.
func (t *Table) Query(_ context.Context, in *dynamodb.QueryInput, _ ...func(*dynamodb.Options)) (_ *dynamodb.QueryOutput, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	defer validation(&err)
	if err := t.begin("Query"); err != nil {
		return nil, err
	}
	partition, sortKey := keysOf(in.IndexName)
	all := t.sorted(partition, sortKey)
	if in.ScanIndexForward != nil && !*in.ScanIndexForward {
		slices.Reverse(all)
	}
	out, used, past := &dynamodb.QueryOutput{}, map[string]bool{}, len(in.ExclusiveStartKey) == 0
	limit := 2
	if in.Limit != nil {
		limit = min(limit, int(*in.Limit))
	}
	for n, i := range all {
		if !past {
			past = str(i[wire.KeyPartition]) == str(in.ExclusiveStartKey[wire.KeyPartition]) && str(i[wire.KeySort]) == str(in.ExclusiveStartKey[wire.KeySort])
			continue
		}
		if !parse(*in.KeyConditionExpression, in.ExpressionAttributeNames, in.ExpressionAttributeValues, i, used).condition() {
			continue
		}
		if limit == 0 {
			last := all[n-1]
			out.LastEvaluatedKey = item{wire.KeyPartition: last[wire.KeyPartition], wire.KeySort: last[wire.KeySort]}
			break
		}
		limit--
		if in.FilterExpression == nil || parse(*in.FilterExpression, in.ExpressionAttributeNames, in.ExpressionAttributeValues, i, used).condition() {
			out.Items = append(out.Items, i)
		}
	}
	if !strings.HasPrefix(*in.KeyConditionExpression, "#"+partition+" = ") {
		refuse("the key condition must begin with %s", partition)
	}
	return out, nil
}

func keysOf(index *string) (partition, sortKey string) {
	if index == nil {
		return wire.KeyPartition, wire.KeySort
	}
	switch *index {
	case wire.IndexWaiting:
		return wire.AttrWaitingOn, wire.AttrRequestedAt
	case wire.IndexTimeline:
		return wire.AttrTimeline, wire.AttrTimelineAt
	}
	refuse("no index is called %q", *index)
	return "", ""
}

func ptr[T any](v T) *T { return &v }
