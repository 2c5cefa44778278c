package mediaevent

import "slices"

// Severity is how bad a finding is, in the words of MDDF AOD.
type Severity string

// The severities of MDDF AOD, worst first.
const (
	SeverityCritical Severity = "critical"
	SeverityHigh     Severity = "high"
	SeverityMedium   Severity = "medium"
	SeverityLow      Severity = "low"
	SeverityResolved Severity = "resolved"
)

// Severities lists every severity, worst first.
func Severities() []Severity {
	return []Severity{SeverityCritical, SeverityHigh, SeverityMedium, SeverityLow, SeverityResolved}
}

// Finding is one thing that quality control found.
type Finding struct {
	// Category groups terms: "audio", "video", "captions".
	Category string `json:"category,omitempty"`
	// Term names the finding: "loudness", "missing-stem".
	Term string `json:"term,omitempty"`
	// Severity is how bad it is. Empty when the partner's word is not mapped.
	Severity Severity `json:"severity,omitempty"`
	// PartnerSeverity is the partner's own word.
	PartnerSeverity string `json:"partnerSeverity,omitempty"`
	// Unmapped says that PartnerSeverity is a word nobody has mapped.
	Unmapped bool `json:"unmapped,omitempty"`
	// Timecode is where in the asset it is, as the partner wrote it.
	Timecode string `json:"timecode,omitempty"`
	// ReportRef is where the report can be read.
	ReportRef string `json:"reportRef,omitempty"`
}

// AtLeast reports whether f is as bad as s or worse. A finding whose severity
// nobody has mapped counts as critical: a person should look at it.
func (f Finding) AtLeast(s Severity) bool {
	rank := slices.Index(Severities(), f.Severity)
	return rank <= slices.Index(Severities(), s)
}
