package awsio

import (
	"context"
	"errors"
	"fmt"

	"github.com/mediasupplychain/cdk/internal/webhook/partner"
	"github.com/mediasupplychain/cdk/internal/webhook/receiver"
)

const (
	// maxEntries is how many entries PutEvents and SendMessageBatch take.
	maxEntries = 10

	// maxRequest is how many bytes all entries of one request may have. The
	// services take 1 MiB by now, and some Regions and tools still 256 KiB.
	maxRequest = 256 << 10

	// entryOverhead is more than any entry has beside its document.
	entryOverhead = 2 << 10
)

// Publisher hands events to a bus or a queue, whichever the destination names.
type Publisher struct {
	Bus   Bus
	Queue Queue
}

// Publish sends the events in as few requests as the services allow, in their
// order.
func (p Publisher) Publish(ctx context.Context, to partner.Destination, events []receiver.Event) []error {
	send := p.Bus.put
	if to.QueueURL != "" {
		send = p.Queue.send
	}
	failed := make([]error, 0, len(events))
	for len(events) > 0 {
		n := fitting(events)
		failed = append(failed, send(ctx, to, events[:n])...)
		events = events[n:]
	}
	return failed
}

// fitting is how many of the events go into one request: one at least.
func fitting(events []receiver.Event) int {
	n, size := 0, 0
	for n < len(events) && n < maxEntries {
		size += len(events[n].Document) + entryOverhead
		if n > 0 && size > maxRequest {
			break
		}
		n++
	}
	return n
}

var errNoResult = errors.New("the service did not say what became of the event")

// all is the result of a request that failed as a whole.
func all(n int, err error) []error {
	failed := make([]error, n)
	for i := range failed {
		failed[i] = err
	}
	return failed
}

// refused is the service's own word about one entry. Its message may quote the
// event, and stays out.
func refused(code *string) error {
	if code == nil {
		return errNoResult
	}
	return fmt.Errorf("refused: %s", *code)
}
