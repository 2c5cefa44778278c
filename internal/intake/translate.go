package intake

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/mediasupplychain/cdk/internal/chain"
	"github.com/mediasupplychain/cdk/mediaevent"
)

var kinds = map[mediaevent.ActionKind]chain.Kind{
	mediaevent.DoStart:    chain.Start,
	mediaevent.DoComplete: chain.Complete,
	mediaevent.DoFail:     chain.Fail,
	mediaevent.DoProgress: chain.Progress,
	mediaevent.DoRecord:   chain.Record,
}

// translate tells a mapped event in the words of the supply chain.
func translate(in mediaevent.Incoming) chain.Event {
	event, data := in.Event, in.Event.Data
	e := chain.Event{
		Key:  chain.EventKey{Source: event.Source, ID: event.ID},
		Kind: kinds[in.Action.Kind], Type: event.Type, Asset: in.AssetID, Stage: in.Action.Stage, Attempt: in.Attempt,
		Partner: data.Partner.Name, Job: in.JobID, Sequence: event.Sequence, Occurred: event.Time.UTC(), Recorded: event.RecordedTime.UTC(),
		Cause: cause(data.Error),
	}
	if in.Outcome == mediaevent.Unmapped {
		e.Kind = chain.Unmapped
	}
	if e.Stage == "" && data.Job != nil && e.Kind == chain.Record {
		e.Stage = data.Job.Stage // a record can register a job
	}
	if data.Asset != nil {
		e.Version = data.Asset.Version
	}
	if data.Participant != nil {
		e.Participant = data.Participant.ID
	}
	if data.Job != nil {
		e.Percent = data.Job.Progress
	}
	if c, err := chain.ParseCallback(in.CallbackID); err == nil && e.Kind != chain.Start && e.Kind != chain.Unmapped {
		e.Asset, e.Run, e.Stage, e.Attempt = c.Asset, c.Run, c.Stage, c.Attempt
	}
	return e
}

// maxCause is how much of a partner's words for a failure travels on. The
// canonical event has them all.
const maxCause = 1024

func cause(p *mediaevent.ProblemDetails) string {
	if p == nil {
		return ""
	}
	text := strings.Trim(p.Title+": "+p.Detail, ": ")
	if len(text) > maxCause {
		text = strings.ToValidUTF8(text[:maxCause], "")
	}
	return text
}

// maxResult is how much of what a job made travels through the pipeline, whose
// state is at most 256 KiB for all stages together.
const maxResult = 4 << 10

// stageResult is what the stages that follow learn of an answer, or all stages
// of a start. Severity is that of the worst finding, empty where there is none,
// so that a condition can always compare it.
type stageResult struct {
	Type        string                  `json:"type,omitempty"`
	Output      map[string]any          `json:"output"`
	Severity    mediaevent.Severity     `json:"severity"`
	Findings    int                     `json:"findings"`
	Identifiers []mediaevent.Identifier `json:"identifiers,omitempty"`
	QC          []mediaevent.Finding    `json:"qc,omitempty"`
}

// result is the small result of an event, and whether all of it fits.
func result(in mediaevent.Incoming) (json.RawMessage, bool) {
	data := in.Event.Data
	r := stageResult{Type: in.Event.Type, Output: map[string]any{}, Findings: len(data.QC), Severity: worst(data.QC), Identifiers: data.Identifiers, QC: data.QC}
	if data.Job != nil && data.Job.Output != nil {
		r.Output = data.Job.Output
	}
	text := compact(r)
	if len(text) <= maxResult {
		return text, true
	}
	r.QC = nil
	if text = compact(r); len(text) <= maxResult {
		return text, false
	}
	r.Output, r.Identifiers = map[string]any{}, nil
	return compact(r), false
}

// worst is the worst severity; one that nobody has mapped counts as critical.
func worst(findings []mediaevent.Finding) mediaevent.Severity {
	all := mediaevent.Severities()
	for _, severity := range all {
		if slices.ContainsFunc(findings, func(f mediaevent.Finding) bool { return f.AtLeast(severity) }) {
			return severity
		}
	}
	return ""
}

// compact writes JSON. What was decoded from JSON can always be written.
func compact(v any) []byte {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		panic(err)
	}
	return bytes.TrimSpace(b.Bytes())
}
