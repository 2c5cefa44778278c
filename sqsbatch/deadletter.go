package sqsbatch

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/mediasupplychain/cdk/internal/wire"
)

// Attributes that a message in the dead-letter queue has more than it had
// before.
const (
	// AttributeReason holds the text of the error, cut to 1,024 bytes.
	AttributeReason = wire.AttributeReason
	// AttributeOrigin holds, as a JSON object, where the message was: queue
	// (ARN), messageId, eventId, deduplicationId, sequenceNumber, sentAt,
	// receiveCount and attributes, those that found no place besides.
	AttributeOrigin = wire.AttributeOrigin
)

const (
	// maxAttributes is how many attributes a message may have ("Amazon SQS
	// message quotas", SQS developer guide).
	maxAttributes = 10
	maxReason     = 1024
	traceHeader   = "AWSTraceHeader"
)

// origin is the value of [AttributeOrigin].
type origin struct {
	Queue           string `json:"queue,omitempty"`
	MessageID       string `json:"messageId,omitempty"`
	EventID         string `json:"eventId,omitempty"`
	DeduplicationID string `json:"deduplicationId,omitempty"`
	SequenceNumber  string `json:"sequenceNumber,omitempty"`
	SentAt          string `json:"sentAt,omitempty"` // milliseconds since 1970
	ReceiveCount    int    `json:"receiveCount,omitempty"`

	// Attributes are those of the sender for which the message had no room.
	Attributes map[string]overflow `json:"attributes,omitempty"`
}

// overflow is a message attribute inside [origin].
type overflow struct {
	DataType    string  `json:"dataType"`
	StringValue *string `json:"stringValue,omitempty"`
	BinaryValue []byte  `json:"binaryValue,omitempty"`
}

// origin is where the message was before it was in a dead-letter queue; zero if
// it was in none. Senders can write the attribute too, so it is not trusted
// with more than they could choose anyway: ids and their own attributes.
func (r Record) origin() (o origin) {
	if v := r.MessageAttributes[AttributeOrigin].StringValue; v != nil {
		if err := json.Unmarshal([]byte(*v), &o); err != nil {
			return origin{}
		}
	}
	return o
}

// senderAttributes are the attributes as the sender gave them, before the message
// was in a dead-letter queue.
func (r Record) senderAttributes() map[string]events.SQSMessageAttribute {
	if _, ok := r.MessageAttributes[AttributeOrigin]; !ok {
		return r.MessageAttributes
	}
	all := maps.Clone(r.MessageAttributes)
	delete(all, AttributeReason)
	delete(all, AttributeOrigin)
	for name, a := range r.origin().Attributes {
		all[name] = events.SQSMessageAttribute{DataType: a.DataType, StringValue: a.StringValue, BinaryValue: a.BinaryValue}
	}
	return all
}

// moveToDeadLetterQueue sends the message there. It is deleted here only after
// that, by being reported as done: a crash in between makes two of it, never
// none.
func (p *Processor) moveToDeadLetterQueue(ctx context.Context, r Record, because error) error {
	input, err := deadLetter(p.deadLetterQueueURL, r, because)
	if err != nil {
		return err
	}
	_, err = p.sender.SendMessage(ctx, input)
	return err
}

// deadLetter is the message as it goes to the dead-letter queue.
func deadLetter(queueURL string, r Record, because error) (*sqs.SendMessageInput, error) {
	attributes, err := deadLetterAttributes(r, because)
	if err != nil {
		return nil, err
	}
	input := &sqs.SendMessageInput{
		QueueUrl:          aws.String(queueURL),
		MessageBody:       aws.String(r.Body),
		MessageAttributes: attributes,
	}
	if group := r.GroupID(); group != "" {
		input.MessageGroupId = aws.String(group)
	}
	if strings.HasSuffix(queueURL, ".fifo") {
		// The message's id, as SQS does when it moves a message itself ("Learn how
		// to configure a dead-letter queue redrive", SQS developer guide): with the
		// sender's deduplication id, one that was redriven and failed again within
		// five minutes would be taken for a duplicate, and be lost.
		input.MessageDeduplicationId = aws.String(r.MessageId)
		if input.MessageGroupId == nil {
			input.MessageGroupId = aws.String(r.MessageId)
		}
	}
	if trace := r.Attributes[traceHeader]; trace != "" {
		input.MessageSystemAttributes = map[string]types.MessageSystemAttributeValue{
			traceHeader: {DataType: aws.String("String"), StringValue: aws.String(trace)},
		}
	}
	return input, nil
}

// deadLetterAttributes are the sender's attributes and ours. If those are more
// than a message may have, the last of the sender's, by name, go into the origin,
// from where [Record.Attribute] finds them.
func deadLetterAttributes(r Record, because error) (map[string]types.MessageAttributeValue, error) {
	o := origin{
		Queue:           r.EventSourceARN,
		MessageID:       r.MessageId,
		EventID:         r.EventID(),
		DeduplicationID: r.DeduplicationID(),
		SequenceNumber:  r.SequenceNumber(),
		SentAt:          r.Attributes["SentTimestamp"],
		ReceiveCount:    r.ReceiveCount(),
	}
	senders := r.senderAttributes()
	all := make(map[string]types.MessageAttributeValue, maxAttributes)
	for _, name := range slices.Sorted(maps.Keys(senders)) {
		if name == AttributeReason || name == AttributeOrigin {
			continue // the sender's own, not of our making: ours take their place
		}
		a := senders[name]
		if len(all) < maxAttributes-2 {
			all[name] = types.MessageAttributeValue{DataType: aws.String(a.DataType), StringValue: a.StringValue, BinaryValue: a.BinaryValue}
			continue
		}
		if o.Attributes == nil {
			o.Attributes = map[string]overflow{}
		}
		o.Attributes[name] = overflow{DataType: a.DataType, StringValue: a.StringValue, BinaryValue: a.BinaryValue}
	}
	text, err := json.Marshal(o)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", AttributeOrigin, err)
	}
	all[AttributeReason] = stringAttribute(reasonText(because))
	all[AttributeOrigin] = stringAttribute(string(text))
	return all, nil
}

func stringAttribute(v string) types.MessageAttributeValue {
	return types.MessageAttributeValue{DataType: aws.String("String"), StringValue: aws.String(v)}
}

// reasonText is the error's text as SQS accepts it: not empty, not long, and no
// characters that XML does not know (SendMessage, SQS API reference).
func reasonText(err error) string {
	text := strings.Map(func(c rune) rune {
		switch {
		case c == '\t', c == '\n', c == '\r', c >= 0x20 && c <= 0xD7FF, c >= 0xE000 && c <= 0xFFFC, c >= 0x10000:
			return c
		}
		return '?' // also for what is not UTF-8
	}, err.Error())
	if len(text) > maxReason {
		cut := maxReason
		for !utf8.RuneStart(text[cut]) {
			cut--
		}
		text = text[:cut]
	}
	if text == "" {
		return "an error without a text"
	}
	return text
}
