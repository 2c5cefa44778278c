package chainstore

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mediasupplychain/cdk/internal/chain"
	"github.com/mediasupplychain/cdk/internal/chaintest"
	"github.com/mediasupplychain/cdk/internal/wire"
)

const asset = "tt-0042"

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

var plan = chain.Plan{SecondStart: chain.Refuse, Stages: []chain.StagePlan{
	{Name: "transcode"}, {Name: "qc"}, {Name: "approve", Deciders: []string{"anna"}},
}}

func newStore(table *chaintest.Table, plan chain.Plan) *Store {
	s := New("state", plan, DefaultHorizon, func() DynamoDB { return table })
	s.Sleep = func(context.Context, time.Duration) error { return nil }
	return s
}

// Whatever came before: what is written blind, where the conditions of that
// hold, is what is written after reading and deciding.
func TestBlindWritesAreThoseThatDecideMakes(t *testing.T) {
	blind := 0
	rapid.Check(t, func(t *rapid.T) {
		plan := plan
		plan.SecondStart = rapid.SampledFrom(chain.Policies()).Draw(t, "second start")
		table := chaintest.NewTable()
		for step := range rapid.IntRange(1, 25).Draw(t, "steps") {
			now := noon.Add(time.Duration(step) * time.Minute)
			if rapid.IntRange(0, 3).Draw(t, "who") == 0 {
				drawPipelineWrite(t, table, now)
				continue
			}
			e := drawEvent(t, now)
			decided := table.Clone()
			one, err := newStore(table, plan).Apply(t.Context(), e)
			require.NoError(t, err)
			s := newStore(decided, plan)
			s.decideFirst = true
			other, err := s.Apply(t.Context(), e)
			require.NoError(t, err)
			if !one.Read {
				blind++
			}
			require.Equal(t, other.Fate, one.Fate)
			require.Equal(t, dump(decided), dump(table), "after %+v", e)
		}
	})
	require.Positive(t, blind, "the blind path was never taken: the test shows nothing")
}

// dump are the items, a line each, without what the blind path cannot know:
// which call it was, and of a line of the history the current run and attempt.
// Times of Step Functions are written as ours.
func dump(table *chaintest.Table) string {
	var lines []string
	for _, i := range table.Items() {
		delete(i, attrBy)
		if Item(i).Has(attrWhat) {
			delete(i, wire.AttrRun)
			delete(i, wire.AttrAttempt)
		}
		lines = append(lines, show(i))
	}
	return strings.Join(lines, "\n")
}

func show(i Item) string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(i)) {
		value := i.Text(name)
		switch v := i[name].(type) {
		case *types.AttributeValueMemberM:
			value = "{" + show(v.Value) + "}"
		case *types.AttributeValueMemberN:
			value = v.Value
		}
		if t := parseTime(value); !t.IsZero() {
			value = Time(t)
		}
		all = append(all, name+"="+value)
	}
	return strings.Join(all, " ")
}

func drawEvent(t *rapid.T, now time.Time) chain.Event {
	id := strconv.Itoa(rapid.IntRange(1, 12).Draw(t, "event"))
	e := chain.Event{
		Key:  chain.EventKey{Source: rapid.SampledFrom([]string{"/partners/a", "/partners/b"}).Draw(t, "source"), ID: id},
		Kind: rapid.SampledFrom([]chain.Kind{chain.Start, chain.Complete, chain.Fail, chain.Progress, chain.Record, chain.Unmapped}).Draw(t, "kind"),
		Type: "media.qc.completed.v1", Asset: rapid.SampledFrom([]string{asset, asset, asset, asset, ""}).Draw(t, "asset"), Partner: "a",
		Occurred: now.Add(-time.Duration(rapid.IntRange(-1, 10).Draw(t, "age")) * time.Minute), Recorded: now,
		Sequence:    rapid.SampledFrom([]string{"", "1", "2", "3"}).Draw(t, "sequence"),
		Participant: rapid.SampledFrom([]string{"anna", "ben"}).Draw(t, "participant"),
	}
	switch e.Kind {
	case chain.Start:
		e.Version = rapid.SampledFrom([]string{"", "v1", "v2"}).Draw(t, "version")
	case chain.Unmapped:
	default:
		e.Job = rapid.SampledFrom([]string{"", "", "j1", "j2"}).Draw(t, "job")
		if e.Asset != "" {
			e.Stage = rapid.SampledFrom([]string{"transcode", "qc", "approve", "", "lost"}).Draw(t, "stage")
			e.Attempt = rapid.SampledFrom([]int{0, 0, 0, 1, 2}).Draw(t, "attempt")
		}
		if e.Kind == chain.Progress && rapid.Bool().Draw(t, "with percent") {
			percent := float64(rapid.IntRange(0, 100).Draw(t, "percent"))
			e.Percent = &percent
		}
	}
	return e
}

func drawPipelineWrite(t *rapid.T, table *chaintest.Table, now time.Time) {
	head := Item(table.Item(HeadKey(asset).PK, HeadKey(asset).SK))
	p := chaintest.Pipeline{Table: table, Asset: asset, Run: head.Text(attrActiveRun), Now: func() time.Time { return now }}
	stage := rapid.SampledFrom([]string{"transcode", "qc", "approve"}).Draw(t, "stage")
	attempt := rapid.IntRange(1, 2).Draw(t, "attempt")
	switch rapid.IntRange(0, 5).Draw(t, "write") {
	case 0, 1:
		p.Request(stage, "a", "token-"+now.String(), attempt, time.Hour, time.Minute)
	case 2:
		p.Again(stage, attempt)
	case 3:
		p.TimedOut(stage, attempt)
	case 4:
		p.Over(stage, attempt)
	case 5:
		if p.Run == "" {
			return
		}
		_, err := newStore(table, plan).Close(t.Context(), chain.Closing{
			Key: chain.EventKey{Source: "aws.states", ID: p.Run}, Asset: asset, Run: p.Run, Status: chain.RunFailed, Occurred: now, Recorded: now,
		})
		require.NoError(t, err)
	}
}
