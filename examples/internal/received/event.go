package received

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/mediasupplychain/cdk/sqsbatch"
)

// Event is what a consumer takes out of an SQS message.
type Event struct {
	// ID is the transport's id, the same each time it delivers the event.
	ID string

	// Source is who gave the event its ID, where the queue has events of several
	// that do not know of each other: two of them may use the same ID.
	Source string

	// Asset is what the order is kept for. If it is empty, the payload's assetId is.
	Asset string

	// Payload is the partner's JSON object, as received.
	Payload []byte
}

// key tells the event from all others of the queue.
func (e *Event) key() string {
	if e.Source == "" {
		return e.ID
	}
	return e.Source + "#" + e.ID
}

// Reader knows the envelope, if any, that a transport puts around the payload.
// Its errors are permanent where another delivery would not help.
type Reader func(context.Context, sqsbatch.Record) (Event, error)

// Direct reads a message whose body is the payload, as a sender to the queue or
// an SNS topic with raw delivery makes them.
func Direct(_ context.Context, r sqsbatch.Record) (Event, error) {
	return Event{ID: r.EventID(), Asset: r.GroupID(), Payload: []byte(r.Body)}, nil
}

// FromEventBridge reads a message that a rule of EventBridge sent: the payload is
// the event's detail, and the event has an id of its own (EventBridge user
// guide, "AWS service event metadata").
func FromEventBridge(_ context.Context, r sqsbatch.Record) (Event, error) {
	var envelope struct {
		ID     string          `json:"id"`
		Detail json.RawMessage `json:"detail"`
	}
	if err := json.Unmarshal([]byte(r.Body), &envelope); err != nil {
		return Event{}, sqsbatch.Permanent(fmt.Errorf("not an event of EventBridge: %w", err))
	}
	if envelope.ID == "" || envelope.Detail == nil {
		return Event{}, sqsbatch.Permanent(errors.New("not an event of EventBridge: it has no id or no detail"))
	}
	return Event{ID: envelope.ID, Asset: r.GroupID(), Payload: envelope.Detail}, nil
}

// wishes are the fields of a payload that the examples obey, to show what
// becomes of a message that cannot be processed, now or ever.
type wishes struct {
	AssetID   string `json:"assetId"`
	Poison    bool   `json:"poison"`
	FailTimes int    `json:"failTimes"`
}

func (e *Event) wishes() (wishes, error) {
	var w wishes
	if err := json.Unmarshal(e.Payload, &w); err != nil {
		return w, fmt.Errorf("the payload is not a JSON object as expected: %w", err)
	}
	if w.Poison {
		return w, errors.New(`the payload says "poison": true, so it can never be processed`)
	}
	if e.Asset == "" {
		e.Asset = w.AssetID
	}
	if e.Asset == "" {
		return w, errors.New("the event has neither a message group nor an assetId")
	}
	return w, nil
}
