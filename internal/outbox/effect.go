package outbox

import (
	"fmt"
	"strings"

	"github.com/mediasupplychain/cdk/internal/chain"
	"github.com/mediasupplychain/cdk/internal/chainstore"
	"github.com/mediasupplychain/cdk/internal/wire"
)

// kind says what an effect does, in the words of metrics and dead letters.
type kind string

const (
	startExecution kind = "start-execution"
	stopExecution  kind = "stop-execution"
	completeTask   kind = "complete-task"
	failTask       kind = "fail-task"
	heartbeat      kind = "heartbeat"
	writeHistory   kind = "write-history"
	leaveIndex     kind = "leave-index"
	publish        kind = "publish"
)

// effect is one thing to do. Its kind says which of the fields count.
type effect struct {
	kind  kind
	run   chain.Run
	stage chain.Stage
	entry chain.Entry
	key   chainstore.Key // of the item that it is for
}

// change is a change of one item: its old image, nil where there was none, and
// its new one.
type change struct{ old, new chainstore.Item }

// effects says what a change asks for. It is pure: the same change always asks
// for the same. With no old image it asks for all that the item says, which is
// how effects are done again.
func (c change) effects() []effect {
	key := chainstore.Key{PK: c.new.Text(wire.KeyPartition), SK: c.new.Text(wire.KeySort)}
	var all []effect
	switch {
	case strings.HasPrefix(key.SK, wire.PrefixRun):
		all = c.ofRun()
	case strings.HasPrefix(key.SK, wire.PrefixStage):
		all = c.ofStage()
	case strings.HasPrefix(key.SK, wire.PrefixEntry) && c.old == nil:
		all = []effect{{kind: publish, entry: chainstore.EntryOf(c.new)}}
	}
	for i := range all {
		all[i].key = key
	}
	return all
}

func (c change) ofRun() []effect {
	was, is := chainstore.RunOf(c.old), chainstore.RunOf(c.new)
	switch {
	case is.Status == chain.RunRunning && was.Status != chain.RunRunning:
		return []effect{{kind: startExecution, run: is}}
	case is.Status == chain.RunSuperseded && was.Status != chain.RunSuperseded:
		return []effect{{kind: stopExecution, run: is}}
	}
	return nil
}

func (c change) ofStage() []effect {
	was, is := chainstore.StageOf(c.old), chainstore.StageOf(c.new)
	asset := c.new.Text(wire.AttrAsset)
	var all []effect
	for _, entry := range history(asset, was, is) {
		all = append(all, effect{kind: writeHistory, entry: entry})
	}
	if answered(is) && is.Request.Token != "" && (!answered(was) || was.Request.Token != is.Request.Token) {
		do := completeTask
		if is.Outcome.Status == chain.StageFailed {
			do = failTask
		}
		all = append(all, effect{kind: do, stage: is})
	}
	alive := is.ProgressAt != nil && (was.ProgressAt == nil || *was.ProgressAt != *is.ProgressAt)
	if alive && is.Status == chain.StageWaiting && is.Request.Token != "" {
		all = append(all, effect{kind: heartbeat, stage: is})
	}
	if c.new.Has(wire.AttrWaitingOn) && is.Status != chain.StageWaiting {
		all = append(all, effect{kind: leaveIndex, stage: is})
	}
	return all
}

func answered(s chain.Stage) bool { return s.Outcome != nil && s.Outcome.Attempt == s.Attempt }

// history are the lines that tell of what the pipeline did to a stage. Their
// keys depend on the change alone, so that each is written once.
func history(asset string, was, is chain.Stage) []chain.Entry {
	var all []chain.Entry
	sameRun := was.Run == is.Run
	if sameRun && was.Attempt < is.Attempt && was.Status == chain.StageWaiting {
		all = append(all, over(asset, was, is, chain.WhatStageTimedOut)) // the next attempt follows
	}
	changed := !sameRun || was.Attempt != is.Attempt || was.Status != is.Status
	switch {
	case !changed:
	case is.Status == chain.StageWaiting:
		all = append(all, requested(asset, is))
	case is.Status == chain.StageTimedOut:
		all = append(all, over(asset, is, is, chain.WhatStageTimedOut))
	case is.Status == chain.StageSkipped:
		all = append(all, over(asset, is, is, chain.WhatStageSkipped))
	case is.Status == chain.StageCompleted && is.Outcome == nil:
		all = append(all, over(asset, is, is, chain.WhatStageCompleted))
	case is.Status == chain.StageFailed && is.Outcome == nil:
		all = append(all, over(asset, is, is, chain.WhatStageFailed))
	}
	return all
}

func requested(asset string, s chain.Stage) chain.Entry {
	e := s.Entry(asset, chain.WhatStageRequested)
	e.Occurred, e.Recorded, e.Detail = s.Request.At, s.Request.At, s.Request.Text
	if s.Request.Timeout > 0 {
		e.Deadline = s.Request.At.Add(s.Request.Timeout)
	}
	return e
}

// over is the line for an attempt that ended at the moment that is tells.
func over(asset string, attempt, is chain.Stage, what string) chain.Entry {
	e := attempt.Entry(asset, what)
	e.Occurred, e.Recorded, e.Detail = is.OverAt, is.OverAt, attempt.Result
	if what == chain.WhatStageTimedOut && attempt.Request.Timeout > 0 {
		e.Cause = fmt.Sprintf("no answer within %s", attempt.Request.Timeout)
	}
	return e
}
