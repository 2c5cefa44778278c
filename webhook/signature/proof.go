package signature

import (
	"errors"
	"strings"
	"time"
)

// maxElements is how many elements are looked at in all signature fields
// together. Partners send two or three while a secret is replaced; a request
// with more is refused, since each costs a comparison.
const maxElements = 16

// candidate is one signature as it was sent, without its prefix.
type candidate struct {
	text   string
	source *Source
}

// proof is what a request presents to show who sent it.
type proof struct {
	candidates [maxElements]candidate
	count      int
	elements   int

	// timestamp is the text of the time, which stands beside the signature in
	// some schemes, and sent is what it says.
	timestamp string
	stamped   bool
	sent      time.Time
}

func (p *proof) all() []candidate { return p.candidates[:p.count] }

// read collects the signatures of every source that is present.
func (p *proof) read(s *Scheme, v *view) error {
	for i := range s.Signatures {
		source := &s.Signatures[i]
		value, err := v.value(source.In)
		if errors.Is(err, ErrMissing) {
			continue
		}
		if err == nil {
			err = p.parse(source, s.Timestamp, value)
		}
		if err != nil {
			return fault(source.In, err)
		}
	}
	switch {
	case len(s.Signatures) == 0:
		return fault("", ErrScheme)
	case p.count > 0:
		return nil
	case p.elements > 0:
		return fault(s.Signatures[0].In, ErrUnsupported)
	}
	return fault(s.Signatures[0].In, ErrMissing)
}

// parse reads one field. There is one way to read it: no element is empty or
// trimmed, a time stands there once, and what has neither prefix is a version
// that is not supported, and ignored.
func (p *proof) parse(source *Source, clock *Timestamp, value string) error {
	for more := true; more; {
		element := value
		if more = false; source.Delimiter != "" {
			element, value, more = strings.Cut(value, source.Delimiter)
		}
		p.elements++
		if p.elements > maxElements {
			return ErrTooMany
		}
		if err := p.add(source, clock, element); err != nil {
			return err
		}
	}
	return nil
}

func (p *proof) add(source *Source, clock *Timestamp, element string) error {
	if beside := clock != nil && clock.In == ""; beside && strings.HasPrefix(element, clock.Prefix) {
		if p.stamped {
			return ErrDuplicate
		}
		p.stamped, p.timestamp = true, element[len(clock.Prefix):]
		return nil
	}
	text, isSignature := strings.CutPrefix(element, source.Prefix)
	if element == "" || isSignature && text == "" {
		return ErrMalformed
	}
	if isSignature {
		p.candidates[p.count] = candidate{text: text, source: source}
		p.count++
	}
	return nil
}
