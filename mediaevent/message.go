package mediaevent

import (
	"fmt"
	"time"
)

// Message is what a partner sent and what the transport says about it.
// [Unwrap] makes one; the caller adds what only it knows.
type Message struct {
	// Body is the partner's payload, byte for byte. Empty when DataRef says
	// where it is.
	Body []byte
	// ContentType is the media type of Body. Empty means JSON.
	ContentType string

	// ID is the transport's id of the message.
	ID string
	// StableID says that a sender which sends again gives the same ID again,
	// so that ID tells events apart where a mapping locates no id.
	StableID bool
	// Type is the transport's word for what happened: EventBridge's
	// detail-type, CloudEvents' type.
	Type string
	// Source is who sent it: EventBridge's source, CloudEvents' source, SNS's topic.
	Source string
	// Subject is what it is about: CloudEvents' and SNS's subject.
	Subject string
	// Time is when it was sent.
	Time time.Time
	// Sequence orders the messages of one Group: SQS's and SNS's sequence number.
	Sequence string
	// Group is the message group of a FIFO transport.
	Group string
	// Replay names the EventBridge replay that sent the message again.
	Replay string
	// Attributes are message attributes, or the extension attributes of a CloudEvent.
	Attributes map[string]string
	// TraceParent is the W3C trace context that came with the message.
	TraceParent string

	// DataRef is where the payload is kept when it was too large to travel.
	DataRef string
	// DataDigest is the digest of the payload behind DataRef, see [Digest].
	// Empty when whoever put it there gave none.
	DataDigest string

	// ReceivedAt is when we took note of the message.
	ReceivedAt time.Time

	bodyDigest string // of Body, so that it is made once for all of its events
}

// NeedsPayload reports whether the payload must be fetched from DataRef first.
func (m Message) NeedsPayload() bool { return len(m.Body) == 0 && m.DataRef != "" }

// WithPayload returns m with the payload that DataRef points to. It fails with
// [ErrDigest] if payload is not what was put there.
func (m Message) WithPayload(payload []byte) (Message, error) {
	if m.DataDigest != "" {
		if err := VerifyDigest(payload, m.DataDigest); err != nil {
			return Message{}, fmt.Errorf("payload of %s: %w", m.DataRef, err)
		}
	}
	m.Body = payload
	return m, nil
}
