package state_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/internal/chain"
	"github.com/mediasupplychain/cdk/internal/chainstore"
	"github.com/mediasupplychain/cdk/internal/chaintest"
	"github.com/mediasupplychain/cdk/supplychain/state"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func Example() {
	table := state.New("StateTable", dynamodb.New(dynamodb.Options{Region: "eu-west-1"}))
	show := func(ctx context.Context) error {
		for stage, err := range table.Waiting(ctx, "vidcheck") {
			if err != nil {
				return err
			}
			fmt.Println(stage.Asset, stage.Name, "since", stage.Since)
		}
		return nil
	}
	_ = show
}

// chainOf is a supply chain in which two assets are on their way and one run failed.
func chainOf(t *testing.T) (*state.Table, *chaintest.Table) {
	table := chaintest.NewTable()
	plan := chain.Plan{SecondStart: chain.Refuse, Stages: []chain.StagePlan{{Name: "qc"}, {Name: "delivery"}}}
	store := chainstore.New("state", plan, 0, func() chainstore.DynamoDB { return table })
	minute := 0
	apply := func(kind chain.Kind, asset, stage string) {
		minute++
		e := chain.Event{
			Key: chain.EventKey{Source: "/partners/p", ID: strconv.Itoa(minute)}, Kind: kind, Asset: asset, Stage: stage, Partner: "p", Version: "v1",
			Occurred: noon.Add(time.Duration(minute) * time.Minute), Recorded: noon.Add(time.Duration(minute) * time.Minute),
		}
		_, err := store.Apply(t.Context(), e)
		require.NoError(t, err)
	}
	request := func(asset string) {
		run := chainstore.StageOf(table.Item(chainstore.StageKey(asset, "qc").PK, chainstore.StageKey(asset, "qc").SK)).Run
		p := chaintest.Pipeline{Table: table, Asset: asset, Run: run, Now: func() time.Time { return noon.Add(time.Duration(minute) * time.Minute) }}
		require.True(t, p.Request("qc", "vidcheck", "secret", 1, time.Hour, 10*time.Minute))
	}
	for _, asset := range []string{"tt-1", "tt-2", "tt-3"} {
		apply(chain.Start, asset, "")
		request(asset)
	}
	apply(chain.Fail, "tt-3", "qc")
	apply(chain.Complete, "tt-1", "delivery")
	run := chainstore.StageOf(table.Item(chainstore.StageKey("tt-3", "qc").PK, chainstore.StageKey("tt-3", "qc").SK)).Run
	_, err := store.Close(t.Context(), chain.Closing{
		Key: chain.EventKey{Source: "aws.states", ID: "x"}, Asset: "tt-3", Run: run, Status: chain.RunFailed, Cause: "StageFailed", Occurred: noon, Recorded: noon.Add(time.Hour),
	})
	require.NoError(t, err)
	apply(chain.Start, "tt-3", "")
	apply(chain.Complete, "", "")
	return state.New("state", table), table
}

func collect[T any](t *testing.T, all iter.Seq2[T, error]) []T {
	t.Helper()
	var list []T
	for one, err := range all {
		require.NoError(t, err)
		list = append(list, one)
	}
	return list
}

func TestWhereIsTheAsset(t *testing.T) {
	table, _ := chainOf(t)
	a, err := table.Asset(t.Context(), "tt-1")
	require.NoError(t, err)
	assert.Equal(t, "Running", a.Active.Status)
	assert.Nil(t, a.Last)
	qc := a.Stages["qc"]
	assert.Equal(t, state.Stage{
		Name: "qc", Asset: "tt-1", Run: a.Active.ID, Attempt: 1, Status: "Waiting", Partner: "vidcheck",
		Since: noon.Add(time.Minute), Deadline: noon.Add(61 * time.Minute), Warning: noon.Add(11 * time.Minute),
	}, qc)
	assert.Equal(t, state.Event{Source: "/partners/p", ID: "5"}, a.Stages["delivery"].Answer.Event)

	_, err = table.Asset(t.Context(), "tt-9")
	require.ErrorIs(t, err, state.ErrUnknownAsset)
	assert.EqualError(t, err, `unknown asset: "tt-9"`)
}

func TestTheRunsOfAnAssetTheNewestFirst(t *testing.T) {
	table, _ := chainOf(t)
	runs := collect(t, table.Runs(t.Context(), "tt-3"))
	require.Len(t, runs, 2)
	// The first began at 12:03 and the second at 12:06.
	assert.Equal(t, "Running", runs[0].Status)
	assert.Equal(t, "Failed", runs[1].Status)
	assert.Equal(t, "StageFailed", runs[1].Cause)
	assert.Equal(t, "v1", runs[1].Version)
}

func TestWhatWaitsOnAPartnerAndSinceWhen(t *testing.T) {
	table, _ := chainOf(t)
	waiting := collect(t, table.Waiting(t.Context(), "vidcheck"))
	require.Len(t, waiting, 2)
	assert.Equal(t, "tt-1", waiting[0].Asset)
	assert.Equal(t, noon.Add(2*time.Minute), waiting[1].Since)
	assert.Empty(t, collect(t, table.Waiting(t.Context(), "cdn")))
}

func TestWhatIsLate(t *testing.T) {
	table, _ := chainOf(t)
	late := collect(t, table.Late(t.Context(), "qc", noon.Add(90*time.Second)))
	require.Len(t, late, 1)
	assert.Equal(t, "tt-1", late[0].Asset)
}

func TestWhatFailedToday(t *testing.T) {
	table, _ := chainOf(t)
	var lines []string
	for _, e := range collect(t, table.Failed(t.Context(), noon)) {
		lines = append(lines, e.Asset+" "+e.What)
	}
	assert.Equal(t, []string{"tt-3 stage.failed", "tt-3 run.failed"}, lines)
	assert.Empty(t, collect(t, table.Failed(t.Context(), noon.AddDate(0, 0, 1))))
}

func TestTheWholeHistory(t *testing.T) {
	table, _ := chainOf(t)
	var lines []string
	history := collect(t, table.History(t.Context(), "tt-3"))
	for _, e := range history {
		lines = append(lines, e.What+" "+e.Fate)
	}
	assert.Equal(t, []string{"run.started applied", "stage.failed applied", "run.started applied", "run.failed applied"}, lines)
	assert.Equal(t, history[0].Run, history[1].Run, "an answer that did not tell its run has it")
}

func TestEventsWithoutAnAsset(t *testing.T) {
	table, _ := chainOf(t)
	lost := collect(t, table.Unplaced(t.Context(), "/partners/p", noon))
	require.Len(t, lost, 1)
	assert.Equal(t, "unmatched", lost[0].Fate)
}

func TestAListEndsWhereItsReaderDoesAndAfterAnError(t *testing.T) {
	table, fake := chainOf(t)
	fake.Calls()
	for _, err := range table.History(t.Context(), "tt-3") {
		require.NoError(t, err)
		break
	}
	assert.Equal(t, map[string]int{"Query": 1}, fake.Calls(), "no page is read that nobody asked for")

	fake.Fault = func(string) error { return errors.New("throttled") }
	n := 0
	for _, err := range table.History(t.Context(), "tt-3") {
		n++
		require.EqualError(t, err, "read the state table: throttled")
	}
	assert.Equal(t, 1, n)
	_, err := table.Asset(t.Context(), "tt-1")
	require.EqualError(t, err, "read asset tt-1: throttled")
}
