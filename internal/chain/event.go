package chain

import (
	"encoding/json"
	"time"
)

// EventKey identifies an event: two with the same key are the same event.
type EventKey struct {
	Source string `json:"source"`
	ID     string `json:"id"`
}

// Kind says what an event wants.
type Kind string

// The kinds of event.
const (
	Start    Kind = "start"    // a run of the pipeline
	Complete Kind = "complete" // a stage, well
	Fail     Kind = "fail"     // a stage, badly
	Progress Kind = "progress" // a sign of life of a stage
	Record   Kind = "record"   // to be kept
	Unmapped Kind = "unmapped" // nobody knows: to be kept
)

// Event is what came in, told in the words of the supply chain.
type Event struct {
	Key      EventKey  `json:"key"`
	Kind     Kind      `json:"kind"`
	Type     string    `json:"type,omitempty"` // of the canonical event
	Asset    string    `json:"asset,omitempty"`
	Version  string    `json:"version,omitempty"` // of the asset, for a start
	Stage    string    `json:"stage,omitempty"`
	Run      string    `json:"run,omitempty"`     // where a callback or job id tells it
	Attempt  int       `json:"attempt,omitempty"` // likewise; 0: the current one
	Partner  string    `json:"partner,omitempty"`
	Job      string    `json:"job,omitempty"` // the partner's job id
	Sequence string    `json:"sequence,omitempty"`
	Occurred time.Time `json:"occurred"`
	Recorded time.Time `json:"recorded"`

	Participant string          `json:"participant,omitempty"` // who decided, for an approval
	Percent     *float64        `json:"percent,omitempty"`
	Data        json.RawMessage `json:"data,omitempty"` // small result of the stage, or what a start tells the stages
	Ref         string          `json:"ref,omitempty"`  // where the payload is, if it is large
	Cause       string          `json:"cause,omitempty"`

	// Canonical is the whole event, for the history. A start that waits and an
	// answer that is parked have it in their first entry, not with them.
	Canonical json.RawMessage `json:"-"`
}

// Moment is the event's place in order.
func (e Event) Moment() Moment {
	return Moment{Source: e.Key.Source, Sequence: e.Sequence, Time: e.Occurred}
}

// Closing tells that an execution has ended by whatever way.
type Closing struct {
	Key        EventKey // of the status event
	Asset, Run string
	Status     RunStatus // any but Running
	Cause      string
	Occurred   time.Time
	Recorded   time.Time
}
