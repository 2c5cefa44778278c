package outbox

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/smithy-go"

	"github.com/mediasupplychain/cdk/internal/chain"
	"github.com/mediasupplychain/cdk/internal/wire"
	"github.com/mediasupplychain/cdk/mediaevent"
)

// busEvent is a canonical event with what the supply chain knows about it, as
// extension attributes of CloudEvents. The names are those of package wire.
type busEvent struct {
	mediaevent.Event
	What    string `json:"what"`
	Fate    string `json:"fate"`
	Run     string `json:"run,omitempty"`
	Stage   string `json:"stage,omitempty"`
	Attempt int    `json:"attempt,omitempty"`
}

// maxDetailType is how long EventBridge lets a detail type be (PutEvents, API
// reference). The event's own type is in the detail whole.
const maxDetailType = 128

func (a *Actor) publish(ctx context.Context, e chain.Entry) error {
	e, err := a.complete(ctx, e)
	if err != nil {
		return err
	}
	event, err := a.event(e)
	if err != nil {
		return err
	}
	detail, err := json.Marshal(event)
	if err != nil {
		return fmt.Errorf("encode event: %w", err)
	}
	text, source, kind := string(detail), wire.BusSource, event.Type[:min(len(event.Type), maxDetailType)]
	out, err := a.EventBridge().PutEvents(ctx, &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{{
		EventBusName: &a.Bus, Source: &source, DetailType: &kind, Detail: &text, Time: &e.Occurred,
	}}})
	if err != nil {
		return err
	}
	for _, entry := range out.Entries {
		if entry.ErrorCode != nil {
			refused := &smithy.GenericAPIError{Code: *entry.ErrorCode}
			if entry.ErrorMessage != nil {
				refused.Message = *entry.ErrorMessage
			}
			return refused
		}
	}
	return nil
}

// complete tells the run and attempt of an answer that was applied without
// reading either.
func (a *Actor) complete(ctx context.Context, e chain.Entry) (chain.Entry, error) {
	if e.Run != "" || e.Stage == "" || e.Asset == "" || e.Fate != chain.Applied {
		return e, nil
	}
	slot, err := a.slot(ctx, e)
	if err != nil {
		return e, err
	}
	return completed(e, slot), nil
}

// completed takes run and attempt from the slot, if that is still of this event.
func completed(e chain.Entry, slot chain.Stage) chain.Entry {
	byAnswer := slot.Outcome != nil && slot.Outcome.Event == e.Event
	bySign := slot.ProgressAt != nil && slot.ProgressAt.Source == e.Event.Source && slot.ProgressAt.Time.Equal(e.Occurred)
	if byAnswer || bySign && e.What == chain.WhatStageProgress {
		e.Run, e.Attempt = slot.Run, slot.Attempt
	}
	return e
}

// event is the line of the history as an event: the partner's, or one of our own.
func (a *Actor) event(e chain.Entry) (busEvent, error) {
	b := busEvent{What: e.What, Fate: string(e.Fate), Run: e.Run, Stage: e.Stage, Attempt: e.Attempt}
	if b.Fate == "" {
		b.Fate = wire.FateApplied
	}
	if len(e.Canonical) == 0 {
		b.Event = a.own(e)
	} else if err := json.Unmarshal(e.Canonical, &b.Event); err != nil {
		return b, &smithy.GenericAPIError{Code: "SerializationException", Message: "the event of the history is not JSON: " + err.Error()}
	}
	switch e.Fate {
	case chain.Parked:
		b.ID += "#parked" // it comes once more, when it has found its place
		b.Type = "media.event.parked.v1"
	case "", chain.Applied, chain.Recorded, chain.Queued:
	default:
		// Whoever waits for the type of what took effect must not take this for it.
		b.Type = "media.event." + string(e.Fate) + ".v1"
	}
	b.RecordedTime = e.Recorded
	if b.CorrelationID == "" {
		b.CorrelationID = e.Run
	}
	return b, nil
}

// own is the event of a line that has no partner's event: what the supply chain
// did itself, or an answer that was parked, whose event is with its first line.
func (a *Actor) own(e chain.Entry) mediaevent.Event {
	event := mediaevent.Event{
		SpecVersion: mediaevent.SpecVersion, ID: e.ID, Source: "/supplychains/" + a.Name, Type: typeOf(e), Subject: e.Asset, PartitionKey: e.Asset,
		Time: e.Occurred, RecordedTime: e.Recorded, ExpiryTime: e.Deadline, CausationID: e.Event.ID,
		DataContentType: mediaevent.DataContentType, DataSchema: mediaevent.DataSchema,
	}
	if e.Fate != "" && e.Type != "" {
		event.ID, event.Source, event.Type, event.CausationID = e.Event.ID, e.Event.Source, e.Type, ""
	}
	if e.Asset != "" {
		event.Data.Asset = &mediaevent.Asset{ID: e.Asset}
	}
	if e.Partner != "" {
		event.Data.Partner = &mediaevent.Partner{Name: e.Partner}
	}
	if e.Cause != "" {
		event.Data.Error = &mediaevent.ProblemDetails{Title: e.What, Detail: e.Cause}
	}
	if e.Stage != "" {
		event.Data.Job = &mediaevent.Job{Stage: e.Stage, Attempt: e.Attempt, CallbackID: e.Callback(), Output: object(e.Detail)}
	}
	return event
}

// object reads a JSON object; of any other text, none.
func object(text string) map[string]any {
	var o map[string]any
	if json.Unmarshal([]byte(text), &o) != nil || len(o) == 0 {
		return nil
	}
	return o
}

// typeOf is the type of an event of our own: "media.qc.requested.v1",
// "media.run.started.v1".
func typeOf(e chain.Entry) string {
	noun, verb, _ := strings.Cut(e.What, ".")
	if noun == "stage" && e.Stage != "" {
		noun = strings.ToLower(e.Stage)
	}
	return "media." + noun + "." + verb + ".v1"
}
