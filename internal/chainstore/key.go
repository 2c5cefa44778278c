package chainstore

import (
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/mediasupplychain/cdk/internal/chain"
	"github.com/mediasupplychain/cdk/internal/wire"
)

// Key is the primary key of an item.
type Key struct{ PK, SK string }

// HeadKey is the key of an asset's head.
func HeadKey(asset string) Key { return Key{wire.PrefixAsset + asset, wire.SortHead} }

// StageKey is the key of a stage's slot.
func StageKey(asset, stage string) Key {
	return Key{wire.PrefixAsset + asset, wire.PrefixStage + stage}
}

// RunKey is the key of a run.
func RunKey(r chain.Run) Key {
	return Key{wire.PrefixAsset + r.Asset, wire.PrefixRun + Time(r.StartedAt) + "#" + r.ID}
}

// ClaimKey is the key of an event's claim.
func ClaimKey(e chain.EventKey) Key {
	return Key{wire.PrefixClaim + e.Source + "#" + e.ID, wire.SortClaim}
}

// JobKey is the key of a partner's job.
func JobKey(partner, id string) Key { return Key{wire.PrefixJob + partner + "#" + id, wire.SortJob} }

// EntryKey is the key of a line of the history: with its asset; of a parked
// answer with its job; of an event that tells neither with its source and day.
func EntryKey(e chain.Entry) Key {
	sort := wire.PrefixEntry + Time(e.Recorded) + "#" + e.ID
	switch {
	case e.Asset != "":
		return Key{wire.PrefixAsset + e.Asset, sort}
	case e.Fate == chain.Parked:
		return Key{JobKey(e.Partner, e.Job).PK, sort}
	}
	return Key{UnplacedKey(e.Event.Source, e.Recorded), sort}
}

// UnplacedKey is the partition key of the history of a source's events, on one
// day, that tell no asset.
func UnplacedKey(source string, day time.Time) string {
	return wire.PrefixEvents + source + "#" + Day(day)
}

// Item is the key as DynamoDB takes it.
func (k Key) Item() map[string]types.AttributeValue {
	return map[string]types.AttributeValue{wire.KeyPartition: text(k.PK), wire.KeySort: text(k.SK)}
}

// timeLayout has a fixed width, so that texts compare as the times do.
const timeLayout = "2006-01-02T15:04:05.000000000Z"

// Time is how items tell a time.
func Time(t time.Time) string { return t.UTC().Format(timeLayout) }

// StatesTime is how Step Functions tells a time. What it wrote is compared with
// this; what [Time] wrote compares with it as the times do, too.
func StatesTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// Day is how keys tell a day, of UTC.
func Day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// parseTime reads what [Time] wrote, and what Step Functions did.
func parseTime(text string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

// StageOfKey is the stage whose slot has that sort key.
func StageOfKey(sk string) (string, bool) { return strings.CutPrefix(sk, wire.PrefixStage) }
