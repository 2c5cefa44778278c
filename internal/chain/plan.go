package chain

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Policy says what a second start does while a run is active.
type Policy string

// The policies.
const (
	Refuse    Policy = "refuse"
	Queue     Policy = "queue"
	Supersede Policy = "supersede"
)

// Policies lists every policy.
func Policies() []Policy { return []Policy{Refuse, Queue, Supersede} }

const (
	// QueueLimit is how many starts of one asset can wait. A partner that sends
	// more of them within one run is broken.
	QueueLimit = 10
	// ParkLimit is how many answers wait for a job that nobody knows.
	ParkLimit = 10
	// ClockTolerance is how far a partner's clock may be behind ours before its
	// answer counts as one to an earlier run.
	ClockTolerance = time.Minute
	// StageLimit is how many stages a pipeline can have. One transaction takes 100
	// items (TransactWriteItems, DynamoDB API reference); the largest begins a run
	// over all stages and tells of each stage of the run before that it is canceled.
	StageLimit = 45
)

// Plan is the part of a supply chain that decisions depend on.
type Plan struct {
	SecondStart Policy      `json:"secondStart"`
	Stages      []StagePlan `json:"stages"` // in the order of the pipeline, parallel ones too
}

// StagePlan is one stage of a [Plan].
type StagePlan struct {
	Name     string   `json:"name"`
	Deciders []string `json:"deciders,omitempty"` // who may answer, for an approval; empty: anybody
	// WarnSeconds is how long a stage waits before it counts as late, in that of
	// its attempts that counts so first; each request has its own. 0: never.
	WarnSeconds int `json:"warnSeconds,omitempty"`
}

// Encode writes the plan as the text of an environment variable.
func (p Plan) Encode() (string, error) {
	text, err := json.Marshal(p)
	if err != nil {
		return "", fmt.Errorf("encode plan: %w", err)
	}
	return string(text), nil
}

// DecodePlan reads what [Plan.Encode] wrote.
func DecodePlan(text string) (Plan, error) {
	var p Plan
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		return Plan{}, fmt.Errorf("decode plan: %w", err)
	}
	if !slices.Contains(Policies(), p.SecondStart) {
		return Plan{}, fmt.Errorf("decode plan: secondStart must be one of %q, got %q", Policies(), p.SecondStart)
	}
	if len(p.Stages) == 0 || len(p.Stages) > StageLimit {
		return Plan{}, fmt.Errorf("decode plan: want 1 to %d stages, got %d", StageLimit, len(p.Stages))
	}
	return p, nil
}

// Stage finds a stage by its name.
func (p Plan) Stage(name string) (StagePlan, bool) {
	i := slices.IndexFunc(p.Stages, func(s StagePlan) bool { return s.Name == name })
	if i < 0 {
		return StagePlan{}, false
	}
	return p.Stages[i], true
}

// May reports whether who may answer the stage.
func (s StagePlan) May(who string) bool {
	return len(s.Deciders) == 0 || slices.Contains(s.Deciders, who)
}
