package chain

import (
	"encoding/json"
	"time"

	"github.com/mediasupplychain/cdk/internal/wire"
)

// Fate is the one end state of an event.
type Fate string

// The fates. The last is not decided here: an event that was applied before is
// found by its claim in the table.
const (
	Applied   Fate = wire.FateApplied // it took effect
	Recorded  Fate = "recorded"       // it was to be kept, and is
	Queued    Fate = "queued"         // a start that waits for the active run
	Refused   Fate = "refused"        // not while a run is active, or not by this person
	Stale     Fate = "stale"          // something newer took effect before
	Late      Fate = "late"           // an answer to an attempt that is over
	Repeated  Fate = "repeated"       // says again what is known
	Conflict  Fate = "conflict"       // contradicts the answer that took effect
	Unmatched Fate = "unmatched"      // no such asset, run or stage
	NotMapped Fate = "unmapped"       // nobody has told us what the words mean
	Parked    Fate = "parked"         // an answer by a job that is not known yet
	Duplicate Fate = "duplicate"      // the same event had its fate before
)

// Fates lists every fate.
func Fates() []Fate {
	return []Fate{Applied, Recorded, Queued, Refused, Stale, Late, Repeated, Conflict, Unmatched, NotMapped, Parked, Duplicate}
}

// Decision is what to write: items with their new values, and new lines of the
// history. It holds only while the snapshot that it was made from does.
type Decision struct {
	Fate   Fate
	Head   *Head
	Runs   []Run
	Stages []Stage
	Job    *Job   // to be registered; its parked answers are decided in this decision
	Park   *Event // to be kept with its job until that is registered
	// Entries go to the history. The first is the event's own.
	Entries []Entry
	// Settled are events that were parked and have their final fate now.
	Settled []Settled
}

// Settled is the fate of an event that was parked.
type Settled struct {
	Key  EventKey
	Fate Fate
}

// Entry is one line of an asset's history. It is never changed.
type Entry struct {
	// ID makes the entry unique within the asset and the moment: an entry that
	// is written again is the same entry.
	ID        string
	What      string // "run.started", "stage.completed", …
	Fate      Fate   // of the event; empty for what the supply chain did itself
	Event     EventKey
	Type      string // of the canonical event
	Asset     string
	Run       string
	Stage     string
	Attempt   int
	Partner   string
	Job       string
	Occurred  time.Time
	Recorded  time.Time
	Deadline  time.Time // of a request
	Cause     string
	Detail    string          // JSON: what a request tells the partner; what a stage of the pipeline's own made
	Canonical json.RawMessage // the canonical event; nil for what the supply chain did itself
}

// What happened, as the history has it.
const (
	WhatRunStarted     = wire.WhatRunStarted
	WhatRunQueued      = wire.WhatRunQueued
	WhatRunCompleted   = wire.WhatRunCompleted
	WhatRunFailed      = wire.WhatRunFailed
	WhatRunTimedOut    = wire.WhatRunTimedOut
	WhatRunAborted     = wire.WhatRunAborted
	WhatRunSuperseded  = wire.WhatRunSuperseded
	WhatStageRequested = wire.WhatStageRequested
	WhatStageCompleted = wire.WhatStageCompleted
	WhatStageFailed    = wire.WhatStageFailed
	WhatStageProgress  = wire.WhatStageProgress
	WhatStageTimedOut  = wire.WhatStageTimedOut
	WhatStageSkipped   = wire.WhatStageSkipped
	WhatStageCanceled  = wire.WhatStageCanceled
	WhatStageWarned    = wire.WhatStageWarned
	WhatRecorded       = wire.WhatEventRecorded
)

// Failure reports whether the entry is of something that failed.
func (e Entry) Failure() bool {
	switch e.What {
	case WhatRunFailed, WhatRunTimedOut, WhatRunAborted, WhatStageFailed, WhatStageTimedOut:
		return e.Fate == "" || e.Fate == Applied
	}
	return false
}

// Callback is the id by which a partner answers exactly this attempt; empty for
// an entry that is not of a stage.
func (e Entry) Callback() string {
	if e.Asset == "" || e.Run == "" || e.Stage == "" || e.Attempt == 0 {
		return ""
	}
	return Callback{Asset: e.Asset, Run: e.Run, Stage: e.Stage, Attempt: e.Attempt}.String()
}

// own is the entry of the event itself.
func (e Event) own(what string, fate Fate) Entry {
	return Entry{
		ID: EntryID(e.Key.Source, e.Key.ID), What: what, Fate: fate, Event: e.Key, Type: e.Type, Asset: e.Asset,
		Run: e.Run, Stage: e.Stage, Attempt: e.Attempt, Partner: e.Partner, Job: e.Job,
		Occurred: e.Occurred, Recorded: e.Recorded, Cause: e.Cause, Canonical: e.Canonical,
	}
}

// Keep is a decision that changes nothing but the history.
func (e Event) Keep(fate Fate, cause string) Decision {
	entry := e.own(e.What(), fate)
	if cause != "" {
		entry.Cause = cause
	}
	return Decision{Fate: fate, Entries: []Entry{entry}}
}

// What is the word of the history for what the event says.
func (e Event) What() string {
	switch e.Kind { //nolint:exhaustive // what follows is for all others
	case Start:
		return WhatRunStarted
	case Complete:
		return WhatStageCompleted
	case Fail:
		return WhatStageFailed
	case Progress:
		return WhatStageProgress
	}
	return WhatRecorded
}

// After is the snapshot once the decision is written.
func (s Snapshot) After(d Decision) Snapshot {
	if d.Head != nil {
		s.Head = *d.Head
	}
	stages := make(map[string]Stage, len(s.Stages)+len(d.Stages))
	for name, stage := range s.Stages {
		stages[name] = stage
	}
	for _, stage := range d.Stages {
		stages[stage.Name] = stage
	}
	s.Stages = stages
	if d.Job != nil {
		s.Job = JobState{Job: d.Job}
	}
	return s
}

// and adds what was decided after d, on the snapshot after it.
func (d Decision) and(next Decision) Decision {
	if next.Head != nil {
		d.Head = next.Head
	}
	d.Runs = append(d.Runs, next.Runs...)
	for _, stage := range next.Stages {
		d.Stages = withStage(d.Stages, stage)
	}
	d.Entries = append(d.Entries, next.Entries...)
	return d
}

func withStage(stages []Stage, stage Stage) []Stage {
	for i := range stages {
		if stages[i].Name == stage.Name {
			stages[i] = stage
			return stages
		}
	}
	return append(stages, stage)
}
