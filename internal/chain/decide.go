package chain

import (
	"fmt"
	"slices"
	"time"
)

// Policy says what a second start does while a run is active.
type Policy string

// The policies.
const (
	Refuse    Policy = "refuse"
	Queue     Policy = "queue"
	Supersede Policy = "supersede"
)

// QueueLimit is how many starts of one asset can wait. A partner that sends
// more of them within one run is broken.
const QueueLimit = 10

// ClockTolerance is how far a partner's clock may be behind ours before its
// answer counts as one to an earlier run.
const ClockTolerance = time.Minute

// Plan is the part of a supply chain that decisions depend on.
type Plan struct {
	SecondStart Policy
	Stages      []StagePlan // in the order of the pipeline, parallel ones too
}

// StagePlan is one stage of a [Plan].
type StagePlan struct {
	Name     string
	Deciders []string // who may answer, for an approval; empty: anybody
}

func (p Plan) stage(name string) (StagePlan, bool) {
	i := slices.IndexFunc(p.Stages, func(s StagePlan) bool { return s.Name == name })
	if i < 0 {
		return StagePlan{}, false
	}
	return p.Stages[i], true
}

// Decide says what an event does to its asset. The same arguments always give
// the same decision.
func (p Plan) Decide(s Snapshot, e Event) Decision {
	switch e.Kind {
	case Start:
		return p.start(s, e)
	case Complete, Fail:
		return p.answer(s, e)
	case Progress:
		return p.progress(s, e)
	case Record:
		d := e.keep(WhatRecorded, Recorded, "")
		d.Job = register(s, e)
		return d
	}
	return e.keep(WhatRecorded, NotMapped, "")
}

func (p Plan) start(s Snapshot, e Event) Decision {
	if s.Head.LastStart != nil && e.moment().Before(*s.Head.LastStart) {
		return e.keep(WhatRunStarted, Stale, "a newer start took effect before")
	}
	if s.Head.ActiveRun == "" {
		return p.begin(s, e, e.own(WhatRunStarted, Applied))
	}
	switch p.SecondStart {
	case Queue:
		if len(s.Head.Queue) >= QueueLimit {
			return e.keep(WhatRunQueued, Refused, fmt.Sprintf("%d starts wait already", QueueLimit))
		}
		d := e.keep(WhatRunQueued, Queued, "run "+s.Head.ActiveRun+" is active")
		head := s.Head
		head.Queue = append(slices.Clone(head.Queue), e)
		head.LastStart = ptr(e.moment())
		head.Version++
		d.Head = &head
		return d
	case Supersede:
		return p.supersede(s, e)
	default:
		return e.keep(WhatRunStarted, Refused, "run "+s.Head.ActiveRun+" is active")
	}
}

// begin starts a run: every stage of it exists from the first moment, so that
// an answer that comes early has a place.
func (p Plan) begin(s Snapshot, e Event, entry Entry) Decision {
	run := Run{
		ID: RunID(e.Key), Asset: e.Asset, AssetVersion: e.Version, Status: RunRunning,
		Start: e.Key, StartedAt: e.Recorded, Version: 1,
	}
	head := s.Head
	head.Asset, head.ActiveRun, head.LastStart = e.Asset, run.ID, ptr(e.moment())
	head.Version++
	d := Decision{Fate: Applied, Head: &head, Runs: []Run{run}}
	for _, stage := range p.Stages {
		d.Stages = append(d.Stages, Stage{
			Name: stage.Name, Run: run.ID, Attempt: 1, Status: StageExpected,
			ResetAt: e.Recorded, Version: s.Stages[stage.Name].Version + 1,
		})
	}
	entry.Run = run.ID
	d.Entries = []Entry{entry}
	return d
}

func (p Plan) supersede(s Snapshot, e Event) Decision {
	d := p.begin(s, e, e.own(WhatRunStarted, Applied))
	if s.Run != nil {
		old := *s.Run
		old.Status, old.EndedAt, old.Cause = RunSuperseded, e.Recorded, "superseded by "+d.Head.ActiveRun
		old.Version++
		d.Runs = append(d.Runs, old)
		d.Entries = append(d.Entries, p.canceled(s, old)...)
		d.Entries = append(d.Entries, runEntry(old, WhatRunSuperseded, e.Key))
	}
	return d
}

// canceled tells of each stage whose partner was asked by a run that is over.
func (p Plan) canceled(s Snapshot, run Run) []Entry {
	var entries []Entry
	for _, stage := range p.Stages {
		slot := s.Stages[stage.Name]
		if slot.Run != run.ID || slot.Status != StageWaiting {
			continue
		}
		entries = append(entries, Entry{
			ID: entryID(run.ID, stage.Name, fmt.Sprint(slot.Attempt), WhatStageCanceled), What: WhatStageCanceled,
			Asset: run.Asset, Run: run.ID, Stage: stage.Name, Attempt: slot.Attempt,
			Occurred: run.EndedAt, Recorded: run.EndedAt, Cause: run.Cause,
		})
	}
	return entries
}

func runEntry(run Run, what string, event EventKey) Entry {
	return Entry{
		ID: entryID(run.ID, what), What: what, Event: event, Asset: run.Asset, Run: run.ID,
		Occurred: run.EndedAt, Recorded: run.EndedAt, Cause: run.Cause,
	}
}

func ptr[T any](value T) *T { return &value }
