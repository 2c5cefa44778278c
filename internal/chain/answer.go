package chain

import "fmt"

// answer decides on a partner's completed or failed.
func (p Plan) answer(s Snapshot, e Event) Decision {
	status := e.answers()
	slot, kept := p.slot(s, e)
	if kept != nil {
		return *kept
	}
	e.Run, e.Attempt = slot.Run, slot.Attempt
	switch {
	case slot.answered() && e.Moment().Before(slot.Outcome.At):
		return e.Keep(Stale, "older than the answer that took effect")
	case slot.answered() && slot.Outcome.Status == status:
		return e.Keep(Repeated, "")
	case slot.answered():
		return e.Keep(Conflict, fmt.Sprintf("event %s of %s said %s before", slot.Outcome.Event.ID, slot.Outcome.Event.Source, slot.Outcome.Status))
	case !slot.open():
		return e.Keep(Late, fmt.Sprintf("attempt %d is %s", slot.Attempt, slot.Status))
	}
	slot.Status = status
	slot.Outcome = ptr(e.Outcome(slot.Attempt))
	slot.Version++
	return Decision{Fate: Applied, Stages: []Stage{slot}, Entries: []Entry{e.own(e.What(), Applied)}}
}

// Outcome is what an answer says of an attempt.
func (e Event) Outcome(attempt int) Outcome {
	return Outcome{
		Status: e.answers(), Attempt: attempt, Event: e.Key, At: e.Moment(), Data: e.Data, Ref: e.Ref, Cause: e.Cause,
	}
}

// answers is the status that an answer gives its stage.
func (e Event) answers() StageStatus {
	if e.Kind == Fail {
		return StageFailed
	}
	return StageCompleted
}

// progress decides on a sign of life.
func (p Plan) progress(s Snapshot, e Event) Decision {
	slot, kept := p.slot(s, e)
	if kept != nil {
		return *kept
	}
	e.Run, e.Attempt = slot.Run, slot.Attempt
	switch {
	case !slot.open():
		return e.Keep(Late, fmt.Sprintf("attempt %d is %s", slot.Attempt, slot.Status))
	case slot.ProgressAt != nil && e.Moment().Before(*slot.ProgressAt):
		return e.Keep(Stale, "older than the last sign of life")
	}
	slot.ProgressAt = ptr(e.Moment())
	if e.Percent != nil {
		slot.Progress = e.Percent
	}
	slot.Version++
	return Decision{Fate: Applied, Stages: []Stage{slot}, Entries: []Entry{e.own(e.What(), Applied)}}
}

// slot finds the stage that an event is about, or decides that there is none.
func (p Plan) slot(s Snapshot, e Event) (Stage, *Decision) {
	keep := func(fate Fate, cause string) (Stage, *Decision) {
		d := e.Keep(fate, cause)
		return Stage{}, &d
	}
	plan, planned := p.Stage(e.Stage)
	slot, exists := s.Stages[e.Stage]
	switch {
	case !planned:
		return keep(Unmatched, fmt.Sprintf("the pipeline has no stage %q", e.Stage))
	case !exists:
		return keep(Unmatched, "no run of this asset has this stage")
	case e.Run != "" && e.Run != slot.Run:
		return keep(Late, "it answers run "+e.Run+", the current one is "+slot.Run)
	case e.Attempt != 0 && e.Attempt < slot.Attempt:
		return keep(Late, fmt.Sprintf("it answers attempt %d, the current one is %d", e.Attempt, slot.Attempt))
	case e.Attempt > slot.Attempt:
		return keep(Unmatched, fmt.Sprintf("attempt %d has not begun, the current one is %d", e.Attempt, slot.Attempt))
	case e.predates(slot):
		return keep(Late, "it occurred before run "+slot.Run+" began")
	case !plan.May(e.Participant):
		return keep(Refused, fmt.Sprintf("%q may not decide on %s", e.Participant, e.Stage))
	}
	return slot, nil
}

// predates reports whether an event that does not tell its run is older than
// the one that the slot is of.
func (e Event) predates(slot Stage) bool {
	return e.Run == "" && e.Occurred.Add(ClockTolerance).Before(slot.ResetAt)
}
