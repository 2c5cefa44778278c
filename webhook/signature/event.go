package signature

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/tidwall/gjson"
)

// Event is what a verified request says.
type Event struct {
	// Timestamp is the time the partner signed; zero if it signs none.
	Timestamp time.Time

	// ID stays the same when the partner sends the event again. It is empty
	// where nothing tells two events apart (see [Scheme] BodyRepeats): such an
	// event must not be dropped as a duplicate. It is empty for a batch too,
	// whose items have ids of their own.
	ID string

	// Type and AssetID are empty where the partner sends none.
	Type, AssetID string

	// Payload is the JSON document: the body, or the field that holds it.
	// It is part of the request's memory.
	Payload []byte

	// Items are the events of a batch; nil for a single event.
	Items []Item
}

// Item is one event of a batch.
type Item struct {
	ID, Type, AssetID string

	// Body is the item's JSON, exactly as it stands in the payload.
	Body []byte
}

const (
	// maxItems is far beyond the 50 events that the largest documented batch
	// holds (Backblaze B2).
	maxItems = 1000

	// maxID is how long an event id may be before its hash takes its place; it
	// leaves room in a DynamoDB key and an SQS attribute.
	maxID = 256
)

// event reads the id, type and asset of a verified request.
func (s *Scheme) event(v *view, timestamp string) (Event, error) {
	event := Event{Payload: v.payload}
	items, batch, err := s.items(v, timestamp)
	if err != nil {
		return Event{}, err
	}
	if batch {
		event.Items = items
		return event, nil
	}
	if err := s.checkRequiredFields(v); err != nil {
		return Event{}, err
	}
	event.ID, event.Type, event.AssetID = s.describe(v, timestamp)
	return event, nil
}

func (s *Scheme) describe(v *view, timestamp string) (id, kind, asset string) {
	id = v.firstOf(s.EventID)
	switch {
	case len(id) > maxID:
		id = hashID("", borrowString(id))
	case id != "":
	case !s.BodyRepeats && v.bodySHA256 != "" && s.Payload == "":
		id = "sha256:" + v.bodySHA256
	case !s.BodyRepeats:
		id = hashID("", v.payload)
	case s.SignsTime():
		id = hashID(timestamp, v.payload)
	}
	return id, v.firstOf(s.EventType), v.firstOf(s.AssetID)
}

func hashID(timestamp string, payload []byte) string {
	h := sha256.New()
	h.Write(borrowString(timestamp))
	h.Write(payload)
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

func (s *Scheme) checkRequiredFields(v *view) error {
	for _, f := range sortedKeys(s.RequiredFields) {
		if err := v.require(f, s.RequiredFields[f]); err != nil {
			return err
		}
	}
	return nil
}

// items splits a batch. Each item is a slice of the payload, not a copy.
func (s *Scheme) items(v *view, timestamp string) (items []Item, batch bool, err error) {
	if s.Items == "" {
		return nil, false, nil
	}
	array := s.array(v.payload)
	if !array.IsArray() {
		return nil, false, nil
	}
	array.ForEach(func(_, item gjson.Result) bool {
		if len(items) == maxItems {
			err = fault(s.Items, ErrTooMany)
			return false
		}
		body := v.payload[item.Index : item.Index+len(item.Raw)]
		of := *v
		of.payload, of.bodySHA256 = body, ""
		if err = s.checkRequiredFields(&of); err != nil {
			return false
		}
		next := Item{Body: body}
		next.ID, next.Type, next.AssetID = s.describe(&of, timestamp)
		items = append(items, next)
		return true
	})
	if err != nil {
		return nil, true, err
	}
	if items == nil {
		items = []Item{} // a batch of none is still a batch
	}
	return items, true, nil
}

func (s *Scheme) array(payload []byte) gjson.Result {
	_, path := s.Items.split()
	if path == "" {
		return gjson.Parse(borrow(payload))
	}
	return gjson.Get(borrow(payload), path)
}
