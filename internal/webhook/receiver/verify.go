package receiver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"

	"github.com/mediasupplychain/cdk/webhook/signature"
)

// handshake answers the request if it is one; nil and no error if it is not.
func (x *exchange) handshake(ctx context.Context) (*answer, error) {
	scheme := x.config.Scheme
	// Most need no secret, and come from anybody: none is read for them.
	found, err := scheme.Handshake(x.signed, nil, x.now())
	if errors.Is(err, signature.ErrSecret) {
		err = x.withSecrets(ctx, func(secrets signature.Secrets) (err error) {
			found, err = scheme.Handshake(x.signed, secrets, x.now())
			return err
		})
	}
	switch {
	case err != nil:
		return nil, x.blame(err)
	case found != nil:
		return x.complete(ctx, found)
	case !scheme.Accepts(x.request.Method): // a method of handshakes only, and this is none
		return nil, &rejection{status: http.StatusBadRequest, reason: "handshake"}
	}
	return nil, nil
}

// complete does what the handshake asks for besides the reply.
func (x *exchange) complete(ctx context.Context, found *signature.Reply) (*answer, error) {
	if found.Fetch != "" {
		if err := x.fetch(ctx, found.Fetch); err != nil {
			return nil, &failure{reason: "handshake", cause: err}
		}
	}
	a := reply(found.Status, string(found.Body))
	for name, value := range found.Header {
		a.Headers[name] = value
	}
	x.log.InfoContext(ctx, "handshake")
	return &a, nil
}

// verify proves that the partner sent the request.
func (x *exchange) verify(ctx context.Context) (event signature.Event, err error) {
	err = x.withSecrets(ctx, func(secrets signature.Secrets) (err error) {
		event, err = x.config.Scheme.Verify(x.signed, secrets, x.now())
		return err
	})
	return event, err
}

// withSecrets calls check with the partner's secrets, and once more where they
// do not do and reading them anew brings other ones: so a rotation is seen at
// once.
func (x *exchange) withSecrets(ctx context.Context, check func(signature.Secrets) error) error {
	values, err := x.secretsOf(ctx)
	if err != nil {
		return err
	}
	err = tryBoth(values, check)
	if x.config.Secret != "" && (errors.Is(err, signature.ErrMismatch) || errors.Is(err, signature.ErrSecret)) {
		fresh, read, errRead := x.secrets.refresh(ctx, x.config.Secret)
		if read && errRead == nil && !slices.Equal(fresh.all(), values.all()) {
			err = tryBoth(fresh, check)
		}
	}
	return x.blame(err)
}

// tryBoth takes the previous secret too, unless the scheme cannot read it: what
// was there before the first proper value need not be a secret of this partner.
func tryBoth(values secretValues, check func(signature.Secrets) error) error {
	err := check(values.all())
	if errors.Is(err, signature.ErrSecret) && len(values.previous) > 0 {
		return check(values.current)
	}
	return err
}

func (x *exchange) secretsOf(ctx context.Context) (secretValues, error) {
	if x.config.Scheme.Keys != nil {
		keys, err := x.config.Scheme.PublicKeys(ctx, x.signed, x.keys)
		if blamesNobody(err) {
			return secretValues{}, &failure{reason: "public_key", cause: err}
		}
		return secretValues{current: keys}, x.blame(err)
	}
	if x.config.Secret == "" {
		return secretValues{}, nil
	}
	values, err := x.secrets.get(ctx, x.config.Secret)
	if err != nil {
		return secretValues{}, &failure{reason: "secret", cause: err}
	}
	return values, nil
}

// blamesNobody reports whether a key is missing because it could not be
// fetched, of whichever slot.
func blamesNobody(err error) bool {
	joined, ok := err.(interface{ Unwrap() []error })
	return ok && slices.ContainsFunc(joined.Unwrap(), func(err error) bool { return !errors.As(err, new(*signature.Error)) })
}

// blame sorts an error of the signature package: is it the sender's fault or
// our own?
func (x *exchange) blame(err error) error {
	var e *signature.Error
	switch {
	case err == nil, errors.As(err, new(*rejection)), errors.As(err, new(*failure)):
		return err // said already
	case errors.As(err, &e) && e.SenderToBlame():
		return x.reject(e.Reason(), err)
	case errors.As(err, &e):
		return &failure{reason: e.Reason(), cause: err}
	}
	return &failure{reason: "internal", cause: err}
}

// fetch completes a handshake: the partner wants the URL that it sent to be
// visited. The scheme has pinned the host, and redirects are not followed.
func (x *exchange) fetch(ctx context.Context, url string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return fmt.Errorf("visit the validation URL: %w", err)
	}
	response, err := x.http.Do(request)
	if err != nil {
		return fmt.Errorf("visit the validation URL: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	_, _ = io.CopyN(io.Discard, response.Body, 64<<10) // its content means nothing to us
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("visit the validation URL: status %d", response.StatusCode)
	}
	return nil
}

// FollowNoRedirect is for the CheckRedirect of the client in [Options]: a
// pinned host must not send us elsewhere.
func FollowNoRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
