package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/supplychain/state"
	"github.com/mediasupplychain/cdk/test/drive"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func after(seconds float64) time.Time {
	return noon.Add(time.Duration(seconds * float64(time.Second)))
}

// said is a partner's event as it is in the history.
func said(source, id, status, person string, raw any) json.RawMessage {
	body, _ := json.Marshal(raw)
	data := map[string]any{
		"partner": map[string]any{"name": "p", "status": status},
		"raw":     map[string]any{"body": json.RawMessage(body), "digest": "sha256:" + string(make64()), "size": len(body)},
	}
	if person != "" {
		data["participant"] = map[string]any{"type": "person", "id": person}
	}
	text, _ := json.Marshal(map[string]any{
		"specversion": "1.0", "id": id, "source": source, "type": "media.test.v1", "subject": "rough-1", "time": noon, "data": data,
	})
	return text
}

func make64() []byte {
	zeros := make([]byte, 64)
	for i := range zeros {
		zeros[i] = '0'
	}
	return zeros
}

func event(source, id string) state.Event { return state.Event{Source: source, ID: id} }

// roughHistory is that of a title that meets every trouble.
func roughHistory() []state.Entry {
	return []state.Entry{
		{What: "run.started", Fate: "applied", Run: "one", Event: event("/partners/mam", "m2"), Recorded: after(0), Canonical: said("/partners/mam", "m2", "MASTER_REGISTERED", "", 1)},
		{What: "stage.completed", Stage: "metadata", Run: "one", Recorded: after(0.5)},
		{What: "stage.requested", Stage: "rights", Run: "one", Recorded: after(1)},
		{What: "run.superseded", Run: "one", Event: event("/partners/mam", "m3"), Recorded: after(2)},
		{What: "stage.canceled", Stage: "rights", Run: "one", Recorded: after(2)},
		{What: "run.started", Fate: "applied", Run: "two", Event: event("/partners/mam", "m3"), Recorded: after(2), Canonical: said("/partners/mam", "m3", "MASTER_REGISTERED", "", 1)},
		{What: "stage.completed", Stage: "metadata", Run: "two", Recorded: after(2.5)},
		{What: "stage.requested", Stage: "rights", Run: "two", Recorded: after(3)},
		{What: "stage.completed", Stage: "rights", Fate: "late", Run: "one", Event: event("/partners/rights", "old"), Cause: "the run is over", Recorded: after(4), Canonical: said("/partners/rights", "old", "CLEARED", "", 1)},
		{What: "stage.completed", Stage: "editing", Fate: "applied", Run: "two", Event: event("/partners/cuttingroom", "lock"), Recorded: after(5), Canonical: said("/partners/cuttingroom", "lock", "Sequence Locked", "m.lopez", 1)},
		{What: "stage.completed", Stage: "rights", Fate: "applied", Run: "two", Event: event("/partners/rights", "new"), Recorded: after(6), Canonical: said("/partners/rights", "new", "<b>CLEARED</b>", "", map[string]any{"note": `</pre><script>alert("x")</script>`})},
		{What: "stage.requested", Stage: "packaging", Run: "two", Recorded: after(7)},
		{What: "stage.completed", Stage: "packaging", Fate: "applied", Run: "two", Event: event("/partners/transcodefarm", "done"), Recorded: after(8), Canonical: said("/partners/transcodefarm", "done", "COMPLETE", "", 1)},
		{What: "stage.skipped", Stage: "review", Run: "two", Recorded: after(9)},
		{What: "run.completed", Fate: "applied", Run: "two", Event: event("/executions", "end"), Recorded: after(10)},
	}
}

func roughFound() found {
	return found{
		histories: map[string][]state.Entry{"rough-1": roughHistory()}, duplicates: map[string]int{"packaging": 1},
		parked: map[string][]drive.Parked{"packaging": {{Body: `{"status`, Attributes: map[string]string{"DeadLetterReason": "unexpected end of JSON input"}}}},
	}
}

func TestAJourneyTellsWhoWasAskedAndWhatBecameOfIt(t *testing.T) {
	j := journeyOf("rough-1", roughHistory())

	var told []string
	for _, s := range j.Stops {
		told = append(told, s.Stage+" · "+s.Who+" · "+s.Became)
	}
	assert.Equal(t, []string{
		" · asset management · a run began",
		"metadata · metadata function · completed",
		"rights · rights platform · withdrawn: a newer version of the master came",
		" · asset management · a run began",
		"metadata · metadata function · completed",
		"rights · rights platform · completed",
		"rights · rights platform · late: no effect",
		"editing · cutting room · completed before it was asked, and was not asked then",
		"packaging · transcode farm · completed",
		"review · nobody · skipped: its condition did not hold",
	}, told)
	assert.Equal(t, "completed", j.Ended)
	assert.InDelta(t, 10, j.Took, 0.001)
	assert.InDelta(t, 3, *j.Stops[5].Waited(), 0.001)
	assert.Equal(t, "Sequence Locked · by m.lopez", j.Stops[7].Words)
}

func TestALaneShowsWhenADomainWasWaitedFor(t *testing.T) {
	j := journeyOf("rough-1", roughHistory())

	assert.Equal(t, "Rights", j.Lanes[2].Domain)
	assert.Equal(t, []span{
		{Left: 10, Width: 10, Kind: "moot", Label: "rights: withdrawn: a newer version of the master came"},
		{Left: 30, Width: 30, Kind: "good", Label: "rights: completed"},
		{Left: 40, Width: 0, Kind: "late", Label: "rights: late: no effect"},
	}, j.Lanes[2].Spans)
}

func TestEachTroubleIsReadFromWhatTheSupplyChainTells(t *testing.T) {
	all := troubles(roughFound(), "rough-1", 401)

	assert.NoError(t, unshown(all))
	assert.Contains(t, all[3].Became, "the run is over")
	assert.Contains(t, all[4].Became, "unexpected end of JSON input")
}

func TestATroubleThatLeftNoTraceFailsTheDemo(t *testing.T) {
	nothing := found{histories: map[string][]state.Entry{"rough-1": nil}}

	assert.EqualError(t, unshown(troubles(nothing, "rough-1", 200)), ""+
		"duplicate: nothing shows what became of it\n"+
		"early answer: nothing shows what became of it\n"+
		"wrong signature: nothing shows what became of it\n"+
		"late answer: nothing shows what became of it\n"+
		"poison message: nothing shows what became of it")
}

func sampleReport(t *testing.T) report {
	t.Helper()
	resources, err := resourcesOf(map[string]string{
		"PipelineArn":         "arn:aws:states:us-east-1:000000000000:stateMachine:Chain",
		"DeadLetterQueueUrls": `{"qc": "http://127.0.0.1:4566/000000000000/qc-dead"}`,
		"WebhookUrl":          "https://abc.execute-api.us-east-1.amazonaws.com/prod/",
	})
	require.NoError(t, err)
	f := roughFound()
	sent := []sending{{Partner: partnerOf("packaging")}, {Partner: partnerOf("packaging")}, {Partner: partnerOf("packaging")}, {Partner: partnerOf("qc"), Refused: 401}}
	return report{
		Made: noon, Clean: journeyOf("clean-1", roughHistory()), Rough: journeyOf("rough-1", roughHistory()), Counts: tally(sent, f),
		Troubles: troubles(f, "rough-1", 401), Resources: resources, Patterns: []result{{Name: "snsfifo", Sent: 11, Arrived: 10, Parked: 1, expected: outcome{10, 1, 0}}},
	}
}

func render(t *testing.T, r report) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "demo", "report.html")
	require.NoError(t, r.write(path))
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(text)
}

func TestTheReportEscapesPartnersWords(t *testing.T) {
	text := render(t, sampleReport(t))

	assert.NotContains(t, text, "<script")
	assert.NotContains(t, text, "<b>CLEARED")
	assert.Contains(t, text, "&lt;b&gt;CLEARED&lt;/b&gt;")
	assert.NotContains(t, text, "ZgotmplZ", "html/template did not trust a value")
}

func TestTheReportNeedsNothingElse(t *testing.T) {
	text := render(t, sampleReport(t))

	assert.Empty(t, regexp.MustCompile(`(?i)<(link|img|iframe|object|script)|\bsrc=|@import|url\(`).FindAllString(text, -1))
	assert.Regexp(t, `href="https://us-east-1.console.aws.amazon.com/states/home\?region=us-east-1#/statemachines/view/arn`, text)
	assert.Contains(t, text, "https%3A%2F%2Fsqs.us-east-1.amazonaws.com%2F000000000000%2Fqc-dead", "where the queue is on AWS")
}

func TestTheReportPlacesSpansByPercent(t *testing.T) {
	assert.Contains(t, render(t, sampleReport(t)), `style="left:30.00%;width:30.00%"`)
}

func TestTheReportSaysWhenEveryEventHasOneEnd(t *testing.T) {
	text := render(t, sampleReport(t))

	assert.Contains(t, text, "Every event has exactly one end.")
	assert.NotContains(t, text, "Not every event ended where it should.")
}

func TestTheReportSaysWhatIsWrong(t *testing.T) {
	r := sampleReport(t)
	r.Problem = errors.New("qc: 2 sent, but 1 found: 1 rejected\nsnsfifo: 2 events out of order")

	text := render(t, r)

	assert.Contains(t, text, "<li>qc: 2 sent, but 1 found: 1 rejected</li><li>snsfifo: 2 events out of order</li>")
	assert.NotContains(t, text, "Every event has exactly one end.")
}

func TestARunThatDidNotCompleteFailsTheDemo(t *testing.T) {
	r := sampleReport(t)
	r.Counts = counts{{Source: "qc", Sent: 1, Ends: map[string]int{"applied": 1}}}
	require.NoError(t, r.verdict())

	r.Clean.Ended = "failed"

	assert.EqualError(t, r.verdict(), `clean-1: the run should have completed, but it is "failed"`)
}
