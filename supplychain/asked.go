package supplychain

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/internal/wire"
)

// asked defines the states of a stage that waits for somebody's answer.
//
// On the good path it is one state, which writes request and token to the table
// and waits. All others are for when that attempt is over:
//
//	qc              asks, and waits               StageFailed ─▶ qc: make room 2, or exhausted
//	                                              Timeout ─────▶ qc: end 1
//	qc: end 1       says "attempt 1 is over"      an answer got in first ─▶ qc: look
//	qc: make room 2 says "attempt 2 is next"
//	qc: ask again 2 as qc, for attempt 2
//	qc: look        reads the slot
//	qc: decide      goes on by what it says: answered ─▶ qc: take answer
//
// The table decides what a clock cannot: an answer is late exactly if the slot
// says that its attempt is over.
type asked struct {
	*graph
	name      string
	attempts  []attempt
	again     bool // whether to ask again after a failure; a timeout always does
	exhausted *Exhausted
	next      awsstepfunctions.State

	requests []awsstepfunctions.CustomState
	rooms    []awsstepfunctions.State // rooms[i] is entered when attempt i failed; the last is exhausted
	look     awsstepfunctions.State
}

// attempt is how one attempt asks.
type attempt struct {
	partner   string
	request   map[string]any // value of the attribute
	timeout   int            // seconds
	heartbeat int            // seconds, 0 for none
	warn      int            // seconds
}

func (a *asked) define() awsstepfunctions.State {
	for i := range a.attempts {
		a.requests = append(a.requests, a.request(i))
	}
	exhausted := a.exhausted.define(a.graph, a.name, a.next)
	for i := range a.attempts {
		a.rooms = append(a.rooms, a.room(i, exhausted))
	}
	a.look = a.lookUp(exhausted)
	for i, request := range a.requests {
		catchFailure(request, []string{wire.ErrorStageFailed}, a.rooms[i])
		catchFailure(request, []string{"States.Timeout", "States.HeartbeatTimeout"}, a.over(i, exhausted))
		a.catch(request, conditionFailed(), a.runOver())
		then(request, a.next)
	}
	return a.requests[0]
}

// request asks, and waits for the answer. What the partner says is the result.
func (a *asked) request(i int) awsstepfunctions.CustomState {
	one, name := a.attempts[i], a.name
	if i > 0 {
		name = fmt.Sprintf("%s: ask again %d", a.name, i+1)
	}
	ask := write{update: wire.RequestUpdate, condition: wire.RequestCondition, values: values{
		":attempt": number(i + 1),
		":token":   path("$$.Task.Token"),
		":partner": text(one.partner),
		":timeout": number(one.timeout),
		":warn":    number(one.warn),
		":request": one.request,
	}}
	more := map[string]any{"ResultPath": resultOf(a.name), "TimeoutSeconds": one.timeout}
	if one.heartbeat > 0 {
		more["HeartbeatSeconds"] = one.heartbeat
	}
	return a.task(name, "aws-sdk:dynamodb:updateItem.waitForTaskToken", ask.parameters(a.table, a.name), more)
}

// room makes room for the attempt after one that failed.
func (a *asked) room(i int, exhausted awsstepfunctions.State) awsstepfunctions.State {
	if !a.again || i == len(a.attempts)-1 {
		return exhausted
	}
	room := a.update(fmt.Sprintf("%s: make room %d", a.name, i+2), a.name, write{
		update: wire.AgainUpdate, condition: wire.AgainCondition,
		values: values{":attempt": number(i + 1), ":next": number(i + 2)},
	})
	// A condition that fails says that this was done before, or that the run is
	// over; the request tells them apart.
	return then(a.catch(room, conditionFailed(), a.requests[i+1]), a.requests[i+1])
}

// over says that an attempt is over without an answer.
func (a *asked) over(i int, exhausted awsstepfunctions.State) awsstepfunctions.State {
	update, next := wire.OverUpdate, exhausted
	if i < len(a.attempts)-1 {
		update, next = wire.AgainUpdate, a.requests[i+1]
	}
	over := a.update(fmt.Sprintf("%s: end %d", a.name, i+1), a.name, write{
		update: update, condition: wire.OverCondition,
		values: values{":attempt": number(i + 1), ":next": number(i + 2)},
	})
	return then(a.catch(over, conditionFailed(), a.look), next)
}

// lookUp reads the slot, for when it is not what the execution thinks, and goes
// on by what it says.
func (a *asked) lookUp(exhausted awsstepfunctions.State) awsstepfunctions.State {
	const slot = "$.slot"
	names := []string{wire.AttrRun, wire.AttrAttempt, wire.AttrStatus, wire.AttrAnswered, wire.AttrResult}
	attributes := map[string]any{}
	for _, name := range names {
		attributes["#"+name] = name
	}
	look := a.task(a.name+": look", "aws-sdk:dynamodb:getItem", map[string]any{
		"TableName": a.table, "Key": key(a.name), "ConsistentRead": true,
		"ProjectionExpression": "#" + strings.Join(names, ", #"), "ExpressionAttributeNames": attributes,
	}, map[string]any{"ResultPath": slot})

	at := func(name, kind string) string { return slot + ".Item." + name + "." + kind }
	is := func(name, kind, value string) awsstepfunctions.Condition {
		return a.once(name+"="+value, func() awsstepfunctions.Condition { return Path(at(name, kind)).Is(value) })
	}
	mine := a.once("mine", func() awsstepfunctions.Condition {
		return awsstepfunctions.Condition_And(Path(at(wire.AttrRun, "S")).Exists(),
			awsstepfunctions.Condition_StringEqualsJsonPath(jsii.String(at(wire.AttrRun, "S")), jsii.String("$."+wire.InputRun)))
	})
	both := func(conditions ...awsstepfunctions.Condition) awsstepfunctions.Condition {
		return awsstepfunctions.Condition_And(append([]awsstepfunctions.Condition{mine}, conditions...)...)
	}

	answer, taken := a.takeAnswer(slot + ".Item." + wire.AttrResult + ".S")
	then(taken, a.next)
	decide := awsstepfunctions.NewChoice(a.scope, jsii.String(a.name+": decide"), nil)
	decide.When(both(is(wire.AttrAnswered, "S", wire.StatusCompleted)), answer, nil)
	decide.When(both(is(wire.AttrStatus, "S", wire.StatusTimedOut)), exhausted, nil)
	failed := is(wire.AttrAnswered, "S", wire.StatusFailed)
	for i := range a.attempts {
		attempt := is(wire.AttrAttempt, "N", strconv.Itoa(i+1))
		decide.When(both(attempt, failed), a.rooms[i], nil)
		if i > 0 {
			decide.When(both(attempt), a.requests[i], nil)
		}
	}
	decide.Otherwise(a.runOver())
	return then(look, decide)
}

// takeAnswer makes the text of an answer, as the table has it, the stage's
// result. It takes two states, since a state can parse a text only into a field
// of something.
func (a *asked) takeAnswer(text string) (first, last awsstepfunctions.CustomState) {
	const parsed = "$.parsed"
	first = a.pass(a.name+": read answer", map[string]any{
		"Parameters": map[string]any{"answer.$": "States.StringToJson(" + text + ")"}, "ResultPath": parsed,
	})
	last = a.pass(a.name+": take answer", map[string]any{"InputPath": parsed + ".answer", "ResultPath": resultOf(a.name)})
	first.Next(last)
	return first, last
}
