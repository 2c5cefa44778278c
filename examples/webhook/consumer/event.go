package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/mediasupplychain/cdk/examples/internal/received"
	"github.com/mediasupplychain/cdk/sqsbatch"
	"github.com/mediasupplychain/cdk/webhook/dataref"
)

// largestPayload fits into an item of the table, which may have 400 KB.
const largestPayload = 390 << 10

// reader reads messages that a rule sent for events of webhook.Endpoint.
type reader struct {
	objects dataref.Getter // of large payloads
}

// read takes the partner's JSON out of a message, and the partner's own id of the
// event. The asset is the payload's assetId, if there is one, or what the
// partner's scheme takes for it.
func (r reader) read(ctx context.Context, record sqsbatch.Record) (received.Event, error) {
	message, err := received.FromEventBridge(ctx, record)
	if err != nil {
		return received.Event{}, err
	}
	var event struct {
		SpecVersion, ID, Source, Subject string
	}
	if err := json.Unmarshal(message.Payload, &event); err != nil {
		return received.Event{}, sqsbatch.Permanent(fmt.Errorf("not a CloudEvent: %w", err))
	}
	if event.SpecVersion != "1.0" || event.ID == "" || event.Source == "" {
		return received.Event{}, sqsbatch.Permanent(errors.New("not a CloudEvent 1.0 with id and source"))
	}
	payload, err := dataref.Data(ctx, r.objects, message.Payload)
	if errors.Is(err, dataref.ErrDigest) {
		return received.Event{}, sqsbatch.Permanent(err)
	}
	if err != nil {
		return received.Event{}, err
	}
	if len(payload) > largestPayload {
		return received.Event{}, sqsbatch.Permanent(fmt.Errorf("the payload has %d bytes, more than the %d that an item of the table has room for", len(payload), largestPayload))
	}
	return received.Event{ID: event.ID, Source: event.Source, Asset: asset(payload, event.Subject), Payload: payload}, nil
}

// asset is empty where the payload names it: package received reads it there.
func asset(payload []byte, subject string) string {
	var named struct {
		AssetID string `json:"assetId"`
	}
	if json.Unmarshal(payload, &named) == nil && named.AssetID != "" {
		return ""
	}
	return subject
}
