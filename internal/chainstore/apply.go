package chainstore

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/mediasupplychain/cdk/internal/chain"
	"github.com/mediasupplychain/cdk/internal/wire"
)

// application is one event on its way into the table.
type application struct {
	*Store
	claim  claim
	result Result
}

func (a *application) apply(ctx context.Context, e chain.Event) error {
	job, err := a.job(ctx, e)
	if err != nil {
		return err
	}
	for try := 1; placed(e, job).Asset == ""; try++ {
		done, err := a.once(ctx, "", job, func(s chain.Snapshot) chain.Decision { return a.Plan.Unplaced(s, e) })
		if done || err != nil {
			return err
		}
		// The job is another than the one that was read: it may be known now.
		if err := a.again(ctx, try); err != nil {
			return err
		}
		if err := a.readJob(ctx, job); err != nil {
			return err
		}
	}
	return a.applyTo(ctx, placed(e, job), job)
}

// applyTo applies an event of which the asset is known.
func (a *application) applyTo(ctx context.Context, e chain.Event, job *jobRef) error {
	a.result.Asset = e.Asset
	if d, updates, ok := a.blind(e, job.registers(e)); ok && !a.decideFirst {
		done, err := a.write(ctx, a.blindItems(d, updates), d)
		if done || err != nil {
			return err
		}
	}
	return a.decide(ctx, e.Asset, job, func(s chain.Snapshot) chain.Decision { return a.Plan.Decide(s, e) })
}

// placed tells an event where the job that it is about belongs, unless it says
// so itself: by a callback id, or because it is the record that registers the job.
func placed(e chain.Event, job *jobRef) chain.Event {
	if job == nil || job.state.Job == nil || e.Run != "" || e.Kind == chain.Record && e.Asset != "" && e.Stage != "" {
		return e
	}
	known := job.state.Job
	e.Asset, e.Run, e.Stage, e.Attempt = known.Asset, known.Run, known.Stage, known.Attempt
	return e
}

// blindItems are the items of a transaction that was not decided on a
// snapshot: what the decision adds, and the updates.
func (a *application) blindItems(d chain.Decision, updates []update) []types.TransactWriteItem {
	items := a.added(d)
	for _, u := range updates {
		items = append(items, u.item(a.Table))
	}
	return items
}

// added are the items of a decision that are new, whatever was there: the
// claim first, then runs that begin and the history.
func (a *application) added(d chain.Decision) []types.TransactWriteItem {
	items := []types.TransactWriteItem{a.claim.put(a.Table, d)}
	for _, r := range d.Runs {
		if r.Status == chain.RunRunning {
			items = append(items, a.put(RunItem(r)))
		}
	}
	for _, e := range d.Entries {
		items = append(items, a.put(EntryItem(e)))
	}
	return items
}

func (a *application) put(i Item) types.TransactWriteItem {
	return types.TransactWriteItem{Put: &types.Put{TableName: &a.Table, Item: i}}
}

// write writes a transaction of which the claim is the first item. It is not
// done if a condition beside the claim's failed: nothing is written then, and
// things are not as the decision assumed.
func (a *application) write(ctx context.Context, items []types.TransactWriteItem, d chain.Decision) (done bool, err error) {
	for try := 1; ; try++ {
		token := a.ID()
		_, err := a.Client().TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: items, ClientRequestToken: &token})
		if err == nil {
			a.result.Fate = d.Fate
			return true, nil
		}
		switch canceled := cancellation(err); {
		case canceled == nil:
			return false, err
		case canceled.claimed != nil:
			a.settled(canceled.claimed, d)
			return true, nil
		case canceled.condition:
			return false, nil
		case !canceled.passing || try == conflictTries:
			return false, err
		}
		a.result.Conflicts++
		if err := a.pause(ctx, try); err != nil {
			return false, err
		}
	}
}

// pause waits before another try: longer each time, and each time with jitter,
// so that two that met do not meet again.
func (a *application) pause(ctx context.Context, try int) error {
	longest := float64(firstPause << min(try, 5))
	return a.Sleep(ctx, firstPause/2+durationOf(a.Random()*longest))
}

// settled takes the fate that the event has by its claim. A claim of this very
// call is one whose answer was lost on the way to us.
func (a *application) settled(claim Item, d chain.Decision) {
	if claim.Text(attrBy) == a.claim.by {
		a.result.Fate = d.Fate
		return
	}
	a.result.Duplicate = true
	a.result.Fate = chain.Fate(claim.Text(attrFate))
	if asset := claim.Text(wire.AttrAsset); asset != "" {
		a.result.Asset = asset
	}
}

// canceled is why a transaction was not written.
type canceled struct {
	claimed   Item // the claim that was there; not nil if the event had its fate before
	condition bool // another condition failed
	passing   bool // it met another transaction, or too many
}

// cancellation reads the reasons of a canceled transaction, nil for any other
// error. A claim that was there before settles everything else.
func cancellation(err error) *canceled {
	var cancel *types.TransactionCanceledException
	var conflict *types.TransactionConflictException
	switch {
	case errors.As(err, &conflict):
		return &canceled{passing: true}
	case !errors.As(err, &cancel):
		return nil
	}
	c := &canceled{passing: true}
	for i, reason := range cancel.CancellationReasons {
		switch code := deref(reason.Code); code {
		case "", "None":
		case "ConditionalCheckFailed":
			if i == 0 {
				c.claimed = Item{}
				if reason.Item != nil {
					c.claimed = reason.Item
				}
			} else {
				c.condition = true
			}
		case "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded":
		default: // ValidationError, ItemCollectionSizeLimitExceeded
			c.passing = false
		}
	}
	return c
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// decide decides on what the table says, as often as that changes meanwhile.
func (a *application) decide(ctx context.Context, asset string, job *jobRef, decide func(chain.Snapshot) chain.Decision) error {
	for try := 1; ; try++ {
		done, err := a.once(ctx, asset, job, decide)
		if done || err != nil {
			return err
		}
		if err := a.again(ctx, try); err != nil {
			return err
		}
	}
}

// once reads, decides, and writes what was decided if all is still the same.
func (a *application) once(ctx context.Context, asset string, job *jobRef, decide func(chain.Snapshot) chain.Decision) (done bool, err error) {
	a.result.Read = true
	read, err := a.read(ctx, asset, job)
	if err != nil {
		return false, err
	}
	d := decide(read.snapshot)
	items, err := a.decidedItems(read, d)
	if err != nil {
		return false, err
	}
	return a.write(ctx, items, d)
}

// again waits before an event is decided another time.
func (a *application) again(ctx context.Context, try int) error {
	if try == decideTries {
		return fmt.Errorf("decided %d times: %w", try, ErrContended)
	}
	return a.pause(ctx, try)
}
