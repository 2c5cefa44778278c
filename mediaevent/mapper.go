package mediaevent

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Mapper maps what a partner sends to canonical events. It is safe for use by
// several goroutines at once.
type Mapper struct {
	mappings []*compiledMapping
}

// NewMapper makes a mapper of mappings, of which there is at least one. A
// payload belongs to the first mapping that has a rule for any of its events;
// to the first mapping if none has. It fails with everything that is wrong with
// the mappings, as [Mapping.Validate] does.
func NewMapper(mappings ...Mapping) (*Mapper, error) {
	if len(mappings) == 0 {
		return nil, errors.New("mediaevent: a mapper needs at least one mapping")
	}
	m := &Mapper{}
	var all []error
	for _, mapping := range mappings {
		compiled, err := mapping.compile()
		if err != nil {
			all = append(all, err)
		}
		m.mappings = append(m.mappings, compiled)
	}
	if err := errors.Join(all...); err != nil {
		return nil, err
	}
	return m, nil
}

// Map maps a message to the events that it carries, at least one. The same
// message gives the same events, and so the same ids. It never fails: what
// cannot be mapped is an event that is Unmapped or Rejected.
func (m *Mapper) Map(msg Message) []Incoming {
	first := m.mappings[0]
	msg.bodyDigest = Digest(msg.Body)
	root, err := decodeBody(msg)
	if err != nil {
		return []Incoming{first.reject(part{scope: scope{message: &msg}, unreadable: true}, &msg, FieldError{Field: "Body", Found: err.Error()})}
	}
	for _, c := range m.mappings {
		parts, _ := c.split(root, &msg)
		if slices.ContainsFunc(parts, c.hasRule) {
			return c.mapAll(parts, &msg)
		}
	}
	parts, problem := first.split(root, &msg)
	whole := part{scope: scope{message: &msg, root: root, item: root}, whole: true, empty: true}
	if problem != nil {
		return []Incoming{first.reject(whole, &msg, *problem)}
	}
	if len(parts) == 0 {
		return []Incoming{first.empty(whole, &msg)}
	}
	return first.mapAll(parts, &msg)
}

// hasRule reports whether a rule of c matches p.
func (c *compiledMapping) hasRule(p part) bool {
	rule, _ := c.rule(p.scope)
	return rule != nil
}

// rule finds the first rule that matches, and the partner's words.
func (c *compiledMapping) rule(s scope) (*Rule, Partner) {
	words := Partner{Name: c.Partner}
	words.Type, _ = c.text(c.typ, s)
	words.Status, _ = c.text(c.status, s)
	for i := range c.Rules {
		if r := &c.Rules[i]; r.Type.matches(words.Type) && r.Status.matches(words.Status) {
			return r, words
		}
	}
	words.Unmapped = true
	return nil, words
}

// mapAll maps the parts of a payload, of which there is at least one.
func (c *compiledMapping) mapAll(parts []part, msg *Message) []Incoming {
	all := make([]Incoming, len(parts))
	taken := map[string]string{} // id → digest of the item that has it
	for i, p := range parts {
		all[i] = c.mapOne(p, msg)
		if c.items != nil {
			c.keepApart(&all[i], p, taken)
		}
	}
	return all
}

// keepApart sees to it that two different items never share an id, which would
// lose the second: it is given the id with a count. The same item twice is the
// same event twice.
func (c *compiledMapping) keepApart(in *Incoming, p part, taken map[string]string) {
	id, content := in.Event.ID, Digest(p.encoded)
	for n := 2; ; n++ {
		other, used := taken[in.Event.ID]
		if !used {
			break
		}
		if other == content {
			return
		}
		in.Event.ID = fmt.Sprintf("%s#%d", id, n)
	}
	if in.Event.ID != id {
		in.Warnings = append(in.Warnings, FieldError{"EventID", c.EventID, fmt.Sprintf("%q is the id of another item too", id)})
	}
	taken[in.Event.ID] = content
}

// mapOne maps one event.
func (c *compiledMapping) mapOne(p part, msg *Message) Incoming {
	rule, words := c.rule(p.scope)
	in := c.begin(p, msg, words)
	e := &extraction{compiledMapping: c, scope: p.scope, in: &in}
	e.when(msg)
	e.asset()
	e.correlation(rule)
	e.identifiersAndPeople()
	if rule == nil {
		e.unmapped()
		return in
	}
	e.apply(rule)
	return in
}

// begin makes the event that is known before any field is looked up.
func (c *compiledMapping) begin(p part, msg *Message, words Partner) Incoming {
	in := Incoming{Outcome: Mapped}
	in.Event = Event{
		SpecVersion:     SpecVersion,
		Source:          c.source,
		DataContentType: DataContentType,
		DataSchema:      DataSchema,
		RecordedTime:    msg.ReceivedAt.UTC(),
		Data:            Data{Partner: &words, Raw: p.raw(msg)},
	}
	if isTraceParent(msg.TraceParent) {
		in.Event.TraceParent = msg.TraceParent
	}
	id, warning := c.id(p, msg)
	in.Event.ID = id
	if warning != nil {
		in.Warnings = append(in.Warnings, *warning)
	}
	return in
}

// reject makes the outcome for a payload in which no event can be found.
func (c *compiledMapping) reject(p part, msg *Message, fields ...FieldError) Incoming {
	in := c.begin(p, msg, Partner{Name: c.Partner})
	e := &extraction{compiledMapping: c, scope: p.scope, in: &in, fatal: fields}
	e.when(msg)
	e.rejected()
	return in
}

// empty makes the outcome for a payload whose list of events is empty: some
// partners send one to see whether we are there.
func (c *compiledMapping) empty(p part, msg *Message) Incoming {
	in := c.begin(p, msg, Partner{Name: c.Partner, Unmapped: true})
	e := &extraction{compiledMapping: c, scope: p.scope, in: &in}
	e.when(msg)
	e.unmapped()
	e.warn("Items", c.Items, "no event at "+string(c.Items))
	return in
}

// id finds or makes the id of an event.
func (c *compiledMapping) id(p part, msg *Message) (string, *FieldError) {
	itemOf := func(id string) string {
		if p.encoded == nil {
			return id
		}
		return fmt.Sprintf("%s#%d", id, p.index)
	}
	if text, by, ok := c.eventID.textBy(p.scope); ok {
		id := strings.TrimSpace(text)
		if !usableID(id) {
			id = Digest([]byte(id))
		}
		if by.ofItem() {
			return id, nil
		}
		return itemOf(id), nil
	}
	id, from := contentID(c.Partner, msg.Body), "the digest of the payload"
	switch {
	case msg.StableID && usableID(msg.ID):
		id, from = itemOf(msg.ID), "the message's id"
	case p.encoded != nil:
		id, from = contentID(c.Partner, p.encoded), "the digest of the item"
	}
	if c.eventID == nil || p.unreadable || p.empty {
		return id, nil
	}
	return id, &FieldError{"EventID", c.EventID, c.eventID.miss(p.scope) + "; " + from + " is used"}
}

// contentID makes an id of what was sent, so that equal payloads are one event.
func contentID(partner string, content []byte) string {
	return strings.TrimPrefix(Digest(slices.Concat([]byte(partner+"|"), content)), digestPrefix)
}

const maxID = 256

// usableID reports whether id is fit to be an id: not blank, of at most 256
// bytes, without control characters.
func usableID(id string) bool {
	return strings.TrimSpace(id) != "" && len(id) <= maxID && !strings.ContainsFunc(id, isControl)
}

func isControl(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 }

// text finds a scalar, without blanks around it.
func (c *compiledMapping) text(l *locator, s scope) (string, bool) {
	text, ok := l.text(s)
	return strings.TrimSpace(text), ok
}
