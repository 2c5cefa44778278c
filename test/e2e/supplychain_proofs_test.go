package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/test/drive"
)

// proof says what an action of a function is for: what happens with it, and does
// not without.
type proof struct {
	handler, action string
	effect          string
	prepare         func(*testing.T, *grants) scenario
}

// scenario is prepared with all grants. Then its cause has the effect, if the
// grant is there.
type scenario struct {
	cause  func(*testing.T)
	effect func(*testing.T) bool
	again  bool // nothing brings the cause again by itself, once the grant is back
}

// proofs are what docs/permissions.md has in its column "shown by".
var proofs = []proof{
	{"intake", "dynamodb:PutItem", "an event is in the history", anEventIsKept},
	{"intake", "dynamodb:GetItem", "an answer has been looked up by its job", anAnswerEndsItsStage},
	{"intake", "dynamodb:UpdateItem", "an answer has ended its stage", anAnswerEndsItsStage},
	{"intake", "dynamodb:Query", "a second answer is known as one", aSecondAnswerIsKnownAsOne},
	{"intake", "s3:PutObject", "an event with a large payload is in the history", aLargePayloadIsKept},
	{"intake", "s3:GetObject", "an event whose payload came by reference is in the history", aPayloadByReferenceIsRead},
	{"intake", "sqs:SendMessage", "what cannot be read is put aside", whatCannotBeReadIsPutAside},

	{"intake of executions", "dynamodb:Query", "a run is closed", anAbortedExecutionClosesItsRun},
	{"intake of executions", "dynamodb:PutItem", "a run is closed", anAbortedExecutionClosesItsRun},
	{"intake of executions", "dynamodb:UpdateItem", "a run is closed", anAbortedExecutionClosesItsRun},
	{"intake of executions", "sqs:SendMessage", "what is no status change is put aside", whatIsNoStatusChangeIsPutAside},

	{"outbox", "dynamodb:PutItem", "the history says that a partner was asked", theHistorySaysThatAPartnerWasAsked},
	{"outbox", "dynamodb:GetItem", "an answer is on the bus, with its run", anAnswerIsOnTheBus},
	{"outbox", "dynamodb:UpdateItem", "a stage answered early does not count as waiting", aStageAnsweredEarlyLeavesTheIndex},
	{"outbox", "states:StartExecution", "a run has begun", aRunBegins},
	{"outbox", "states:SendTaskSuccess", "the next stage has begun", theNextStageBegins},
	{"outbox", "states:SendTaskFailure", "the run has failed", aRunFails},
	{"outbox", "states:SendTaskHeartbeat", "a sign of life has reached the pipeline", aSignOfLifeReachesThePipeline},
	{"outbox", "states:StopExecution", "a superseded execution has been stopped", aSupersededExecutionIsStopped},
	{"outbox", "events:PutEvents", "the start of a run is on the bus", theStartIsOnTheBus},
	{"outbox", "sqs:SendMessage", "what can never be announced is put aside", whatCanNeverBeAnnouncedIsPutAside},

	{"watch", "dynamodb:Query", "a late stage is in the history", aLateStageIsInTheHistory},
	{"watch", "dynamodb:PutItem", "a late stage is in the history", aLateStageIsInTheHistory},
}

// sends is the cause that a payload about a title is sent.
func sends(x title, file string, set drive.Fields) func(*testing.T) {
	return func(*testing.T) { x.send(file, set) }
}

// tells is the effect that the history has a line.
func (x title) tells(line string) func(*testing.T) bool {
	return func(*testing.T) bool { return count(x.story(), line) > 0 }
}

// stands is the effect that a stage stands at a status.
func (x title) stands(stage, status string) func(*testing.T) bool {
	return func(t *testing.T) bool {
		asset, err := x.chain.State.Asset(t.Context(), x.id)
		return err == nil && asset.Stages[stage].Status == status
	}
}

// ended is the effect that no run is active, and the last one ended so.
func (x title) ended(status string) func(*testing.T) bool {
	return func(*testing.T) bool {
		asset := x.asset()
		return asset.Active == nil && asset.Last != nil && asset.Last.Status == status
	}
}

// unannounced is a title that nobody has told of.
func unannounced(t *testing.T, name string) title {
	t.Helper()
	return title{t, openChain(t), drive.NewAsset(name)}
}

// inRights is a title of which the rights are being cleared.
func inRights(t *testing.T, name string) title {
	t.Helper()
	x := register(t, name)
	x.waitFor("rights", "Waiting")
	return x
}

func anEventIsKept(t *testing.T, _ *grants) scenario {
	x := unannounced(t, "kept")
	return scenario{cause: sends(x, "qc-halted", nil), effect: x.tells("event.recorded unmapped")}
}

func anAnswerEndsItsStage(t *testing.T, _ *grants) scenario {
	x := inRights(t, "answered")
	return scenario{cause: sends(x, "qc-passed", nil), effect: x.stands("qc", "Completed")}
}

func aSecondAnswerIsKnownAsOne(t *testing.T, _ *grants) scenario {
	x := inRights(t, "again")
	x.send("qc-passed", nil)
	x.waitFor("qc", "Completed")
	return scenario{cause: sends(x, "qc-passed", drive.Fields{"job_id": "second-" + x.id}), effect: x.tells("qc stage.completed repeated")}
}

// The endpoint takes payloads up to 192 KiB along, and puts larger ones into its
// bucket; the supply chain keeps what has more than 64 KiB in its own.
const (
	largePayload  = 100 << 10
	largerPayload = 250 << 10
)

func aLargePayloadIsKept(t *testing.T, _ *grants) scenario {
	x := unannounced(t, "large")
	return scenario{cause: sends(x, "qc-halted", drive.Fields{"log": strings.Repeat("x", largePayload)}), effect: x.tells("event.recorded unmapped")}
}

func aPayloadByReferenceIsRead(t *testing.T, _ *grants) scenario {
	x := unannounced(t, "larger")
	return scenario{cause: sends(x, "qc-halted", drive.Fields{"log": strings.Repeat("x", largerPayload)}), effect: x.tells("event.recorded unmapped")}
}

func whatCannotBeReadIsPutAside(t *testing.T, g *grants) scenario {
	x := unannounced(t, "unreadable")
	return scenario{
		// An answer that tells neither an asset nor a job.
		cause:  sends(x, "qc-passed", drive.Fields{"media": nil, "job_id": nil, "report_url": x.id}),
		effect: func(t *testing.T) bool { return g.putAside(t, "qc", x.id) },
	}
}

func whatIsNoStatusChangeIsPutAside(t *testing.T, g *grants) scenario {
	x := unannounced(t, "no-change")
	return scenario{
		cause:  func(t *testing.T) { require.NoError(t, g.inside.SendTo(t.Context(), "executions", x.id+" is no JSON")) },
		effect: func(t *testing.T) bool { return g.putAside(t, "executions", x.id) },
	}
}

func anAbortedExecutionClosesItsRun(t *testing.T, g *grants) scenario {
	x := inRights(t, "aborted")
	run := x.asset().Active.ID
	return scenario{
		cause:  func(t *testing.T) { require.NoError(t, g.inside.StopExecution(t.Context(), run)) },
		effect: x.ended("Aborted"),
	}
}

func aRunBegins(t *testing.T, _ *grants) scenario {
	x := unannounced(t, "begins")
	return scenario{cause: sends(x, "masters-registered", nil), effect: x.stands("rights", "Waiting")}
}

func theHistorySaysThatAPartnerWasAsked(t *testing.T, _ *grants) scenario {
	x := unannounced(t, "asked")
	return scenario{cause: sends(x, "masters-registered", nil), effect: x.tells("rights stage.requested")}
}

func theStartIsOnTheBus(t *testing.T, g *grants) scenario {
	x := unannounced(t, "announced")
	return scenario{cause: sends(x, "masters-registered", nil), effect: g.announced(x, "run.started applied")}
}

func anAnswerIsOnTheBus(t *testing.T, g *grants) scenario {
	x := inRights(t, "on-the-bus")
	return scenario{cause: sends(x, "editing-sequence-locked", nil), effect: g.announced(x, "editing stage.completed applied")}
}

func aStageAnsweredEarlyLeavesTheIndex(t *testing.T, g *grants) scenario {
	x := inRights(t, "early")
	x.send("editing-sequence-locked", nil)
	x.waitFor("editing", "Completed")
	return scenario{cause: sends(x, "rights-cleared", nil), effect: func(t *testing.T) bool {
		slot, err := g.inside.Slot(t.Context(), x.id, "editing")
		require.NoError(t, err)
		return slot["token"] != nil && slot["waitingOn"] == nil
	}}
}

func theNextStageBegins(t *testing.T, _ *grants) scenario {
	x := inRights(t, "next")
	return scenario{cause: sends(x, "rights-cleared", nil), effect: x.stands("editing", "Waiting")}
}

func aRunFails(t *testing.T, _ *grants) scenario {
	x := inRights(t, "denied")
	return scenario{cause: sends(x, "rights-denied", nil), effect: x.ended("Failed")}
}

// Step Functions does not tell of a heartbeat, so the function's word is taken.
func aSignOfLifeReachesThePipeline(t *testing.T, g *grants) scenario {
	x := inRights(t, "alive")
	x.send("editing-sequence-locked", nil)
	x.send("rights-cleared", nil)
	x.waitFor("packaging", "Waiting")
	begun := time.Now()
	return scenario{cause: sends(x, "packaging-progressing", nil), effect: func(t *testing.T) bool {
		lines, err := g.operator.Logged(t.Context(), g.of("outbox"), begun, `"done"`, `"heartbeat"`, x.id)
		require.NoError(t, err)
		return len(lines) > 0
	}}
}

func aSupersededExecutionIsStopped(t *testing.T, g *grants) scenario {
	x := inRights(t, "superseded")
	old := x.asset().Active.ID
	return scenario{
		cause: sends(x, "masters-registered", drive.Fields{
			"messageId": "third-" + x.id, "asset": map[string]any{"houseId": strings.ToUpper(x.id), "version": 3},
		}),
		effect: func(t *testing.T) bool {
			status, err := g.inside.Execution(t.Context(), old)
			require.NoError(t, err)
			return status == "ABORTED"
		},
	}
}

func whatCanNeverBeAnnouncedIsPutAside(t *testing.T, g *grants) scenario {
	x := unannounced(t, "never")
	return scenario{
		cause:  func(t *testing.T) { require.NoError(t, g.inside.WriteUnreadable(t.Context(), x.id)) },
		effect: func(t *testing.T) bool { return g.putAside(t, "outbox", x.id) },
	}
}

func aLateStageIsInTheHistory(t *testing.T, g *grants) scenario {
	x := inRights(t, "late")
	require.NoError(t, g.inside.AskedLongAgo(t.Context(), x.id, "rights", 365*24*time.Hour))
	return scenario{
		cause: func(t *testing.T) {
			_, err := g.operator.Invoke(t.Context(), g.of("watch"))
			require.NoError(t, err)
		},
		effect: x.tells("rights stage.warned"),
		again:  true, // as the schedule does
	}
}

// of is the function of a kind.
func (g *grants) of(kind string) drive.Handler {
	for role, handler := range g.handlers {
		if handlerOf(role) == kind {
			return handler
		}
	}
	return drive.Handler{}
}

// putAside reports whether a dead-letter queue has a message, with the reason
// for which the function put it there.
func (g *grants) putAside(t *testing.T, source, mentions string) bool {
	t.Helper()
	parked, err := g.chain.Parked(t.Context(), source, mentions)
	require.NoError(t, err)
	return len(parked) > 0 && parked[0].Attributes["DeadLetterReason"] != ""
}

// announced is the effect that the event of a line of the history is on the bus.
func (g *grants) announced(x title, line string) func(*testing.T) bool {
	return func(t *testing.T) bool {
		audited, err := g.chain.Audited(t.Context())
		require.NoError(t, err)
		for i, told := range x.story() {
			if told == line {
				return audited[x.history()[i].Event.ID] > 0
			}
		}
		return false
	}
}
