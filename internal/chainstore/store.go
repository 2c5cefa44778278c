package chainstore

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"time"

	"github.com/mediasupplychain/cdk/internal/chain"
)

// DefaultHorizon is how long an event is recognised when it comes again:
// longer than any partner's retries that we know of, and than the 14 days that
// SQS keeps a message.
const DefaultHorizon = 14*24*time.Hour + time.Hour

const (
	// conflictTries is how often a transaction that met another is tried in
	// place. What still fails then comes again from the queue.
	conflictTries = 6
	firstPause    = 20 * time.Millisecond
	// decideTries is how often an event is decided anew because the asset changed
	// meanwhile.
	decideTries = 8
)

// ErrContended says that an asset changed again and again while an event was
// decided. It passes.
var ErrContended = errors.New("the asset keeps changing")

// Store applies events to the table. Its zero value is not ready for use: see [New].
type Store struct {
	Table  string
	Plan   chain.Plan
	Client func() DynamoDB

	// Horizon is how long an event is recognised when it comes again.
	Horizon time.Duration

	// Sleep waits, or returns early with the context's error. Random is from 0
	// to 1, ID tells calls apart.
	Sleep  func(context.Context, time.Duration) error
	Random func() float64
	ID     func() string

	decideFirst bool // for tests: nothing is tried blind
}

// New returns a store with this process's clock and randomness.
func New(table string, plan chain.Plan, horizon time.Duration, client func() DynamoDB) *Store {
	if horizon <= 0 {
		horizon = DefaultHorizon
	}
	return &Store{
		Table: table, Plan: plan, Client: client, Horizon: horizon,
		Sleep: Sleep, Random: mathrand.Float64, ID: rand.Text,
	}
}

// Sleep waits for d, or until ctx ends.
func Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// Result is what became of an event.
type Result struct {
	Fate      chain.Fate // of the event, now or when it came first
	Duplicate bool       // it had its fate before
	Asset     string     // where it turned out to belong
	Read      bool       // the asset was read, because things were not as expected
	Conflicts int        // transactions that met another one
}

// Apply applies an event, exactly once. An error passes: the event is to be
// applied again. e.Run and e.Attempt are set where a callback id tells them.
func (s *Store) Apply(ctx context.Context, e chain.Event) (Result, error) {
	a := &application{Store: s, claim: s.claim(e.Key, e.Recorded)}
	err := a.apply(ctx, e)
	if err != nil {
		return a.result, fmt.Errorf("apply event %s of %s: %w", e.Key.ID, e.Key.Source, err)
	}
	return a.result, nil
}

// Close closes the run of an execution that has ended, exactly once.
func (s *Store) Close(ctx context.Context, c chain.Closing) (Result, error) {
	a := &application{Store: s, claim: s.claim(c.Key, c.Recorded)}
	a.result.Asset = c.Asset
	err := a.decide(ctx, c.Asset, nil, func(snapshot chain.Snapshot) chain.Decision { return s.Plan.Close(snapshot, c) })
	if err != nil {
		return a.result, fmt.Errorf("close run %s of asset %s: %w", c.Run, c.Asset, err)
	}
	return a.result, nil
}
