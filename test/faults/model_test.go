package faults

import "slices"

// The reference model: what docs/state.md and the example's stages promise of one
// title when nothing fails. It is written from those pages, without a look at the
// handlers, and knows neither table nor queue nor attempt to write anything twice.

// stageRule is what examples/supplychain/stack/stages.go says of a stage.
type stageRule struct {
	name     string
	source   string // of its answers
	attempts int
	deciders []string // empty: anybody
	waiver   string   // the stage that is asked for when attempts are used up; empty: the run fails
	fails    bool     // its partner has words for a failure
}

// pipeline has the stages that wait for somebody, in order. The stage metadata,
// a function, is before them and never fails here.
var pipeline = []stageRule{
	{name: "rights", source: "rights", attempts: 1, fails: true},
	{name: "editing", source: "editing", attempts: 1, fails: true},
	{name: "packaging", source: "packaging", attempts: 2, fails: true},
	{name: "qc", source: "qc", attempts: 2, waiver: "qc_waiver", fails: true},
	{name: "qc_waiver", source: "review", attempts: 1, deciders: []string{"head-of-operations"}, fails: true},
	{name: "review", source: "review", attempts: 1, deciders: []string{"head-of-operations", "duty-manager", "cto"}, fails: true},
	{name: "delivery", source: "delivery", attempts: 1},
	{name: "distribution", source: "distribution", attempts: 1, fails: true},
}

func ruleOf(stage string) stageRule {
	return pipeline[slices.IndexFunc(pipeline, func(r stageRule) bool { return r.name == stage })]
}

// attempt names one request to a partner: the run by its place among the title's.
type attempt struct {
	run    int
	stage  string
	number int
}

// stageModel is how a stage stands.
type stageModel struct {
	status   string
	attempt  int
	answer   string  // of the current attempt: "Completed", "Failed" or none
	answered float64 // when that occurred
	lastSign float64 // when the newest sign of life occurred
}

func (s *stageModel) open() bool { return s.status == "Expected" || s.status == "Waiting" }

// runModel is one passage through the pipeline.
type runModel struct {
	status  string // Running, Completed, Failed, Aborted, Superseded
	version int
	stages  map[string]*stageModel
	severe  bool // quality control has severe findings
}

// titleModel is all that is known of a title.
type titleModel struct {
	runs []*runModel
}

func (t *titleModel) run() *runModel { return t.runs[len(t.runs)-1] }

func (t *titleModel) active() bool { return len(t.runs) > 0 && t.run().status == "Running" }

// start announces a master: a newer version supersedes the active run, the same
// one is refused while it runs.
func (t *titleModel) start(version int) string {
	if t.active() {
		if t.run().version == version {
			return "refused"
		}
		t.run().status = "Superseded"
	}
	run := &runModel{status: "Running", version: version, stages: map[string]*stageModel{
		"metadata": {status: "Completed", attempt: 1},
	}}
	for _, rule := range pipeline {
		run.stages[rule.name] = &stageModel{status: "Expected", attempt: 1}
	}
	t.runs = append(t.runs, run)
	run.travel()
	return "applied"
}

// abort is an operator who stops the execution.
func (t *titleModel) abort() { t.run().end("Aborted") }

// answer is a partner's. It is about an attempt if it carries that one's callback
// id, else about the current one. severe and who matter to some stages only.
func (t *titleModel) answer(stage, status string, at float64, about *attempt, who string, severe bool) string {
	s, kept := t.slot(stage, about)
	if kept != "" {
		return kept
	}
	rule := ruleOf(stage)
	switch {
	case len(rule.deciders) > 0 && !slices.Contains(rule.deciders, who):
		return "refused"
	case s.answer != "" && at < s.answered:
		return "stale"
	case s.answer == status:
		return "repeated"
	case s.answer != "":
		return "conflict"
	case !s.open():
		return "late"
	}
	s.status, s.answer, s.answered = status, status, at
	if stage == "qc" && status == "Completed" {
		t.run().severe = severe
	}
	t.run().travel()
	return "applied"
}

// progress is a sign of life.
func (t *titleModel) progress(stage string, at float64, about *attempt) string {
	s, kept := t.slot(stage, about)
	switch {
	case kept != "":
		return kept
	case !s.open():
		return "late"
	case at < s.lastSign:
		return "stale"
	}
	s.lastSign = at
	return "applied"
}

func (t *titleModel) slot(stage string, about *attempt) (*stageModel, string) {
	if len(t.runs) == 0 {
		return nil, "unmatched"
	}
	s := t.run().stages[stage]
	if about != nil {
		switch {
		case about.run != len(t.runs)-1, about.number < s.attempt:
			return nil, "late"
		case about.number > s.attempt:
			return nil, "unmatched"
		}
	}
	return s, ""
}

// travel goes on through the pipeline until somebody has to be waited for.
func (r *runModel) travel() {
	if r.status != "Running" {
		return
	}
	for _, rule := range pipeline {
		s := r.stages[rule.name]
		switch {
		case rule.name == "qc_waiver" && !r.exhausted("qc"):
			continue // nobody needs it
		case rule.name == "review" && !r.severe:
			s.status = "Skipped"
			continue
		case s.answer == "Completed", s.status == "Failed" && rule.waiver != "" && s.attempt == rule.attempts:
			continue
		case s.answer == "Failed" && s.attempt < rule.attempts:
			*s = stageModel{status: "Waiting", attempt: s.attempt + 1}
		case s.answer == "Failed":
			r.end("Failed")
		default:
			s.status = "Waiting"
		}
		return
	}
	r.end("Completed")
}

func (r *runModel) exhausted(stage string) bool {
	s := r.stages[stage]
	return s.answer == "Failed" && s.attempt == ruleOf(stage).attempts
}

// waiting is the attempt that the run waits for; none when it is over.
func (t *titleModel) waiting() (attempt, bool) {
	if !t.active() {
		return attempt{}, false
	}
	for _, rule := range pipeline {
		if s := t.run().stages[rule.name]; s.status == "Waiting" {
			return attempt{len(t.runs) - 1, rule.name, s.attempt}, true
		}
	}
	return attempt{}, false
}

// end closes the run: nobody is waited for any more.
func (r *runModel) end(status string) {
	r.status = status
	for _, s := range r.stages {
		if s.open() {
			s.status = "Canceled"
		}
	}
}
