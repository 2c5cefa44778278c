package state

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/mediasupplychain/cdk/internal/chain"
	"github.com/mediasupplychain/cdk/internal/chainstore"
	"github.com/mediasupplychain/cdk/internal/wire"
)

// Entry is one line of the history, which is never changed.
type Entry struct {
	// ID is the same however often the line is seen.
	ID string
	// What happened: "run.started", "stage.requested", "stage.completed", …
	What string
	// Fate is what became of the event: applied, recorded, queued, refused,
	// stale, late, repeated, conflict, unmatched, unmapped or parked. Empty for
	// what the supply chain did itself.
	Fate string
	// Event is the event that the line is about, if it is about one.
	Event      Event
	Asset, Run string
	Stage      string
	Attempt    int
	Partner    string
	// Occurred is when it happened, Recorded when the supply chain took note.
	Occurred, Recorded time.Time
	Cause              string
	// CallbackID is what the request of a stage carried to the partner.
	CallbackID string
	// Canonical is the whole event as mediaevent.Parse reads it, with the
	// partner's own words. Nil for what the supply chain did itself, and in lists
	// of what failed.
	Canonical json.RawMessage
}

// Runs lists the runs of an asset, the newest first.
func (t *Table) Runs(ctx context.Context, asset string) iter.Seq2[Run, error] {
	q := query{condition: "#pk = :pk AND begins_with(#sk, :prefix)", newest: true, values: map[string]string{
		":pk": wire.PrefixAsset + asset, ":prefix": wire.PrefixRun,
	}}
	return list(ctx, t, q, func(i chainstore.Item) Run { return runOf(chainstore.RunOf(i)) })
}

// History lists the whole history of an asset, the oldest first. An answer that
// did not tell its run is given the run that was active then.
func (t *Table) History(ctx context.Context, asset string) iter.Seq2[Entry, error] {
	q := query{condition: "#pk = :pk AND begins_with(#sk, :prefix)", values: map[string]string{
		":pk": wire.PrefixAsset + asset, ":prefix": wire.PrefixEntry,
	}}
	run := ""
	return list(ctx, t, q, func(i chainstore.Item) Entry {
		e := entryOf(i)
		switch {
		case e.What == chain.WhatRunStarted && (e.Fate == "" || e.Fate == string(chain.Applied)):
			run = e.Run
		case e.Run == "" && e.Stage != "" && e.Fate == string(chain.Applied):
			e.Run = run
		}
		return e
	})
}

// Waiting lists the stages that wait for a partner, those that wait longest
// first. The partner of approvals is "approval".
func (t *Table) Waiting(ctx context.Context, partner string) iter.Seq2[Stage, error] {
	q := query{index: wire.IndexWaiting, condition: "#waitingOn = :partner", filter: "#status = :waiting", values: map[string]string{
		":partner": partner, ":waiting": string(chain.StageWaiting),
	}}
	return list(ctx, t, q, waitingOf)
}

// Late lists the assets that have waited in a stage since before a moment, those
// that wait longest first: with time.Now() less the stage's warning time, those
// that are late.
func (t *Table) Late(ctx context.Context, stage string, before time.Time) iter.Seq2[Stage, error] {
	q := query{
		index: wire.IndexTimeline, condition: "#timeline = :due AND #timelineAt <= :before", filter: "#status = :waiting",
		values: map[string]string{":due": wire.PrefixDue + stage, ":before": chainstore.StatesTime(before), ":waiting": string(chain.StageWaiting)},
	}
	return list(ctx, t, q, waitingOf)
}

// Failed lists what failed or timed out on a day of UTC, stages and runs, the
// oldest first. What failed and went well in a later attempt is among it.
func (t *Table) Failed(ctx context.Context, day time.Time) iter.Seq2[Entry, error] {
	q := query{index: wire.IndexTimeline, condition: "#timeline = :day", values: map[string]string{
		":day": wire.PrefixFailed + chainstore.Day(day),
	}}
	return list(ctx, t, q, entryOf)
}

// Unplaced lists the events of a source, on a day of UTC, of which nobody knows
// the asset. The source of a partner's events is "/partners/" and its name.
func (t *Table) Unplaced(ctx context.Context, source string, day time.Time) iter.Seq2[Entry, error] {
	q := query{condition: "#pk = :pk AND begins_with(#sk, :prefix)", values: map[string]string{
		":pk": chainstore.UnplacedKey(source, day), ":prefix": wire.PrefixEntry,
	}}
	return list(ctx, t, q, entryOf)
}

// query is one access pattern.
type query struct {
	index, condition, filter string
	values                   map[string]string
	newest                   bool // first
}

// list reads page after page, as far as the caller goes on. After an error
// nothing follows.
func list[T any](ctx context.Context, t *Table, q query, read func(chainstore.Item) T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		input := q.input(t.name)
		for {
			out, err := t.client.Query(ctx, input)
			if err != nil {
				var none T
				yield(none, fmt.Errorf("read the state table: %w", err))
				return
			}
			for _, item := range out.Items {
				if !yield(read(item), nil) {
					return
				}
			}
			if input.ExclusiveStartKey = out.LastEvaluatedKey; input.ExclusiveStartKey == nil {
				return
			}
		}
	}
}

func (q query) input(table string) *dynamodb.QueryInput {
	forward := !q.newest
	input := &dynamodb.QueryInput{
		TableName: &table, KeyConditionExpression: &q.condition, ScanIndexForward: &forward,
		ExpressionAttributeNames: wire.Names(q.condition, q.filter), ExpressionAttributeValues: map[string]types.AttributeValue{},
	}
	if q.index != "" {
		input.IndexName = &q.index
	}
	if q.filter != "" {
		input.FilterExpression = &q.filter
	}
	for name, value := range q.values {
		input.ExpressionAttributeValues[name] = &types.AttributeValueMemberS{Value: value}
	}
	return input
}

func waitingOf(i chainstore.Item) Stage {
	return stageOf(i.Text(wire.AttrAsset), chainstore.StageOf(i))
}

func entryOf(i chainstore.Item) Entry {
	e := chainstore.EntryOf(i)
	entry := Entry{
		ID: e.ID, What: e.What, Fate: string(e.Fate), Event: Event(e.Event), Asset: e.Asset, Run: e.Run, Stage: e.Stage, Attempt: e.Attempt,
		Partner: e.Partner, Occurred: e.Occurred, Recorded: e.Recorded, Cause: e.Cause, Canonical: e.Canonical,
	}
	if e.What == chain.WhatStageRequested {
		entry.CallbackID = e.Callback()
	}
	return entry
}
