package chain_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/internal/chain"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func at(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }

// story is an asset to which things happen, one a minute.
type story struct {
	plan     chain.Plan
	snapshot chain.Snapshot
	minute   int
	last     chain.Decision
}

func newStory(policy chain.Policy) *story {
	return &story{
		plan:     chain.Plan{SecondStart: policy, Stages: []chain.StagePlan{{Name: "qc"}, {Name: "approve", Deciders: []string{"anna"}}}},
		snapshot: chain.Snapshot{Head: chain.Head{Asset: "tt-1"}},
	}
}

// event happens now, changed by changes.
func (s *story) event(kind chain.Kind, id, stage string, changes ...func(*chain.Event)) chain.Fate {
	s.minute++
	e := chain.Event{
		Key: chain.EventKey{Source: "/partners/p", ID: id}, Kind: kind, Asset: "tt-1", Stage: stage, Partner: "p",
		Occurred: at(s.minute), Recorded: at(s.minute),
	}
	for _, change := range changes {
		change(&e)
	}
	s.last = s.plan.Decide(s.snapshot, e)
	s.snapshot = s.snapshot.After(s.last)
	return s.last.Fate
}

// pipeline does what the pipeline writes to a stage.
func (s *story) pipeline(stage string, change func(*chain.Stage)) {
	slot := s.snapshot.Stages[stage]
	change(&slot)
	slot.Version++
	s.snapshot = s.snapshot.After(chain.Decision{Stages: []chain.Stage{slot}})
}

func waits(slot *chain.Stage) {
	slot.Status = chain.StageWaiting
	slot.Request = chain.Request{Partner: "p", Token: "t", At: noon}
}
func timedOut(slot *chain.Stage) { slot.Status = chain.StageTimedOut }
func again(slot *chain.Stage) {
	slot.Status, slot.Attempt, slot.Outcome = chain.StageExpected, slot.Attempt+1, nil
}

func (s *story) cause() string { return s.last.Entries[0].Cause }

func occurred(minute int) func(*chain.Event) {
	return func(e *chain.Event) { e.Occurred = at(minute) }
}
func attempt(n int) func(*chain.Event)        { return func(e *chain.Event) { e.Attempt = n } }
func run(id string) func(*chain.Event)        { return func(e *chain.Event) { e.Run = id } }
func by(person string) func(*chain.Event)     { return func(e *chain.Event) { e.Participant = person } }
func version(v string) func(*chain.Event)     { return func(e *chain.Event) { e.Version = v } }
func sequence(text string) func(*chain.Event) { return func(e *chain.Event) { e.Sequence = text } }
func job(id string) func(*chain.Event)        { return func(e *chain.Event) { e.Job = id } }
func (s *story) started(t *testing.T) *story {
	require.Equal(t, chain.Applied, s.event(chain.Start, "m-1", ""))
	return s
}
func (s *story) stage(name string) chain.Stage { return s.snapshot.Stages[name] }

// The table of docs/state.md: what becomes of an answer.
func TestAnswers(t *testing.T) {
	for _, c := range []struct {
		name  string
		given func(*testing.T, *story)
		event func(*story) chain.Fate
		want  chain.Fate
		cause string // begins so
		stage chain.StageStatus
	}{
		{"in time", func(_ *testing.T, s *story) { s.pipeline("qc", waits) },
			func(s *story) chain.Fate { return s.event(chain.Complete, "a", "qc") }, chain.Applied, "", chain.StageCompleted},
		{"a failure", func(_ *testing.T, s *story) { s.pipeline("qc", waits) },
			func(s *story) chain.Fate { return s.event(chain.Fail, "a", "qc") }, chain.Applied, "", chain.StageFailed},
		{"early, before the partner was asked", func(*testing.T, *story) {},
			func(s *story) chain.Fate { return s.event(chain.Complete, "a", "qc") }, chain.Applied, "", chain.StageCompleted},
		{"a second one that says the same", func(t *testing.T, s *story) { require.Equal(t, chain.Applied, s.event(chain.Complete, "a", "qc")) },
			func(s *story) chain.Fate { return s.event(chain.Complete, "b", "qc") }, chain.Repeated, "", chain.StageCompleted},
		{"a second one that contradicts", func(t *testing.T, s *story) { require.Equal(t, chain.Applied, s.event(chain.Complete, "a", "qc")) },
			func(s *story) chain.Fate { return s.event(chain.Fail, "b", "qc") }, chain.Conflict, "event a of /partners/p said Completed before", chain.StageCompleted},
		{"a second one that is older", func(t *testing.T, s *story) { require.Equal(t, chain.Applied, s.event(chain.Complete, "a", "qc")) },
			func(s *story) chain.Fate { return s.event(chain.Fail, "b", "qc", occurred(1)) }, chain.Stale, "older than the answer that took effect", chain.StageCompleted},
		{"after the timeout", func(_ *testing.T, s *story) { s.pipeline("qc", timedOut) },
			func(s *story) chain.Fate { return s.event(chain.Complete, "a", "qc") }, chain.Late, "attempt 1 is TimedOut", chain.StageTimedOut},
		{"to an attempt that is over", func(_ *testing.T, s *story) { s.pipeline("qc", again); s.pipeline("qc", waits) },
			func(s *story) chain.Fate { return s.event(chain.Complete, "a", "qc", attempt(1)) }, chain.Late, "it answers attempt 1, the current one is 2", chain.StageWaiting},
		{"that tells no attempt, to the second one", func(_ *testing.T, s *story) { s.pipeline("qc", again); s.pipeline("qc", waits) },
			func(s *story) chain.Fate { return s.event(chain.Complete, "a", "qc") }, chain.Applied, "", chain.StageCompleted},
		{"to an attempt that has not begun", func(*testing.T, *story) {},
			func(s *story) chain.Fate { return s.event(chain.Complete, "a", "qc", attempt(2)) }, chain.Unmatched, "attempt 2 has not begun, the current one is 1", chain.StageExpected},
		{"to another run", func(*testing.T, *story) {},
			func(s *story) chain.Fate { return s.event(chain.Complete, "a", "qc", run("run-old")) }, chain.Late, "it answers run run-old, the current one is run-", chain.StageExpected},
		{"of the time before the run", func(*testing.T, *story) {},
			func(s *story) chain.Fate { return s.event(chain.Complete, "a", "qc", occurred(-1)) }, chain.Late, "it occurred before run run-", chain.StageExpected},
		{"of a clock that is a minute behind", func(*testing.T, *story) {},
			func(s *story) chain.Fate { return s.event(chain.Complete, "a", "qc", occurred(0)) }, chain.Applied, "", chain.StageCompleted},
		{"for a stage that the pipeline does not have", func(*testing.T, *story) {},
			func(s *story) chain.Fate { return s.event(chain.Complete, "a", "captions") }, chain.Unmatched, `the pipeline has no stage "captions"`, ""},
		{"by one who may decide", func(*testing.T, *story) {},
			func(s *story) chain.Fate { return s.event(chain.Complete, "a", "approve", by("anna")) }, chain.Applied, "", chain.StageCompleted},
		{"by one who may not", func(*testing.T, *story) {},
			func(s *story) chain.Fate { return s.event(chain.Complete, "a", "approve", by("ben")) }, chain.Refused, `"ben" may not decide on approve`, chain.StageExpected},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStory(chain.Refuse).started(t)
			c.given(t, s)
			assert.Equal(t, c.want, c.event(s))
			assert.True(t, strings.HasPrefix(s.cause(), c.cause), "cause %q", s.cause())
			assert.Equal(t, c.stage, s.stage(s.last.Entries[0].Stage).Status)
			assert.Len(t, s.last.Entries, 1)
		})
	}
	t.Run("for an unknown asset", func(t *testing.T) {
		s := newStory(chain.Refuse)
		assert.Equal(t, chain.Unmatched, s.event(chain.Complete, "a", "qc"))
		assert.Equal(t, "no run of this asset has this stage", s.cause())
	})
}

func TestASecondStart(t *testing.T) {
	t.Run("is refused", func(t *testing.T) {
		s := newStory(chain.Refuse).started(t)
		active := s.snapshot.Head.Active.ID
		assert.Equal(t, chain.Refused, s.event(chain.Start, "m-2", ""))
		assert.Equal(t, "run "+active+" is active", s.cause())
	})
	t.Run("waits, up to ten of them, and begins when the run is over", func(t *testing.T) {
		s := newStory(chain.Queue).started(t)
		for n := range chain.QueueLimit {
			require.Equal(t, chain.Queued, s.event(chain.Start, "q-"+string(rune('a'+n)), ""))
		}
		assert.Equal(t, chain.Refused, s.event(chain.Start, "m-2", ""))
		assert.Equal(t, "10 starts wait already", s.cause())
		first := s.snapshot.Head.Active.ID
		s.close(first, chain.RunCompleted)
		assert.Len(t, s.snapshot.Head.Queue, 9)
		assert.Equal(t, chain.EventKey{Source: "/partners/p", ID: "q-a"}, s.snapshot.Head.Active.Start)
		assert.Equal(t, first, s.snapshot.Head.Last.ID)
		assert.Equal(t, s.snapshot.Head.Active.ID, s.stage("qc").Run)
		assert.Equal(t, chain.Applied, s.event(chain.Complete, "a", "qc"))
	})
	t.Run("supersedes: the old partners are told, the stages begin anew", func(t *testing.T) {
		s := newStory(chain.Supersede).started(t)
		old := s.snapshot.Head.Active.ID
		s.pipeline("qc", waits)
		assert.Equal(t, chain.Applied, s.event(chain.Start, "m-2", ""))
		assert.Equal(t, chain.StageExpected, s.stage("qc").Status)
		assert.Equal(t, chain.RunSuperseded, s.snapshot.Head.Last.Status)
		var what []string
		for _, e := range s.last.Entries {
			what = append(what, e.What+" "+e.Run[:4])
		}
		assert.Equal(t, []string{"run.started run-", "stage.canceled run-", "run.superseded run-"}, what)
		assert.Equal(t, old, s.last.Entries[1].Run)
		assert.Equal(t, chain.Late, s.event(chain.Complete, "a", "qc", run(old)), "an answer to the old run")
	})
	t.Run("of the very version that runs does not supersede it", func(t *testing.T) {
		s := newStory(chain.Supersede)
		require.Equal(t, chain.Applied, s.event(chain.Start, "m-1", "", version("v2")))
		assert.Equal(t, chain.Refused, s.event(chain.Start, "m-2", "", version("v2")))
		assert.Equal(t, chain.Applied, s.event(chain.Start, "m-3", "", version("v3")))
	})
	for _, policy := range chain.Policies() {
		t.Run("that is older is stale: "+string(policy), func(t *testing.T) {
			s := newStory(policy).started(t)
			assert.Equal(t, chain.Stale, s.event(chain.Start, "m-0", "", occurred(0)))
		})
	}
	t.Run("of the same source is older by its sequence, whatever the clocks say", func(t *testing.T) {
		s := newStory(chain.Supersede)
		require.Equal(t, chain.Applied, s.event(chain.Start, "m-1", "", sequence("2")))
		assert.Equal(t, chain.Stale, s.event(chain.Start, "m-0", "", sequence("1"), occurred(50)))
	})
}

func (s *story) close(id string, status chain.RunStatus) chain.Fate {
	s.minute++
	s.last = s.plan.Close(s.snapshot, chain.Closing{
		Key: chain.EventKey{Source: "aws.states", ID: id}, Asset: "tt-1", Run: id, Status: status, Occurred: at(s.minute), Recorded: at(s.minute),
	})
	s.snapshot = s.snapshot.After(s.last)
	return s.last.Fate
}

func TestClosing(t *testing.T) {
	s := newStory(chain.Refuse).started(t)
	s.pipeline("qc", waits)
	id := s.snapshot.Head.Active.ID
	assert.Equal(t, chain.Applied, s.close(id, chain.RunAborted))
	assert.Nil(t, s.snapshot.Head.Active)
	assert.Equal(t, chain.RunAborted, s.snapshot.Head.Last.Status)
	assert.Equal(t, chain.StageCanceled, s.stage("qc").Status)
	assert.Equal(t, chain.StageCanceled, s.stage("approve").Status)
	require.Len(t, s.last.Entries, 2, "the run, and the partner that was asked; not the stage whose turn had not come")
	assert.Equal(t, chain.WhatStageCanceled, s.last.Entries[1].What)

	assert.Equal(t, chain.Repeated, s.close(id, chain.RunFailed), "a second time")
	assert.Equal(t, chain.RunAborted, s.snapshot.Head.Last.Status)
	assert.Equal(t, chain.Late, s.event(chain.Complete, "a", "qc"), "an answer to a run that is over")
	assert.Equal(t, chain.Applied, s.event(chain.Start, "m-2", ""), "the next start")
	assert.Equal(t, chain.Repeated, s.close(id, chain.RunFailed), "the old run ends once more")
	assert.NotNil(t, s.snapshot.Head.Active)
	assert.Equal(t, chain.Unmatched, newStory(chain.Refuse).close("run-x", chain.RunFailed))
}

func TestAJobThatIsNotKnownYet(t *testing.T) {
	s := newStory(chain.Refuse).started(t)
	s.pipeline("qc", waits)
	early := chain.Event{Key: chain.EventKey{Source: "/partners/p", ID: "a"}, Kind: chain.Complete, Partner: "p", Job: "j-7", Occurred: at(5), Recorded: at(5)}
	d := s.plan.Unplaced(chain.Snapshot{}, early)
	require.Equal(t, chain.Parked, d.Fate)
	s.snapshot.Job = chain.JobState{Parked: []chain.Event{*d.Park}}

	assert.Equal(t, chain.Recorded, s.event(chain.Record, "r", "qc", job("j-7")))
	assert.Equal(t, &chain.Job{Partner: "p", ID: "j-7", Asset: "tt-1", Run: s.snapshot.Head.Active.ID, Stage: "qc", Attempt: 1}, s.last.Job)
	assert.Equal(t, chain.StageCompleted, s.stage("qc").Status, "the parked answer took effect")
	assert.Equal(t, []chain.Settled{{Key: early.Key, Fate: chain.Applied}}, s.last.Settled)
	require.Len(t, s.last.Entries, 2)
	assert.Equal(t, chain.WhatStageCompleted, s.last.Entries[1].What)

	full := chain.Snapshot{Job: chain.JobState{Parked: make([]chain.Event, chain.ParkLimit)}}
	assert.Equal(t, chain.Refused, s.plan.Unplaced(full, early).Fate)
}

func TestASignOfLife(t *testing.T) {
	s := newStory(chain.Refuse).started(t)
	s.pipeline("qc", waits)
	percent := func(p float64) func(*chain.Event) { return func(e *chain.Event) { e.Percent = &p } }
	assert.Equal(t, chain.Applied, s.event(chain.Progress, "a", "qc", percent(50)))
	assert.Equal(t, chain.Stale, s.event(chain.Progress, "b", "qc", percent(20), occurred(1)))
	assert.InDelta(t, 50, *s.stage("qc").Progress, 0)
	require.Equal(t, chain.Applied, s.event(chain.Complete, "c", "qc"))
	assert.Equal(t, chain.Late, s.event(chain.Progress, "d", "qc", percent(90)))
}

func TestCallbackIDs(t *testing.T) {
	c := chain.Callback{Asset: "10.5240/7791-8534-2C23-9030-8610-5\nx", Run: "run-1", Stage: "qc", Attempt: 2}
	got, err := chain.ParseCallback(c.String())
	require.NoError(t, err)
	assert.Equal(t, c, got)
	for _, bad := range []string{"", "x", "!!", "YQ", chain.Callback{Stage: "qc", Run: "r", Asset: "a"}.String()} {
		_, err := chain.ParseCallback(bad)
		require.EqualError(t, err, "not a callback id of this supply chain")
	}
}

func TestPlansTravelAsText(t *testing.T) {
	p := chain.Plan{SecondStart: chain.Queue, Stages: []chain.StagePlan{{Name: "qc", WarnSeconds: 60}, {Name: "approve", Deciders: []string{"anna"}}}}
	text, err := p.Encode()
	require.NoError(t, err)
	got, err := chain.DecodePlan(text)
	require.NoError(t, err)
	assert.Equal(t, p, got)
	_, err = chain.DecodePlan(`{"secondStart":"maybe","stages":[{"name":"qc"}]}`)
	require.EqualError(t, err, `decode plan: secondStart must be one of ["refuse" "queue" "supersede"], got "maybe"`)
	_, err = chain.DecodePlan(`{"secondStart":"queue","stages":[]}`)
	require.EqualError(t, err, "decode plan: want 1 to 45 stages, got 0")
}
