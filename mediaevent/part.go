package mediaevent

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/url"
	"strings"
	"unicode/utf8"
)

// maxItems bounds what one message can make a function do.
const maxItems = 1000

// part is the part of a payload that is one event: all of it, or one item.
type part struct {
	scope   scope
	index   int    // of the item
	path    string // of the item, a normalized JSONPath
	encoded []byte // the item's JSON, the same for equal items
	whole   bool   // the event is all of the message's body

	// What is not an event still has an outcome: a body that is not JSON, and
	// one that carries no event.
	unreadable, empty bool
}

// raw is the record of what came.
func (p part) raw(msg *Message) *Raw {
	raw := &Raw{Path: p.path, Ref: msg.DataRef, Digest: msg.bodyDigest, Size: len(msg.Body)}
	switch {
	case p.unreadable || isForm(msg.ContentType):
		raw.Text = strings.ToValidUTF8(string(msg.Body), "\uFFFD")
	case p.encoded != nil:
		raw.Body = p.encoded
	case p.whole && utf8.Valid(msg.Body):
		raw.Body = bytes.TrimSpace(msg.Body)
	default:
		raw.Body = encode(p.scope.item)
	}
	return raw
}

// encode writes what was decoded from JSON, which always can be.
func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

// split finds the events of a payload. There is none where the payload's list
// of them is empty.
func (c *compiledMapping) split(root any, msg *Message) ([]part, *FieldError) {
	whole := c.payload == nil
	if !whole {
		inner, err := c.unwrapPayload(root, msg)
		if err != nil {
			return nil, err
		}
		root = inner
	}
	s := scope{message: msg, root: root, item: root}
	if c.items == nil {
		return []part{{scope: s, whole: whole}}, nil
	}
	var parts []part
	for _, candidate := range c.items.candidates {
		p, _ := candidate.(path)
		for _, node := range p.path.SelectLocated(root) {
			parts = appendItems(parts, s, node.Path.String(), node.Node)
		}
		if len(parts) > maxItems {
			return nil, &FieldError{"Items", c.Items, fmt.Sprintf("%d events, at most %d are taken from one message", len(parts), maxItems)}
		}
		if len(parts) > 0 {
			break
		}
	}
	return parts, nil
}

// appendItems adds what a node of Items stands for: the elements of a list, or itself.
func appendItems(parts []part, s scope, path string, node any) []part {
	list, ok := node.([]any)
	if !ok {
		return append(parts, itemPart(s, node, len(parts), path))
	}
	for i, item := range list {
		parts = append(parts, itemPart(s, item, len(parts), fmt.Sprintf("%s[%d]", path, i)))
	}
	return parts
}

func itemPart(s scope, item any, index int, path string) part {
	s.item = item
	return part{scope: s, index: index, path: path, encoded: encode(item)}
}

// unwrapPayload takes the partner's JSON out of what is wrapped around it.
func (c *compiledMapping) unwrapPayload(root any, msg *Message) (any, *FieldError) {
	s := scope{message: msg, root: root, item: root}
	inner, ok := c.payload.value(s)
	if !ok {
		return nil, &FieldError{"Payload", c.Payload, c.payload.miss(s)}
	}
	text, ok := inner.(string)
	if !ok {
		return inner, nil
	}
	decoded, err := decodeJSON([]byte(text))
	if err != nil {
		return nil, &FieldError{"Payload", c.Payload, fmt.Sprintf("a text that is not JSON at %s: %v", c.Payload, err)}
	}
	return decoded, nil
}

// decodeBody reads the partner's payload.
func decodeBody(msg Message) (any, error) {
	switch {
	case msg.NeedsPayload():
		return nil, errors.New("the payload has not been fetched from " + msg.DataRef)
	case isForm(msg.ContentType):
		return decodeForm(msg.Body)
	default:
		v, err := decodeJSON(msg.Body)
		if err != nil {
			return nil, fmt.Errorf("not JSON: %w", err)
		}
		return v, nil
	}
}

// decodeJSON reads one JSON value. Numbers keep all their digits.
func decodeJSON(b []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, errors.New("it is empty")
		}
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the first value")
	}
	return v, nil
}

func isForm(contentType string) bool {
	media, _, err := mime.ParseMediaType(contentType)
	return err == nil && media == "application/x-www-form-urlencoded"
}

// decodeForm reads a form as an object of texts; a field that comes several
// times is a list of them.
func decodeForm(b []byte) (any, error) {
	values, err := url.ParseQuery(string(b))
	if err != nil {
		return nil, fmt.Errorf("not a form: %w", err)
	}
	form := make(map[string]any, len(values))
	for name, all := range values {
		if len(all) == 1 {
			form[name] = all[0]
			continue
		}
		list := make([]any, len(all))
		for i, v := range all {
			list[i] = v
		}
		form[name] = list
	}
	return form, nil
}
