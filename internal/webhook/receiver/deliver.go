package receiver

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/mediasupplychain/cdk/webhook/signature"
)

const (
	// parallelCalls is how many claims or uploads of one batch are under way at
	// once.
	parallelCalls = 8

	// claimMargin is how much longer than the request's own deadline a claim
	// lasts: no second instance publishes while the first one still might.
	claimMargin = 5 * time.Second

	// afterwards is how long settling the claims may take when the request's
	// time is used up.
	afterwards = time.Second
)

// delivery is the way of one request's events to the destination.
type delivery struct {
	*exchange
	at    time.Time
	parts []*part
}

// part is one event of a request.
type part struct {
	item  signature.Item
	key   string // of its claim; "" if it is not to be remembered
	state ClaimState
	event Event

	durable bool  // published just now
	err     error // why it could not be
}

// newDelivery lists the events of a request.
func newDelivery(x *exchange, verified signature.Event) *delivery {
	d := &delivery{exchange: x, at: x.now()}
	seen := map[string]bool{}
	for i, item := range itemsOf(verified) {
		p := &part{item: item}
		switch {
		case item.ID == "":
			// The partner's events cannot be told apart, so none is ever a duplicate.
			p.item.ID = fmt.Sprintf("%s/%d", x.request.Context.RequestID, i)
		case x.config.RememberSeconds > 0 && seen[item.ID]:
			continue // twice in one batch: the same event, which would wait for itself
		case x.config.RememberSeconds > 0:
			seen[item.ID] = true
			p.key = x.config.Source + "#" + item.ID
		}
		d.parts = append(d.parts, p)
	}
	return d
}

// itemsOf lists the events of a request: those of a batch, which may be none,
// or the one.
func itemsOf(e signature.Event) []signature.Item {
	if e.Items != nil {
		return e.Items
	}
	return []signature.Item{{ID: e.ID, Type: e.Type, AssetID: e.AssetID, Body: e.Payload}}
}

// deliver publishes the events that were not published before. It returns an
// error unless every one is durable, by now or from earlier.
//
// The order is claim, publish, confirm. See docs/adr/0010-webhook-replay-and-publish.md
// for why no event can be acknowledged that was not published.
func (d *delivery) deliver(ctx context.Context, sent time.Time) error {
	if err := d.claim(ctx); err != nil {
		return err
	}
	d.prepare(ctx, sent)
	d.publish(ctx)
	d.settle(ctx)
	return d.verdict()
}

// claim asks for every event whether it is new.
func (d *delivery) claim(ctx context.Context) error {
	until := d.at.Add(claimMargin)
	if deadline, ok := ctx.Deadline(); ok {
		until = until.Add(time.Until(deadline))
	}
	each(remembered(d.parts), func(p *part) { p.state, p.err = d.claims.Claim(ctx, p.key, d.at, until) })
	var all error
	for _, p := range d.parts {
		all = errors.Join(all, p.err)
	}
	if all != nil {
		d.release(ctx, d.fresh()) // those too of which the answer was lost
		return &failure{reason: "claim", cause: fmt.Errorf("claim: %w", all)}
	}
	return nil
}

// prepare writes the documents, and stores the payloads that are too large.
func (d *delivery) prepare(ctx context.Context, sent time.Time) {
	each(d.fresh(), func(p *part) {
		e := newEnvelope(d.config, p.item, sent, d.at)
		p.event = Event{Source: e.Source, ID: e.ID, Type: e.Type, AssetID: p.item.AssetID, Time: d.at}
		content := d.content(p.item)
		if content.encodedSize() <= d.config.InlineSize {
			p.event.Document = e.inline(content)
			return
		}
		ref, err := d.blobs.PutBlob(ctx, blobKey(e.Source, content.data), content.data, content.contentType)
		if err != nil {
			p.err = fmt.Errorf("store payload: %w", err)
			return
		}
		p.event.Document = e.reference(ref, content)
	})
}

// content is what the partner says about the event: the body, or an item of it,
// or the query of a request without a body.
func (d *delivery) content(item signature.Item) payload {
	if query := d.request.query(); len(item.Body) == 0 && query != "" {
		return newPayload([]byte(query), "application/x-www-form-urlencoded")
	}
	return newPayload(item.Body, d.request.headerValue("Content-Type"))
}

// blobKey names a payload after its content, so that the partner's next attempt
// stores the same object again.
func blobKey(source string, data []byte) string {
	sum := sha256.Sum256(data)
	return strings.TrimPrefix(source, "/") + "/" + hex.EncodeToString(sum[:])
}

// publish hands the prepared events to the bus or queue.
func (d *delivery) publish(ctx context.Context) {
	var ready []*part
	var events []Event
	for _, p := range d.fresh() {
		if p.err == nil {
			ready, events = append(ready, p), append(events, p.event)
		}
	}
	if len(events) == 0 {
		return
	}
	for i, err := range d.publisher.Publish(ctx, d.config.Destination, events) {
		ready[i].durable, ready[i].err = err == nil, err
	}
}

// settle ends the claims: for good where the event is durable, at once where it
// is not. Neither may be cut short by the request's deadline.
func (d *delivery) settle(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), afterwards)
	defer cancel()
	var failed, durable []*part
	for _, p := range d.fresh() {
		if p.durable {
			durable = append(durable, p)
		} else {
			failed = append(failed, p)
		}
	}
	until := d.at.Add(time.Duration(d.config.RememberSeconds) * time.Second)
	each(remembered(durable), func(p *part) {
		// Not an error of the event: it is durable. Should the partner send it
		// again, it is published again, and consumers know its id.
		if err := d.claims.Confirm(ctx, p.key, until); err != nil {
			d.log.WarnContext(ctx, "event is durable but cannot be remembered", "error", err)
		}
	})
	d.release(ctx, failed)
}

func (d *delivery) release(ctx context.Context, parts []*part) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), afterwards)
	defer cancel()
	each(remembered(parts), func(p *part) {
		if err := d.claims.Release(ctx, p.key); err != nil {
			d.log.WarnContext(ctx, "claim cannot be released and ends by itself", "error", err)
		}
	})
}

// verdict is nil if every event is durable.
func (d *delivery) verdict() error {
	var all error
	inFlight := 0
	for _, p := range d.parts {
		all = errors.Join(all, p.err)
		if p.state == InFlight {
			inFlight++
		}
	}
	switch {
	case all != nil:
		return &failure{reason: "publish", cause: all}
	case inFlight > 0:
		return &failure{reason: "in_flight", cause: fmt.Errorf("%d of %d events are being published by an earlier attempt", inFlight, len(d.parts))}
	}
	return nil
}

// remembered are the events that have claims.
func remembered(parts []*part) []*part {
	return slices.DeleteFunc(slices.Clone(parts), func(p *part) bool { return p.key == "" })
}

// fresh are the events that are ours to publish.
func (d *delivery) fresh() []*part {
	var parts []*part
	for _, p := range d.parts {
		if p.state == Claimed {
			parts = append(parts, p)
		}
	}
	return parts
}

// count tells how many events were published now, and how many before.
func (d *delivery) count() (published, duplicates int) {
	for _, p := range d.parts {
		switch {
		case p.durable:
			published++
		case p.state == Published:
			duplicates++
		}
	}
	return published, duplicates
}

// each calls f for every part, a few at a time.
func each(parts []*part, f func(*part)) {
	if len(parts) == 1 { // nearly always
		f(parts[0])
		return
	}
	slots := make(chan struct{}, parallelCalls)
	var all sync.WaitGroup
	for _, p := range parts {
		slots <- struct{}{}
		all.Add(1)
		go func() {
			defer all.Done()
			f(p)
			<-slots
		}()
	}
	all.Wait()
}
