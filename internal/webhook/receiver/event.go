package receiver

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"mime"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/mediasupplychain/cdk/internal/webhook/partner"
	"github.com/mediasupplychain/cdk/webhook/signature"
)

// Event is one partner event on its way to the bus or queue.
type Event struct {
	Source, ID, Type string
	AssetID          string // "" where the partner names none
	Time             time.Time

	// Document is the event in CloudEvents 1.0 structured JSON, with the
	// partner's JSON in it byte for byte.
	Document []byte
}

// envelope holds the CloudEvents attributes. The data follows them: it is not
// encoded but copied, so that the partner's bytes stay what they were.
type envelope struct {
	SpecVersion     string `json:"specversion"`
	ID              string `json:"id"`
	Source          string `json:"source"`
	Type            string `json:"type"`
	Subject         string `json:"subject,omitempty"`
	Time            string `json:"time"`
	RecordedTime    string `json:"recordedtime"`
	PartitionKey    string `json:"partitionkey,omitempty"`
	DataContentType string `json:"datacontenttype,omitempty"`
	DataRef         string `json:"dataref,omitempty"`
	DataSHA256      string `json:"datasha256,omitempty"`
	DataSize        int    `json:"datasize,omitempty"`
}

// newEnvelope describes one event that was received at now.
func newEnvelope(c *partner.Config, item signature.Item, sent, now time.Time) envelope {
	if sent.IsZero() {
		sent = now
	}
	kind := item.Type
	if kind == "" {
		kind = c.Scheme.Name + ".event" // a CloudEvent must have a type
	}
	return envelope{
		SpecVersion:  "1.0",
		ID:           item.ID,
		Source:       c.Source,
		Type:         kind,
		Subject:      item.AssetID,
		PartitionKey: item.AssetID,
		Time:         sent.UTC().Format(time.RFC3339Nano),
		RecordedTime: now.UTC().Format(time.RFC3339Nano),
	}
}

// payload is the data of one event: the body, or an item of it.
type payload struct {
	data        []byte
	json        bool
	contentType string
}

// newPayload looks at the data once. The header is the partner's own word for
// what the body is, and counts where it is not JSON.
func newPayload(data []byte, header string) payload {
	p := payload{data: data, json: isJSON(data), contentType: "application/octet-stream"}
	if p.json {
		p.contentType = "application/json"
	} else if media, _, err := mime.ParseMediaType(header); err == nil && strings.Contains(media, "/") {
		p.contentType = header
	}
	return p
}

// isJSON reports whether data can stand in a JSON document that EventBridge and
// SQS accept, which take valid UTF-8 only.
func isJSON(data []byte) bool { return utf8.Valid(data) && json.Valid(data) && !noncharacters(data) }

// encodedSize is how many bytes the data takes in a document.
func (p payload) encodedSize() int {
	if p.json {
		return len(p.data)
	}
	return base64.StdEncoding.EncodedLen(len(p.data))
}

// inline puts the data into the document: JSON as it is, anything else as
// base64.
func (e envelope) inline(p payload) []byte {
	e.DataContentType = p.contentType
	if p.json {
		return e.with("data", p.data)
	}
	quoted := make([]byte, 0, 2+p.encodedSize())
	quoted = base64.StdEncoding.AppendEncode(append(quoted, '"'), p.data)
	return e.with("data_base64", append(quoted, '"'))
}

// reference leaves the data at ref, with what a reader needs to know that it
// is still the same.
func (e envelope) reference(ref string, p payload) []byte {
	sum := sha256.Sum256(p.data)
	e.DataContentType, e.DataRef, e.DataSHA256, e.DataSize = p.contentType, ref, hex.EncodeToString(sum[:]), len(p.data)
	return e.with("", nil)
}

// with writes the attributes, then the data under its name as it is.
func (e envelope) with(name string, data []byte) []byte {
	var b bytes.Buffer
	b.Grow(512 + len(data))
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(e); err != nil {
		panic(err) // strings and a number: cannot fail
	}
	attributes := b.Bytes()[:bytes.LastIndexByte(b.Bytes(), '}')]
	if noncharacters(attributes) {
		escaped := bytes.ReplaceAll(attributes, []byte("\uFFFE"), []byte(`\ufffe`))
		escaped = bytes.ReplaceAll(escaped, []byte("\uFFFF"), []byte(`\uffff`))
		b = *bytes.NewBuffer(escaped)
	} else {
		b.Truncate(len(attributes))
	}
	if name != "" {
		b.WriteString(`,"` + name + `":`)
		b.Write(data)
	}
	b.WriteByte('}')
	return b.Bytes()
}

// noncharacters reports whether text holds what SQS refuses in a message though
// it is valid UTF-8 (SendMessage, Amazon SQS API reference).
func noncharacters(text []byte) bool {
	return bytes.Contains(text, []byte("\uFFFE")) || bytes.Contains(text, []byte("\uFFFF"))
}
