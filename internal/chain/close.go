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
	what := closed[c.Status]
	if s.Head.ActiveRun != c.Run || s.Run == nil || s.Run.ID != c.Run {
		return Decision{Fate: Repeated, Entries: []Entry{{
			ID: entryID(c.Key.Source, c.Key.ID), What: what, Fate: Repeated, Event: c.Key, Asset: c.Asset, Run: c.Run,
			Occurred: c.At, Recorded: c.At, Cause: "the run was over before",
		}}}
	}
	run := *s.Run
	run.Status, run.EndedAt, run.Cause = c.Status, c.At, c.Cause
	run.Version++
	entry := runEntry(run, what, c.Key)
	entry.Fate = Applied
	d := Decision{Fate: Applied, Runs: []Run{run}, Entries: append([]Entry{entry}, p.canceled(s, run)...)}

	head := s.Head
	head.ActiveRun = ""
	if len(head.Queue) == 0 {
		head.Version++
		d.Head = &head
		d.Stages = p.cancel(s, run)
		return d
	}
	next := head.Queue[0]
	head.Queue = head.Queue[1:]
	next.Recorded = c.At
	begun := p.begin(Snapshot{Head: head, Stages: s.Stages}, next, Entry{
		ID: entryID(RunID(next.Key), WhatRunStarted), What: WhatRunStarted, Event: next.Key, Asset: next.Asset,
		Occurred: next.Occurred, Recorded: c.At, Cause: "run " + run.ID + " is over",
	})
	// A later start that waits must not become stale because an older one began.
	begun.Head.LastStart = s.Head.LastStart
	d.Head, d.Stages = begun.Head, begun.Stages
	d.Runs = append(d.Runs, begun.Runs...)
	d.Entries = append(d.Entries, begun.Entries...)
	return d
}

// cancel ends the stages that nobody has answered when their run is over.
func (p Plan) cancel(s Snapshot, run Run) []Stage {
	var stages []Stage
	for _, stage := range p.Stages {
		slot := s.Stages[stage.Name]
		if slot.Run == run.ID && (slot.Status == StageWaiting || slot.Status == StageExpected) {
			slot.Status = StageCanceled
			slot.Version++
			stages = append(stages, slot)
		}
	}
	return stages
}
