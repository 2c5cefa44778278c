package chainstore

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/mediasupplychain/cdk/internal/chain"
	"github.com/mediasupplychain/cdk/internal/wire"
)

// jobRef is a job that an event names, as it was read.
type jobRef struct {
	partner, id string
	state       chain.JobState
	version     int64
}

// registers reports whether e tells of its job what the table does not know.
func (j *jobRef) registers(e chain.Event) bool {
	if j == nil || e.Stage == "" || e.Kind != chain.Progress && e.Kind != chain.Record {
		return false
	}
	known := j.state.Job
	return known == nil || known.Asset != e.Asset || known.Run != e.Run || known.Stage != e.Stage || known.Attempt != e.Attempt
}

// job reads the job that the event is about, nil where that does not matter: an
// answer whose callback id tells all needs no job.
func (s *Store) job(ctx context.Context, e chain.Event) (*jobRef, error) {
	answer := e.Kind == chain.Complete || e.Kind == chain.Fail
	concerns := answer || e.Kind == chain.Progress || e.Kind == chain.Record
	if !concerns || e.Job == "" || e.Partner == "" || answer && e.Run != "" {
		return nil, nil
	}
	j := &jobRef{partner: e.Partner, id: e.Job}
	return j, s.readJob(ctx, j)
}

func (s *Store) readJob(ctx context.Context, j *jobRef) error {
	consistent := true
	out, err := s.Client().GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &s.Table, Key: JobKey(j.partner, j.id).Item(), ConsistentRead: &consistent,
	})
	if err != nil {
		return err
	}
	j.state, j.version, err = jobOf(out.Item)
	return err
}

// reading is what was read of an asset.
type reading struct {
	asset    string
	snapshot chain.Snapshot
	job      *jobRef
}

// read reads an asset in one query, and the job anew.
func (a *application) read(ctx context.Context, asset string, job *jobRef) (reading, error) {
	r := reading{asset: asset, job: job}
	if job != nil {
		if err := a.readJob(ctx, job); err != nil {
			return r, err
		}
		r.snapshot.Job = job.state
	}
	if asset == "" {
		return r, nil
	}
	jobState := r.snapshot.Job
	snapshot, err := Snapshot(ctx, a.Client(), a.Table, asset)
	snapshot.Job = jobState
	r.snapshot = snapshot
	return r, err
}

// Snapshot reads how an asset stands now: its head and its stages.
func Snapshot(ctx context.Context, client Querier, table, asset string) (chain.Snapshot, error) {
	s := chain.Snapshot{Head: chain.Head{Asset: asset}, Stages: map[string]chain.Stage{}}
	condition, consistent := "#pk = :pk AND begins_with(#sk, :prefix)", true
	input := &dynamodb.QueryInput{
		TableName: &table, ConsistentRead: &consistent, KeyConditionExpression: &condition,
		ExpressionAttributeNames:  wire.Names(condition),
		ExpressionAttributeValues: Item{":pk": text(wire.PrefixAsset + asset), ":prefix": text("A#")},
	}
	for {
		out, err := client.Query(ctx, input)
		if err != nil {
			return s, err
		}
		for _, item := range out.Items {
			if name, ok := StageOfKey(Item(item).Text(wire.KeySort)); ok {
				s.Stages[name] = StageOf(item)
			} else if s.Head, err = HeadOf(item); err != nil {
				return s, err
			}
		}
		if input.ExclusiveStartKey = out.LastEvaluatedKey; input.ExclusiveStartKey == nil {
			return s, nil
		}
	}
}

// decidedItems are the items of a decision that was made on a snapshot: each
// holds only if the item is still the one that was read.
func (a *application) decidedItems(r reading, d chain.Decision) ([]types.TransactWriteItem, error) {
	items := a.added(d)
	if d.Head != nil {
		i, err := HeadItem(*d.Head)
		if err != nil {
			return nil, err
		}
		items = append(items, a.replace(i, r.snapshot.Head.Version))
	}
	for _, stage := range d.Stages {
		items = append(items, a.replace(StageItem(r.asset, stage), r.snapshot.Stages[stage.Name].Version))
	}
	for _, run := range d.Runs {
		if run.Status != chain.RunRunning {
			items = append(items, ended(run).item(a.Table))
		}
	}
	job, err := a.jobItems(r, d)
	if err != nil {
		return nil, err
	}
	items = append(items, job...)
	for _, settled := range d.Settled {
		items = append(items, a.settle(settled, a.claim.recorded).item(a.Table))
	}
	return items, nil
}

// jobItems registers a job, or parks an answer with it.
func (a *application) jobItems(r reading, d chain.Decision) ([]types.TransactWriteItem, error) {
	state := chain.JobState{}
	switch {
	case d.Job != nil:
		state.Job = d.Job
	case d.Park != nil:
		parked := append(append([]chain.Event{}, r.job.state.Parked...), *d.Park)
		state.Parked = parked
	default:
		return nil, nil
	}
	i, err := jobItem(r.job.partner, r.job.id, state, r.job.version+1)
	if err != nil {
		return nil, err
	}
	return []types.TransactWriteItem{a.replace(i, r.job.version)}, nil
}

// replace writes an item anew if its version is still the one that was read.
func (a *application) replace(i Item, version int64) types.TransactWriteItem {
	condition := "attribute_not_exists(#pk)"
	put := &types.Put{TableName: &a.Table, Item: i}
	if version > 0 {
		condition = "#version = :version"
		put.ExpressionAttributeValues = Item{":version": number(version)}
	}
	put.ConditionExpression, put.ExpressionAttributeNames = &condition, wire.Names(condition)
	return types.TransactWriteItem{Put: put}
}

// ended ends a run. The head, which is in the same transaction, sees to it that
// this happens once.
func ended(r chain.Run) update {
	u := update{key: RunKey(r), update: "SET #status = :status, #endedAt = :endedAt, #cause = :cause", values: Item{
		":status": text(string(r.Status)), ":endedAt": text(Time(r.EndedAt)), ":cause": text(r.Cause),
	}}
	return u
}

// settle tells the claim of an event that was parked its final fate. One that
// has ended meanwhile is cleaned up as any other.
func (a *application) settle(s chain.Settled, recorded time.Time) update {
	return update{
		key:    ClaimKey(s.Key),
		update: "SET #fate = :fate, #expiresAt = if_not_exists(#expiresAt, :expiresAt)",
		values: Item{":fate": text(string(s.Fate)), ":expiresAt": number(recorded.Add(a.Horizon).Unix())},
	}
}
