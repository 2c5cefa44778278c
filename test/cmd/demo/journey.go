package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mediasupplychain/cdk/mediaevent"
	"github.com/mediasupplychain/cdk/supplychain/state"
)

// journey is what the history tells of a title's way.
type journey struct {
	Asset string
	Took  float64 // seconds
	Ended string  // how the last run ended
	Lanes []lane
	Stops []stop
	Lines []line
}

// lane is what happened in one domain, on the axis of time.
type lane struct {
	Domain string
	Spans  []span
}

// span is from when somebody was asked until the answer. Its place and width are
// in percent of the title's whole way.
type span struct {
	Left, Width float64
	Kind        string // "good", "moot"; a moment: "early", "late", "start"
	Label       string
}

// stop is one passage through a stage, or an answer that had no effect.
type stop struct {
	Domain, Stage string
	Who, Way      string
	Asked         *float64 // seconds since the title was announced
	Answered      *float64
	Words         string // the partner's own
	Became        string
	Kind          string

	run string
}

// Waited is how long the partner was waited for, in seconds.
func (s stop) Waited() *float64 {
	if s.Asked == nil || s.Answered == nil {
		return nil
	}
	waited := *s.Answered - *s.Asked
	return &waited
}

// line is one entry of the history.
type line struct {
	At                float64
	What, Stage, Fate string
	Who, Way          string
	Words             string
	Cause             string
	Payload           string // as the partner sent it
}

// traveler makes a journey of a history, entry by entry.
type traveler struct {
	journey
	start time.Time
	runAt float64 // when the active run began
}

func journeyOf(asset string, history []state.Entry) journey {
	t := traveler{journey: journey{Asset: asset}}
	if len(history) == 0 {
		return t.journey
	}
	history = slices.Clone(history)
	slices.SortStableFunc(history, func(a, b state.Entry) int { return a.Recorded.Compare(b.Recorded) })
	t.start = history[0].Recorded
	for _, entry := range history {
		t.take(entry)
	}
	t.Took = t.at(history[len(history)-1])
	t.Lanes = t.lanes()
	return t.journey
}

func (t *traveler) at(e state.Entry) float64 { return e.Recorded.Sub(t.start).Seconds() }

func (t *traveler) take(e state.Entry) {
	at := t.at(e)
	who, way := sender(e)
	said, payload := wordsOf(e)
	t.Lines = append(t.Lines, line{At: at, What: e.What, Stage: e.Stage, Fate: e.Fate, Who: who, Way: way, Words: said, Cause: e.Cause, Payload: payload})
	s := stop{Stage: e.Stage, Domain: domainOf(e.Stage), Who: who, Way: way, Words: said, run: e.Run}
	switch e.What {
	case "run.started":
		t.runAt = at
		s.Domain, s.Stage, s.Answered, s.Became, s.Kind = allPartners()[0].Domain, "", &at, "a run began", "start"
		t.Stops = append(t.Stops, s)
	case "run.completed", "run.failed", "run.timed-out", "run.aborted":
		t.Ended = strings.TrimPrefix(e.What, "run.")
	case "stage.requested":
		p := partnerOf(e.Stage)
		s.Who, s.Way, s.Asked, s.Became, s.Kind = p.Name, p.Way, &at, "waits", "moot"
		t.Stops = append(t.Stops, s)
	case "stage.completed", "stage.failed", "stage.timed-out":
		t.answered(e, s, at)
	case "stage.skipped":
		s.Who, s.Way, s.Answered, s.Became, s.Kind = "nobody", "", &at, "skipped: its condition did not hold", "moot"
		t.Stops = append(t.Stops, s)
	case "stage.canceled":
		if open := t.open(e); open != nil {
			open.Answered, open.Became = &at, "withdrawn: a newer version of the master came"
		}
	}
}

// answered closes the request that an answer is for.
func (t *traveler) answered(e state.Entry, s stop, at float64) {
	word := strings.TrimPrefix(e.What, "stage.")
	open := t.open(e)
	switch {
	case e.Fate != "" && e.Fate != "applied":
		s.Answered, s.Became, s.Kind = &at, e.Fate+": no effect", e.Fate
		t.Stops = append(t.Stops, s)
	case open != nil:
		open.Answered, open.Words, open.Became, open.Kind = &at, s.Words, word, "good"
		if e.What != "stage.completed" {
			open.Kind = "bad"
		}
	case e.Event.ID == "": // the pipeline's own function
		asked := t.runAt
		s.Who, s.Way, s.Asked, s.Answered, s.Became, s.Kind = "metadata function", "Lambda function in the pipeline", &asked, &at, word, "good"
		t.Stops = append(t.Stops, s)
	default:
		s.Answered, s.Became, s.Kind = &at, word+" before it was asked, and was not asked then", "early"
		t.Stops = append(t.Stops, s)
	}
}

// open is the request that waits for an answer about that stage.
func (t *traveler) open(e state.Entry) *stop {
	for i := len(t.Stops) - 1; i >= 0; i-- {
		s := &t.Stops[i]
		if s.Stage == e.Stage && s.Asked != nil && s.Answered == nil && (e.Run == "" || e.Run == s.run) {
			return s
		}
	}
	return nil
}

// lanes places the stops on the axis of time.
func (t *traveler) lanes() []lane {
	whole := max(t.Took, 0.001)
	var all []lane
	for _, domain := range domains() {
		l := lane{Domain: domain}
		for _, s := range t.Stops {
			if s.Domain != domain || s.Answered == nil {
				continue
			}
			from := *s.Answered
			if s.Asked != nil {
				from = *s.Asked
			}
			l.Spans = append(l.Spans, span{
				Left: 100 * from / whole, Width: 100 * (*s.Answered - from) / whole, Kind: s.Kind,
				Label: fmt.Sprintf("%s: %s", cmp.Or(s.Stage, "master"), s.Became),
			})
		}
		all = append(all, l)
	}
	return all
}

// sender is who an entry's event came from, and by which way.
func sender(e state.Entry) (who, way string) {
	if p, known := partnerBehind(e.Event.Source); known {
		return p.Name, p.Way
	}
	return "supply chain", ""
}

// wordsOf are the partner's own words, and its whole payload.
func wordsOf(e state.Entry) (said, payload string) {
	if len(e.Canonical) == 0 {
		return "", ""
	}
	event, err := mediaevent.Parse(e.Canonical)
	if err != nil {
		return "not readable: " + err.Error(), ""
	}
	var parts []string
	if p := event.Data.Partner; p != nil {
		parts = append(parts, cmp.Or(p.Status, p.Type))
	}
	for _, finding := range event.Data.QC {
		parts = append(parts, fmt.Sprintf("%s: %s (%s)", finding.Category, finding.Term, finding.Severity))
	}
	if who := event.Data.Participant; who != nil && who.Type == mediaevent.Person {
		parts = append(parts, "by "+who.ID)
	}
	if raw := event.Data.Raw; raw != nil {
		payload = cmp.Or(indented(raw.Body), raw.Text, raw.Ref)
	}
	return strings.Join(parts, " · "), payload
}

func indented(body json.RawMessage) string {
	if len(body) == 0 {
		return ""
	}
	text, err := json.MarshalIndent(body, "", "  ")
	if err != nil {
		return string(body)
	}
	return string(text)
}
