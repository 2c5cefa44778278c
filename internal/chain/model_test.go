package chain_test

import (
	"fmt"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mediasupplychain/cdk/internal/chain"
)

// model is what docs/state.md promises of one asset, written from its table
// without a look at the code: flat, slow, with no versions and no snapshots.
type model struct {
	policy             chain.Policy
	runs               int // that have begun
	active             bool
	version            string
	began              time.Time
	newest             time.Time
	waiting            []chain.Event
	status             map[string]string
	attempt            map[string]int
	answer             map[string]string
	answered, lastSign map[string]time.Time
}

func (m *model) begin(e chain.Event, now time.Time) {
	m.runs, m.active, m.version, m.began = m.runs+1, true, e.Version, now
	m.status, m.attempt, m.answer = map[string]string{}, map[string]int{}, map[string]string{}
	m.answered, m.lastSign = map[string]time.Time{}, map[string]time.Time{}
	for _, stage := range []string{"qc", "delivery"} {
		m.status[stage], m.attempt[stage] = "Expected", 1
	}
}

func (m *model) event(e chain.Event) chain.Fate {
	switch e.Kind { //nolint:exhaustive // what follows is for all others
	case chain.Start:
		return m.start(e)
	case chain.Record:
		return "recorded"
	case chain.Unmapped:
		return "unmapped"
	}
	stage := e.Stage
	switch {
	case stage != "qc" && stage != "delivery", m.runs == 0:
		return "unmatched"
	case e.Attempt != 0 && e.Attempt < m.attempt[stage]:
		return "late"
	case e.Attempt > m.attempt[stage]:
		return "unmatched"
	case m.began.Sub(e.Occurred) > time.Minute:
		return "late"
	}
	if e.Kind == chain.Progress {
		switch {
		case m.status[stage] != "Expected" && m.status[stage] != "Waiting":
			return "late"
		case e.Occurred.Before(m.lastSign[stage]):
			return "stale"
		}
		m.lastSign[stage] = e.Occurred
		return "applied"
	}
	word := map[chain.Kind]string{chain.Complete: "Completed", chain.Fail: "Failed"}[e.Kind]
	if before := m.answer[stage]; before != "" {
		switch {
		case e.Occurred.Before(m.answered[stage]):
			return "stale"
		case before == word:
			return "repeated"
		}
		return "conflict"
	}
	if m.status[stage] != "Expected" && m.status[stage] != "Waiting" {
		return "late"
	}
	m.status[stage], m.answer[stage], m.answered[stage] = word, word, e.Occurred
	return "applied"
}

func (m *model) start(e chain.Event) chain.Fate {
	if e.Occurred.Before(m.newest) {
		return "stale"
	}
	fate := chain.Fate("applied")
	switch {
	case !m.active:
		m.begin(e, e.Recorded)
	case m.policy == chain.Refuse:
		return "refused"
	case m.policy == chain.Queue && len(m.waiting) == 10:
		return "refused"
	case m.policy == chain.Queue:
		m.waiting, fate = append(m.waiting, e), "queued"
	case e.Version != "" && e.Version == m.version:
		return "refused"
	default:
		m.begin(e, e.Recorded)
	}
	m.newest = e.Occurred
	return fate
}

func (m *model) close(now time.Time) {
	m.active = false
	for stage, status := range m.status {
		if status == "Expected" || status == "Waiting" {
			m.status[stage] = "Canceled"
		}
	}
	if len(m.waiting) > 0 {
		next := m.waiting[0]
		m.waiting = m.waiting[1:]
		m.begin(next, now)
	}
}

// pipeline does what the pipeline may do to a stage.
func pipeline(t *rapid.T, m *model, s *story, stage string) {
	switch status := m.status[stage]; rapid.IntRange(0, 2).Draw(t, "pipeline") {
	case 0:
		if status == "Expected" {
			m.status[stage] = "Waiting"
			s.pipeline(stage, waits)
		}
	case 1:
		if status == "Waiting" {
			m.status[stage] = "TimedOut"
			s.pipeline(stage, timedOut)
		}
	case 2:
		if status == "Failed" && m.answer[stage] != "" {
			m.status[stage], m.answer[stage] = "Expected", ""
			m.attempt[stage]++
			s.pipeline(stage, again)
		}
	}
}

func drawEvent(t *rapid.T, minute, n int) chain.Event {
	e := chain.Event{
		Key: chain.EventKey{Source: fmt.Sprint("/partners/", rapid.IntRange(1, 2).Draw(t, "partner")), ID: strconv.Itoa(n)}, Asset: "tt-1", Partner: "p",
		Kind:     rapid.SampledFrom([]chain.Kind{chain.Start, chain.Complete, chain.Complete, chain.Fail, chain.Fail, chain.Start, chain.Progress, chain.Record, chain.Unmapped}).Draw(t, "kind"),
		Occurred: at(minute - rapid.IntRange(0, 4).Draw(t, "age")), Recorded: at(minute),
	}
	if e.Kind == chain.Start {
		e.Version = rapid.SampledFrom([]string{"", "v1", "v2"}).Draw(t, "version")
	} else if e.Kind != chain.Unmapped {
		e.Stage = rapid.SampledFrom([]string{"qc", "delivery", "qc", "delivery", "captions"}).Draw(t, "stage")
		e.Attempt = rapid.SampledFrom([]int{0, 0, 0, 1, 2}).Draw(t, "attempt")
	}
	return e
}

func TestDecisionsAreThoseOfTheReferenceModel(t *testing.T) {
	seen := map[chain.Fate]int{}
	rapid.Check(t, func(t *rapid.T) {
		policy := rapid.SampledFrom(chain.Policies()).Draw(t, "policy")
		m := &model{policy: policy}
		s := newStory(policy)
		s.plan.Stages = []chain.StagePlan{{Name: "qc"}, {Name: "delivery"}}
		for n := range rapid.IntRange(10, 60).Draw(t, "steps") {
			s.minute++
			switch rapid.IntRange(0, 7).Draw(t, "who") {
			case 0:
				if m.active {
					s.minute--
					s.close(s.snapshot.Head.Active.ID, chain.RunCompleted)
					m.close(at(s.minute))
				}
			case 1, 2:
				if m.runs > 0 {
					pipeline(t, m, s, rapid.SampledFrom([]string{"qc", "delivery"}).Draw(t, "stage"))
				}
			default:
				e := drawEvent(t, s.minute, n)
				before := s.snapshot
				want := m.event(e)
				d := s.plan.Decide(before, e)
				require.Equal(t, want, d.Fate, "%+v", e)
				require.Equal(t, d, s.plan.Decide(before, e), "the same again")
				s.snapshot = before.After(d)
				seen[d.Fate]++
				checkDecision(t, before, d, e)
			}
			require.Equal(t, m.active, s.snapshot.Head.Active != nil)
			require.Len(t, s.snapshot.Head.Queue, len(m.waiting))
			for stage, status := range m.status {
				require.Equal(t, status, string(s.stage(stage).Status), stage)
				require.Equal(t, m.attempt[stage], s.stage(stage).Attempt, stage)
			}
		}
	})
	for _, fate := range []chain.Fate{chain.Applied, chain.Queued, chain.Refused, chain.Stale, chain.Late, chain.Repeated, chain.Conflict, chain.Unmatched} {
		assert.Positive(t, seen[fate], "no event was %s: the test shows nothing of it", fate)
	}
}

// checkDecision: an event has exactly one line and one fate; what does not take
// effect changes nothing; versions only grow; an answer is never taken back.
func checkDecision(t *rapid.T, before chain.Snapshot, d chain.Decision, e chain.Event) {
	own := slices.DeleteFunc(slices.Clone(d.Entries), func(entry chain.Entry) bool { return entry.Fate == "" })
	require.Len(t, own, 1)
	require.Equal(t, d.Fate, own[0].Fate)
	require.Equal(t, e.Key, own[0].Event)
	if d.Fate != chain.Applied && d.Fate != chain.Queued {
		require.Nil(t, d.Head)
		require.Empty(t, d.Stages)
		require.Empty(t, d.Runs)
	}
	if d.Head != nil {
		require.Greater(t, d.Head.Version, before.Head.Version)
	}
	for _, stage := range d.Stages {
		was := before.Stages[stage.Name]
		require.Greater(t, stage.Version, was.Version)
		if was.Run == stage.Run {
			require.GreaterOrEqual(t, stage.Attempt, was.Attempt)
			require.Nil(t, was.Outcome, "an answer was replaced")
		}
	}
}

// Events for different stages of a run commute: neither order is a race.
func TestEventsOfDifferentStagesCommute(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newStory(chain.Refuse)
		s.plan.Stages = []chain.StagePlan{{Name: "qc"}, {Name: "delivery"}}
		require.Equal(t, chain.Applied, s.event(chain.Start, "m-1", ""))
		one, other := drawEvent(t, 3, 1), drawEvent(t, 4, 2)
		kinds := rapid.SampledFrom([]chain.Kind{chain.Complete, chain.Fail, chain.Progress})
		one.Kind, one.Stage = kinds.Draw(t, "one"), "qc"
		other.Kind, other.Stage = kinds.Draw(t, "other"), "delivery"
		apply := func(events ...chain.Event) chain.Snapshot {
			snapshot := s.snapshot
			for _, e := range events {
				snapshot = snapshot.After(s.plan.Decide(snapshot, e))
			}
			return snapshot
		}
		require.Equal(t, apply(one, other), apply(other, one))
	})
}

// Pure means pure.
func TestChainKnowsNoCloud(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").CombinedOutput()
	require.NoError(t, err, string(out))
	deps := strings.Fields(string(out))
	require.Contains(t, deps, "github.com/mediasupplychain/cdk/internal/wire", "the list is the right one")
	for _, dep := range deps {
		for _, cloud := range []string{"aws-cdk-go", "constructs-go", "jsii-runtime-go", "aws-sdk-go", "aws-lambda-go"} {
			assert.NotContains(t, dep, cloud)
		}
	}
}
