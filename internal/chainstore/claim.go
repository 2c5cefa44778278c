package chainstore

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/mediasupplychain/cdk/internal/chain"
	"github.com/mediasupplychain/cdk/internal/wire"
)

// AttrExpiresAt is the table's time to live, in seconds since 1970. Only claims
// have it. DynamoDB deletes them hours or days later (Using time to live,
// DynamoDB developer guide), so the condition compares it too.
const AttrExpiresAt = wire.AttrExpiresAt

// claim is an event's right to take effect, and the record that it did.
type claim struct {
	key      chain.EventKey
	by       string // tells this call from every other one
	recorded time.Time
	until    time.Time
}

func (s *Store) claim(key chain.EventKey, recorded time.Time) claim {
	return claim{key: key, by: s.ID(), recorded: recorded, until: recorded.Add(s.Horizon)}
}

// put claims the event. Where it was claimed before, the transaction's error
// carries that claim, so that a duplicate costs no second call.
func (c claim) put(table string, d chain.Decision) types.TransactWriteItem {
	i := newItem(ClaimKey(c.key))
	i.set(attrFate, string(d.Fate))
	i.set(attrBy, c.by)
	i.setTime(attrRecorded, c.recorded)
	i[AttrExpiresAt] = number(c.until.Unix())
	own := d.Entries[0]
	key := EntryKey(own)
	i.set(wire.AttrAsset, own.Asset)
	i.set(attrPartition, key.PK)
	i.set(attrEntry, key.SK)
	condition := "attribute_not_exists(#pk) OR #expiresAt < :now"
	return types.TransactWriteItem{Put: &types.Put{
		TableName: &table, Item: i, ConditionExpression: &condition, ExpressionAttributeNames: wire.Names(condition),
		ExpressionAttributeValues:           Item{":now": number(c.recorded.Unix())},
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}}
}

func durationOf(nanoseconds float64) time.Duration { return time.Duration(nanoseconds) }
