package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/mediasupplychain/cdk/examples/webhook/partners"
	"github.com/mediasupplychain/cdk/test/drive"
)

const (
	titles         = 2
	eventsPerTitle = 5
	patience       = 2 * time.Minute
	shownOfPayload = 160
)

// show sends good events about some titles and one that can never be processed,
// and waits until each has ended somewhere.
func show(ctx context.Context, out io.Writer, example *drive.Example) (result, error) {
	pattern := example.Pattern
	r := result{Name: pattern.Example, expected: outcome{arrived: titles * eventsPerTitle, parked: 1}}

	var assets []string
	var events []drive.Event
	for range titles {
		asset := drive.NewAsset("title")
		assets = append(assets, asset)
		events = append(events, pattern.Events(asset, eventsPerTitle)...)
	}
	poison := pattern.Event(assets[0], eventsPerTitle+1, map[string]any{"poison": true})
	events = append(events, poison)
	say(out, "sending %d events about %d titles, and one that can never be processed; the first:\n  %s",
		titles*eventsPerTitle, titles, shorten(events[0].Payload))
	if err := example.Send(ctx, events...); err != nil {
		return r, err
	}
	r.Sent = len(events)

	if err := r.waitForArrivals(ctx, out, example, assets); err != nil {
		return r, err
	}
	parked, err := example.WaitForParked(ctx, patience, poison.ID, 1)
	if err != nil {
		return r, err
	}
	r.Parked = len(parked)
	say(out, "parked in the dead-letter queue: %s\n  reason: %s", poison.ID, parked[0].Attributes["DeadLetterReason"])
	if pattern.Example == "webhook" {
		err = r.callAsEachPartner(ctx, out, example)
	}
	return r, err
}

func (r *result) waitForArrivals(ctx context.Context, out io.Writer, example *drive.Example, assets []string) error {
	for _, asset := range assets {
		received, err := example.WaitForReceived(ctx, patience, asset, eventsPerTitle)
		if err != nil {
			return err
		}
		r.Arrived += len(received)
		order := ""
		if example.Pattern.Ordered {
			if r.outOf += outOfOrder(example.Pattern.Events(asset, eventsPerTitle), received); r.outOf == 0 {
				order = ", in order"
			}
		}
		say(out, "arrived: %d events about %s%s; the first as received:\n  %s", len(received), asset, order, shorten([]byte(received[0].Payload)))
	}
	return nil
}

// outOfOrder counts the positions at which something else was received than sent.
func outOfOrder(sent []drive.Event, received []drive.Received) int {
	wrong := 0
	for i := range min(len(sent), len(received)) {
		if string(sent[i].Payload) != received[i].Payload {
			wrong++
		}
	}
	return wrong
}

// callAsEachPartner sends what each partner of the webhook example documents, and
// a request that somebody made who does not know its secret.
func (r *result) callAsEachPartner(ctx context.Context, out io.Writer, example *drive.Example) error {
	all, err := example.WebhookPartners(ctx)
	if err != nil {
		return err
	}
	for _, partner := range all {
		for _, event := range partner.Events {
			if err := r.announce(ctx, out, example, partner, event); err != nil {
				return err
			}
		}
		if err := r.forge(ctx, out, partner); err != nil {
			return err
		}
	}
	return nil
}

func (r *result) announce(ctx context.Context, out io.Writer, example *drive.Example, partner drive.WebhookPartner, event string) error {
	asset := drive.NewAsset("title")
	request, err := partner.Request(partners.Message{Event: event, Asset: asset, ID: "event-of-" + asset}, time.Now())
	if err != nil {
		return err
	}
	answer, err := partner.Call(ctx, request)
	if err != nil {
		return err
	}
	r.Sent++
	r.expected.arrived++
	received, err := example.WaitForReceived(ctx, patience, asset, 1)
	if err != nil {
		return fmt.Errorf("%s was answered %d: %w", partner.Path, answer.Status, err)
	}
	r.Arrived += len(received)
	say(out, "%s announces %s: answered %d, arrived as event %s", partner.Product, event, answer.Status, received[0].EventID)
	return nil
}

func (r *result) forge(ctx context.Context, out io.Writer, partner drive.WebhookPartner) error {
	request, err := partner.Stranger().Request(partners.Message{Asset: drive.NewAsset("forged")}, time.Now())
	if err != nil {
		return err
	}
	answer, err := partner.Call(ctx, request)
	if err != nil {
		return err
	}
	r.Sent++
	r.expected.refused++
	if answer.Status == partner.Scheme.Acknowledgement().RejectStatus {
		r.Refused++
	}
	say(out, "forged request to %s: answered %d", partner.Path, answer.Status)
	return nil
}

func shorten(payload []byte) string {
	if len(payload) <= shownOfPayload {
		return string(payload)
	}
	return fmt.Sprintf("%s… (%d bytes)", payload[:shownOfPayload], len(payload))
}
