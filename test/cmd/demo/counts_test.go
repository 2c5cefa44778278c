package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/supplychain/state"
	"github.com/mediasupplychain/cdk/test/drive"
)

func TestCountsComeFromWhatTheSupplyChainTells(t *testing.T) {
	farm, qc, mam := partnerOf("packaging"), partnerOf("qc"), allPartners()[0]
	sent := []sending{{Partner: mam}, {Partner: farm}, {Partner: farm}, {Partner: farm}, {Partner: qc}, {Partner: qc, Refused: 401}}
	tells := found{
		histories: map[string][]state.Entry{"clean": {
			{What: "run.started", Fate: "applied", Event: event("/partners/mam", "1")},
			{What: "run.superseded", Event: event("/partners/mam", "1")}, // what the same event did besides
			{What: "stage.completed", Fate: "applied", Event: event("/partners/transcodefarm", "2")},
			{What: "stage.completed", Fate: "late", Event: event("/partners/qc", "3")},
			{What: "run.completed", Fate: "applied", Event: event("/executions", "4")}, // no partner sent it
		}},
		duplicates: map[string]int{"packaging": 1}, parked: map[string][]drive.Parked{"packaging": {{}}},
	}

	all := tally(sent, tells)

	require.NoError(t, all.verdict())
	assert.Equal(t, map[string]int{"applied": 2, "late": 1, duplicate: 1, rejected: 1, deadLettered: 1}, all.total().Ends)
}

func TestCountsFailWhereAnEventIsLost(t *testing.T) {
	all := tally([]sending{{Partner: partnerOf("qc")}, {Partner: partnerOf("rights")}}, found{
		histories: map[string][]state.Entry{"clean": {{Fate: "applied", Event: event("/partners/rights", "1")}}}})

	assert.EqualError(t, all.verdict(), "qc: 1 sent, but 0 found: nothing")
}

func TestCountsFailWhereAnEventEndedTwice(t *testing.T) {
	all := tally([]sending{{Partner: partnerOf("qc")}}, found{
		histories: map[string][]state.Entry{"clean": {{Fate: "applied", Event: event("/partners/qc", "1")}}},
		parked:    map[string][]drive.Parked{"qc": {{}}}})

	assert.EqualError(t, all.verdict(), "qc: 1 sent, but 2 found: 1 applied, 1 dead-lettered")
}

func TestCountsFailWhereALossAndASurplusWouldCancelOut(t *testing.T) {
	all := counts{{Source: "qc", Sent: 2, Ends: map[string]int{"applied": 1}}, {Source: "rights", Sent: 1, Ends: map[string]int{"applied": 2}}}

	assert.Error(t, all.verdict())
	assert.Equal(t, all.total().Sent, all.total().sum())
}

func TestARequestThatWasLetInIsNoRejection(t *testing.T) {
	all := tally([]sending{{Partner: partnerOf("qc"), Refused: 200}}, found{})

	assert.EqualError(t, all.verdict(), "qc: 1 sent, but 0 found: nothing")
}

func TestCountsOfNothingProveNothing(t *testing.T) {
	assert.EqualError(t, tally(nil, found{}).verdict(), "nothing was sent")
}

func TestCountsShowEndsThatAreNotExpected(t *testing.T) {
	var out strings.Builder

	require.NoError(t, counts{{Source: "qc", Sent: 3, Ends: map[string]int{"applied": 1, "conflict": 1}}}.table(&out))

	assert.Equal(t, ""+
		"  source  sent  =  applied  recorded  duplicate  late  rejected  dead-lettered  conflict  lost\n"+
		"      qc     3           1         0          0     0         0              0         1     1\n"+
		"     all     3           1         0          0     0         0              0         1     1\n", out.String())
}
