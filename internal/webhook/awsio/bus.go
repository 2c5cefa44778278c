package awsio

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"github.com/mediasupplychain/cdk/internal/webhook/partner"
	"github.com/mediasupplychain/cdk/internal/webhook/receiver"
)

// EventBridge is the one method used of its client.
type EventBridge interface {
	PutEvents(context.Context, *eventbridge.PutEventsInput, ...func(*eventbridge.Options)) (*eventbridge.PutEventsOutput, error)
}

// Bus puts events onto an EventBridge bus.
type Bus struct {
	Client func() EventBridge
}

// maxDetailType is how long EventBridge lets a detail type be (PutEvents, API
// reference). The event's own type is in the document whole.
const maxDetailType = 128

func (b Bus) put(ctx context.Context, to partner.Destination, events []receiver.Event) []error {
	entries := make([]types.PutEventsRequestEntry, len(events))
	for i, e := range events {
		document, kind := string(e.Document), e.Type[:min(len(e.Type), maxDetailType)]
		entries[i] = types.PutEventsRequestEntry{
			EventBusName: &to.Bus,
			Source:       &e.Source,
			DetailType:   &kind,
			Detail:       &document,
			Time:         &e.Time,
		}
	}
	out, err := b.Client().PutEvents(ctx, &eventbridge.PutEventsInput{Entries: entries})
	if err != nil {
		return all(len(events), fmt.Errorf("put event: %w", err))
	}
	failed := all(len(events), fmt.Errorf("put event: %w", errNoResult))
	for i := range min(len(failed), len(out.Entries)) {
		switch entry := out.Entries[i]; {
		case entry.EventId != nil && entry.ErrorCode == nil:
			failed[i] = nil
		default:
			failed[i] = fmt.Errorf("put event: %w", refused(entry.ErrorCode))
		}
	}
	return failed
}
