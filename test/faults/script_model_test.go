package faults

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// described is a script as text.
func described(t *title) string {
	var text strings.Builder
	for _, s := range t.steps {
		fmt.Fprintf(&text, "%s %v\n", s.what, s.asked)
		for _, e := range s.events {
			fmt.Fprintf(&text, "  %d %s %v x%d %v\n", e.n, e.file, e.kind, 1+e.copies, e.fates)
		}
	}
	return text.String()
}

func TestASeedWritesTheSameScripts(t *testing.T) {
	first := described(write(7, 3, 20))

	assert.Equal(t, first, described(write(7, 3, 20)))
	assert.NotEqual(t, first, described(write(8, 3, 20)))
	assert.NotEqual(t, first, described(write(7, 4, 20)))
}

// The scripts of one run of the suite must hold each trouble there is.
func TestScriptsHoldEveryTrouble(t *testing.T) {
	found, ends, events := map[string]int{}, map[string]int{}, 0
	for number := range 500 {
		script := write(1, number, 20)
		events += len(script.events)
		for _, run := range script.model.runs {
			ends[run.status]++
		}
		for _, s := range script.steps {
			found[s.what]++
			for _, e := range s.events {
				for _, fate := range e.fates {
					found[fate]++
				}
				found[fmt.Sprintf("kind %d", e.kind)]++
				if e.copies > 0 {
					found["copies"]++
				}
				if e.again != nil {
					found["again"]++
				}
				if e.parked {
					found["parked"]++
				}
				if e.large {
					found["large"]++
				}
				if e.about != nil {
					found["by callback id"]++
				}
			}
		}
	}

	for _, trouble := range []string{
		"applied", "recorded", "refused", "stale", "late", "repeated", "conflict", "unmatched", "unmapped",
		"parked", "copies", "again", "by callback id", "large", "kind 1", "kind 2", "kind 3", "kind 4", "kind 5",
		"answer in time", "early answer", "answers to several stages at once", "contrary answers at once", "an operator stops the run",
		"new version", "new master after the end", "after the end", "a job that nobody knows is done", "older sign of life",
	} {
		assert.Greater(t, found[trouble], 10, trouble)
	}
	for _, end := range []string{"Running", "Completed", "Failed", "Aborted", "Superseded"} {
		assert.Greater(t, ends[end], 10, end)
	}
	assert.InDelta(t, 10_000, events, 1_500, "events of 500 assets")
	racing := 0
	for number := range 500 {
		if write(1, number, 20).race != nil {
			racing++
		}
	}
	assert.Less(t, racing, 100, "races are rare")
}

// The model against the tables of docs/state.md, in its words.
func TestTheModelSaysWhatTheDocumentationSays(t *testing.T) {
	about := func(run int, stage string, number int) *attempt { return &attempt{run, stage, number} }
	in := func(moves func(*titleModel)) *titleModel {
		model := &titleModel{}
		moves(model)
		return model
	}
	waitsForRights := in(func(m *titleModel) { m.start(1) })
	require.Equal(t, "unmatched", (&titleModel{}).answer("rights", "Completed", 1, nil, "", false), "for an unknown asset")
	assert.Equal(t, "applied", waitsForRights.answer("editing", "Completed", 5, nil, "", false), "early")
	assert.Equal(t, "repeated", waitsForRights.answer("editing", "Completed", 6, nil, "", false), "a second one, the same")
	assert.Equal(t, "conflict", waitsForRights.answer("editing", "Failed", 6, nil, "", false), "a second one, the contrary")
	assert.Equal(t, "stale", waitsForRights.answer("editing", "Failed", 4, nil, "", false), "a second one that occurred before")
	assert.Equal(t, "unmatched", waitsForRights.answer("rights", "Completed", 6, about(0, "rights", 2), "", false), "an attempt not begun")
	assert.Equal(t, "refused", waitsForRights.answer("review", "Completed", 6, nil, "intern", false), "by a person who may not decide")
	assert.Equal(t, "refused", waitsForRights.start(1), "a start of the very version that runs")
	assert.Equal(t, "applied", waitsForRights.answer("rights", "Completed", 7, nil, "", false), "in time")
	waiting, _ := waitsForRights.waiting()
	assert.Equal(t, attempt{0, "packaging", 1}, waiting, "editing was answered early")

	assert.Equal(t, "applied", waitsForRights.answer("packaging", "Failed", 8, nil, "", false))
	waiting, _ = waitsForRights.waiting()
	assert.Equal(t, attempt{0, "packaging", 2}, waiting)
	assert.Equal(t, "late", waitsForRights.answer("packaging", "Completed", 9, about(0, "packaging", 1), "", false), "to an earlier attempt")
	assert.Equal(t, "applied", waitsForRights.start(2), "a new version")
	assert.Equal(t, "Superseded", waitsForRights.runs[0].status)
	assert.Equal(t, "late", waitsForRights.answer("packaging", "Completed", 9, about(0, "packaging", 2), "", false), "to another run")
	assert.Equal(t, "applied", waitsForRights.answer("rights", "Failed", 10, nil, "", false))
	assert.Equal(t, "Failed", waitsForRights.runs[1].status)
	assert.Equal(t, "late", waitsForRights.answer("qc", "Completed", 11, nil, "", false), "to a run that is over")
	assert.Equal(t, "late", waitsForRights.progress("packaging", 11, nil), "nobody waits")
}

// A check that cannot fail is none: each finds what it is there for.
func TestTheChecksFindWhatIsWrong(t *testing.T) {
	script := &title{asset: "title-1"}
	lost, twice, poison := &event{n: 1, source: "rights", file: "rights-cleared", fates: []string{"applied"}},
		&event{n: 2, source: "qc", file: "qc-passed", fates: []string{"repeated"}}, &event{n: 3, source: "packaging", kind: notJSON}
	script.events = []*event{lost, twice, poison}
	p := &player{title: script, sent: map[*event]*sent{
		lost: {event: lost, key: "/partners/rights 1"}, twice: {event: twice, key: "/partners/qc 2"}, poison: {event: poison, key: "/partners/transcodefarm 3"},
	}}
	v := &verification{
		claims:   map[string]string{"/partners/qc 2": "applied", "/partners/mux 9": "applied"},
		operator: &operator{poison: map[string]map[string]int{p.marker(poison): {"packaging": 1, "qc": 1}}},
	}

	v.fates(p)
	v.invented([]*player{p})

	slices.Sort(v.wrong)
	assert.Equal(t, []string{
		`event /partners/mux 9 is applied, and nobody sent it`,
		`title-1: event 1 /partners/rights 1 is lost; want ["applied"]`,
		`title-1: event 2 /partners/qc 2 is applied; want ["repeated"]`,
		`title-1: poison 3 of packaging: claimed false, in the dead-letter queues of ["packaging" "qc"]`,
	}, v.wrong)
}
