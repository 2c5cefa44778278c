package outbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/mediasupplychain/cdk/internal/awsfault"
	"github.com/mediasupplychain/cdk/internal/telemetry"
	"github.com/mediasupplychain/cdk/internal/wire"
)

const (
	// lanes is how many assets are worked on at the same time.
	lanes = 16
	// tries is how often an effect is tried within an invocation, each of them
	// with the SDK's own retries.
	tries = 3
	// firstPause is before the second try; it doubles.
	firstPause = 200 * time.Millisecond
	// margin is left of an invocation to report.
	margin = time.Second
)

// Handler handles the table's stream.
type Handler struct {
	Actor       *Actor
	DeadLetters *DeadLetters
	Now         func() time.Time
	Sleep       func(context.Context, time.Duration) error
	Random      func() float64
	Log         *slog.Logger
	Metrics     *telemetry.Metrics

	done memory
}

// Handle does what the records ask for. It returns an error if a record has to
// come again: Lambda then delivers all of them again, and those that are done
// are recognised. docs/adr/0015 says why it reports no single records.
func (h *Handler) Handle(ctx context.Context, event events.DynamoDBEvent) error {
	work, cancel := before(ctx)
	defer cancel()
	var (
		all     = lanesOf(event.Records)
		results = make([]error, len(all))
		slots   = make(chan struct{}, lanes)
		group   sync.WaitGroup
	)
	for i, lane := range all {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			results[i] = h.lane(work, lane)
		})
	}
	group.Wait()
	if err := h.Metrics.Flush(ctx); err != nil {
		h.Log.WarnContext(ctx, "metrics not written", "error", err)
	}
	if err := errors.Join(results...); err != nil {
		return fmt.Errorf("outbox: records have to come again: %w", err)
	}
	return nil
}

// before ends a little before the invocation does, so that what was not done is
// reported and not cut off.
func before(ctx context.Context) (context.Context, context.CancelFunc) {
	end, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, end.Add(-min(margin, time.Until(end)/4)))
}

// lanesOf sorts records by asset, each in the order of the stream.
func lanesOf(records []events.DynamoDBEventRecord) [][]events.DynamoDBEventRecord {
	var all [][]events.DynamoDBEventRecord
	place := map[string]int{}
	for _, r := range records {
		pk := partition(r)
		i, known := place[pk]
		if !known {
			i = len(all)
			place[pk] = i
			all = append(all, nil)
		}
		all[i] = append(all[i], r)
	}
	return all
}

// lane does the records of one asset, in order. After one that has to come
// again the later ones are left: they would be done out of order.
func (h *Handler) lane(ctx context.Context, records []events.DynamoDBEventRecord) error {
	for _, r := range records {
		if h.done.has(r.EventID) {
			continue
		}
		if err := h.record(ctx, r); err != nil {
			return fmt.Errorf("%s: %w", partition(r), err)
		}
		h.done.add(r.EventID)
		h.delay(r)
	}
	return nil
}

// delay measures from the write to its effect. The stream knows full seconds.
func (h *Handler) delay(r events.DynamoDBEventRecord) {
	if at := r.Change.ApproximateCreationDateTime.Time; !at.IsZero() {
		h.Metrics.Milliseconds(wire.MetricOutboxDelay, max(0, h.Now().Sub(at)))
	}
}

func (h *Handler) record(ctx context.Context, r events.DynamoDBEventRecord) error {
	if r.EventName == string(events.DynamoDBOperationTypeRemove) || len(r.Change.NewImage) == 0 {
		return nil
	}
	c := change{old: itemOf(r.Change.OldImage), new: itemOf(r.Change.NewImage)}
	ctx = telemetry.With(ctx, slog.String(telemetry.AssetID, c.new.Text(wire.AttrAsset)), slog.String(telemetry.RunID, c.new.Text(wire.AttrRun)))
	for _, e := range c.effects() {
		if err := h.effect(ctx, e, r); err != nil {
			return err
		}
	}
	return nil
}

// effect does one effect. What can never succeed is put aside with its reason,
// and the asset goes on; an error means that it has to be tried again.
func (h *Handler) effect(ctx context.Context, e effect, r events.DynamoDBEventRecord) error {
	by := telemetry.Dimension{Name: wire.DimensionEffect, Value: string(e.kind)}
	err := h.try(ctx, func() error { return h.Actor.do(ctx, e) })
	if err == nil {
		h.Metrics.Count(wire.MetricEffects, 1, by)
		h.Log.InfoContext(ctx, "done", "effect", string(e.kind), "item", e.key.SK)
		return nil
	}
	if awsfault.Never(err) {
		h.Log.ErrorContext(ctx, "can never be done, put aside", "effect", string(e.kind), "item", e.key.SK, "error", err)
		h.Metrics.Count(wire.MetricDeadLettered, 1, by)
		err = h.try(ctx, func() error { return h.DeadLetters.put(ctx, r, e, err) })
	}
	if err != nil {
		h.Log.WarnContext(ctx, "not done, will be tried again", "effect", string(e.kind), "item", e.key.SK, "error", err)
		h.Metrics.Count(wire.MetricEffectsFailed, 1, by)
		return fmt.Errorf("%s: %w", e.kind, err)
	}
	return nil
}

// try calls a function a few times while its error may pass and time is left.
func (h *Handler) try(ctx context.Context, call func() error) error {
	for n := 1; ; n++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := call()
		if err == nil || awsfault.Never(err) || n == tries {
			return err
		}
		pause := firstPause << (n - 1)
		pause = pause/2 + time.Duration(h.Random()*float64(pause))
		if end, ok := ctx.Deadline(); ok && h.Now().Add(pause).After(end) {
			return err
		}
		if h.Sleep(ctx, pause) != nil {
			return err
		}
	}
}
