package drive

import (
	"context"
	"fmt"
	"time"
)

const pollInterval = 200 * time.Millisecond

// Eventually polls until the condition holds. When the patience ends before, the
// error says what was waited for and how far it had come.
func Eventually(ctx context.Context, patience time.Duration, what string, condition func(context.Context) (done bool, state string, err error)) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		done, state, err := condition(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		if done {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: not after %s: %s", what, patience, state)
		case <-time.After(pollInterval):
		}
	}
}

// WaitForReceived waits until n events of the asset have been received, and
// returns all that have been then.
func (e *Example) WaitForReceived(ctx context.Context, patience time.Duration, asset string, n int) ([]Received, error) {
	var received []Received
	err := Eventually(ctx, patience, fmt.Sprintf("%s: %d events of %s received", e.Pattern.Example, n, asset),
		func(ctx context.Context) (bool, string, error) {
			var err error
			received, err = e.Received(ctx, asset)
			return len(received) >= n, fmt.Sprintf("%d received", len(received)), err
		})
	return received, err
}

// WaitForParked waits until n messages that mention the text have been parked in
// the dead-letter queue, and returns all that have been then.
func (e *Example) WaitForParked(ctx context.Context, patience time.Duration, mentions string, n int) ([]Parked, error) {
	var parked []Parked
	err := Eventually(ctx, patience, fmt.Sprintf("%s: %d messages of %s in the dead-letter queue", e.Pattern.Example, n, mentions),
		func(ctx context.Context) (bool, string, error) {
			var err error
			parked, err = e.Parked(ctx, mentions)
			return len(parked) >= n, fmt.Sprintf("%d parked", len(parked)), err
		})
	return parked, err
}
