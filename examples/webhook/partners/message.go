package partners

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/mediasupplychain/cdk/webhook/signature"
)

// Message is an event that a partner announces.
type Message struct {
	// Event is the name of one of the partner's payloads, such as
	// "video.asset.ready"; empty for its first one.
	Event string

	// Asset takes the place of the asset in the documented payload, ID that of
	// the event's id, if they are not empty and the payload has such.
	Asset, ID string

	// Extra are members that are added to the payload, or take the place of
	// those of their names.
	Extra map[string]any
}

//go:embed testdata
var files embed.FS

// Payloads are the names of all that the partner sends: handshakes come first.
func (p Partner) Payloads() []string { return slices.Concat(p.Handshakes, p.Events) }

// Payload is what the partner documents for an event, with the message's ids:
// the very bytes of the file in testdata if the message says nothing else.
func (p Partner) Payload(m Message) ([]byte, error) {
	if m.Asset == "" && m.ID == "" && len(m.Extra) == 0 {
		return p.documented(m.Event)
	}
	fields, err := p.Fields(m)
	if err != nil {
		return nil, err
	}
	return json.Marshal(fields)
}

// Fields are the members of the payload.
func (p Partner) Fields(m Message) (map[string]any, error) {
	text, err := p.documented(m.Event)
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber() // no number is written differently
	var fields map[string]any
	if err := decoder.Decode(&fields); err != nil {
		return nil, fmt.Errorf("payload of %s: %w", p.Product, err)
	}
	replace(fields, p.asset, m.Asset)
	replace(fields, p.id, m.ID)
	for name, value := range m.Extra {
		fields[name] = value
	}
	return fields, nil
}

// documented is the payload of an event as it stands in its file.
func (p Partner) documented(event string) ([]byte, error) {
	if event == "" {
		event = p.Events[0]
	}
	if all := p.Payloads(); !slices.Contains(all, event) {
		return nil, fmt.Errorf("%s sends no %q; it sends %s", p.Product, event, strings.Join(all, ", "))
	}
	return files.ReadFile(path.Join("testdata", p.Path, event+".json"))
}

// replace puts a text where there is something at one of the paths.
func replace(fields map[string]any, paths []string, by string) {
	if by == "" {
		return
	}
	for _, path := range paths {
		parents := strings.Split(path, ".")
		last := parents[len(parents)-1]
		at := fields
		for _, name := range parents[:len(parents)-1] {
			at, _ = at[name].(map[string]any)
		}
		if _, there := at[last]; there {
			at[last] = by
		}
	}
}

// Request is the partner's signed request with a payload, to the endpoint at
// base. The message says what stands in its headers.
func (p Partner) Request(base string, m Message, payload []byte, secrets signature.Secrets, now time.Time) (*signature.Request, error) {
	header := http.Header{}
	if p.header != nil && m.ID != "" {
		event := m.Event
		if event == "" {
			event = p.Events[0]
		}
		header = p.header(event, m.ID)
	}
	header.Set("Content-Type", "application/json")
	return p.Scheme.Sign(signature.Request{
		Method: http.MethodPost, URL: strings.TrimSuffix(base, "/") + p.Path, Header: header, Body: payload,
	}, secrets, now)
}
