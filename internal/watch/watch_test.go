package watch_test

import (
	"bytes"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/internal/chain"
	"github.com/mediasupplychain/cdk/internal/chainstore"
	"github.com/mediasupplychain/cdk/internal/chaintest"
	"github.com/mediasupplychain/cdk/internal/telemetry"
	"github.com/mediasupplychain/cdk/internal/watch"
	"github.com/mediasupplychain/cdk/internal/wire"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func TestLateStagesAreCountedAndWarnedOfOnce(t *testing.T) {
	table := chaintest.NewTable()
	plan := chain.Plan{SecondStart: chain.Refuse, Stages: []chain.StagePlan{{Name: "qc", WarnSeconds: 600}, {Name: "delivery"}}}
	store := chainstore.New("state", plan, 0, func() chainstore.DynamoDB { return table })
	now := noon
	for i, asset := range []string{"tt-1", "tt-2", "tt-3", "tt-4"} {
		e := chain.Event{Key: chain.EventKey{Source: "s", ID: asset}, Kind: chain.Start, Asset: asset, Occurred: noon, Recorded: noon}
		_, err := store.Apply(t.Context(), e)
		require.NoError(t, err)
		run := chainstore.StageOf(table.Item(chainstore.StageKey(asset, "qc").PK, chainstore.StageKey(asset, "qc").SK)).Run
		p := chaintest.Pipeline{Table: table, Asset: asset, Run: run, Now: func() time.Time { return noon.Add(time.Duration(i) * time.Minute) }}
		require.True(t, p.Request("qc", "vidcheck", "t", 1, time.Hour, 10*time.Minute))
		require.True(t, p.Request("delivery", "cdn", "t", 1, time.Hour, 0), "it has no warning time")
	}
	answer := chain.Event{Key: chain.EventKey{Source: "s", ID: "a"}, Kind: chain.Complete, Asset: "tt-1", Stage: "qc", Occurred: noon, Recorded: noon}
	_, err := store.Apply(t.Context(), answer)
	require.NoError(t, err)

	var metrics bytes.Buffer
	newWatch := func() *watch.Handler {
		return &watch.Handler{
			Table: "state", Plan: plan, Client: func() watch.DynamoDB { return table }, Now: func() time.Time { return now },
			Log: slog.New(slog.DiscardHandler), Metrics: telemetry.NewMetricsTo(&metrics, time.Now),
		}
	}
	h := newWatch()
	for _, c := range []struct {
		minute int
		want   string
		lines  int
	}{{9, `"LateStages":0`, 0}, {11, `"LateStages":1`, 1}, {12, `"LateStages":2`, 2}, {40, `"LateStages":3`, 3}} {
		metrics.Reset()
		now = noon.Add(time.Duration(c.minute) * time.Minute)
		require.NoError(t, h.Handle(t.Context()))
		assert.Contains(t, metrics.String(), c.want)
		assert.NotContains(t, metrics.String(), "delivery")
		assert.Len(t, warnings(table), c.lines, "minute %d", c.minute)
	}
	require.NoError(t, newWatch().Handle(t.Context()), "another process, which remembers nothing")
	lines := warnings(table)
	require.Len(t, lines, 3)
	assert.Equal(t, "vidcheck has not answered since 2026-11-24T12:01:00Z", lines[0].Cause)
	assert.Equal(t, noon.Add(11*time.Minute), lines[0].Recorded)
	assert.Equal(t, noon.Add(61*time.Minute), lines[0].Deadline)

	table.Fault = func(string) error { return errors.New("down") }
	metrics.Reset()
	require.EqualError(t, h.Handle(t.Context()), "stage qc: down")
	assert.NotContains(t, metrics.String(), "LateStages", "no count is better than a wrong one")
}

// An approval that is escalated has attempts with warning times of their own: the
// plan has the shortest, and the request its own.
func TestAnAttemptIsLateByItsOwnWarningTime(t *testing.T) {
	table := chaintest.NewTable()
	plan := chain.Plan{SecondStart: chain.Refuse, Stages: []chain.StagePlan{{Name: "review", WarnSeconds: 600}}}
	store := chainstore.New("state", plan, 0, func() chainstore.DynamoDB { return table })
	e := chain.Event{Key: chain.EventKey{Source: "s", ID: "1"}, Kind: chain.Start, Asset: "tt-1", Occurred: noon, Recorded: noon}
	_, err := store.Apply(t.Context(), e)
	require.NoError(t, err)
	run := chainstore.StageOf(table.Item(chainstore.StageKey("tt-1", "review").PK, chainstore.StageKey("tt-1", "review").SK)).Run
	p := chaintest.Pipeline{Table: table, Asset: "tt-1", Run: run, Now: func() time.Time { return noon }}
	require.True(t, p.Request("review", "approval", "t", 1, 24*time.Hour, 2*time.Hour))
	var metrics bytes.Buffer
	now := noon
	h := &watch.Handler{
		Table: "state", Plan: plan, Client: func() watch.DynamoDB { return table }, Now: func() time.Time { return now },
		Log: slog.New(slog.DiscardHandler), Metrics: telemetry.NewMetricsTo(&metrics, time.Now),
	}

	now = noon.Add(119 * time.Minute)
	require.NoError(t, h.Handle(t.Context()))
	assert.Empty(t, warnings(table))
	assert.Contains(t, metrics.String(), `"LateStages":0`)

	now = noon.Add(121 * time.Minute)
	require.NoError(t, h.Handle(t.Context()))
	require.Len(t, warnings(table), 1)
	assert.Equal(t, noon.Add(2*time.Hour), warnings(table)[0].Recorded)
	assert.Contains(t, metrics.String(), `"LateStages":1`)
}

func warnings(table *chaintest.Table) []chain.Entry {
	var all []chain.Entry
	for _, i := range table.Items() {
		if e := chainstore.EntryOf(i); e.What == wire.WhatStageWarned {
			all = append(all, e)
		}
	}
	return all
}
