package chain

import (
	"fmt"
	"slices"
)

// answer decides on a partner's completed or failed.
func (p Plan) answer(s Snapshot, e Event) Decision {
	what, status := WhatStageCompleted, StageCompleted
	if e.Kind == Fail {
		what, status = WhatStageFailed, StageFailed
	}
	slot, kept := p.slot(s, e, what)
	if kept != nil {
		return *kept
	}
	e.Run, e.Attempt = slot.Run, slot.Attempt
	switch {
	case slot.answered() && e.moment().Before(slot.Outcome.At):
		return e.keep(what, Stale, "older than the answer that took effect")
	case slot.answered() && slot.Outcome.Status == status:
		return e.keep(what, Repeated, "")
	case slot.answered():
		return e.keep(what, Conflict, fmt.Sprintf("event %s of %s said %s before", slot.Outcome.Event.ID, slot.Outcome.Event.Source, slot.Outcome.Status))
	case slot.Status != StageExpected && slot.Status != StageWaiting:
		return e.keep(what, Late, fmt.Sprintf("attempt %d is %s", slot.Attempt, slot.Status))
	}
	slot.Status = status
	slot.Outcome = &Outcome{Status: status, Attempt: slot.Attempt, Event: e.Key, At: e.moment(), Data: e.Data, Cause: e.Cause}
	slot.Version++
	return Decision{Fate: Applied, Stages: []Stage{slot}, Entries: []Entry{e.own(what, Applied)}}
}

// progress decides on a sign of life.
func (p Plan) progress(s Snapshot, e Event) Decision {
	slot, kept := p.slot(s, e, WhatStageProgress)
	if kept != nil {
		return *kept
	}
	e.Run, e.Attempt = slot.Run, slot.Attempt
	switch {
	case slot.Status != StageExpected && slot.Status != StageWaiting:
		return e.keep(WhatStageProgress, Late, fmt.Sprintf("attempt %d is %s", slot.Attempt, slot.Status))
	case slot.ProgressAt != nil && e.moment().Before(*slot.ProgressAt):
		d := e.keep(WhatStageProgress, Stale, "older than the last sign of life")
		d.Job = register(s, e)
		return d
	}
	slot.ProgressAt, slot.Progress = ptr(e.moment()), e.Percent
	slot.Version++
	return Decision{
		Fate: Applied, Stages: []Stage{slot}, Job: register(s, e),
		Entries: []Entry{e.own(WhatStageProgress, Applied)},
	}
}

// slot finds the stage that an event is about, or decides that there is none.
func (p Plan) slot(s Snapshot, e Event, what string) (Stage, *Decision) {
	keep := func(fate Fate, cause string) (Stage, *Decision) {
		d := e.keep(what, fate, cause)
		return Stage{}, &d
	}
	plan, planned := p.stage(e.Stage)
	slot, exists := s.Stages[e.Stage]
	switch {
	case !planned:
		return keep(Unmatched, fmt.Sprintf("the pipeline has no stage %q", e.Stage))
	case !exists:
		return keep(Unmatched, "no run of this asset has begun")
	case e.Run != "" && e.Run != slot.Run:
		return keep(Late, "it answers run "+e.Run+", the current one is "+slot.Run)
	case e.Attempt != 0 && e.Attempt < slot.Attempt:
		return keep(Late, fmt.Sprintf("it answers attempt %d, the current one is %d", e.Attempt, slot.Attempt))
	case e.Attempt > slot.Attempt:
		return keep(Unmatched, fmt.Sprintf("attempt %d has not begun, the current one is %d", e.Attempt, slot.Attempt))
	case e.Run == "" && e.Occurred.Add(ClockTolerance).Before(slot.ResetAt):
		return keep(Late, "it occurred before run "+slot.Run+" began")
	case len(plan.Deciders) > 0 && !slices.Contains(plan.Deciders, e.Participant):
		return keep(Refused, fmt.Sprintf("%q may not decide on %s", e.Participant, e.Stage))
	}
	return slot, nil
}

// register ties a job to the current attempt of its stage, so that its later
// events need tell no more than the job's id.
func register(s Snapshot, e Event) *Job {
	slot, exists := s.Stages[e.Stage]
	if e.Job == "" || !exists {
		return nil
	}
	return &Job{Partner: e.Partner, ID: e.Job, Asset: e.Asset, Run: slot.Run, Stage: slot.Name, Attempt: slot.Attempt}
}
