// Package confirm holds what webhook.Endpoint asks a function of the user's
// before it accepts a request that carries no proof of its own, and what that
// function answers.
//
//	func handle(ctx context.Context, r confirm.Request) (confirm.Reply, error) {
//		job, err := verbit.Job(ctx, r.Events[0].AssetID) // the partner's own API
//		return confirm.Reply{Accept: err == nil && job.Status == "completed"}, err
//	}
package confirm

// Request is the question: did the partner really send this?
type Request struct {
	// Partner is the path of the partner, such as "/verbit".
	Partner string `json:"partner"`

	// Events are what the request holds: one event, or those of a batch.
	Events []Event `json:"events"`

	// Method and ContentType are the request's.
	Method      string `json:"method"`
	ContentType string `json:"contentType,omitempty"`

	// Body is the request's, byte for byte.
	Body []byte `json:"body"`
}

// Event is one event of a [Request]. Type and AssetID are empty where the
// partner names none.
type Event struct {
	ID      string `json:"id"`
	Type    string `json:"type,omitempty"`
	AssetID string `json:"assetId,omitempty"`
}

// Reply is the answer. A function that returns an error instead makes the
// endpoint ask the partner to try again later.
type Reply struct {
	// Accept says that the partner's own API knows of what the request says.
	Accept bool `json:"accept"`
}
