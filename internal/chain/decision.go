package chain

import "time"

// Fate is the one end state of an event.
type Fate string

// The fates. An event that was applied before is not decided again: its claim
// in the table makes it a duplicate.
const (
	Applied   Fate = "applied"   // it took effect
	Recorded  Fate = "recorded"  // it was to be kept, and is
	Queued    Fate = "queued"    // a start that waits for the active run
	Refused   Fate = "refused"   // not while a run is active, or not by this person
	Stale     Fate = "stale"     // something newer took effect before
	Late      Fate = "late"      // an answer to an attempt that is over
	Repeated  Fate = "repeated"  // says again what is known
	Conflict  Fate = "conflict"  // contradicts the answer that took effect
	Unmatched Fate = "unmatched" // no such asset, run or stage
	NotMapped Fate = "unmapped"  // nobody has told us what the words mean
	Parked    Fate = "parked"    // an answer by a job that is not known yet
)

// Decision is what to write. Items carry their new value; their version is one
// above that which was read, and the write holds only if that still stands.
type Decision struct {
	Fate   Fate
	Head   *Head
	Runs   []Run
	Stages []Stage
	Job    *Job
	// Entries go to the history. The first is the event's own.
	Entries []Entry
}

// Entry is one line of an asset's history. It is never changed.
type Entry struct {
	// ID makes the entry unique within the asset and the moment: an entry that
	// is written again is the same entry.
	ID       string
	What     string // "run.started", "stage.completed", …
	Fate     Fate   // of the event; empty for what the supply chain did itself
	Event    EventKey
	Asset    string
	Run      string
	Stage    string
	Attempt  int
	Occurred time.Time
	Recorded time.Time
	Cause    string
}

// What happened, as the history has it.
const (
	WhatRunStarted     = "run.started"
	WhatRunQueued      = "run.queued"
	WhatRunCompleted   = "run.completed"
	WhatRunFailed      = "run.failed"
	WhatRunTimedOut    = "run.timed-out"
	WhatRunAborted     = "run.aborted"
	WhatRunSuperseded  = "run.superseded"
	WhatStageRequested = "stage.requested"
	WhatStageCompleted = "stage.completed"
	WhatStageFailed    = "stage.failed"
	WhatStageProgress  = "stage.progressed"
	WhatStageTimedOut  = "stage.timed-out"
	WhatStageSkipped   = "stage.skipped"
	WhatStageCanceled  = "stage.canceled"
	WhatStageWarned    = "stage.warned"
	WhatRecorded       = "event.recorded"
)

// own is the entry of the event itself.
func (e Event) own(what string, fate Fate) Entry {
	return Entry{
		ID: entryID(e.Key.Source, e.Key.ID), What: what, Fate: fate, Event: e.Key, Asset: e.Asset,
		Run: e.Run, Stage: e.Stage, Attempt: e.Attempt,
		Occurred: e.Occurred, Recorded: e.Recorded, Cause: e.Cause,
	}
}

// keep is a decision that changes nothing but the history.
func (e Event) keep(what string, fate Fate, cause string) Decision {
	entry := e.own(what, fate)
	if cause != "" {
		entry.Cause = cause
	}
	return Decision{Fate: fate, Entries: []Entry{entry}}
}
