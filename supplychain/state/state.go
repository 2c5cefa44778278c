// Package state reads the state table of a supply chain, for a team's own tools:
// where an asset stands, what waits on a partner, what failed, what is late, and
// the whole history of an asset. It never scans and never writes.
//
//	table := state.New(os.Getenv("TABLE_NAME"), dynamodb.NewFromConfig(cfg))
//	for stage, err := range table.Waiting(ctx, "qc-vendor") { … }
//
// supplychain.SupplyChain.GrantReadState gives the permissions.
package state

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/mediasupplychain/cdk/internal/chain"
	"github.com/mediasupplychain/cdk/internal/chainstore"
)

// ErrUnknownAsset says that no event has told of such an asset.
var ErrUnknownAsset = errors.New("unknown asset")

// Client is what is used of a DynamoDB client.
type Client interface {
	Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error)
}

// Table reads one supply chain's table. It is safe for concurrent use if its
// client is, as those of the SDK are.
type Table struct {
	name   string
	client Client
}

// New reads the table of that name.
func New(name string, client Client) *Table { return &Table{name: name, client: client} }

// Asset is how an asset stands now.
type Asset struct {
	ID string
	// Active is the run that is under way, nil if there is none.
	Active *Run
	// Last is the run that ended last, nil if none has.
	Last *Run
	// Queued is how many starts wait for the active run to end.
	Queued int
	// Stages are the stages of the active run, else of the last one, by name.
	Stages map[string]Stage
}

// Run is one passage of an asset through the pipeline.
type Run struct {
	// ID is the name of the execution too.
	ID, Asset string
	// Version is the asset's, empty if the start did not tell it.
	Version string
	// Status is Running, Completed, Failed, TimedOut, Aborted or Superseded.
	Status string
	// StartedBy is the event that started it.
	StartedBy          Event
	StartedAt, EndedAt time.Time
	// Cause is why it ended, where that needs a word.
	Cause string
}

// Event names an event: by who told it, and by its id there.
type Event struct{ Source, ID string }

// Stage is how a stage stands in its run.
type Stage struct {
	Name, Asset, Run string
	// Attempt counts the requests, from 1.
	Attempt int
	// Status is Expected, Waiting, Completed, Failed, TimedOut, Skipped or Canceled.
	Status string
	// Partner is who was asked; empty before that.
	Partner string
	// Since is when the partner was asked for this attempt, Deadline when the
	// attempt times out, and Warning when it begins to count as late; zero where
	// there is none.
	Since, Deadline, Warning time.Time
	// Percent is how much is done, as the partner says; nil if it says nothing.
	Percent *float64
	// Answer is the partner's; nil while there is none. Lists of waiting stages
	// leave it out.
	Answer *Answer
}

// Answer is a partner's answer to a stage's current attempt.
type Answer struct {
	Event Event
	At    time.Time
	// Data is what the stages that follow got; Ref is where more of it is.
	Data json.RawMessage
	Ref  string
	// Cause is the partner's words for a failure.
	Cause string
}

// Asset reads how an asset stands. The error wraps [ErrUnknownAsset] if nobody
// has told of it.
func (t *Table) Asset(ctx context.Context, id string) (Asset, error) {
	s, err := chainstore.Snapshot(ctx, t.client, t.name, id)
	if err != nil {
		return Asset{}, fmt.Errorf("read asset %s: %w", id, err)
	}
	if s.Head.Version == 0 {
		return Asset{}, fmt.Errorf("%w: %q", ErrUnknownAsset, id)
	}
	a := Asset{ID: id, Active: runPointer(s.Head.Active), Last: runPointer(s.Head.Last), Queued: len(s.Head.Queue), Stages: map[string]Stage{}}
	for name, stage := range s.Stages {
		a.Stages[name] = stageOf(id, stage)
	}
	return a, nil
}

func runPointer(r *chain.Run) *Run {
	if r == nil {
		return nil
	}
	run := runOf(*r)
	return &run
}

func runOf(r chain.Run) Run {
	return Run{
		ID: r.ID, Asset: r.Asset, Version: r.AssetVersion, Status: string(r.Status), StartedBy: Event(r.Start),
		StartedAt: r.StartedAt, EndedAt: r.EndedAt, Cause: r.Cause,
	}
}

func stageOf(asset string, s chain.Stage) Stage {
	stage := Stage{
		Name: s.Name, Asset: asset, Run: s.Run, Attempt: s.Attempt, Status: string(s.Status), Partner: s.Request.Partner,
		Since: s.Request.At, Percent: s.Progress,
	}
	if !s.Request.At.IsZero() && s.Request.Timeout > 0 {
		stage.Deadline = s.Request.At.Add(s.Request.Timeout)
	}
	if !s.Request.At.IsZero() && s.Request.Warn > 0 {
		stage.Warning = s.Request.At.Add(s.Request.Warn)
	}
	if o := s.Outcome; o != nil {
		stage.Answer = &Answer{Event: Event(o.Event), At: o.At.Time, Data: o.Data, Ref: o.Ref, Cause: o.Cause}
	}
	return stage
}
