package receiver

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/mediasupplychain/cdk/internal/webhook/partner"
)

// ErrNotFound says that there is no such secret, or none with such a label.
var ErrNotFound = errors.New("not found")

// SecretReader reads secrets.
type SecretReader interface {
	// ReadSecret returns the text of the version with the staging label, or an
	// error that wraps [ErrNotFound].
	ReadSecret(ctx context.Context, arn, label string) (string, error)
}

// Publisher makes events durable.
type Publisher interface {
	// Publish returns one error for each event, nil where it is durable.
	Publish(ctx context.Context, to partner.Destination, events []Event) []error
}

// Claims remember which events were published.
//
// A claim begins as a short one, is extended once its event is durable, and is
// released if that failed. If the function dies in between, the short claim
// ends by itself, and the partner's next attempt is published.
type Claims interface {
	// Claim tries to begin a claim that ends at until.
	Claim(ctx context.Context, key string, now, until time.Time) (ClaimState, error)

	// Confirm extends a claim that this instance began: its event is durable.
	Confirm(ctx context.Context, key string, until time.Time) error

	// Release ends a claim that this instance began: its event is not durable.
	Release(ctx context.Context, key string) error
}

// ClaimState is the answer to a claim.
type ClaimState int

// The answers to a claim.
const (
	Claimed   ClaimState = iota // the event is new, and ours to publish
	InFlight                    // somebody else is publishing it, or died doing so
	Published                   // it was published before
)

// BlobStore keeps payloads that are too large for the destination.
type BlobStore interface {
	// PutBlob stores data and returns its URL.
	PutBlob(ctx context.Context, key string, data []byte, contentType string) (url string, err error)
}

// Confirmer asks a function of the user's whether a request is genuine.
type Confirmer interface {
	Confirm(ctx context.Context, functionARN string, request []byte) (accepted bool, err error)
}

// HTTPDoer fetches public keys and validation URLs from hosts that a scheme
// pins. It must not follow redirects.
type HTTPDoer interface {
	Do(*http.Request) (*http.Response, error)
}
