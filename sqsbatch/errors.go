package sqsbatch

import (
	"errors"
	"fmt"
)

// errEnded is the error of a message whose function ended its goroutine
// (runtime.Goexit, a test's FailNow) instead of returning.
var errEnded = errors.New("the function did not return")

// Permanent marks err as one that no retry can mend, such as a file in a format
// that is not supported. The message then moves to the dead-letter queue at
// once, with the text of the error that the function returned as its reason;
// without a dead-letter queue it fails like any other.
//
// The mark counts at any depth of wrapping, in a joined error too. Permanent of
// nil is nil.
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	return &PermanentError{Err: err}
}

// PermanentError is what [Permanent] returns.
type PermanentError struct{ Err error }

// Error is the text of the marked error, nothing added.
func (e *PermanentError) Error() string { return e.Err.Error() }

// Unwrap returns the marked error.
func (e *PermanentError) Unwrap() error { return e.Err }

// DecodeError says that a body is not what the function takes. It is always
// permanent: the body will be the same next time.
type DecodeError struct{ Err error }

func (e *DecodeError) Error() string { return "decode body: " + e.Err.Error() }

// Unwrap returns the decoder's error.
func (e *DecodeError) Unwrap() error { return e.Err }

// PanicError is a panic of the function, contained to the message it was
// processing. It is retried: a panic is a bug, and a new version may be out by
// then.
type PanicError struct {
	Value any    // what panic was called with
	Stack []byte // of the goroutine that panicked
}

func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v", e.Value) }

// NotTriedError says that a message was handed back untouched.
type NotTriedError struct {
	// After is the id of the message that failed before this one, in an order
	// that must be kept. It is empty if time was up.
	After string
}

func (e *NotTriedError) Error() string {
	if e.After == "" {
		return "not tried: the function is about to time out"
	}
	return fmt.Sprintf("not tried: message %s, which comes before, failed", e.After)
}

// MoveError says that a message which must not be retried could not be moved to
// the dead-letter queue either. It stays where it is and is retried, so that it
// is not lost.
type MoveError struct {
	Err     error // why it could not be moved
	Because error // why it was to be moved
}

func (e *MoveError) Error() string {
	return fmt.Sprintf("move to the dead-letter queue: %v (to be moved because: %v)", e.Err, e.Because)
}

// Unwrap returns both errors.
func (e *MoveError) Unwrap() []error { return []error{e.Err, e.Because} }
