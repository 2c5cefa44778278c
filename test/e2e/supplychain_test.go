package e2e

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/supplychain/state"
	"github.com/mediasupplychain/cdk/test/drive"
)

// A title goes through the whole supply chain: each partner answers by its own
// way when it is asked, and a person decides about findings.
func TestATitleTravelsFromMasterToAudience(t *testing.T) {
	title := register(t, "travels")

	title.answer("rights", "rights-cleared", nil)
	title.answer("editing", "editing-sequence-locked", nil)
	title.answer("packaging", "packaging-complete", nil)
	title.answer("qc", "qc-severe-findings", nil)
	title.answer("review", "review-approved", nil)
	title.answer("delivery", "delivery-download-complete", nil)
	title.answer("distribution", "distribution-asset-ready", nil)

	title.waitForEnd("Completed")
	assert.Equal(t, []string{
		"run.started applied",
		"metadata stage.completed",
		"rights stage.requested", "rights stage.completed applied",
		"editing stage.requested", "editing stage.completed applied",
		"packaging stage.requested", "packaging stage.completed applied",
		"qc stage.requested", "qc stage.completed applied",
		"review stage.requested", "review stage.completed applied",
		"delivery stage.requested", "delivery stage.completed applied",
		"distribution stage.requested", "distribution stage.completed applied",
		"run.completed applied",
	}, title.story())
	title.isOnTheBus()
	title.isNowhereParked()
}

// What has nothing to decide is not asked, and that is in the history too.
func TestATitleWithoutFindingsNeedsNoReview(t *testing.T) {
	title := register(t, "clean")
	title.answer("rights", "rights-cleared", nil)
	title.answer("editing", "editing-sequence-locked", nil)
	title.answer("packaging", "packaging-complete", nil)
	title.answer("qc", "qc-passed", nil)

	title.waitForEntry("delivery stage.requested") // the history tells in order

	assert.Contains(t, title.story(), "review stage.skipped")
	assert.NotContains(t, title.story(), "review stage.requested")
}

func TestARepeatedAnswerCountsOnce(t *testing.T) {
	title := register(t, "repeated")
	title.answer("rights", "rights-cleared", nil)
	title.answer("editing", "editing-sequence-locked", nil)
	title.waitFor("packaging", "Waiting")
	event, err := title.chain.Payload("packaging-complete", title.id, nil)
	require.NoError(t, err)

	for range 3 {
		require.NoError(t, title.chain.SendEvent(t.Context(), "packaging-complete", event))
	}

	title.waitFor("qc", "Waiting")
	title.waitForEntry("qc stage.requested")
	title.waitUntilQuiet()
	assert.Equal(t, 1, count(title.story(), "packaging stage.completed applied"))
	assert.Equal(t, 1, count(title.story(), "qc stage.requested"))
	title.isOnTheBus()
	title.isNowhereParked()
}

func TestAnAnswerThatComesBeforeTheRequestCounts(t *testing.T) {
	title := register(t, "early")
	title.waitFor("rights", "Waiting")

	title.send("editing-sequence-locked", nil)
	title.waitFor("editing", "Completed")
	title.answer("rights", "rights-cleared", nil)

	title.waitFor("packaging", "Waiting")
	assert.Equal(t, 1, count(title.story(), "editing stage.completed applied"))
	title.isNowhereParked()
}

// A new version of a master replaces the one under way: an answer to the old
// version's request says nothing about the new one, and is kept as late.
func TestAnAnswerToASupersededRequestIsLate(t *testing.T) {
	title := register(t, "late")
	title.waitFor("rights", "Waiting")
	old := title.callback("rights")
	first := title.asset().Active.ID

	title.send("masters-registered", drive.Fields{
		"messageId": "third-" + title.id, "asset": map[string]any{"houseId": strings.ToUpper(title.id), "version": 3},
	})
	require.NoError(t, title.chain.WaitForAsset(t.Context(), patience, title.id, "new run waits for rights", func(a state.Asset) bool {
		return a.Active != nil && a.Active.ID != first && a.Stages["rights"].Status == "Waiting"
	}))
	title.send("rights-cleared", drive.Fields{"requestId": old})

	title.waitForEntry("rights stage.completed late")
	assert.Contains(t, title.story(), "run.superseded")
	assert.Equal(t, "Waiting", title.asset().Stages["rights"].Status, "the new version's clearance")
	title.answer("rights", "rights-cleared", drive.Fields{"decisionId": "again-" + title.id, "requestId": title.callback("rights")})
	title.waitFor("editing", "Waiting")
	title.isNowhereParked()
}

// What cannot be read waits, with the reason, for somebody to look at it, and
// holds nothing up. A word that nobody mapped is kept in the history.
func TestPoisonIsParkedAndTheTitleTravelsOn(t *testing.T) {
	title := register(t, "poison")
	title.answer("rights", "rights-cleared", nil)
	title.answer("editing", "editing-sequence-locked", nil)
	title.waitFor("packaging", "Waiting")
	poison := drive.Event{Asset: title.id, ID: title.id, Payload: []byte(`{"status": "COMPLETE", "jobId": "` + title.id)}

	require.NoError(t, title.chain.SendEvent(t.Context(), "packaging-complete", poison))
	title.answer("packaging", "packaging-complete", nil)
	title.waitFor("qc", "Waiting")
	title.send("qc-halted", nil)

	title.waitForEntry("event.recorded unmapped")
	require.NoError(t, drive.Eventually(t.Context(), patience, "poison parked", func(ctx context.Context) (bool, string, error) {
		parked, err := title.chain.Parked(ctx, "packaging", title.id)
		return len(parked) == 1, "", err
	}))
	parked, err := title.chain.Parked(t.Context(), "packaging", title.id)
	require.NoError(t, err)
	assert.Equal(t, string(poison.Payload), parked[0].Body)
	assert.NotEmpty(t, parked[0].Attributes, "the reason")
	assert.Equal(t, "Waiting", title.asset().Stages["qc"].Status)
}

// title is an asset on its way.
type title struct {
	t     *testing.T
	chain *drive.SupplyChain
	id    string
}

var openedChain *drive.SupplyChain

// register announces the master of a new title, where permissions are checked:
// what the functions are granted is enough for all that these tests show.
func register(t *testing.T, name string) title {
	t.Helper()
	title := title{t, openChain(t), drive.NewAsset(name)}
	title.send("masters-registered", nil)
	return title
}

// openChain deploys the example, the first time a test wants it.
func openChain(t *testing.T) *drive.SupplyChain {
	t.Helper()
	if openedChain == nil {
		chain, err := drive.OpenSupplyChain(t.Context(), strict(t))
		require.NoError(t, err)
		openedChain = chain
	}
	return openedChain
}

func (x title) send(file string, set drive.Fields) {
	x.t.Helper()
	require.NoError(x.t, x.chain.Send(x.t.Context(), file, x.id, set))
}

// answer sends what a partner sends, when it has been asked.
func (x title) answer(stage, file string, set drive.Fields) {
	x.t.Helper()
	x.waitFor(stage, "Waiting")
	x.send(file, set)
}

func (x title) waitFor(stage, status string) {
	x.t.Helper()
	require.NoError(x.t, x.chain.WaitForAsset(x.t.Context(), patience, x.id, stage+" "+status,
		func(a state.Asset) bool { return a.Stages[stage].Status == status }))
}

func (x title) waitForEnd(status string) {
	x.t.Helper()
	require.NoError(x.t, x.chain.WaitForAsset(x.t.Context(), patience, x.id, "run "+status,
		func(a state.Asset) bool { return a.Active == nil && a.Last != nil && a.Last.Status == status }))
}

func (x title) waitForEntry(line string) {
	x.t.Helper()
	require.NoError(x.t, drive.Eventually(x.t.Context(), patience, x.id+": "+line, func(context.Context) (bool, string, error) {
		story := x.story()
		return count(story, line) > 0, strings.Join(story, ", "), nil
	}))
}

func (x title) waitUntilQuiet() {
	x.t.Helper()
	require.NoError(x.t, x.chain.WaitUntilQuiet(x.t.Context(), patience))
}

func (x title) asset() state.Asset {
	x.t.Helper()
	asset, err := x.chain.State.Asset(x.t.Context(), x.id)
	require.NoError(x.t, err)
	return asset
}

func (x title) history() []state.Entry {
	x.t.Helper()
	history, err := x.chain.History(x.t.Context(), x.id)
	require.NoError(x.t, err)
	return history
}

// story is the history in a line for each entry: the stage, what happened, and
// what became of the event that told it.
func (x title) story() []string {
	x.t.Helper()
	var lines []string
	for _, entry := range x.history() {
		lines = append(lines, strings.Join(strings.Fields(entry.Stage+" "+entry.What+" "+entry.Fate), " "))
	}
	return lines
}

// callback is the id that the request of a stage carries, in the active run.
func (x title) callback(stage string) string {
	x.t.Helper()
	id := ""
	require.NoError(x.t, drive.Eventually(x.t.Context(), patience, x.id+": "+stage+" requested", func(context.Context) (bool, string, error) {
		run := x.asset().Active.ID
		for _, entry := range x.history() {
			if entry.Run == run && entry.Stage == stage && entry.What == "stage.requested" {
				id = entry.CallbackID
			}
		}
		return id != "", "", nil
	}))
	return id
}

// isOnTheBus checks that each entry of the history was announced, once.
func (x title) isOnTheBus() {
	x.t.Helper()
	want := map[string]int{}
	for _, entry := range x.history() {
		if entry.Canonical != nil {
			want[entry.Event.ID]++ // a partner's event goes on as it is
		} else {
			want[entry.ID]++
		}
	}
	got := map[string]int{}
	assert.NoError(x.t, drive.Eventually(x.t.Context(), patience, "the history is on the bus", func(ctx context.Context) (bool, string, error) {
		audited, err := x.chain.Audited(ctx)
		for id := range want {
			if audited[id] > 0 {
				got[id] = audited[id]
			}
		}
		return len(got) == len(want), "", err
	}))
	assert.Equal(x.t, want, got)
}

func (x title) isNowhereParked() {
	x.t.Helper()
	for _, source := range []string{"masters", "rights", "editing", "packaging", "qc", "delivery", "distribution", "approvals", "executions", "outbox"} {
		parked, err := x.chain.Parked(x.t.Context(), source, x.id)
		require.NoError(x.t, err)
		assert.Empty(x.t, parked, source)
	}
}

func count(lines []string, wanted string) int {
	n := 0
	for _, line := range lines {
		if line == wanted {
			n++
		}
	}
	return n
}
