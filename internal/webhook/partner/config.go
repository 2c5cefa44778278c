// Package partner is what webhook.Endpoint tells its Lambda function about the
// partners: one JSON document that the construct writes at synthesis and the
// function reads at its first request.
package partner

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"reflect"
	"slices"
	"sync"

	"github.com/mediasupplychain/cdk/webhook/signature"
)

// Directory is the document: every partner by its path, such as "/frameio". A
// partner stays text until somebody asks for it, since an instance of the
// function seldom sees all of them.
type Directory struct {
	Partners map[string]json.RawMessage `json:"partners"`

	mu   sync.Mutex
	read map[string]*Config
}

// ParseDirectory reads a document.
func ParseDirectory(text string) (*Directory, error) {
	var d Directory
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		return nil, fmt.Errorf("partner configuration: %w", err)
	}
	if d.Partners == nil {
		return nil, errors.New(`partner configuration: it has no "partners"`)
	}
	return &d, nil
}

// Find reads the configuration of one partner; nil if there is none.
func (d *Directory) Find(path string) (*Config, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	text, ok := d.Partners[path]
	if !ok || d.read[path] != nil {
		return d.read[path], nil
	}
	var c Config
	if err := json.Unmarshal(text, &c); err != nil {
		return nil, fmt.Errorf("partner configuration of %s: %w", path, err)
	}
	if err := c.resolve(); err != nil {
		return nil, fmt.Errorf("partner configuration of %s: %w", path, err)
	}
	if d.read == nil {
		d.read = map[string]*Config{}
	}
	d.read[path] = &c
	return &c, nil
}

// Config is one partner.
type Config struct {
	// Preset names a preset of the signature package; Scheme is a scheme in
	// full. One of them is written, both are set after reading.
	Preset string            `json:"preset,omitempty"`
	Scheme *signature.Scheme `json:"scheme,omitempty"`

	// Secret is the ARN of the secret that requests are signed with. Empty for
	// schemes that need none.
	Secret string `json:"secret,omitempty"`

	// Source is the CloudEvents source of the partner's events, and on a bus
	// the EventBridge source.
	Source string `json:"source"`

	Destination

	// RememberSeconds is how long event ids are remembered; 0 for not at all.
	RememberSeconds int64 `json:"remember,omitempty"`

	// MaxBodySize and InlineSize are in bytes. A larger body is refused; one
	// above InlineSize goes to the bucket.
	MaxBodySize int `json:"maxBody"`
	InlineSize  int `json:"inline"`

	// RejectStatus answers a request that is not authentic; 0 for the scheme's.
	RejectStatus int `json:"reject,omitempty"`

	// SourceIPRanges are the ranges a request may come from; none for anywhere.
	SourceIPRanges []netip.Prefix `json:"ips,omitempty"`

	// Confirm is the ARN of the function that is asked before an event is
	// accepted.
	Confirm string `json:"confirm,omitempty"`
}

// Destination is where events go: one of a bus and a queue.
type Destination struct {
	Bus      string `json:"bus,omitempty"`   // ARN
	QueueURL string `json:"queue,omitempty"` // standard or FIFO
	FIFO     bool   `json:"fifo,omitempty"`
}

// Ack is how the partner is answered, with every default filled in.
func (c *Config) Ack() signature.Ack {
	ack := c.Scheme.Acknowledgement()
	if c.RejectStatus != 0 {
		ack.RejectStatus = c.RejectStatus
	}
	return ack
}

// Methods are the HTTP methods of a scheme's events, then of its handshakes.
func Methods(s *signature.Scheme) []string {
	methods := slices.Clone(s.Methods)
	if len(methods) == 0 {
		methods = []string{http.MethodPost}
	}
	for _, h := range s.Handshakes {
		if !slices.Contains(methods, h.Method) {
			methods = append(methods, h.Method)
		}
	}
	return methods
}

// NewConfig is a configuration with a scheme: the name of a preset where the
// scheme equals it, so that fifty partners fit into one document.
func NewConfig(scheme *signature.Scheme) Config {
	if preset, ok := preset(scheme.Name); ok && reflect.DeepEqual(preset, scheme) {
		return Config{Preset: scheme.Name}
	}
	return Config{Scheme: scheme}
}

// resolve fills in the scheme of a preset.
func (c *Config) resolve() error {
	if c.Preset == "" && c.Scheme == nil {
		return errors.New("it has no scheme")
	}
	if c.Preset != "" {
		preset, ok := preset(c.Preset)
		if !ok {
			return fmt.Errorf("unknown preset %q: the function was built from another release of the library than the stack", c.Preset)
		}
		c.Scheme = preset
	}
	return nil
}
