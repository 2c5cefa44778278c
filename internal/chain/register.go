package chain

// register ties the job that the event names to its attempt, so that the job's
// later events need tell no more than its id. What was parked for it is decided
// now, in the order in which it came.
func (p Plan) register(s Snapshot, e Event, d Decision) Decision {
	job := jobOf(s, e)
	if job == nil || s.Job.Job != nil && *s.Job.Job == *job {
		return d
	}
	d.Job = job
	for _, parked := range s.Job.Parked {
		if parked.Key == e.Key {
			continue // e is a duplicate of it, as its claim will say
		}
		parked.Asset, parked.Run, parked.Stage, parked.Attempt = job.Asset, job.Run, job.Stage, job.Attempt
		parked.Recorded = e.Recorded // it is an entry of this moment; its first one is with the job
		next := p.Decide(s.After(d), parked)
		d = d.and(next)
		d.Settled = append(d.Settled, Settled{Key: parked.Key, Fate: next.Fate})
	}
	return d
}

// jobOf is the job that the event names, and the attempt that it is for: the
// one that the event tells, else the current one.
func jobOf(s Snapshot, e Event) *Job {
	slot, exists := s.Stages[e.Stage]
	if e.Job == "" || e.Partner == "" || !exists || e.predates(slot) {
		return nil
	}
	job := &Job{Partner: e.Partner, ID: e.Job, Asset: e.Asset, Run: slot.Run, Stage: slot.Name, Attempt: slot.Attempt}
	if e.Run != "" {
		job.Run = e.Run
	}
	if e.Attempt != 0 {
		job.Attempt = e.Attempt
	}
	return job
}
