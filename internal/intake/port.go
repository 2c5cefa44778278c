package intake

import (
	"context"

	"github.com/mediasupplychain/cdk/internal/chain"
	"github.com/mediasupplychain/cdk/internal/chainstore"
)

// Applier applies an event to the table, exactly once.
type Applier interface {
	Apply(context.Context, chain.Event) (chainstore.Result, error)
}

// Closer closes the run of an execution that has ended, exactly once.
type Closer interface {
	Close(context.Context, chain.Closing) (chainstore.Result, error)
}

// Payloads keeps what is too large to travel.
type Payloads interface {
	// Put keeps a payload and returns where. Putting it again changes nothing.
	Put(ctx context.Context, key, contentType string, payload []byte) (ref string, err error)

	// Get returns what is kept there.
	Get(ctx context.Context, ref string) ([]byte, error)
}
