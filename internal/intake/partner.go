package intake

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/mediasupplychain/cdk/internal/chain"
	"github.com/mediasupplychain/cdk/internal/telemetry"
	"github.com/mediasupplychain/cdk/internal/wire"
	"github.com/mediasupplychain/cdk/mediaevent"
	"github.com/mediasupplychain/cdk/sqsbatch"
)

// Partner is a source that a partner feeds.
type Partner struct {
	Common
	Envelope mediaevent.Envelope
	Mapper   *mediaevent.Mapper
	Store    Applier
	Payloads Payloads
}

// Process takes one message in: all its events, of which there may be several.
// Where one cannot be taken in the others are, and the message fails; when it
// comes again they are duplicates.
func (p *Partner) Process(ctx context.Context, m message) error {
	msg, err := p.unwrap(ctx, m)
	if err != nil {
		return err
	}
	var all []error
	for _, in := range p.Mapper.Map(msg) {
		all = append(all, p.take(ctx, &msg, in))
	}
	return joined(all)
}

// joined is permanent only if no error passes: a message that moved to the
// dead-letter queue for one of its events would take along one that a retry
// would have brought in.
func joined(all []error) error {
	var passing, permanent []error
	for _, err := range all {
		switch {
		case err == nil:
		case sqsbatch.IsPermanent(err):
			permanent = append(permanent, err)
		default:
			passing = append(passing, err)
		}
	}
	if len(passing) > 0 {
		return errors.Join(passing...)
	}
	return errors.Join(permanent...)
}

// unwrap takes the payload out of the message, and says what only the queue knows.
func (p *Partner) unwrap(ctx context.Context, m message) (mediaevent.Message, error) {
	msg, err := mediaevent.Unwrap(p.Envelope, []byte(m.Body))
	if err != nil {
		return msg, sqsbatch.Permanent(err)
	}
	msg.ReceivedAt = p.Now()
	if msg.Time.IsZero() {
		msg.Time = m.SentAt()
	}
	if msg.Group == "" {
		msg.Group = m.GroupID()
	}
	if msg.Sequence == "" {
		msg.Sequence = m.SequenceNumber()
	}
	if msg.ID == "" {
		msg.ID, msg.StableID = m.EventID(), m.DeduplicationID() != ""
	}
	for name := range m.MessageAttributes {
		if value := m.Attribute(name); value != "" && msg.Attributes[name] == "" {
			if msg.Attributes == nil {
				msg.Attributes = map[string]string{}
			}
			msg.Attributes[name] = value
		}
	}
	if msg.TraceParent == "" {
		msg.TraceParent = msg.Attributes["traceparent"]
	}
	return p.fetch(ctx, msg)
}

// fetch gets a payload that was too large to travel.
func (p *Partner) fetch(ctx context.Context, msg mediaevent.Message) (mediaevent.Message, error) {
	if !msg.NeedsPayload() {
		return msg, nil
	}
	payload, err := p.Payloads.Get(ctx, msg.DataRef)
	if err != nil {
		return msg, classify(err)
	}
	if msg, err = msg.WithPayload(payload); err != nil {
		return msg, sqsbatch.Permanent(err) // it is not what was sent, and will not become it
	}
	return msg, nil
}

// take takes one event in.
func (p *Partner) take(ctx context.Context, msg *mediaevent.Message, in mediaevent.Incoming) error {
	ctx = telemetry.With(ctx, slog.String(telemetry.EventID, in.Event.ID), slog.String(telemetry.Partner, in.Event.Data.Partner.Name),
		slog.String(telemetry.AssetID, in.AssetID))
	if in.Outcome == mediaevent.Rejected {
		return sqsbatch.Permanent(in.Rejection)
	}
	p.warn(ctx, in)
	e, err := p.event(ctx, msg, in)
	if err != nil {
		return classify(err)
	}
	result, err := p.Store.Apply(ctx, e)
	if err != nil {
		return classify(err)
	}
	p.report(ctx, "event taken in", result)
	p.Metrics.Milliseconds(wire.MetricEventDelay, max(0, e.Recorded.Sub(e.Occurred)))
	if in.Outcome == mediaevent.Unmapped && !result.Duplicate {
		p.Metrics.Count(wire.MetricUnmapped, 1)
		p.Log.WarnContext(ctx, "no mapping knows the partner's words", "type", in.Event.Data.Partner.Type, "status", in.Event.Data.Partner.Status)
	}
	return nil
}

func (p *Partner) warn(ctx context.Context, in mediaevent.Incoming) {
	if len(in.Warnings) == 0 {
		return
	}
	p.Metrics.Count(wire.MetricWarnings, len(in.Warnings))
	for _, w := range in.Warnings {
		p.Log.WarnContext(ctx, "a value of the payload is not used", "field", w.Field, "found", w.Found)
	}
}

// event tells a canonical event in the words of the supply chain, with what is
// too large kept in the bucket.
func (p *Partner) event(ctx context.Context, msg *mediaevent.Message, in mediaevent.Incoming) (chain.Event, error) {
	e := translate(in)
	if e.Recorded.IsZero() || e.Occurred.IsZero() {
		return e, fmt.Errorf("event %s has no time", e.Key.ID) // the mapper always gives one
	}
	data, fits := result(in)
	e.Data = data
	canonical, err := p.canonical(ctx, msg, in, !fits)
	if err != nil {
		return e, err
	}
	e.Canonical, e.Ref = canonical.text, canonical.ref
	return e, nil
}
