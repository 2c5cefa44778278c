// Package chain decides what an event does to an asset. It is pure: what the
// table says and what came in go in, what to write comes out. It knows no
// database, no clock and no cloud, so that its rules can be tested by
// themselves.
package chain

import (
	"encoding/json"
	"time"
)

// Snapshot is what the table says of one asset, and of the job that the event
// in question is about.
type Snapshot struct {
	Head   Head
	Stages map[string]Stage // the stages of the active or the last run, by name
	Job    JobState
}

// Head is the first thing to know of an asset: whether a run is active.
type Head struct {
	Asset     string
	Active    *Run    // the active run; nil when there is none
	Last      *Run    // the run that ended last
	LastStart *Moment // when the newest start that had an effect occurred
	Queue     []Event // starts that wait for the active run to end, oldest first
	Version   int64   // counts the writes; 0 when the asset is unknown
}

// RunStatus says how a run stands.
type RunStatus string

// The statuses of a run. All but Running are final.
const (
	RunRunning    RunStatus = "Running"
	RunCompleted  RunStatus = "Completed"
	RunFailed     RunStatus = "Failed"
	RunTimedOut   RunStatus = "TimedOut"
	RunAborted    RunStatus = "Aborted"
	RunSuperseded RunStatus = "Superseded"
)

// Run is one passage of an asset through the pipeline.
type Run struct {
	ID           string
	Asset        string
	AssetVersion string
	Status       RunStatus
	Start        EventKey        // the event that started it
	Data         json.RawMessage // what that event tells the stages; small
	StartedAt    time.Time
	EndedAt      time.Time
	Cause        string // why it ended, where that needs a word
}

// StageStatus says how a stage stands in its run.
type StageStatus string

// The statuses of a stage.
const (
	StageExpected  StageStatus = "Expected"  // its turn has not come
	StageWaiting   StageStatus = "Waiting"   // the partner was asked
	StageCompleted StageStatus = "Completed" // the partner answered, well
	StageFailed    StageStatus = "Failed"    // the partner answered, badly
	StageTimedOut  StageStatus = "TimedOut"  // the partner did not answer the last attempt
	StageSkipped   StageStatus = "Skipped"   // its condition did not hold
	StageCanceled  StageStatus = "Canceled"  // the run ended first
)

// Stage is one stage of the active run, or of the last one.
type Stage struct {
	Name       string
	Run        string
	Attempt    int // from 1
	Status     StageStatus
	ResetAt    time.Time // when the run began: an answer cannot be older
	Outcome    *Outcome  // of attempt Outcome.Attempt
	ProgressAt *Moment   // the newest sign of life
	Progress   *float64  // percent
	Request    Request
	OverAt     time.Time // when the last attempt ended unanswered, or the stage by itself
	Result     string    // of a stage that the pipeline did itself
	Version    int64
}

// Request is what the pipeline wrote when it asked the partner. Decisions keep
// it as it is.
type Request struct {
	Partner string
	Token   string // of the waiting task; no partner ever sees it
	At      time.Time
	Timeout time.Duration
	Warn    time.Duration
	Text    string // JSON: what the partner is told
}

// open reports whether the current attempt can still be answered.
func (s Stage) open() bool { return s.Status == StageExpected || s.Status == StageWaiting }

// answered reports whether the current attempt has an outcome.
func (s Stage) answered() bool { return s.Outcome != nil && s.Outcome.Attempt == s.Attempt }

// Outcome is a partner's answer to one attempt.
type Outcome struct {
	Status  StageStatus // Completed or Failed
	Attempt int
	Event   EventKey
	At      Moment
	Data    json.RawMessage // small; Ref stands for what is large
	Ref     string
	Cause   string // the partner's words for a failure
}

// Result is the outcome as the pipeline gets it: the output of the stage's task.
type Result struct {
	Status StageStatus     `json:"status"`
	Data   json.RawMessage `json:"data"`
	Ref    string          `json:"ref"`
	Cause  string          `json:"cause"`
	Event  EventKey        `json:"event"`
}

// Result is the JSON text of the outcome's [Result].
func (o Outcome) Result() string {
	data := o.Data
	if !json.Valid(data) {
		data = json.RawMessage("{}")
	}
	text, err := json.Marshal(Result{Status: o.Status, Data: data, Ref: o.Ref, Cause: o.Cause, Event: o.Event})
	if err != nil { // nothing in it can fail
		panic(err)
	}
	return string(text)
}

// Job ties a partner's job to the attempt that it works for.
type Job struct {
	Partner, ID string
	Asset, Run  string
	Stage       string
	Attempt     int
}

// JobState is what the table says of one job of a partner.
type JobState struct {
	Job    *Job    // nil while nobody has told whose it is
	Parked []Event // answers that came before that, oldest first
}

// Moment places an occurrence in order.
type Moment struct {
	Source   string
	Sequence string // the source's own order, compared as text; may be empty
	Time     time.Time
}

// Before orders occurrences: by sequence within one source that counts, else
// by time. It is false for equal ones.
func (m Moment) Before(other Moment) bool {
	if m.Source == other.Source && m.Sequence != "" && other.Sequence != "" {
		return m.Sequence < other.Sequence
	}
	return m.Time.Before(other.Time)
}
