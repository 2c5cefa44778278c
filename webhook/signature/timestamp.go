package signature

import (
	"strconv"
	"strings"
	"time"
)

// readTime reads the time of sending and compares it with now. The text of the
// time is kept in the proof: it is signed as it was written.
func (s *Scheme) readTime(p *proof, v *view, now time.Time) error {
	clock := s.Timestamp
	if clock == nil {
		return nil
	}
	err := p.readClock(clock, v)
	switch {
	case err != nil:
	case now.Sub(p.sent) > clock.Tolerance:
		err = ErrStale
	case p.sent.Sub(now) > clock.Tolerance:
		err = ErrFuture
	}
	if err != nil {
		return fault(or(clock.In, s.Signatures[0].In), err)
	}
	return nil
}

func (p *proof) readClock(clock *Timestamp, v *view) error {
	if clock.In != "" {
		value, err := v.value(clock.In)
		if err != nil {
			return err
		}
		text, ok := strings.CutPrefix(value, clock.Prefix)
		if !ok {
			return ErrMalformed
		}
		p.timestamp, p.stamped = text, true
	}
	if !p.stamped {
		return ErrMissing
	}
	sent, err := parseTime(clock.Format, p.timestamp)
	p.sent = sent
	return err
}

// parseTime accepts one spelling of a time only. Templates such as
// "{body}{timestamp}" have nothing between their parts, so a loose reader would
// let characters move from one to the other under the same signature.
func parseTime(format TimeFormat, text string) (time.Time, error) {
	if format == RFC3339 {
		return parseRFC3339(text)
	}
	const digits = 10 // from 2001 to 2286
	if len(text) != digits || text[0] == '0' || strings.Trim(text, "0123456789") != "" {
		return time.Time{}, ErrMalformed
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}, ErrMalformed
	}
	return time.Unix(seconds, 0), nil
}

func parseRFC3339(text string) (time.Time, error) {
	const longest = len("2006-01-02T15:04:05.999999999-07:00")
	sent, err := time.Parse(time.RFC3339, text)
	if err != nil || len(text) > longest || strings.Trim(text, "0123456789-:+.TZ") != "" {
		return time.Time{}, ErrMalformed
	}
	return sent, nil
}

func formatTime(format TimeFormat, t time.Time) string {
	if format == RFC3339 {
		return t.UTC().Format(time.RFC3339)
	}
	return strconv.FormatInt(t.Unix(), 10)
}
