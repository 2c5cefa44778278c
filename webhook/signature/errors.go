package signature

import (
	"errors"
	"strings"
)

// What can be wrong with a request. Test with errors.Is; errors.As with [*Error]
// tells the field.
var (
	ErrMissing     = errors.New("missing")
	ErrMalformed   = errors.New("malformed")
	ErrDuplicate   = errors.New("given more than once")
	ErrStale       = errors.New("too old")
	ErrFuture      = errors.New("in the future")
	ErrMismatch    = errors.New("does not match")
	ErrUnsupported = errors.New("holds no supported version")
	ErrTooMany     = errors.New("holds too many elements")
	ErrUnexpected  = errors.New("is not the expected value")

	// ErrSecret is the receiver's own fault: it has no secret that could
	// verify the request, or one that cannot be read.
	ErrSecret = errors.New("no usable secret")

	// ErrScheme is the receiver's own fault too: the scheme is one that
	// [Scheme.Validate] refuses.
	ErrScheme = errors.New("invalid scheme")
)

var reasons = map[error]string{
	ErrMissing:     "missing",
	ErrMalformed:   "malformed",
	ErrDuplicate:   "duplicate",
	ErrStale:       "stale",
	ErrFuture:      "future",
	ErrMismatch:    "mismatch",
	ErrUnsupported: "unsupported",
	ErrTooMany:     "too_many",
	ErrUnexpected:  "unexpected",
	ErrSecret:      "secret",
	ErrScheme:      "scheme",
}

// Error says why a request was refused. It names the field, and holds no
// secret, no signature, and nothing else that the sender wrote.
type Error struct {
	// Scheme is the name of the scheme.
	Scheme string

	// Field is where the problem is, such as "header.Mux-Signature". It is empty
	// where no field is to blame.
	Field Field

	// Err is one of the Err… values of this package.
	Err error
}

// Error is a sentence without any part of the request.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("signature: ")
	b.WriteString(e.Scheme)
	b.WriteString(": ")
	if e.Field != "" {
		place, name := e.Field.split()
		b.WriteString(strings.TrimRight(place+" "+name, " "))
		b.WriteString(" ")
	}
	b.WriteString(e.Err.Error())
	return b.String()
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Reason is a short word for metrics: missing, malformed, duplicate, stale,
// future, mismatch, unsupported, too_many, unexpected, secret or scheme. It
// never changes.
func (e *Error) Reason() string { return reasons[e.Err] }

// SenderToBlame reports whether the request is at fault, rather than the
// receiver's own secret or scheme.
func (e *Error) SenderToBlame() bool {
	return !errors.Is(e.Err, ErrSecret) && !errors.Is(e.Err, ErrScheme)
}
