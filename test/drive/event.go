package drive

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strings"
)

// Event is something a partner announces about an asset.
type Event struct {
	// Asset is the id of the asset it is about: the message group of FIFO transports.
	Asset string

	// ID is the partner's id of the event: the deduplication id of FIFO transports.
	ID string

	// Payload is the partner's JSON, sent as it is.
	Payload []byte

	// Type is the detail type on an event bus.
	//
	// Default: the one that the example's rule selects.
	Type string
}

// NewAsset makes an asset id that no other run uses.
func NewAsset(prefix string) string {
	return prefix + "-" + strings.ToLower(rand.Text()[:8])
}

// Events are the partner's announcements number 1 to n about one asset.
func (p Pattern) Events(asset string, n int) []Event {
	events := make([]Event, 0, n)
	for number := 1; number <= n; number++ {
		events = append(events, p.Event(asset, number, nil))
	}
	return events
}

// Event is the partner's announcement of that number about an asset. Extra
// fields, such as "poison": true, are added to the payload.
func (p Pattern) Event(asset string, number int, extra map[string]any) Event {
	id := fmt.Sprintf("%s-%06d", asset, number)
	fields := p.payload(asset, id, number)
	fields["assetId"] = asset
	for name, value := range extra {
		fields[name] = value
	}
	payload, err := json.Marshal(fields)
	if err != nil {
		panic(fmt.Sprintf("drive: payload of %s: %v", p.Example, err)) // made of literals above: cannot happen
	}
	return Event{Asset: asset, ID: id, Payload: payload}
}
