package chainstore

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/mediasupplychain/cdk/internal/chain"
	"github.com/mediasupplychain/cdk/internal/wire"
)

// Attributes that only handlers know.
const (
	attrActiveRun = "activeRun" // S, run id; there if and only if a run is active
	attrActive    = "active"    // M, the active run
	attrLast      = "last"      // M, the run that ended last
	attrLastStart = "lastStart" // M, moment
	attrQueue     = "queue"     // S, JSON: starts that wait

	attrID           = "id"
	attrSource       = "source"
	attrSequence     = "sequence"
	attrTime         = "time"
	attrAssetVersion = "assetVersion"
	attrData         = "data" // S, JSON
	attrStartedAt    = "startedAt"
	attrEndedAt      = "endedAt"
	attrCause        = "cause"
	attrStart        = "start" // M, event key

	attrWhat     = "what"
	attrFate     = "fate"
	attrEventID  = "eventId"
	attrType     = "type"
	attrJob      = "job"
	attrOccurred = "occurred"
	attrRecorded = "recorded"
	attrDeadline = "deadline"
	attrCallback = "callbackId"
	attrEvent    = "event"  // S, JSON: the canonical event
	attrDetail   = "detail" // S, JSON

	attrParked    = "parked"    // S, JSON: answers that wait for the job to be registered
	attrEntry     = "entry"     // S, sort key of the claim's line of the history
	attrPartition = "partition" // S, and its partition key
	attrBy        = "by"        // S, tells the call that made the claim
)

func newItem(k Key) Item {
	return Item{wire.KeyPartition: text(k.PK), wire.KeySort: text(k.SK)}
}

func momentItem(m *chain.Moment) Item {
	if m == nil {
		return nil
	}
	i := Item{}
	i.set(attrSource, m.Source)
	i.set(attrSequence, m.Sequence)
	i[attrTime] = text(Time(m.Time)) // always there: conditions compare it
	return i
}

func momentOf(i Item) *chain.Moment {
	if i == nil {
		return nil
	}
	return &chain.Moment{Source: i.Text(attrSource), Sequence: i.Text(attrSequence), Time: i.Time(attrTime)}
}

func keyItem(k chain.EventKey) Item { return Item{attrSource: text(k.Source), attrID: text(k.ID)} }

func keyOf(i Item) chain.EventKey {
	return chain.EventKey{Source: i.Text(attrSource), ID: i.Text(attrID)}
}

// HeadItem writes an asset's head.
func HeadItem(h chain.Head) (Item, error) {
	i := newItem(HeadKey(h.Asset))
	i.set(wire.AttrAsset, h.Asset)
	i.setNumber(wire.AttrVersion, h.Version)
	if h.Active != nil {
		i.set(attrActiveRun, h.Active.ID)
		i.setMap(attrActive, runFields(*h.Active))
	}
	if h.Last != nil {
		i.setMap(attrLast, runFields(*h.Last))
	}
	i.setMap(attrLastStart, momentItem(h.LastStart))
	if len(h.Queue) > 0 {
		queue, err := json.Marshal(h.Queue)
		if err != nil {
			return nil, fmt.Errorf("encode queue: %w", err)
		}
		i.set(attrQueue, string(queue))
	}
	return i, nil
}

// HeadOf reads an asset's head.
func HeadOf(i Item) (chain.Head, error) {
	h := chain.Head{
		Asset: i.Text(wire.AttrAsset), Version: i.Number(wire.AttrVersion), LastStart: momentOf(i.Map(attrLastStart)),
		Active: runOf(i.Map(attrActive)), Last: runOf(i.Map(attrLast)),
	}
	if queue := i.Text(attrQueue); queue != "" {
		if err := json.Unmarshal([]byte(queue), &h.Queue); err != nil {
			return chain.Head{}, fmt.Errorf("decode queue: %w", err)
		}
	}
	return h, nil
}

// runFields are what an item of a run has beside its key.
func runFields(r chain.Run) Item {
	i := Item{}
	i.set(wire.AttrRun, r.ID)
	i.set(wire.AttrAsset, r.Asset)
	i.set(attrAssetVersion, r.AssetVersion)
	i.set(wire.AttrStatus, string(r.Status))
	i.setMap(attrStart, keyItem(r.Start))
	i.set(attrData, string(r.Data))
	i.setTime(attrStartedAt, r.StartedAt)
	i.setTime(attrEndedAt, r.EndedAt)
	i.set(attrCause, r.Cause)
	return i
}

func runOf(i Item) *chain.Run {
	if i == nil {
		return nil
	}
	r := RunOf(i)
	return &r
}

// RunItem writes a run.
func RunItem(r chain.Run) Item {
	i := newItem(RunKey(r))
	for name, value := range runFields(r) {
		i[name] = value
	}
	return i
}

// RunOf reads a run.
func RunOf(i Item) chain.Run {
	return chain.Run{
		ID: i.Text(wire.AttrRun), Asset: i.Text(wire.AttrAsset), AssetVersion: i.Text(attrAssetVersion),
		Status: chain.RunStatus(i.Text(wire.AttrStatus)), Start: keyOf(i.Map(attrStart)), Data: raw(i.Text(attrData)),
		StartedAt: i.Time(attrStartedAt), EndedAt: i.Time(attrEndedAt), Cause: i.Text(attrCause),
	}
}

// StageItem writes a stage's slot.
func StageItem(asset string, s chain.Stage) Item {
	i := newItem(StageKey(asset, s.Name))
	i.set(wire.AttrAsset, asset)
	i.set(wire.AttrStage, s.Name)
	i.set(wire.AttrRun, s.Run)
	i.setNumber(wire.AttrAttempt, int64(s.Attempt))
	i.set(wire.AttrStatus, string(s.Status))
	i.setTime(wire.AttrResetAt, s.ResetAt)
	i.setTime(wire.AttrOverAt, s.OverAt)
	i.setNumber(wire.AttrVersion, s.Version)
	i.setMap(wire.AttrProgressAt, momentItem(s.ProgressAt))
	if s.Progress != nil {
		i[wire.AttrProgress] = float(*s.Progress)
	}
	i.request(s)
	i.set(wire.AttrResult, s.Result)
	if o := s.Outcome; o != nil {
		i.setMap(wire.AttrOutcome, outcomeItem(*o))
		i.setNumber(wire.AttrOutcomeAttempt, int64(o.Attempt))
		i.set(wire.AttrResult, o.Result())
		if o.Attempt == s.Attempt {
			i.set(wire.AttrAnswered, string(o.Status))
		}
	}
	return i
}

// request writes what the pipeline wrote when it asked the partner.
func (i Item) request(s chain.Stage) {
	r := s.Request
	if r.At.IsZero() {
		return
	}
	i.set(wire.AttrToken, r.Token)
	i.set(wire.AttrPartner, r.Partner)
	i.setTime(wire.AttrRequestedAt, r.At)
	i[wire.AttrTimeoutSeconds] = number(int64(r.Timeout / time.Second))
	i[wire.AttrWarnSeconds] = number(int64(r.Warn / time.Second))
	i.set(wire.AttrRequest, r.Text)
	if s.Status == chain.StageWaiting {
		i.set(wire.AttrWaitingOn, r.Partner)
		i.set(wire.AttrTimeline, wire.PrefixDue+s.Name)
		i.setTime(wire.AttrTimelineAt, r.At)
	}
}

func outcomeItem(o chain.Outcome) Item {
	i := momentItem(&o.At)
	i.set(attrSource, o.Event.Source)
	i.set(attrID, o.Event.ID)
	return i
}

// StageOf reads a stage's slot.
func StageOf(i Item) chain.Stage {
	s := chain.Stage{
		Name: i.Text(wire.AttrStage), Run: i.Text(wire.AttrRun), Attempt: int(i.Number(wire.AttrAttempt)),
		Status: chain.StageStatus(i.Text(wire.AttrStatus)), ResetAt: i.Time(wire.AttrResetAt), OverAt: i.Time(wire.AttrOverAt),
		ProgressAt: momentOf(i.Map(wire.AttrProgressAt)), Progress: i.float(wire.AttrProgress), Version: i.Number(wire.AttrVersion),
		Request: chain.Request{
			Partner: i.Text(wire.AttrPartner), Token: i.Text(wire.AttrToken), At: i.Time(wire.AttrRequestedAt),
			Timeout: i.seconds(wire.AttrTimeoutSeconds), Warn: i.seconds(wire.AttrWarnSeconds), Text: i.Text(wire.AttrRequest),
		},
	}
	if outcome := i.Map(wire.AttrOutcome); outcome != nil {
		s.Outcome = outcomeOf(i, outcome)
	} else {
		s.Result = i.Text(wire.AttrResult)
	}
	return s
}

func outcomeOf(slot, outcome Item) *chain.Outcome {
	var result chain.Result
	if err := json.Unmarshal([]byte(slot.Text(wire.AttrResult)), &result); err != nil {
		result.Cause = "the result in the table is not JSON"
	}
	return &chain.Outcome{
		Status: chain.StageStatus(slot.Text(wire.AttrAnswered)), Attempt: int(slot.Number(wire.AttrOutcomeAttempt)),
		Event: keyOf(outcome), At: *momentOf(outcome), Data: result.Data, Ref: result.Ref, Cause: result.Cause,
	}
}

// EntryItem writes a line of the history.
func EntryItem(e chain.Entry) Item {
	i := newItem(EntryKey(e))
	i.set(attrID, e.ID)
	i.set(attrWhat, e.What)
	i.set(attrFate, string(e.Fate))
	i.set(attrSource, e.Event.Source)
	i.set(attrEventID, e.Event.ID)
	i.set(attrType, e.Type)
	i.set(wire.AttrAsset, e.Asset)
	i.set(wire.AttrRun, e.Run)
	i.set(wire.AttrStage, e.Stage)
	i.setNumber(wire.AttrAttempt, int64(e.Attempt))
	i.set(wire.AttrPartner, e.Partner)
	i.set(attrJob, e.Job)
	i.setTime(attrOccurred, e.Occurred)
	i.setTime(attrRecorded, e.Recorded)
	i.setTime(attrDeadline, e.Deadline)
	i.set(attrCause, e.Cause)
	i.set(attrDetail, e.Detail)
	i.set(attrEvent, string(e.Canonical))
	if e.What == chain.WhatStageRequested {
		i.set(attrCallback, e.Callback())
	}
	if e.Failure() {
		i.set(wire.AttrTimeline, wire.PrefixFailed+Day(e.Recorded))
		i.setTime(wire.AttrTimelineAt, e.Recorded)
	}
	return i
}

// EntryOf reads a line of the history.
func EntryOf(i Item) chain.Entry {
	return chain.Entry{
		ID: i.Text(attrID), What: i.Text(attrWhat), Fate: chain.Fate(i.Text(attrFate)),
		Event: chain.EventKey{Source: i.Text(attrSource), ID: i.Text(attrEventID)}, Type: i.Text(attrType),
		Asset: i.Text(wire.AttrAsset), Run: i.Text(wire.AttrRun), Stage: i.Text(wire.AttrStage), Attempt: int(i.Number(wire.AttrAttempt)),
		Partner: i.Text(wire.AttrPartner), Job: i.Text(attrJob), Occurred: i.Time(attrOccurred), Recorded: i.Time(attrRecorded),
		Deadline: i.Time(attrDeadline), Cause: i.Text(attrCause), Detail: i.Text(attrDetail), Canonical: raw(i.Text(attrEvent)),
	}
}

// jobItem writes a job.
func jobItem(partner, id string, s chain.JobState, version int64) (Item, error) {
	i := newItem(JobKey(partner, id))
	i.set(wire.AttrPartner, partner)
	i.set(attrJob, id)
	i.setNumber(wire.AttrVersion, version)
	if j := s.Job; j != nil {
		i.set(wire.AttrAsset, j.Asset)
		i.set(wire.AttrRun, j.Run)
		i.set(wire.AttrStage, j.Stage)
		i.setNumber(wire.AttrAttempt, int64(j.Attempt))
	}
	if len(s.Parked) > 0 {
		parked, err := json.Marshal(s.Parked)
		if err != nil {
			return nil, fmt.Errorf("encode parked answers: %w", err)
		}
		i.set(attrParked, string(parked))
	}
	return i, nil
}

// jobOf reads a job, and its version.
func jobOf(i Item) (chain.JobState, int64, error) {
	var s chain.JobState
	if i.Has(wire.AttrRun) {
		s.Job = &chain.Job{
			Partner: i.Text(wire.AttrPartner), ID: i.Text(attrJob), Asset: i.Text(wire.AttrAsset), Run: i.Text(wire.AttrRun),
			Stage: i.Text(wire.AttrStage), Attempt: int(i.Number(wire.AttrAttempt)),
		}
	}
	if parked := i.Text(attrParked); parked != "" {
		if err := json.Unmarshal([]byte(parked), &s.Parked); err != nil {
			return s, 0, fmt.Errorf("decode parked answers: %w", err)
		}
	}
	return s, i.Number(wire.AttrVersion), nil
}

func raw(text string) json.RawMessage {
	if text == "" {
		return nil
	}
	return json.RawMessage(text)
}
