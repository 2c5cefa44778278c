package sqsbatch

// State is what became of a message. Every message of a batch ends in exactly
// one.
type State int

const (
	// NotTried is a message that was not begun; SQS delivers it again. The error is a [*NotTriedError].
	NotTried State = iota
	// Succeeded is a message that is done; SQS deletes it.
	Succeeded
	// Failed is a message that was not processed; SQS delivers it again.
	Failed
	// DeadLettered is a message that is now in the dead-letter queue; SQS deletes it from this one.
	DeadLettered
)

// String returns the state's name, such as "not tried".
func (s State) String() string {
	switch s {
	case NotTried:
		return "not tried"
	case Succeeded:
		return "succeeded"
	case Failed:
		return "failed"
	case DeadLettered:
		return "dead-lettered"
	}
	return "unknown"
}

// Result is what became of one record, and why.
type Result struct {
	Record Record
	State  State
	Err    error // nil if, and only if, State is Succeeded
}

// done reports whether SQS may delete the message.
func (r Result) done() bool { return r.State == Succeeded || r.State == DeadLettered }
