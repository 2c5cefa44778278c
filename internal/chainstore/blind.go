package chainstore

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/mediasupplychain/cdk/internal/chain"
	"github.com/mediasupplychain/cdk/internal/wire"
)

// update is an update of one item, with names by wire.Names.
type update struct {
	key       Key
	update    string
	condition string
	values    Item
}

func (u update) item(table string) types.TransactWriteItem {
	w := &types.Update{
		TableName: &table, Key: u.key.Item(), UpdateExpression: &u.update,
		ExpressionAttributeNames: wire.Names(u.update, u.condition), ExpressionAttributeValues: u.values,
	}
	if u.condition != "" {
		w.ConditionExpression = &u.condition
	}
	return types.TransactWriteItem{Update: w}
}

// blind is what to write if things are as expected: the same that
// [chain.Plan.Decide] decides whenever the conditions hold. It is false for an
// event that must be decided on what the table says, as one that registers a job.
func (s *Store) blind(e chain.Event, registers bool) (chain.Decision, []update, bool) {
	if registers {
		return chain.Decision{}, nil, false
	}
	switch e.Kind { //nolint:exhaustive // what follows is for all others
	case chain.Start:
		d := s.Plan.Decide(chain.Snapshot{}, e)
		return d, s.blindStart(d), true
	case chain.Complete, chain.Fail, chain.Progress:
		return s.blindStage(e)
	}
	return s.Plan.Decide(chain.Snapshot{}, e), nil, true
}

const (
	startCondition = "attribute_not_exists(#activeRun) AND (attribute_not_exists(#lastStart) OR "
	startUpdate    = "SET #asset = :asset, #activeRun = :run, #active = :active, #lastStart = :moment ADD #version :one"
	resetUpdate    = "SET #asset = :asset, #stage = :stage, #run = :run, #attempt = :one, #status = :expected, #resetAt = :now " +
		"REMOVE #token, #partner, #requestedAt, #timeoutSeconds, #warnSeconds, #request, #waitingOn, #timeline, #timelineAt, " +
		"#answered, #result, #outcome, #outcomeAttempt, #overAt, #progress, #progressAt ADD #version :one"
)

// blindStart begins a run where none is active. Of the stages nothing need be
// known: they are what is left of the run before.
func (s *Store) blindStart(d chain.Decision) []update {
	run := *d.Head.Active
	updates := []update{{
		key: HeadKey(run.Asset), update: startUpdate, condition: startCondition + notOlder("#lastStart", *d.Head.LastStart) + ")",
		values: Item{
			":asset": text(run.Asset), ":run": text(run.ID), ":one": number(1),
			":active": &types.AttributeValueMemberM{Value: runFields(run)},
			":moment": &types.AttributeValueMemberM{Value: momentItem(d.Head.LastStart)},
		},
	}}
	withMoment(updates[0].values, *d.Head.LastStart)
	for _, stage := range d.Stages {
		updates = append(updates, update{key: StageKey(run.Asset, stage.Name), update: resetUpdate, values: Item{
			":asset": text(run.Asset), ":stage": text(stage.Name), ":run": text(run.ID), ":one": number(1),
			":expected": text(string(chain.StageExpected)), ":now": text(Time(stage.ResetAt)),
		}})
	}
	return updates
}

// notOlder is chain.Moment.Before as a condition: the moment in the table is
// not after the event's.
func notOlder(path string, m chain.Moment) string {
	byTime := path + ".#time <= :momentTime"
	if m.Sequence == "" {
		return byTime
	}
	one := path + ".#source = :momentSource AND attribute_exists(" + path + ".#sequence)"
	return "(" + one + " AND " + path + ".#sequence <= :momentSequence) OR (NOT (" + one + ") AND " + byTime + ")"
}

func withMoment(values Item, m chain.Moment) {
	values[":momentTime"] = text(Time(m.Time))
	if m.Sequence != "" {
		values[":momentSource"] = text(m.Source)
		values[":momentSequence"] = text(m.Sequence)
	}
}

const (
	openCondition  = "#status IN (:expected, :waiting)"
	answerUpdate   = "SET #status = :status, #answered = :status, #result = :result, #outcome = :outcome, #outcomeAttempt = #attempt REMOVE #waitingOn, #timeline, #timelineAt ADD #version :one"
	progressUpdate = "SET #progressAt = :moment"
)

// blindStage answers or moves the current attempt of a stage. Early (Expected)
// and in time (Waiting) are the same write.
func (s *Store) blindStage(e chain.Event) (chain.Decision, []update, bool) {
	plan, planned := s.Plan.Stage(e.Stage)
	switch {
	case !planned:
		return s.Plan.Decide(chain.Snapshot{}, e), nil, true // whatever the table says
	case !plan.May(e.Participant):
		return chain.Decision{}, nil, false
	}
	u := update{key: StageKey(e.Asset, e.Stage), condition: openCondition, values: Item{
		":expected": text(string(chain.StageExpected)), ":waiting": text(string(chain.StageWaiting)), ":one": number(1),
	}}
	if e.Run != "" {
		u.require("#run = :run", ":run", text(e.Run))
	} else {
		u.require("#resetAt <= :latest", ":latest", text(Time(e.Occurred.Add(chain.ClockTolerance))))
	}
	if e.Attempt != 0 {
		u.require("#attempt = :attempt", ":attempt", number(int64(e.Attempt)))
	}
	if e.Kind == chain.Progress {
		u.progress(e)
	} else {
		u.answer(e)
	}
	// The slot's run and attempt are not known, and not needed: the history
	// lacks them where the event does not tell them.
	return e.Keep(chain.Applied, ""), []update{u}, true
}

func (u *update) require(condition, name string, value types.AttributeValue) {
	u.condition += " AND " + condition
	u.values[name] = value
}

func (u *update) answer(e chain.Event) {
	o := e.Outcome(0)
	u.update = answerUpdate
	u.condition += " AND attribute_not_exists(#answered)"
	u.values[":status"] = text(string(o.Status))
	u.values[":result"] = text(o.Result())
	u.values[":outcome"] = &types.AttributeValueMemberM{Value: outcomeItem(o)}
}

func (u *update) progress(e chain.Event) {
	moment := e.Moment()
	u.update = progressUpdate
	u.condition += " AND (attribute_not_exists(#progressAt) OR " + notOlder("#progressAt", moment) + ")"
	u.values[":moment"] = &types.AttributeValueMemberM{Value: momentItem(&moment)}
	withMoment(u.values, moment)
	if e.Percent != nil {
		u.update += ", #progress = :percent"
		u.values[":percent"] = float(*e.Percent)
	}
	u.update += " ADD #version :one"
}
