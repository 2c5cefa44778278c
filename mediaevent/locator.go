package mediaevent

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/theory/jsonpath"
)

// Locator says where a value is found in what a partner sent. It is one of
//
//	$.resource.id             a JSONPath (RFC 9535) into the payload
//	@.uuid                    the same, into the item of a payload that carries
//	                          several events (see [Mapping.Items])
//	message.id                what the transport says, see below
//	=media                    a constant
//	{$.bucket}/{$.key}        a text with values in it; found if all of them are
//	$.data.id ?? $.object.id  several of these: the first that is found
//
// A value is found if it is a number, true, false or a text that is not blank.
// Of several nodes that a JSONPath selects, the first counts. Null, an object
// and an array are not found, except where a field takes any JSON.
//
// The transport says message.id, message.type, message.source, message.subject,
// message.time, message.sequence, message.group, message.replay and
// message.attribute.NAME: see [Message].
type Locator string

// Constant is a [Locator] that is always found.
func Constant(value string) Locator { return Locator("=" + value) }

// FirstOf is a [Locator] that tries others in order.
func FirstOf(locators ...Locator) Locator {
	texts := make([]string, len(locators))
	for i, l := range locators {
		texts[i] = string(l)
	}
	return Locator(strings.Join(texts, " ?? "))
}

const (
	elseMark        = "??"
	messagePrefix   = "message."
	attributePrefix = "message.attribute."
)

// messageFields are the values of a message by the name that a locator gives them.
var messageFields = map[string]func(*Message) string{
	"message.id":       func(m *Message) string { return m.ID },
	"message.type":     func(m *Message) string { return m.Type },
	"message.source":   func(m *Message) string { return m.Source },
	"message.subject":  func(m *Message) string { return m.Subject },
	"message.time":     func(m *Message) string { return formatTime(m.Time) },
	"message.sequence": func(m *Message) string { return m.Sequence },
	"message.group":    func(m *Message) string { return m.Group },
	"message.replay":   func(m *Message) string { return m.Replay },
}

// scope is what locators are evaluated against.
type scope struct {
	message *Message
	root    any // the decoded payload
	item    any // the event's part of it; the same as root without Items
}

// candidate is one way to find a value. It finds nothing, or one JSON value.
type candidate interface {
	find(s scope) (any, bool)
	// ofItem reports whether the value depends on the item.
	ofItem() bool
	String() string
}

// locator is a compiled Locator. The nil locator finds nothing.
type locator struct {
	candidates []candidate
}

// value finds any JSON value, null excepted.
func (l *locator) value(s scope) (any, bool) {
	v, _, ok := l.find(s, func(v any) bool { return v != nil })
	return v, ok
}

// text finds a scalar as text.
func (l *locator) text(s scope) (string, bool) {
	text, _, ok := l.textBy(s)
	return text, ok
}

// textBy finds a scalar as text, and says which candidate found it.
func (l *locator) textBy(s scope) (string, candidate, bool) {
	v, by, ok := l.find(s, func(v any) bool { _, ok := scalarText(v); return ok })
	text, _ := scalarText(v)
	return text, by, ok
}

func (l *locator) find(s scope, accept func(any) bool) (any, candidate, bool) {
	if l == nil {
		return nil, nil, false
	}
	for _, c := range l.candidates {
		if v, ok := c.find(s); ok && accept(v) {
			return v, c, true
		}
	}
	return nil, nil, false
}

// miss says why no candidate found a text.
func (l *locator) miss(s scope) string {
	reasons := make([]string, len(l.candidates))
	for i, c := range l.candidates {
		v, ok := c.find(s)
		reasons[i] = describe(v, ok) + " at " + c.String()
	}
	return strings.Join(reasons, ", ")
}

// describe names what was found where a text was wanted.
func describe(v any, found bool) string {
	switch v := v.(type) {
	case map[string]any:
		return "an object"
	case []any:
		return "an array"
	case string:
		return "a blank text"
	default:
		if found && v == nil {
			return "null"
		}
		return "nothing"
	}
}

// scalarText is the text of a number, a boolean or a text that is not blank.
func scalarText(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, strings.TrimSpace(v) != ""
	case json.Number:
		return v.String(), true
	case bool:
		return strconv.FormatBool(v), true
	default:
		return "", false
	}
}

// path is a JSONPath into the payload or, itemwise, into the item.
type path struct {
	text string
	path *jsonpath.Path
	item bool
}

func (p path) find(s scope) (any, bool) {
	input := s.root
	if p.item {
		input = s.item
	}
	nodes := p.path.Select(input)
	if len(nodes) == 0 {
		return nil, false
	}
	return nodes[0], true
}

func (p path) ofItem() bool   { return p.item }
func (p path) String() string { return p.text }

// constant is a value that does not come from the message.
type constant string

func (c constant) find(scope) (any, bool) { return string(c), true }
func (constant) ofItem() bool             { return false }
func (c constant) String() string         { return "=" + string(c) }

// fromMessage is a value that the transport gives.
type fromMessage struct {
	name string
	get  func(*Message) string
}

func (f fromMessage) find(s scope) (any, bool) {
	v := f.get(s.message)
	return v, v != ""
}
func (fromMessage) ofItem() bool     { return false }
func (f fromMessage) String() string { return f.name }

// template is a text with values in it.
type template struct {
	text  string
	parts []*locator // a literal part is a constant
}

func (t template) find(s scope) (any, bool) {
	var b strings.Builder
	for _, part := range t.parts {
		text, ok := part.literal()
		if !ok {
			text, ok = part.text(s)
		}
		if !ok {
			return nil, false
		}
		b.WriteString(text)
	}
	return b.String(), true
}

func (t template) ofItem() bool {
	return slices.ContainsFunc(t.parts, (*locator).ofItem)
}
func (t template) String() string { return t.text }

// ofItem reports whether any candidate depends on the item.
func (l *locator) ofItem() bool {
	return l != nil && slices.ContainsFunc(l.candidates, candidate.ofItem)
}

// literal is the text of a locator that is one constant, a blank one too.
func (l *locator) literal() (string, bool) {
	if len(l.candidates) == 1 {
		if c, ok := l.candidates[0].(constant); ok {
			return string(c), true
		}
	}
	return "", false
}

// syntaxError is a locator that cannot be read, and the byte, from 1, where.
type syntaxError struct {
	position int
	message  string
}

func (e *syntaxError) Error() string { return fmt.Sprintf("%s at position %d", e.message, e.position) }

func syntaxErrorf(offset int, format string, args ...any) error {
	return &syntaxError{position: offset + 1, message: fmt.Sprintf(format, args...)}
}

// compile reads a locator. An empty one compiles to nil.
func (l Locator) compile() (*locator, error) {
	if l == "" {
		return nil, nil
	}
	return compileAt(string(l), 0)
}

// compileAt reads text, which begins at offset of the whole locator.
func compileAt(text string, offset int) (*locator, error) {
	l := &locator{}
	for _, span := range splitElse(text) {
		c, err := compileCandidate(span.text, offset+span.offset)
		if err != nil {
			return nil, err
		}
		l.candidates = append(l.candidates, c)
	}
	return l, nil
}

func compileCandidate(text string, offset int) (candidate, error) {
	switch {
	case text == "":
		return nil, syntaxErrorf(offset, "a locator is missing")
	case text[0] == '=':
		return constant(text[1:]), nil
	case text[0] == '$':
		return compilePath(text, text, offset, false)
	case text[0] == '@':
		return compilePath(text, "$"+text[1:], offset, true)
	case strings.Contains(text, "{"):
		return compileTemplate(text, offset)
	case strings.HasPrefix(text, messagePrefix):
		return compileMessageField(text, offset)
	default:
		return nil, syntaxErrorf(offset, "%q is no locator: write $.%s for a JSONPath, =%s for a constant", text, text, text)
	}
}

func compileMessageField(name string, offset int) (candidate, error) {
	if attribute, ok := strings.CutPrefix(name, attributePrefix); ok && attribute != "" {
		return fromMessage{name, func(m *Message) string { return m.Attributes[attribute] }}, nil
	}
	if get, ok := messageFields[name]; ok {
		return fromMessage{name, get}, nil
	}
	names := make([]string, 0, len(messageFields)+1)
	for known := range messageFields {
		names = append(names, known)
	}
	slices.Sort(names)
	return nil, syntaxErrorf(offset, "%q is unknown, there are %s and %sNAME", name, strings.Join(names, ", "), attributePrefix)
}

func compilePath(text, query string, offset int, item bool) (candidate, error) {
	p, err := jsonpath.Parse(query)
	if err != nil {
		return nil, pathError(err, offset, len(query))
	}
	return path{text: text, path: p, item: item}, nil
}

// pathError moves the position that the JSONPath parser reports at the end of
// its text, which counts from the path's beginning, to where it is in the locator.
func pathError(err error, offset, length int) error {
	message, position := strings.TrimPrefix(err.Error(), "jsonpath: "), length+1
	if i := strings.LastIndex(message, " at position "); i >= 0 {
		if n, err := strconv.Atoi(message[i+len(" at position "):]); err == nil {
			message, position = message[:i], n
		}
	}
	return syntaxErrorf(offset+min(position, length+1)-1, "must be a JSONPath (RFC 9535), such as $.asset.id or $.files[0].name: %s", message)
}

func compileTemplate(text string, offset int) (candidate, error) {
	t := template{text: text}
	for i := 0; i < len(text); {
		if text[i] != '{' {
			end := i + len(text[i:])
			if next := strings.IndexByte(text[i:], '{'); next >= 0 {
				end = i + next
			}
			if brace := strings.IndexByte(text[i:end], '}'); brace >= 0 {
				return nil, syntaxErrorf(offset+i+brace, "a } without its {")
			}
			t.parts = append(t.parts, &locator{[]candidate{constant(text[i:end])}})
			i = end
			continue
		}
		end := closingBrace(text, i)
		if end < 0 {
			return nil, syntaxErrorf(offset+i, "a { without its }")
		}
		part, err := compileAt(text[i+1:end], offset+i+1)
		if err != nil {
			return nil, err
		}
		t.parts = append(t.parts, part)
		i = end + 1
	}
	return t, nil
}

// closingBrace finds the } that ends the value begun at open; -1 if none does.
func closingBrace(text string, open int) int {
	var quotes quoting
	for i := open + 1; i < len(text); i++ {
		if !quotes.within(text[i]) && text[i] == '}' {
			return i
		}
	}
	return -1
}

type span struct {
	text   string
	offset int
}

// splitElse cuts text at each ?? that is not within quotes, braces or a
// constant. A constant is always found, so it reaches to the end.
func splitElse(text string) []span {
	var spans []span
	for start := 0; ; {
		start += len(text[start:]) - len(strings.TrimLeft(text[start:], " "))
		end := candidateEnd(text, start)
		if end < 0 {
			return append(spans, trimmed(text[start:], start))
		}
		spans = append(spans, trimmed(text[start:end], start))
		start = end + len(elseMark)
	}
}

// candidateEnd finds the ?? that ends the candidate begun at start; -1 if the
// text ends it.
func candidateEnd(text string, start int) int {
	if strings.HasPrefix(text[start:], "=") {
		return -1
	}
	var quotes quoting
	inPath := strings.HasPrefix(text[start:], "$") || strings.HasPrefix(text[start:], "@")
	depth := 0
	for i := start; i < len(text); i++ {
		if (inPath || depth > 0) && quotes.within(text[i]) {
			continue
		}
		switch {
		case !inPath && text[i] == '{':
			depth++
		case !inPath && text[i] == '}':
			depth--
		case depth <= 0 && strings.HasPrefix(text[i:], elseMark):
			return i
		}
	}
	return -1
}

func trimmed(text string, offset int) span {
	if strings.HasPrefix(text, "=") {
		return span{text, offset} // the blanks at a constant's end are part of it
	}
	return span{strings.TrimRight(text, " "), offset}
}

// quoting follows the quotes of a JSONPath.
type quoting struct {
	quote   byte
	escaped bool
}

// within takes the next byte and reports whether it is part of a quoted text.
func (q *quoting) within(c byte) bool {
	switch {
	case q.quote == 0:
		if c == '\'' || c == '"' {
			q.quote = c
			return true
		}
		return false
	case q.escaped:
		q.escaped = false
	case c == '\\':
		q.escaped = true
	case c == q.quote:
		q.quote = 0
	}
	return true
}
