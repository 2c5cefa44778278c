package receiver_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/mediasupplychain/cdk/internal/webhook/partner"
	"github.com/mediasupplychain/cdk/internal/webhook/receiver"
)

// clock is a time that only a test moves.
type clock struct{ at time.Time }

func (c *clock) now() time.Time          { return c.at }
func (c *clock) advance(d time.Duration) { c.at = c.at.Add(d) }

// secretStore is a store of secrets: by ARN, then by staging label.
type secretStore struct {
	mu    sync.Mutex
	text  map[string]map[string]string
	down  error
	reads map[string]int // by ARN, of the current version
}

func (s *secretStore) ReadSecret(ctx context.Context, arn, label string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if label == "AWSCURRENT" {
		s.reads[arn]++
	}
	if s.down != nil {
		return "", s.down
	}
	if err := ctx.Err(); err != nil {
		return "", err
	}
	text, ok := s.text[arn][label]
	if !ok {
		return "", fmt.Errorf("%s of %s: %w", label, arn, receiver.ErrNotFound)
	}
	return text, nil
}

// put makes text the current version, as PutSecretValue does.
func (s *secretStore) put(arn, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	versions := map[string]string{"AWSCURRENT": text}
	if old, ok := s.text[arn]["AWSCURRENT"]; ok {
		versions["AWSPREVIOUS"] = old
	}
	s.text[arn] = versions
}

// bus keeps what is published, unless refuse says no.
type bus struct {
	events []receiver.Event
	to     partner.Destination
	calls  int
	refuse func(receiver.Event) error
}

func (b *bus) Publish(ctx context.Context, to partner.Destination, events []receiver.Event) []error {
	b.to, b.calls = to, b.calls+1
	failed := make([]error, len(events))
	for i, e := range events {
		if failed[i] = ctx.Err(); failed[i] == nil && b.refuse != nil {
			failed[i] = b.refuse(e)
		}
		if failed[i] == nil {
			b.events = append(b.events, e)
		}
	}
	return failed
}

// claims behaves as the table does, but for one process.
type claims struct {
	mu    sync.Mutex
	items map[string]claim
	fail  map[string]error // by method
}

type claim struct {
	until     time.Time
	published bool
}

func (c *claims) Claim(_ context.Context, key string, now, until time.Time) (receiver.ClaimState, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.fail["Claim"]; err != nil {
		return 0, err
	}
	if held, ok := c.items[key]; ok && now.Before(held.until) {
		if held.published {
			return receiver.Published, nil
		}
		return receiver.InFlight, nil
	}
	c.items[key] = claim{until: until}
	return receiver.Claimed, nil
}

func (c *claims) Confirm(_ context.Context, key string, until time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.fail["Confirm"]; err != nil {
		return err
	}
	c.items[key] = claim{until: until, published: true}
	return nil
}

func (c *claims) Release(ctx context.Context, key string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := errors.Join(c.fail["Release"], ctx.Err()); err != nil {
		return err
	}
	if !c.items[key].published {
		delete(c.items, key)
	}
	return nil
}

// blobs is a bucket.
type blobs struct {
	mu      sync.Mutex
	objects map[string]string
	down    error
}

func (b *blobs) PutBlob(_ context.Context, key string, data []byte, _ string) (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.down != nil {
		return "", b.down
	}
	b.objects[key] = string(data)
	return "s3://bucket/" + key, nil
}

// confirmer is the user's function.
type confirmer struct {
	asked  []string
	accept bool
	err    error
}

func (c *confirmer) Confirm(_ context.Context, arn string, request []byte) (bool, error) {
	c.asked = append(c.asked, arn+" "+string(request))
	return c.accept, c.err
}

// internet answers GET requests, and remembers who was asked.
type internet struct {
	asked  []string
	answer func(url string) (status int, body string)
}

func (i *internet) Do(r *http.Request) (*http.Response, error) {
	i.asked = append(i.asked, r.URL.String())
	if i.answer == nil {
		return nil, errors.New("no route to host")
	}
	status, body := i.answer(r.URL.String())
	return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader(body))}, nil
}
