// Package chain decides what an event does to an asset. It is pure: what the
// table says and what came in go in, what to write comes out. It knows no
// database, no clock and no cloud, so that its rules can be tested by
// themselves.
package chain

import (
	"encoding/json"
	"time"
)

// Snapshot is what the table says of one asset.
type Snapshot struct {
	Head   Head
	Run    *Run             // the active run; nil when there is none
	Stages map[string]Stage // the stages of the active or the last run, by name
}

// Head is the first thing to know of an asset: whether a run is active.
type Head struct {
	Asset     string
	ActiveRun string  // id of the run, empty when there is none
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
	Start        EventKey // the event that started it
	StartedAt    time.Time
	EndedAt      time.Time
	Cause        string // why it ended, where that needs a word
	Version      int64
}

// StageStatus says how a stage stands in its run.
type StageStatus string

// The statuses of a stage.
const (
	StageExpected  StageStatus = "Expected"  // its turn has not come
	StageWaiting   StageStatus = "Waiting"   // the partner was asked
	StageCompleted StageStatus = "Completed" // the partner answered, well
	StageFailed    StageStatus = "Failed"    // the partner answered, badly
	StageTimedOut  StageStatus = "TimedOut"  // the partner did not answer this attempt
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
	Token      string    // of the waiting task; no partner ever sees it
	Outcome    *Outcome  // of attempt Outcome.Attempt
	ProgressAt *Moment   // the newest sign of life
	Progress   *float64  // percent
	Version    int64
}

// answered reports whether the current attempt has an outcome.
func (s Stage) answered() bool { return s.Outcome != nil && s.Outcome.Attempt == s.Attempt }

// Outcome is a partner's answer to one attempt.
type Outcome struct {
	Status  StageStatus // Completed or Failed
	Attempt int
	Event   EventKey
	At      Moment
	Data    json.RawMessage // small; a reference stands for what is large
	Cause   string          // the partner's words for a failure
}

// Job ties a partner's job to the attempt that it works for.
type Job struct {
	Partner, ID string
	Asset, Run  string
	Stage       string
	Attempt     int
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
