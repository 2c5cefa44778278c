package sqsbatch

import (
	"encoding/json"
	"log/slog"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/mediasupplychain/cdk/internal/telemetry"
)

// Message is a record with its body decoded.
type Message[T any] struct {
	Record
	Body T
}

// Record is a message as Lambda delivered it, with names for what SQS knows
// about it. Its zero value is good for tests of your function.
type Record struct{ events.SQSMessage }

// BodyUnmarshaler is implemented by types whose messages are not JSON. An error
// is permanent.
type BodyUnmarshaler interface {
	UnmarshalBody(body string) error
}

// Text is a body taken as it is, of any format.
type Text string

// UnmarshalBody keeps the body.
func (t *Text) UnmarshalBody(body string) error {
	*t = Text(body)
	return nil
}

func decode[T any](body string) (T, error) {
	var v T
	if u, ok := any(&v).(BodyUnmarshaler); ok {
		return v, u.UnmarshalBody(body)
	}
	err := json.Unmarshal([]byte(body), &v)
	return v, err
}

// ID is the message's id in this queue. It is the same each time the message is
// received, and a new one once it is redriven from a dead-letter queue.
func (r Record) ID() string { return r.MessageId }

// EventID identifies what the sender sent, over every delivery: use it to
// recognise what was done before.
//
//   - In a FIFO queue it is the deduplication id, so that it also recognises
//     what the sender sent again after the five minutes in which SQS does. With
//     content-based deduplication that is a hash of the body; if equal bodies
//     can be two events, take an id from the body instead.
//   - In a standard queue it is the message's id. It does not recognise what the
//     sender sent twice, nor what SQS itself moved to a dead-letter queue and
//     was redriven from there.
//   - A message that this package moved to the dead-letter queue keeps its event
//     id when it is redriven.
func (r Record) EventID() string {
	if o := r.origin(); o.EventID != "" {
		return o.EventID
	}
	if id := r.DeduplicationID(); id != "" {
		return id
	}
	return r.MessageId
}

// GroupID is the message group, or "" if there is none.
func (r Record) GroupID() string { return r.Attributes["MessageGroupId"] }

// DeduplicationID is the deduplication id of a message of a FIFO queue, or "".
func (r Record) DeduplicationID() string { return r.Attributes["MessageDeduplicationId"] }

// SequenceNumber is the position in a FIFO queue, a number of 20 digits that
// grows within a message group, or "".
func (r Record) SequenceNumber() string { return r.Attributes["SequenceNumber"] }

// ReceiveCount is how often the message was received from this queue, this time
// included: 1 or more.
func (r Record) ReceiveCount() int {
	n, err := strconv.Atoi(r.Attributes["ApproximateReceiveCount"])
	if err != nil || n < 1 {
		return 1
	}
	return n
}

// SentAt is when the message entered this queue, or the zero time if the record
// does not say.
func (r Record) SentAt() time.Time {
	ms, err := strconv.ParseInt(r.Attributes["SentTimestamp"], 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}

// Attribute is the value of a message attribute of type String or Number, or ""
// if there is none of that name.
func (r Record) Attribute(name string) string {
	if v := r.senderAttributes()[name].StringValue; v != nil {
		return *v
	}
	return ""
}

// LogValue names the message in logs by its ids; it never shows the body.
func (r Record) LogValue() slog.Value { return slog.GroupValue(r.logAttrs()...) }

func (r Record) logAttrs() []slog.Attr {
	attrs := []slog.Attr{slog.String(telemetry.MessageID, r.MessageId)}
	if id := r.EventID(); id != r.MessageId {
		attrs = append(attrs, slog.String(telemetry.EventID, id))
	}
	if group := r.GroupID(); group != "" {
		attrs = append(attrs, slog.String(telemetry.MessageGroup, group))
	}
	return append(attrs, slog.Int("receiveCount", r.ReceiveCount()))
}
