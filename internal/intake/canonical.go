package intake

import (
	"context"

	"github.com/mediasupplychain/cdk/mediaevent"
)

// maxCanonical is how large an event of the history can be. EventBridge took
// 256 KB at its narrowest, with other fields beside the event.
const maxCanonical = 128 << 10

// canonical is a canonical event as the history keeps it.
type canonical struct {
	text []byte
	ref  string // where the payload is, if it was kept
}

// canonical writes the event. A payload too large to travel goes to the bucket
// first, under its digest: written again it is the same object. keep asks for
// that in any case.
func (p *Partner) canonical(ctx context.Context, msg *mediaevent.Message, in mediaevent.Incoming, keep bool) (canonical, error) {
	event, c := in.Event, canonical{}
	if !mediaevent.Inline(msg.Body) || keep {
		if err := p.keep(ctx, msg); err != nil {
			return c, err
		}
		c.ref = msg.DataRef
		event = event.Detach(c.ref)
	}
	c.text = compact(event)
	if len(c.text) <= maxCanonical {
		return c, nil
	}
	// What was taken out of the payload is large in turn: it travels by reference too.
	data := compact(event.Data)
	ref, err := p.Payloads.Put(ctx, mediaevent.PayloadKey(mediaevent.Digest(data)), mediaevent.DataContentType, data)
	if err != nil {
		return c, err
	}
	if c.ref == "" {
		c.ref = ref
	}
	small := mediaevent.Data{Partner: event.Data.Partner, Asset: event.Data.Asset, Participant: event.Data.Participant}
	if event.Data.Job != nil {
		job := *event.Data.Job
		job.Output = nil
		small.Job = &job
	}
	event.DataRef, event.Data = ref, small
	c.text = compact(event)
	return c, nil
}

// keep puts the payload into the bucket, once for all events of the message and
// not at all where its sender did so.
func (p *Partner) keep(ctx context.Context, msg *mediaevent.Message) error {
	if msg.DataRef != "" {
		return nil
	}
	ref, err := p.Payloads.Put(ctx, mediaevent.PayloadKey(mediaevent.Digest(msg.Body)), msg.ContentType, msg.Body)
	if err != nil {
		return err
	}
	msg.DataRef = ref
	return nil
}
