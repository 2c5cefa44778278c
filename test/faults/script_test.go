package faults

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/mediasupplychain/cdk/test/drive"
)

// An event is one that a partner sends, and what has to become of it.
type event struct {
	n      int // within the title
	file   string
	source string // of the supply chain
	fields drive.Fields
	kind   eventKind
	at     float64 // its place in the title's time, as the model has it
	older  *event  // it occurred a little before this one
	about  *attempt

	// copies is how often it is sent at once, besides the first time.
	copies int
	// again is the event that this one is the very same as.
	again *event
	// fates are those that are right: one, but where two events race.
	fates []string
	// parked says that it is parked first, and gets its fate later.
	parked bool
	// starts says that a run begins by it.
	starts bool
	// large says that its payload is too large for the table, and goes to the bucket.
	large bool
}

type eventKind int

const (
	plain     eventKind = iota
	notJSON             // poison: nobody can read it
	noAsset             // poison: the asset is missing
	forged              // the signature is wrong: not taken
	elsewhere           // about a title that nobody knows
	commented           // an editor's comment: to be kept
)

func (e *event) poison() bool { return e.kind == notJSON || e.kind == noAsset }

// A step is what is sent at once, in any order, when what it waits for has
// happened.
type step struct {
	what   string
	asked  *attempt // wait until this has been asked
	over   int      // wait until the run with this number (from 1) is over
	events []*event
	places []*event // parked ones that get their fate by this step
	stop   bool     // an operator stops the execution of the latest run
}

// A title is the script of one asset, with what has to come out.
type title struct {
	asset string
	steps []*step
	model titleModel
	// otherwise is the end if the event of that number took effect, where two
	// answers race for the last stage.
	race *race

	random *rand.Rand
	clock  float64
	events []*event
	budget int
	// freeVersion is the version of the next new master.
	freeVersion int
}

// race is between two contrary answers to the last stage.
type race struct {
	failed *event // the run has failed if this took effect, else it has completed
}

// write writes the script of the title with that number, of about so many events.
func write(seed uint64, number, events int) *title {
	t := &title{
		asset:  fmt.Sprintf("title-%d-%04d", seed%100_000, number),
		random: rand.New(rand.NewPCG(seed, uint64(number))),
	}
	t.budget = max(3, events-4) + t.random.IntN(6)
	t.newRun(&step{what: "new master"})
	for len(t.events) < t.budget+2*events/3 { // a limit only: each run ends, or waits on purpose
		if !t.move() {
			break
		}
	}
	if waiting, active := t.model.waiting(); active {
		t.add(&step{what: "waits", asked: &waiting})
	} else {
		t.add(&step{what: "is over", over: len(t.model.runs)})
	}
	return t
}

func (t *title) chance(percent int) bool { return t.random.IntN(100) < percent }

func (t *title) tick() float64 {
	t.clock++
	return t.clock
}

// sources of the files, and how an event's id is in its payload.
func (t *title) event(file string, fields drive.Fields) *event {
	source, _, _ := strings.Cut(file, "-")
	e := &event{n: len(t.events) + 1, file: file, source: source, fields: fields, at: t.tick()}
	if e.fields == nil {
		e.fields = drive.Fields{}
	}
	t.events = append(t.events, e)
	return e
}

func (t *title) add(s *step) *step {
	t.random.Shuffle(len(s.events), func(i, j int) { s.events[i], s.events[j] = s.events[j], s.events[i] })
	for _, e := range s.events {
		if e.again == nil && e.kind != forged && t.chance(12) {
			e.copies = 1 + t.random.IntN(2)
		}
	}
	t.steps = append(t.steps, s)
	return s
}

// newRun announces a master that nobody knows yet.
func (t *title) newRun(s *step) {
	t.freeVersion++
	e := t.master(t.freeVersion)
	e.fates, e.starts = []string{t.model.start(t.freeVersion)}, true
	s.events = []*event{e}
	if t.chance(20) {
		s.events = append(s.events, t.harmless()...)
	}
	t.add(s)
}

func (t *title) master(version int) *event {
	return t.event("masters-registered", drive.Fields{
		"asset": map[string]any{"houseId": strings.ToUpper(t.asset), "version": version, "essence": map[string]any{"uri": "s3://masters/" + t.asset}},
	})
}

// move adds the next step. It is false when the script is over.
func (t *title) move() bool {
	waiting, active := t.model.waiting()
	if !active {
		return t.afterwards()
	}
	spent := len(t.events) >= t.budget
	switch dice := t.random.IntN(100); {
	case spent && t.chance(12):
		return false // it waits for ever, as far as this script goes
	case spent, dice < 42:
		t.inTime(waiting)
	case dice < 52:
		t.together(waiting)
	case dice < 62:
		t.early(waiting)
	case dice < 88:
		t.noise(waiting)
	case dice < 92 && len(t.model.runs) < 3:
		t.newRun(&step{what: "new version", asked: &waiting})
	case dice < 93:
		t.add(&step{what: "an operator stops the run", asked: &waiting, stop: true})
		t.model.abort()
	default:
		t.inTime(waiting)
	}
	return true
}

// inTime answers when the partner has been asked.
func (t *title) inTime(waiting attempt) {
	if waiting.stage == "distribution" && t.race == nil && t.chance(15) {
		t.photoFinish(waiting)
		return
	}
	e := t.answer(waiting.stage, t.outcome(waiting.stage, 15))
	if e.source != "delivery" && e.source != "distribution" && t.chance(50) {
		e.about = &waiting
	}
	t.decide(e)
	s := &step{what: "answer in time", asked: &waiting, events: []*event{e}}
	if t.chance(25) {
		s.events = append(s.events, t.harmless()...)
	}
	t.add(s)
}

// outcome is Completed, or Failed for some percent of the answers.
func (t *title) outcome(stage string, failures int) string {
	if ruleOf(stage).fails && t.chance(failures) {
		return "Failed"
	}
	return "Completed"
}

// together answers the waiting stage and the next ones at once: whether the later
// ones are early or in time, nobody can know, and it does not matter.
func (t *title) together(waiting attempt) {
	s := &step{what: "answers to several stages at once", asked: &waiting}
	for i, stage := range t.upcoming(waiting) {
		if i > t.random.IntN(3) || !t.model.active() {
			break // an early failure can have ended the run; what is sent with that may still be in time, or late
		}
		e := t.answer(stage, "Completed")
		t.decide(e)
		s.events = append(s.events, e)
		if stage == "qc" {
			break // what comes after it depends on what it says
		}
	}
	t.add(s)
}

// upcoming are the waiting stage and those after it that have no answer, decisions
// of people aside.
func (t *title) upcoming(waiting attempt) []string {
	var all []string
	for _, rule := range pipeline {
		s := t.model.run().stages[rule.name]
		if rule.name == waiting.stage || s.status == "Expected" && len(rule.deciders) == 0 && after(waiting.stage, rule.name) {
			all = append(all, rule.name)
		}
	}
	return all
}

func after(first, second string) bool {
	for _, rule := range pipeline {
		switch rule.name {
		case first:
			return true
		case second:
			return false
		}
	}
	return false
}

// early answers a stage whose turn has not come.
func (t *title) early(waiting attempt) {
	coming := t.upcoming(waiting)[1:]
	if len(coming) == 0 {
		t.inTime(waiting)
		return
	}
	stage := coming[t.random.IntN(len(coming))]
	e := t.answer(stage, t.outcome(stage, 20))
	t.decide(e)
	t.add(&step{what: "early answer", asked: &waiting, events: []*event{e}})
}

// decide asks the model what becomes of an answer.
func (t *title) decide(e *event) {
	word, _ := e.fields["%status"].(string)
	stage, _ := e.fields["%stage"].(string)
	severe, _ := e.fields["%severe"].(bool)
	who, _ := e.fields["person"].(string)
	at := e.at
	if e.older != nil {
		at = e.older.at - 0.5
	}
	e.fates = []string{t.model.answer(stage, word, at, e.about, who, severe)}
}

// answer is an answer to a stage. The fields that begin with % are for the model.
func (t *title) answer(stage, status string) *event {
	rule := ruleOf(stage)
	file := map[string]string{
		"rightsCompleted": "rights-cleared", "rightsFailed": "rights-denied",
		"editingCompleted":   "editing-sequence-locked",
		"editingFailed":      "editing-sequence-rejected",
		"packagingCompleted": "packaging-complete", "packagingFailed": "packaging-error",
		"qcCompleted": "qc-passed", "qcFailed": "qc-failed",
		"reviewCompleted": "review-approved", "reviewFailed": "review-rejected",
		"deliveryCompleted":     "delivery-download-complete",
		"distributionCompleted": "distribution-asset-ready", "distributionFailed": "distribution-asset-errored",
	}[rule.source+status]
	severe := stage == "qc" && status == "Completed" && t.chance(30)
	if severe {
		file = "qc-severe-findings"
	}
	e := t.event(file, drive.Fields{"%stage": stage, "%status": status, "%severe": severe})
	e.large = t.chance(4)
	if len(rule.deciders) > 0 {
		e.fields["stage"], e.fields["person"] = stage, rule.deciders[t.random.IntN(len(rule.deciders))]
	}
	return e
}

// photoFinish sends contrary answers to the last stage at once. The first one to
// arrive counts; the other one is in conflict with it, or stale if it is older.
func (t *title) photoFinish(waiting attempt) {
	ready, errored := t.answer(waiting.stage, "Completed"), t.answer(waiting.stage, "Failed")
	ready.fates, errored.fates = []string{"applied", "stale"}, []string{"applied", "conflict"}
	t.race = &race{failed: errored}
	t.add(&step{what: "contrary answers at once", asked: &waiting, events: []*event{ready, errored}})
	t.model.answer(waiting.stage, "Completed", ready.at, nil, "", false)
}

// noise is what changes nothing, while the run waits.
func (t *title) noise(waiting attempt) {
	s := &step{what: "noise", asked: &waiting}
	for range 1 + t.random.IntN(3) {
		switch t.random.IntN(9) {
		case 0, 1, 2:
			s.events = append(s.events, t.secondAnswer()...)
		case 3:
			s.events = append(s.events, t.oldAttempt(waiting)...)
		case 4, 5:
			s.events = append(s.events, t.sameAgain()...)
		case 6:
			if len(ruleOf(waiting.stage).deciders) > 0 {
				e := t.answer(waiting.stage, "Completed")
				e.fields["person"] = "intern"
				t.decide(e)
				s.events = append(s.events, e)
			}
		case 7:
			e := t.master(t.model.run().version)
			e.fates = []string{t.model.start(t.model.run().version)}
			s.events = append(s.events, e)
		default:
			s.events = append(s.events, t.harmless()...)
		}
	}
	t.add(s)
	if waiting.stage == "packaging" && t.chance(50) {
		t.farm(waiting)
	}
}

// farm lets the transcode farm tell how far it is; or that it is done, before
// anybody knows whose job it is.
func (t *title) farm(waiting attempt) {
	job := fmt.Sprintf("job-%s-%d", t.asset, len(t.events))
	sign := t.event("packaging-progressing", drive.Fields{"jobId": job})
	if t.chance(40) {
		done := t.answer("packaging", "Completed")
		done.fields["jobId"], done.fields["userMetadata"], done.parked = job, map[string]any{}, true
		t.add(&step{what: "a job that nobody knows is done", asked: &waiting, events: []*event{done}})
		sign.fates = []string{t.model.progress("packaging", sign.at, nil)}
		t.decide(done)
		t.add(&step{what: "whose job it is", asked: &waiting, events: []*event{sign}, places: []*event{done}})
		return
	}
	sign.fates = []string{t.model.progress("packaging", sign.at, nil)}
	t.add(&step{what: "sign of life", asked: &waiting, events: []*event{sign}})
	if t.chance(50) {
		older := t.event("packaging-progressing", drive.Fields{"jobId": job})
		older.older, older.fates = sign, []string{t.model.progress("packaging", sign.at-0.5, nil)}
		t.add(&step{what: "older sign of life", asked: &waiting, events: []*event{older}})
	}
}

// secondAnswer answers a stage that has an answer.
func (t *title) secondAnswer() []*event {
	run := t.model.run()
	var first []*event
	for _, e := range t.events {
		stage, _ := e.fields["%stage"].(string)
		if s := run.stages[stage]; s != nil && s.answer != "" && s.answered == e.at && len(e.fates) == 1 && e.fates[0] == "applied" {
			first = append(first, e)
		}
	}
	if len(first) == 0 {
		return t.harmless()
	}
	before := first[t.random.IntN(len(first))]
	stage := before.fields["%stage"].(string)
	e := t.answer(stage, t.outcome(stage, 50))
	e.fields["%severe"] = false
	if t.chance(30) {
		e.older = before
	}
	t.decide(e)
	return []*event{e}
}

// oldAttempt answers an attempt that is over: of this run, or of one before.
func (t *title) oldAttempt(waiting attempt) []*event {
	var old *attempt
	for _, s := range t.steps {
		if s.asked == nil || s.asked.stage == "delivery" || s.asked.stage == "distribution" {
			continue
		}
		over := s.asked.run < waiting.run || s.asked.stage == waiting.stage && s.asked.number < waiting.number
		if over {
			old = s.asked
		}
	}
	if old == nil {
		return t.harmless()
	}
	e := t.answer(old.stage, t.outcome(old.stage, 50))
	e.about = old
	t.decide(e)
	return []*event{e}
}

// sameAgain sends an event of an earlier step once more.
func (t *title) sameAgain() []*event {
	var sent []*event
	for _, s := range t.steps {
		for _, e := range s.events {
			if e.again == nil && e.kind != forged && !e.poison() {
				sent = append(sent, e)
			}
		}
	}
	before := sent[t.random.IntN(len(sent))]
	e := t.event(before.file, nil)
	e.kind, e.again = before.kind, before
	return []*event{e}
}

// harmless is what has its fate whatever else happens.
func (t *title) harmless() []*event {
	switch t.random.IntN(7) {
	case 0:
		e := t.event("masters-registered", drive.Fields{"event": "MASTER_ARCHIVED"})
		e.fates = []string{"recorded"}
		return []*event{e}
	case 1:
		e := t.event("editing-sequence-locked", nil)
		e.kind, e.fates = commented, []string{"recorded"}
		return []*event{e}
	case 2:
		e := t.event("qc-halted", nil)
		e.fates = []string{"unmapped"}
		return []*event{e}
	case 3:
		e := t.event("packaging-complete", nil)
		e.kind = notJSON
		return []*event{e}
	case 4:
		file := []string{"rights-cleared", "editing-sequence-locked", "delivery-download-complete", "distribution-asset-ready", "masters-registered"}[t.random.IntN(5)]
		e := t.event(file, nil)
		e.kind = noAsset
		return []*event{e}
	case 5:
		e := t.event("distribution-asset-ready", nil)
		e.kind = forged
		return []*event{e}
	}
	e := t.event("rights-cleared", nil)
	e.kind, e.fates = elsewhere, []string{"unmatched"}
	return []*event{e}
}

// afterwards is what comes when the run is over.
func (t *title) afterwards() bool {
	over := len(t.model.runs)
	if t.race == nil {
		s := &step{what: "after the end", over: over}
		for _, rule := range pipeline {
			if !t.chance(12) {
				continue
			}
			e := t.answer(rule.name, t.outcome(rule.name, 40))
			e.fields["%severe"] = false
			t.decide(e)
			s.events = append(s.events, e)
		}
		t.add(s)
	}
	if t.race != nil || len(t.events) >= t.budget {
		return false
	}
	t.newRun(&step{what: "new master after the end", over: over})
	return true
}
