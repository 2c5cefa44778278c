package mediaevent

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"strings"
	"time"
)

// Envelope is what a transport puts around a partner's payload.
type Envelope string

// The envelopes, by how a source is built.
const (
	// RawEnvelope is none: an SQS message body, SNS with raw message delivery.
	RawEnvelope Envelope = "raw"
	// SNSEnvelope is SNS's JSON without raw message delivery.
	SNSEnvelope Envelope = "sns"
	// EventBridgeEnvelope is EventBridge's JSON; the payload is its detail.
	EventBridgeEnvelope Envelope = "eventbridge"
	// CloudEventEnvelope is a CloudEvent in structured mode; the payload is its
	// data.
	CloudEventEnvelope Envelope = "cloudevent"
	// WebhookEnvelope is a CloudEvent within EventBridge's detail: what the
	// webhook endpoint puts on a bus.
	WebhookEnvelope Envelope = "webhook"
)

// Envelopes lists every envelope.
func Envelopes() []Envelope {
	return []Envelope{RawEnvelope, SNSEnvelope, EventBridgeEnvelope, CloudEventEnvelope, WebhookEnvelope}
}

// ErrEnvelope says that a body is not in the envelope it should be in. Trying
// again is of no use.
var ErrEnvelope = errors.New("not in its envelope")

// Unwrap takes the partner's payload out of body, byte for byte, and what the
// envelope says about it. The error is [ErrEnvelope]. The caller adds what only
// it knows, [Message.ReceivedAt] above all; fetches the payload where
// [Message.NeedsPayload] says so; and hands it to a [Mapper].
func Unwrap(envelope Envelope, body []byte) (Message, error) {
	if envelope == RawEnvelope {
		return Message{Body: body}, nil
	}
	unwrap := map[Envelope]func([]byte) (Message, error){
		SNSEnvelope:         unwrapSNS,
		EventBridgeEnvelope: unwrapEventBridge,
		CloudEventEnvelope:  unwrapCloudEvent,
		WebhookEnvelope:     unwrapWebhook,
	}[envelope]
	if unwrap == nil {
		return Message{}, fmt.Errorf("%w: no envelope is called %q, there are %q", ErrEnvelope, envelope, Envelopes())
	}
	m, err := unwrap(body)
	if err != nil {
		return Message{}, fmt.Errorf("%w (%s): %w", ErrEnvelope, envelope, err)
	}
	return m, nil
}

func unwrapSNS(body []byte) (Message, error) {
	var n struct {
		Type              string
		MessageID         string `json:"MessageId"`
		TopicArn          string
		Subject           string
		Message           *string
		Timestamp         time.Time
		SequenceNumber    string
		MessageAttributes map[string]struct{ Value string }
	}
	if err := json.Unmarshal(body, &n); err != nil {
		return Message{}, err
	}
	if n.Type != "Notification" || n.Message == nil {
		return Message{}, fmt.Errorf(`want Type "Notification" and a Message, got Type %q`, n.Type)
	}
	m := Message{
		Body: []byte(*n.Message), ID: n.MessageID, Source: n.TopicArn, Subject: n.Subject, Time: n.Timestamp,
		Sequence: n.SequenceNumber,
	}
	for name, a := range n.MessageAttributes {
		m.setAttribute(name, a.Value)
	}
	return m, nil
}

func unwrapEventBridge(body []byte) (Message, error) {
	var e struct {
		ID         string          `json:"id"`
		Source     string          `json:"source"`
		DetailType string          `json:"detail-type"`
		Time       time.Time       `json:"time"`
		Replay     string          `json:"replay-name"`
		Detail     json.RawMessage `json:"detail"`
	}
	if err := json.Unmarshal(body, &e); err != nil {
		return Message{}, err
	}
	if e.ID == "" || e.Source == "" || e.DetailType == "" || len(e.Detail) == 0 {
		return Message{}, errors.New("want id, source, detail-type and detail")
	}
	return Message{
		Body: e.Detail, ID: e.ID, Type: e.DetailType, Source: e.Source, Time: e.Time, Replay: e.Replay,
	}, nil
}

func unwrapWebhook(body []byte) (Message, error) {
	outer, err := unwrapEventBridge(body)
	if err != nil {
		return Message{}, err
	}
	m, err := unwrapCloudEvent(outer.Body)
	if err != nil {
		return Message{}, err
	}
	m.Replay = outer.Replay
	if m.Time.IsZero() {
		m.Time = outer.Time
	}
	return m, nil
}

// cloudEvent is a CloudEvent of any producer. Extension attributes go to
// Message.Attributes.
type cloudEvent struct {
	SpecVersion string          `json:"specversion"`
	ID          string          `json:"id"`
	Source      string          `json:"source"`
	Type        string          `json:"type"`
	Subject     string          `json:"subject"`
	Time        time.Time       `json:"time"`
	ContentType string          `json:"datacontenttype"`
	Data        json.RawMessage `json:"data"`
	DataBase64  *string         `json:"data_base64"`
}

// dataSHA256 is the extension attribute by which the webhook endpoint states
// the digest of what dataref points to, in hexadecimal digits.
const dataSHA256 = "datasha256"

func unwrapCloudEvent(body []byte) (Message, error) {
	var e cloudEvent
	if err := json.Unmarshal(body, &e); err != nil {
		return Message{}, err
	}
	if e.SpecVersion != SpecVersion || e.ID == "" || e.Source == "" || e.Type == "" {
		return Message{}, fmt.Errorf("want specversion %q, id, source and type, got specversion %q", SpecVersion, e.SpecVersion)
	}
	m := Message{
		ContentType: e.ContentType, ID: e.ID, StableID: true, Type: e.Type, Source: e.Source, Subject: e.Subject, Time: e.Time,
	}
	if err := m.setExtensions(body); err != nil {
		return Message{}, err
	}
	payload, err := e.payload()
	if err != nil {
		return Message{}, err
	}
	if len(payload) == 0 && m.DataRef == "" {
		return Message{}, errors.New("want data, data_base64 or dataref")
	}
	m.Body = payload
	return m, nil
}

// payload is the event's data as the producer's own bytes. In the JSON format a
// data that is not JSON is a JSON text of it.
func (e cloudEvent) payload() ([]byte, error) {
	if e.DataBase64 != nil {
		b, err := base64.StdEncoding.DecodeString(*e.DataBase64)
		if err != nil {
			return nil, fmt.Errorf("data_base64: %w", err)
		}
		return b, nil
	}
	var text string
	if !isJSON(e.ContentType) && json.Unmarshal(e.Data, &text) == nil {
		return []byte(text), nil
	}
	return e.Data, nil
}

func isJSON(contentType string) bool {
	if contentType == "" {
		return true
	}
	media, _, err := mime.ParseMediaType(contentType)
	return err == nil && (strings.HasSuffix(media, "/json") || strings.HasSuffix(media, "+json"))
}

// setExtensions takes the extension attributes of a CloudEvent.
func (m *Message) setExtensions(body []byte) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil {
		return err
	}
	for _, name := range []string{
		"specversion", "id", "source", "type", "subject", "time", "datacontenttype", "dataschema", "data", "data_base64",
	} {
		delete(members, name)
	}
	for name, value := range members {
		var decoded any
		if err := json.Unmarshal(value, &decoded); err != nil {
			return err
		}
		switch v := decoded.(type) {
		case string:
			m.setAttribute(name, v)
		case float64, bool:
			m.setAttribute(name, string(value))
		}
	}
	m.Sequence = m.Attributes["sequence"]
	m.Group = m.Attributes["partitionkey"]
	m.TraceParent = m.Attributes["traceparent"]
	m.DataRef = m.Attributes["dataref"]
	if digits := m.Attributes[dataSHA256]; digits != "" {
		m.DataDigest = digestPrefix + digits
	}
	return nil
}

func (m *Message) setAttribute(name, value string) {
	if m.Attributes == nil {
		m.Attributes = map[string]string{}
	}
	m.Attributes[name] = value
}
