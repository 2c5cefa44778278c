package e2e

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/supplychain/state"
	"github.com/mediasupplychain/cdk/test/drive"
	"github.com/mediasupplychain/cdk/test/localcloud"
)

// These tests wait for real timeouts of the real state machine. They do it all
// at once, on a cloud where no stage may take longer than this.
const stageTime = 8 * time.Second

var clock struct {
	sync.Mutex
	cloud    *localcloud.Cloud
	chain    *drive.SupplyChain
	inside   *drive.Inside
	operator *drive.Operator
	watch    drive.Handler
}

// openClock deploys the example with short stages, the first time a test wants it.
func openClock(t *testing.T) {
	t.Helper()
	clock.Lock()
	defer clock.Unlock()
	if clock.chain != nil {
		return
	}
	ctx := context.Background() // it outlives the test that is first
	var err error
	if clock.cloud == nil {
		clock.cloud, err = localcloud.Start(ctx, localcloud.Options{})
		require.NoError(t, err)
	}
	chain, err := drive.OpenSupplyChain(ctx, clock.cloud, localcloud.Context{"stageSeconds": fmt.Sprint(stageTime.Seconds())})
	require.NoError(t, err)
	clock.inside, err = drive.NewInside(clock.cloud, chain)
	require.NoError(t, err)
	clock.operator = drive.NewOperator(clock.cloud, chain.Deployment())
	handlers, err := clock.operator.Handlers(ctx)
	require.NoError(t, err)
	for _, handler := range handlers {
		if handlerOf(handler.RoleID) == "watch" {
			clock.watch = handler
		}
	}
	require.NotEmpty(t, clock.watch.Name)
	clock.chain = chain
}

// hurried announces the master of a title whose stages are short, and waits
// until its run has begun.
func hurried(t *testing.T, name string) title {
	t.Helper()
	t.Parallel() // it only waits; this package has nothing of the CDK, whose jsii takes one goroutine
	openClock(t)
	x := title{t, clock.chain, drive.NewAsset(name)}
	x.begin()
	return x
}

func (x title) begin() {
	x.t.Helper()
	x.send("masters-registered", nil)
	x.waitForEntry("run.started applied")
}

// goneTo is a title whose partners have answered, in advance, all that comes
// before a stage.
func goneTo(t *testing.T, stage, name string) title {
	t.Helper()
	x := hurried(t, name)
	for _, before := range []struct{ stage, file string }{
		{"rights", "rights-cleared"}, {"editing", "editing-sequence-locked"}, {"packaging", "packaging-complete"},
		{"qc", "qc-severe-findings"},
	} {
		if before.stage == stage {
			break
		}
		x.send(before.file, nil)
	}
	x.waitFor(stage, "Waiting")
	return x
}

func TestAPartnerThatDoesNotAnswerIsAskedAgain(t *testing.T) {
	x := goneTo(t, "packaging", "silent")
	first := x.callbackOf("packaging", 1)

	second := x.callbackOf("packaging", 2)
	x.sendPackage("late", first)
	x.waitForEntry("packaging stage.completed late")
	assert.Equal(t, "Waiting", x.asset().Stages["packaging"].Status, "the first attempt is over, the second is not")
	assert.Equal(t, 2, x.asset().Stages["packaging"].Attempt)
	x.sendPackage("in-time", second)

	x.waitFor("packaging", "Completed")
	x.waitFor("qc", "Waiting")
	assert.NotEqual(t, first, second)
	assert.Equal(t, []string{"packaging stage.requested", "packaging stage.timed-out", "packaging stage.requested",
		"packaging stage.completed late", "packaging stage.completed applied"}, x.storyOf("packaging"))
}

func TestARunEndsWhenNobodyAnswers(t *testing.T) {
	x := hurried(t, "nobody")

	x.waitForEnd("Failed")
	x.waitForEntry("run.failed applied")
	assert.Equal(t, "TimedOut", x.asset().Stages["rights"].Status)
	assert.Contains(t, x.asset().Last.Cause, "The stage rights failed, or was not answered in time")
	x.send("rights-cleared", nil)
	x.waitForEntry("rights stage.completed late")
	assert.Nil(t, x.asset().Active, "a late answer wakes no run")
	assert.Equal(t, "TimedOut", x.asset().Stages["rights"].Status)
	x.isOnTheBus()

	x.send("masters-registered", drive.Fields{"messageId": "again-" + x.id})
	x.waitFor("rights", "Waiting")
	assert.NotEqual(t, x.asset().Last.ID, x.asset().Active.ID, "the asset is free for another start")
}

// A person decides whether to deliver without quality control, and says yes.
func TestAWaiverIsAskedForWhenQualityControlIsSilent(t *testing.T) {
	x := goneTo(t, "qc", "waived")

	x.callbackOf("qc_waiver", 1)
	assert.Equal(t, []string{"qc stage.requested", "qc stage.timed-out", "qc stage.requested", "qc stage.timed-out"}, x.storyOf("qc"))
	x.decide("qc_waiver", "approved", "somebody-else")
	x.waitForEntry("qc_waiver stage.completed refused")
	x.decide("qc_waiver", "approved", "head-of-operations")

	x.waitFor("delivery", "Waiting")
	assert.Equal(t, "Completed", x.asset().Stages["qc_waiver"].Status)
	assert.Equal(t, "TimedOut", x.asset().Stages["qc"].Status)
}

// The same, but quality control says twice that it failed, and the person no.
func TestAFailureIsTriedAgainAndThenAPersonEndsTheRun(t *testing.T) {
	x := goneTo(t, "qc", "rejected")

	for attempt := 1; attempt <= 2; attempt++ {
		x.send("qc-failed", drive.Fields{"job_id": fmt.Sprintf("qc-%d-%s", attempt, x.id), "reference": x.callbackOf("qc", attempt)})
	}
	x.waitFor("qc_waiver", "Waiting")
	assert.Equal(t, []string{"qc stage.requested", "qc stage.failed applied", "qc stage.requested", "qc stage.failed applied"}, x.storyOf("qc"))
	x.decide("qc_waiver", "rejected", "head-of-operations")

	x.waitForEnd("Failed")
	assert.Equal(t, "Failed", x.asset().Stages["qc"].Status)
	assert.Equal(t, "Failed", x.asset().Stages["qc_waiver"].Status)
}

func TestARightsDenialEndsTheRunInThePartnersOwnWords(t *testing.T) {
	x := goneTo(t, "rights", "denied")

	x.send("rights-denied", nil)

	x.waitForEnd("Failed")
	denial := x.entry("rights stage.failed applied")
	assert.Contains(t, string(denial.Canonical), `"DENIED"`)
	assert.Equal(t, []string{"rights stage.requested", "rights stage.failed applied"}, x.storyOf("rights"))
}

func TestAnApprovalThatNobodyGivesIsEscalated(t *testing.T) {
	x := goneTo(t, "review", "escalated")
	first := x.callbackOf("review", 1)
	slot, err := clock.inside.Slot(t.Context(), x.id, "review")
	require.NoError(t, err)
	assert.NotContains(t, slot["request"], "cto")

	second := x.callbackOf("review", 2)
	slot, err = clock.inside.Slot(t.Context(), x.id, "review")
	require.NoError(t, err)
	assert.Contains(t, slot["request"], `"cto"`)
	assert.Contains(t, slot["request"], `"escalated":true`)
	x.send("review-approved", drive.Fields{"id": "first-" + x.id, "callbackId": first})
	x.waitForEntry("review stage.completed late")
	x.send("review-approved", drive.Fields{"id": "stranger-" + x.id, "callbackId": second, "person": "intern"})
	x.waitForEntry("review stage.completed refused")
	assert.Equal(t, "Waiting", x.asset().Stages["review"].Status)
	x.send("review-approved", drive.Fields{"id": "cto-" + x.id, "callbackId": second, "person": "cto"})

	x.waitFor("delivery", "Waiting")
	assert.Equal(t, "Completed", x.asset().Stages["review"].Status)
}

// The watch comes every few minutes; here, as often as it likes.
func TestAStageThatIsLateIsWarnedOfOnceForEachAttempt(t *testing.T) {
	x := goneTo(t, "packaging", "warned")
	look := func() {
		failure, err := clock.operator.Invoke(t.Context(), clock.watch)
		require.NoError(t, err)
		require.Empty(t, failure)
	}

	require.NoError(t, drive.Eventually(t.Context(), patience, x.id+": both attempts are over", func(context.Context) (bool, string, error) {
		look()
		return count(x.story(), "packaging stage.timed-out") == 2, fmt.Sprint(x.story()), nil
	}))
	look()

	assert.Equal(t, []string{"packaging stage.requested", "packaging stage.timed-out",
		"packaging stage.requested", "packaging stage.timed-out"}, x.storyOf("packaging"))
	var warned []int
	for _, entry := range x.history() {
		if entry.What == "stage.warned" && entry.Stage == "packaging" {
			warned = append(warned, entry.Attempt)
		}
	}
	assert.Equal(t, []int{1, 2}, warned)
}

// That the sign of life reaches the pipeline, the proof of the outbox's grant
// shows. The local cloud has no heartbeats that run out.
func TestSignsOfLifeAreKeptInOrder(t *testing.T) {
	x := goneTo(t, "packaging", "alive")
	job := "job-" + x.id
	now := time.Now()
	sign := func(percent int, at time.Time) {
		x.send("packaging-progressing", drive.Fields{
			"jobId": job, "timestamp": at.UnixMilli(), "jobProgress": map[string]any{"jobPercentComplete": percent},
		})
	}

	sign(42, now)
	x.waitForEntry("packaging stage.progressed applied")
	sign(17, now.Add(-time.Second))
	x.waitForEntry("packaging stage.progressed stale")
	percent := x.asset().Stages["packaging"].Percent
	require.NotNil(t, percent)
	assert.InDelta(t, 42, *percent, 0)
	assert.Equal(t, "Waiting", x.asset().Stages["packaging"].Status)
}

func TestAnAnswerByAJobThatIsNotKnownYetIsAppliedWhenItIs(t *testing.T) {
	x := goneTo(t, "packaging", "parked")
	job := "job-" + x.id
	callback := x.callbackOf("packaging", 1)

	x.send("packaging-complete", drive.Fields{"jobId": job, "userMetadata": map[string]any{}})
	require.NoError(t, clock.inside.WaitForParked(t.Context(), patience, "transcodefarm", job))
	assert.NotContains(t, x.story(), "packaging stage.completed applied")
	x.send("packaging-progressing", drive.Fields{"jobId": job, "userMetadata": map[string]any{"callbackId": callback}})

	x.waitForEntry("packaging stage.completed applied")
	x.waitFor("qc", "Waiting")
	assert.Equal(t, 1, count(x.story(), "packaging stage.completed applied"))
}

func TestAnExecutionThatSomebodyStopsClosesItsRun(t *testing.T) {
	x := goneTo(t, "rights", "stopped")
	x.callbackOf("rights", 1)

	require.NoError(t, clock.inside.StopExecution(t.Context(), x.asset().Active.ID))

	x.waitForEnd("Aborted")
	x.waitForEntry("rights stage.canceled")
	assert.Equal(t, "Canceled", x.asset().Stages["rights"].Status)
	for _, stage := range []string{"editing", "distribution"} {
		assert.Equal(t, "Canceled", x.asset().Stages[stage].Status, stage)
	}
	x.isOnTheBus() // so the partner knows
}

// Answers that come in the very moment in which their time is over either count
// or are late, and the run does what the table says.
func TestAnAnswerInTheLastMomentCountsOrIsLate(t *testing.T) {
	t.Parallel()
	for i := range 8 {
		after := time.Duration(i-5) * 200 * time.Millisecond
		t.Run(after.String()+" after the deadline", func(t *testing.T) {
			x := goneTo(t, "rights", "moment")
			x.waitUntil(x.asset().Stages["rights"].Deadline.Add(after))

			x.send("rights-cleared", nil)

			require.NoError(t, x.chain.WaitForAsset(t.Context(), patience, x.id, "run goes on or has failed", func(a state.Asset) bool {
				return a.Stages["editing"].Status == "Waiting" || a.Active == nil && a.Last != nil
			}))
			if x.asset().Stages["rights"].Status == "Completed" {
				t.Log("it counts")
				x.waitForEntry("rights stage.completed applied")
				assert.Equal(t, []string{"rights stage.requested", "rights stage.completed applied"}, x.storyOf("rights"))
				return
			}
			t.Log("it is late")
			assert.Equal(t, "Failed", x.asset().Last.Status)
			x.waitForEntry("rights stage.timed-out")
			x.waitForEntry("rights stage.completed late")
			assert.Equal(t, "TimedOut", x.asset().Stages["rights"].Status)
			// Both are of the same moment: the history may have them in either order.
			assert.ElementsMatch(t, []string{"rights stage.requested", "rights stage.timed-out", "rights stage.completed late"}, x.storyOf("rights"))
		})
	}
}

// waitUntil waits for a moment.
func (x title) waitUntil(at time.Time) {
	x.t.Helper()
	select {
	case <-time.After(time.Until(at)):
	case <-x.t.Context().Done():
		require.NoError(x.t, x.t.Context().Err())
	}
}

// sendPackage is the farm's answer to one request.
func (x title) sendPackage(job, callback string) {
	x.t.Helper()
	x.send("packaging-complete", drive.Fields{"jobId": job + "-" + x.id, "userMetadata": map[string]any{"assetId": x.id, "callbackId": callback}})
}

// decide is what a person decides about a stage.
func (x title) decide(stage, decision, person string) {
	x.t.Helper()
	x.send("review-approved", drive.Fields{"id": strings.Join([]string{stage, decision, person, x.id}, "-"), "stage": stage, "decision": decision, "person": person})
}

// callbackOf is the id that the request of an attempt carries, once it is made.
func (x title) callbackOf(stage string, attempt int) string {
	x.t.Helper()
	id := ""
	require.NoError(x.t, drive.Eventually(x.t.Context(), patience, fmt.Sprintf("%s: %s requested, attempt %d", x.id, stage, attempt),
		func(context.Context) (bool, string, error) {
			for _, entry := range x.history() {
				if entry.Stage == stage && entry.Attempt == attempt && entry.What == "stage.requested" {
					id = entry.CallbackID
				}
			}
			return id != "", strings.Join(x.story(), ", "), nil
		}))
	return id
}

// storyOf is what the story says of one stage, less its warnings: the watch, when
// it is called, looks at every title.
func (x title) storyOf(stage string) []string {
	x.t.Helper()
	var lines []string
	for _, line := range x.story() {
		if strings.HasPrefix(line, stage+" ") && !strings.HasSuffix(line, " stage.warned") {
			lines = append(lines, line)
		}
	}
	return lines
}

// entry is the line of the history that the story has so.
func (x title) entry(line string) state.Entry {
	x.t.Helper()
	x.waitForEntry(line)
	for i, one := range x.story() {
		if one == line {
			return x.history()[i]
		}
	}
	return state.Entry{}
}
