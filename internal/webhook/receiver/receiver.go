package receiver

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/mediasupplychain/cdk/internal/telemetry"
	"github.com/mediasupplychain/cdk/internal/webhook/partner"
	"github.com/mediasupplychain/cdk/internal/wire"
	"github.com/mediasupplychain/cdk/webhook/signature"
)

// Options are what a [Receiver] needs of the world.
type Options struct {
	// Configuration is the ARN of the secret with the partner configuration.
	Configuration string

	Secrets   SecretReader
	Publisher Publisher
	Claims    Claims    // nil where no partner's events are remembered
	Blobs     BlobStore // nil where no payload is too large for the destination
	Confirmer Confirmer // nil where no partner has a function that confirms
	HTTP      HTTPDoer

	Now     func() time.Time
	Log     *slog.Logger
	Metrics *telemetry.Metrics
}

// Receiver answers API Gateway's requests. Nothing is read before the first
// one.
type Receiver struct {
	publisher Publisher
	claims    Claims
	blobs     BlobStore
	confirmer Confirmer
	http      HTTPDoer
	now       func() time.Time
	log       *slog.Logger
	metrics   *telemetry.Metrics

	configuration string
	directories   cache[*partner.Directory]
	secrets       cache[secretValues]
	keys          signature.KeySource
}

// New makes a receiver.
func New(o Options) *Receiver {
	r := &Receiver{
		publisher: o.Publisher, claims: o.Claims, blobs: o.Blobs, confirmer: o.Confirmer, http: o.HTTP,
		now: o.Now, log: o.Log, metrics: o.Metrics, configuration: o.Configuration,
		keys: &signature.CachedKeys{Client: o.HTTP, Now: o.Now},
	}
	r.directories = cache[*partner.Directory]{now: o.Now, load: func(ctx context.Context, arn string) (*partner.Directory, error) {
		return readDirectory(ctx, o.Secrets, arn)
	}}
	r.secrets = cache[secretValues]{now: o.Now, load: func(ctx context.Context, arn string) (secretValues, error) {
		return readSecrets(ctx, o.Secrets, arn)
	}}
	return r
}

// Invoke answers one request. Its signature is that of lambda.Handler.
func (r *Receiver) Invoke(ctx context.Context, event []byte) ([]byte, error) {
	began := r.now()
	request, err := decodeRequest(event)
	if err != nil {
		return nil, err // not from API Gateway: there is nobody to answer
	}
	x := &exchange{Receiver: r, request: request, path: partnerPath(request.Resource)}
	ctx = telemetry.With(ctx, slog.String(telemetry.Partner, x.path), slog.String("apiRequestId", request.Context.RequestID))
	a, err := x.serve(ctx)
	if err != nil {
		a = x.refuse(ctx, err)
	}
	x.metrics.Milliseconds(wire.MetricDuration, r.now().Sub(began), x.partner())
	if err := x.metrics.Flush(ctx); err != nil {
		x.log.WarnContext(ctx, "metrics were lost", "error", err)
	}
	return a.encode()
}

// exchange is one request and what is known about it so far.
type exchange struct {
	*Receiver
	request *apiRequest
	path    string          // of the partner, "/frameio"
	config  *partner.Config // nil while the partner is not known
	signed  *signature.Request
}

// serve is the order of things. Whatever goes wrong is a [*rejection] or a
// [*failure].
func (x *exchange) serve(ctx context.Context) (answer, error) {
	if err := x.findPartner(ctx); err != nil {
		return answer{}, err
	}
	x.metrics.Count(wire.MetricReceived, 1, x.partner())
	ctx, cancel := x.withBudget(ctx)
	defer cancel()
	if err := admit(x.config, x.request); err != nil {
		return answer{}, err
	}
	if err := x.readBody(); err != nil {
		return answer{}, err
	}
	if a, err := x.handshake(ctx); a != nil || err != nil {
		return value(a), err
	}
	event, err := x.verify(ctx)
	if err != nil {
		return answer{}, err
	}
	if err := x.confirm(ctx, event); err != nil {
		return answer{}, err
	}
	return x.accept(ctx, event)
}

// findPartner reads the configuration.
func (x *exchange) findPartner(ctx context.Context) error {
	directory, err := x.directories.get(ctx, x.configuration)
	if err != nil {
		return &failure{reason: "configuration", cause: err}
	}
	config, err := directory.Find(x.path)
	switch {
	case err != nil:
		return &failure{reason: "configuration", cause: err}
	case config == nil:
		return &rejection{status: http.StatusNotFound, reason: "unknown_partner"}
	}
	x.config = config
	return nil
}

// withBudget limits the work to four fifths of the time that the partner waits
// (the rest is for the network and API Gateway), and to what the function has
// left but for settling the claims.
func (x *exchange) withBudget(ctx context.Context) (context.Context, context.CancelFunc) {
	budget := x.ack().Budget * 4 / 5
	if deadline, ok := ctx.Deadline(); ok {
		budget = min(budget, time.Until(deadline)-afterwards)
	}
	return context.WithTimeout(ctx, budget)
}

func (x *exchange) readBody() error {
	body, err := x.request.body(x.config.MaxBodySize)
	switch {
	case errors.Is(err, errTooLarge):
		return tooLarge(x.config)
	case err != nil:
		return x.reject("malformed", err)
	}
	x.signed = x.request.signed(body)
	return nil
}

// accept makes the events durable, then says so.
func (x *exchange) accept(ctx context.Context, event signature.Event) (answer, error) {
	d := newDelivery(x, event)
	err := d.deliver(ctx, event.Timestamp)
	published, duplicates := d.count()
	if published > 0 {
		x.metrics.Count(wire.MetricPublished, published, x.partner())
	}
	if duplicates > 0 {
		x.metrics.Count(wire.MetricDuplicates, duplicates, x.partner())
	}
	if err != nil {
		return answer{}, err
	}
	x.log.InfoContext(ctx, "accepted", telemetry.EventID, event.ID, telemetry.AssetID, event.AssetID, "type", event.Type,
		"published", published, "duplicates", duplicates)
	ack := x.ack()
	return reply(ack.Status, ack.Body), nil
}

// refuse logs and counts a request that was not accepted, and answers it.
func (x *exchange) refuse(ctx context.Context, err error) answer {
	var rejected *rejection
	if errors.As(err, &rejected) {
		x.metrics.Count(wire.MetricRejected, 1, x.partner(), telemetry.Reason(rejected.reason))
		x.log.WarnContext(ctx, "rejected", "reason", rejected.reason, "error", err, "status", rejected.status)
		return rejected.answer()
	}
	var failed *failure
	if !errors.As(err, &failed) {
		failed = &failure{reason: "internal", cause: err}
	}
	x.metrics.Count(wire.MetricFailed, 1, x.partner(), telemetry.Reason(failed.reason))
	x.log.ErrorContext(ctx, "failed", "reason", failed.reason, "error", err)
	return failed.answer(x.ack().RetryAfter)
}

// ack is how the partner is answered; the usual way while it is not known.
func (x *exchange) ack() signature.Ack {
	if x.config == nil {
		return (&signature.Scheme{}).Acknowledgement()
	}
	return x.config.Ack()
}

// reject refuses a request that is not authentic.
func (x *exchange) reject(reason string, cause error) error {
	return &rejection{status: x.ack().RejectStatus, reason: reason, cause: cause}
}

// partner is the dimension of the metrics. The path of a partner that is not
// known is a stranger's word, and names no metric.
func (x *exchange) partner() telemetry.Dimension {
	if x.config == nil {
		return telemetry.FromPartner("")
	}
	return telemetry.FromPartner(x.path)
}

func value(a *answer) answer {
	if a == nil {
		return answer{}
	}
	return *a
}
