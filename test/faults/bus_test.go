package faults

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/mediasupplychain/cdk/test/drive"
)

// bus is what partners see: every event on the supply chain's bus, by way of the
// audit queue. They wait for what concerns them, as real partners do, and never
// look at the table.
type bus struct {
	client *sqs.Client
	url    string

	guard   sync.Mutex
	seen    map[string]string // what has happened, and what it said
	waiters map[string][]chan struct{}
	heard   map[string][]string // by asset: ids of events in the order of their first appearance
	times   map[string]int      // by asset and id: how often it was on the bus
	failure error
}

// own stands for the source of events about what the supply chain did itself.
const own = "own"

func newBus(client *sqs.Client, url string) *bus {
	return &bus{
		client: client, url: url, seen: map[string]string{}, waiters: map[string][]chan struct{}{},
		heard: map[string][]string{}, times: map[string]int{},
	}
}

// fateOf is the key of what became of an event; of its first fate where it was
// parked.
func fateOf(key string) string   { return "fate " + key }
func runOf(start string) string  { return "run of " + start }
func endOf(run string) string    { return "end " + run }
func parkedOf(key string) string { return "parked " + key }
func requestOf(run, stage string, number int) string {
	return "asked " + run + " " + stage + " " + strconv.Itoa(number)
}

// listen takes events from the queue until the context ends.
func (b *bus) listen(ctx context.Context) {
	for ctx.Err() == nil {
		if err := b.take(ctx); err != nil && ctx.Err() == nil {
			b.guard.Lock()
			b.failure = errors.Join(b.failure, fmt.Errorf("listen to the bus: %w", err))
			b.guard.Unlock()
			return
		}
	}
}

func (b *bus) take(ctx context.Context) error {
	batch, err := b.client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: &b.url, MaxNumberOfMessages: 10, WaitTimeSeconds: 1})
	if err != nil || len(batch.Messages) == 0 {
		return err
	}
	var handles []types.DeleteMessageBatchRequestEntry
	for i, message := range batch.Messages {
		a, is, err := drive.ReadAnnouncement(*message.Body)
		if err != nil {
			return err
		}
		if is {
			b.hear(a)
		}
		handles = append(handles, types.DeleteMessageBatchRequestEntry{Id: aws.String(strconv.Itoa(i)), ReceiptHandle: message.ReceiptHandle})
	}
	_, err = b.client.DeleteMessageBatch(ctx, &sqs.DeleteMessageBatchInput{QueueUrl: &b.url, Entries: handles})
	return err
}

func (b *bus) hear(a drive.Announcement) {
	if strings.HasPrefix(a.Source, "/supplychains/") {
		a.Source = own
	}
	b.guard.Lock()
	defer b.guard.Unlock()
	id := a.Source + " " + a.ID
	b.times[a.Asset+" "+id]++
	if b.times[a.Asset+" "+id] > 1 {
		return // once more, as a bus may do
	}
	b.heard[a.Asset] = append(b.heard[a.Asset], id)
	switch {
	case a.What == "stage.requested":
		b.tell(requestOf(a.Run, a.Stage, a.Attempt), a.CallbackID)
	case a.Fate == "parked":
		b.tell(parkedOf(a.Source+" "+a.ID[:len(a.ID)-len("#parked")]), a.Fate)
	default:
		b.tell(fateOf(id), a.Fate)
	}
	if a.What == "run.started" && a.Fate == "applied" {
		b.tell(runOf(id), a.Run)
	}
	switch a.What {
	case "run.completed", "run.failed", "run.aborted", "run.timedout", "run.timed_out":
		if a.Fate == "applied" {
			b.tell(endOf(a.Run), a.What)
		}
	}
}

func (b *bus) tell(key, value string) {
	if _, known := b.seen[key]; known {
		return
	}
	b.seen[key] = value
	for _, waiter := range b.waiters[key] {
		close(waiter)
	}
	delete(b.waiters, key)
}

// wait waits until something has happened.
func (b *bus) wait(ctx context.Context, patience time.Duration, key string) (string, error) {
	b.guard.Lock()
	value, known := b.seen[key]
	happened := make(chan struct{})
	if !known {
		b.waiters[key] = append(b.waiters[key], happened)
	}
	b.guard.Unlock()
	if known {
		return value, nil
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-happened:
		b.guard.Lock()
		defer b.guard.Unlock()
		return b.seen[key], nil
	case <-timer.C:
		return "", fmt.Errorf("not on the bus after %s: %s", patience, key)
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// order is the order of the first appearances of an asset's events.
func (b *bus) order(asset string) []string {
	b.guard.Lock()
	defer b.guard.Unlock()
	return b.heard[asset]
}

// repeats is how many events were on the bus more than once.
func (b *bus) repeats() (events, more int) {
	b.guard.Lock()
	defer b.guard.Unlock()
	for _, times := range b.times {
		events++
		if times > 1 {
			more++
		}
	}
	return events, more
}
