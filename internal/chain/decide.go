package chain

import (
	"fmt"
	"slices"
	"strconv"
)

// Decide says what an event does to its asset. The same arguments always give
// the same decision. An event without an asset is decided by [Plan.Unplaced].
func (p Plan) Decide(s Snapshot, e Event) Decision {
	var d Decision
	switch e.Kind {
	case Start:
		return p.start(s, e)
	case Complete, Fail:
		return p.answer(s, e)
	case Progress:
		d = p.progress(s, e)
	case Record:
		d = e.Keep(Recorded, "")
	default:
		return e.Keep(NotMapped, "")
	}
	return p.register(s, e, d)
}

// Unplaced decides on an event of which nobody knows the asset.
func (p Plan) Unplaced(s Snapshot, e Event) Decision {
	switch e.Kind { //nolint:exhaustive // what follows is for all others
	case Record:
		return e.Keep(Recorded, "")
	case Complete, Fail:
		switch {
		case e.Job == "" || e.Partner == "":
			return e.Keep(Unmatched, "it tells no asset and no job")
		case len(s.Job.Parked) >= ParkLimit:
			return e.Keep(Refused, fmt.Sprintf("%d answers of this job wait already", ParkLimit))
		}
		d := e.Keep(Parked, "nobody has told yet whose job it is")
		d.Park = &e
		return d
	case Start, Progress:
		return e.Keep(Unmatched, "it tells no asset")
	}
	return e.Keep(NotMapped, "")
}

func (p Plan) start(s Snapshot, e Event) Decision {
	if s.Head.LastStart != nil && e.Moment().Before(*s.Head.LastStart) {
		return e.Keep(Stale, "a newer start took effect before")
	}
	active := s.Head.Active
	switch {
	case active == nil:
		return p.begin(s, e, e.own(WhatRunStarted, Applied))
	case p.SecondStart == Queue:
		return p.queue(s, e)
	case p.SecondStart == Supersede && e.Version != "" && e.Version == active.AssetVersion:
		return e.Keep(Refused, "run "+active.ID+" of this very version is active")
	case p.SecondStart == Supersede:
		return p.supersede(s, e)
	}
	return e.Keep(Refused, "run "+active.ID+" is active")
}

func (p Plan) queue(s Snapshot, e Event) Decision {
	if len(s.Head.Queue) >= QueueLimit {
		return e.Keep(Refused, fmt.Sprintf("%d starts wait already", QueueLimit))
	}
	d := e.Keep(Queued, "run "+s.Head.Active.ID+" is active")
	d.Entries[0].What = WhatRunQueued
	head := s.Head
	e.Canonical = nil // it is in the entry
	head.Queue = append(slices.Clone(head.Queue), e)
	head.LastStart = ptr(e.Moment())
	head.Version++
	d.Head = &head
	return d
}

// begin starts a run: every stage of it exists from the first moment, so that
// an answer that comes early has a place.
func (p Plan) begin(s Snapshot, e Event, entry Entry) Decision {
	run := Run{
		ID: RunID(e.Key, e.Recorded), Asset: e.Asset, AssetVersion: e.Version, Status: RunRunning,
		Start: e.Key, Data: e.Data, StartedAt: e.Recorded,
	}
	head := s.Head
	head.Asset, head.Active, head.LastStart = e.Asset, &run, ptr(e.Moment())
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
	old := *s.Head.Active
	old.Status, old.EndedAt, old.Cause = RunSuperseded, e.Recorded, "superseded by "+d.Head.Active.ID
	d.Head.Last = &old
	d.Runs = append(d.Runs, old)
	d.Entries = append(d.Entries, p.canceled(s, old)...)
	d.Entries = append(d.Entries, Entry{
		ID: EntryID(old.ID, WhatRunSuperseded), What: WhatRunSuperseded, Event: e.Key, Asset: old.Asset, Run: old.ID,
		Occurred: old.EndedAt, Recorded: old.EndedAt, Cause: old.Cause,
	})
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
		entry := slot.Entry(run.Asset, WhatStageCanceled)
		entry.Occurred, entry.Recorded, entry.Cause = run.EndedAt, run.EndedAt, run.Cause
		entries = append(entries, entry)
	}
	return entries
}

// Entry is a line of the history about the stage's current attempt: what the
// supply chain did itself.
func (s Stage) Entry(asset, what string) Entry {
	return Entry{
		ID: EntryID(s.Run, s.Name, strconv.Itoa(s.Attempt), what), What: what,
		Asset: asset, Run: s.Run, Stage: s.Name, Attempt: s.Attempt, Partner: s.Request.Partner,
	}
}

func ptr[T any](value T) *T { return &value }
