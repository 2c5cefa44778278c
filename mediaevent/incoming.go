package mediaevent

import (
	"fmt"
	"strings"
)

// Outcome says what became of an event at the mapping.
type Outcome string

// The outcomes. Each event has exactly one.
const (
	// Mapped: a rule matched, and all that its action needs was found.
	Mapped Outcome = "mapped"
	// Unmapped: no rule knows the partner's words. The event is kept, with no effect.
	Unmapped Outcome = "unmapped"
	// Rejected: the event can never be mapped, however often it is tried again.
	Rejected Outcome = "rejected"
)

// Incoming is one event that came from a partner, and what it does.
type Incoming struct {
	// Outcome says which of the fields below have a meaning.
	Outcome Outcome

	// Event is the canonical event, valid in every outcome. Rejected, it has
	// what was found before it was given up: an id and the raw payload at least.
	Event Event

	// Action is what to do, its stage resolved where the event tells it.
	// Record when Outcome is Unmapped, nothing when it is Rejected.
	Action Action

	// AssetID is the asset: the subject of Event. Empty where the event does
	// not tell it.
	AssetID string
	// JobID is the partner's id of the job.
	JobID string
	// CallbackID is the opaque id that our request carried to the partner.
	CallbackID string
	// Attempt is the number of our attempt that the event answers; 0 if it does
	// not say.
	Attempt int

	// Rejection says why, when Outcome is Rejected.
	Rejection *RejectedError
	// Warnings are values that were found and could not be used. The event is
	// mapped without them.
	Warnings []FieldError
}

// CorrelationKind says by what an event finds the stage that it is for.
type CorrelationKind string

// The kinds of correlation, strongest first.
const (
	ByCallback CorrelationKind = "callback"
	ByJob      CorrelationKind = "job"
	ByStage    CorrelationKind = "stage"
)

// Correlation is one way to find the stage that an event is for.
type Correlation struct {
	Kind CorrelationKind
	// ID is the callback id or the partner's job id; the asset's id ByStage.
	ID string
	// Stage is set ByStage only.
	Stage string
}

// Correlations lists the ways to find the stage that the event is for, in the
// order to try them: by callback id, by the partner's job id, by asset and
// stage. An event that completes, fails or shows progress has at least one.
func (in Incoming) Correlations() []Correlation {
	var all []Correlation
	if in.CallbackID != "" {
		all = append(all, Correlation{Kind: ByCallback, ID: in.CallbackID})
	}
	if in.JobID != "" {
		all = append(all, Correlation{Kind: ByJob, ID: in.JobID})
	}
	if in.AssetID != "" && in.Action.Stage != "" {
		all = append(all, Correlation{Kind: ByStage, ID: in.AssetID, Stage: in.Action.Stage})
	}
	return all
}

// FieldError says what is wrong with one value of a payload.
type FieldError struct {
	// Field is the field of the mapping: "AssetID".
	Field string
	// Locator is where it was looked for.
	Locator Locator
	// Found is what was found: "nothing at $.resource.id".
	Found string
}

func (e FieldError) Error() string { return e.Field + ": " + e.Found }

// RejectedError says why an event can never be mapped. Trying again is of no
// use: the partner's payload or the mapping must change.
type RejectedError struct {
	// Partner is the partner whose mapping it is.
	Partner string
	// Fields has at least one element.
	Fields []FieldError
}

func (e *RejectedError) Error() string {
	reasons := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		reasons[i] = f.Error()
	}
	return fmt.Sprintf("event of %s: %s", e.Partner, strings.Join(reasons, "; "))
}
