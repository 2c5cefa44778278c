package chain

// closed are the words of the history for the ways in which a run ends.
var closed = map[RunStatus]string{
	RunCompleted: WhatRunCompleted,
	RunFailed:    WhatRunFailed,
	RunTimedOut:  WhatRunTimedOut,
	RunAborted:   WhatRunAborted,
}

// Close says what the end of an execution does: it closes its run, tells the
// partners that are still at work, and begins the next run that waits.
func (p Plan) Close(s Snapshot, c Closing) Decision {
	own := Entry{
		ID: EntryID(c.Key.Source, c.Key.ID), What: closed[c.Status], Event: c.Key, Asset: c.Asset, Run: c.Run,
		Occurred: c.Occurred, Recorded: c.Recorded, Cause: c.Cause,
	}
	active := s.Head.Active
	if active == nil || active.ID != c.Run {
		own.Fate, own.Cause = Repeated, "the run was over before"
		if s.Head.Version == 0 {
			own.Fate, own.Cause = Unmatched, "the asset is not known"
		}
		return Decision{Fate: own.Fate, Entries: []Entry{own}}
	}
	run := *active
	run.Status, run.EndedAt, run.Cause = c.Status, c.Recorded, c.Cause
	own.Fate = Applied
	head := s.Head
	head.Active, head.Last = nil, &run
	head.Version++
	d := Decision{Fate: Applied, Head: &head, Runs: []Run{run}, Entries: append([]Entry{own}, p.canceled(s, run)...)}
	if len(head.Queue) == 0 {
		d.Stages = p.cancel(s, run)
		return d
	}
	return d.and(p.promote(s.After(d), c))
}

// promote begins the run of the start that has waited longest.
func (p Plan) promote(s Snapshot, c Closing) Decision {
	next := s.Head.Queue[0]
	next.Recorded = c.Recorded
	lastStart := s.Head.LastStart
	s.Head.Queue = s.Head.Queue[1:]
	d := p.begin(s, next, Entry{
		ID: EntryID(RunID(next.Key, next.Recorded), WhatRunStarted), What: WhatRunStarted, Event: next.Key, Asset: next.Asset,
		Occurred: next.Occurred, Recorded: c.Recorded, Cause: "run " + c.Run + " is over",
	})
	// A later start that waits must not become stale because an older one began.
	d.Head.LastStart = lastStart
	return d
}

// cancel ends the stages that nobody has answered when their run is over.
func (p Plan) cancel(s Snapshot, run Run) []Stage {
	var stages []Stage
	for _, stage := range p.Stages {
		slot := s.Stages[stage.Name]
		if slot.Run == run.ID && slot.open() {
			slot.Status, slot.OverAt = StageCanceled, run.EndedAt
			slot.Version++
			stages = append(stages, slot)
		}
	}
	return stages
}
