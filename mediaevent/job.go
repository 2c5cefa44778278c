package mediaevent

import "slices"

// JobKind is what a job does, in the words of EBU MCMA.
type JobKind string

// The job kinds of EBU MCMA (mcma-libraries, mcma-core).
const (
	AIJob           JobKind = "AIJob"
	AMEJob          JobKind = "AMEJob" // automatic metadata extraction
	CaptureJob      JobKind = "CaptureJob"
	DistributionJob JobKind = "DistributionJob"
	QAJob           JobKind = "QAJob"
	StorageJob      JobKind = "StorageJob"
	TransformJob    JobKind = "TransformJob"
	WorkflowJob     JobKind = "WorkflowJob"
)

// JobKinds lists every job kind.
func JobKinds() []JobKind {
	return []JobKind{AIJob, AMEJob, CaptureJob, DistributionJob, QAJob, StorageJob, TransformJob, WorkflowJob}
}

// JobStatus is where a job stands, in the words of EBU MCMA. A job only moves
// forward: see [JobStatus.CanBecome].
type JobStatus string

// The job statuses of EBU MCMA, in the order a job passes them. The last three
// end a job.
const (
	JobNew       JobStatus = "New"
	JobPending   JobStatus = "Pending"
	JobAssigned  JobStatus = "Assigned"
	JobQueued    JobStatus = "Queued"
	JobScheduled JobStatus = "Scheduled"
	JobRunning   JobStatus = "Running"
	JobCompleted JobStatus = "Completed"
	JobFailed    JobStatus = "Failed"
	JobCanceled  JobStatus = "Canceled"
)

// JobStatuses lists every job status, in the order a job passes them.
func JobStatuses() []JobStatus {
	return []JobStatus{JobNew, JobPending, JobAssigned, JobQueued, JobScheduled, JobRunning, JobCompleted, JobFailed, JobCanceled}
}

// Ended reports whether nothing can follow s.
func (s JobStatus) Ended() bool { return s == JobCompleted || s == JobFailed || s == JobCanceled }

// CanBecome reports whether a job may move from s to next: forward, steps may
// be left out, and an ended job stays as it ended. A rework of it is a new job
// that names it as its parent. A status is never its own successor, and one
// that MCMA does not know has none and is none.
func (s JobStatus) CanBecome(next JobStatus) bool {
	from, to := s.rank(), next.rank()
	return from >= 0 && !s.Ended() && to > from
}

// rank is the place of s in a job's life; -1 for a status that MCMA does not know.
func (s JobStatus) rank() int { return slices.Index(JobStatuses(), s) }

// Job is a unit of work that a partner does on an asset.
type Job struct {
	// Kind is what the job does.
	Kind JobKind `json:"kind,omitempty"`
	// Status is where it stands. Pending when the partner's word is not mapped.
	Status JobStatus `json:"status,omitempty"`
	// Stage is the stage of the supply chain that the job serves.
	Stage string `json:"stage,omitempty"`
	// ExternalID is the partner's own id of the job.
	ExternalID string `json:"externalId,omitempty"`
	// CallbackID is the opaque id that our request carried to the partner, and
	// that its answer carries back.
	CallbackID string `json:"callbackId,omitempty"`
	// Attempt counts our requests for the same stage, from 1. 0 is not known.
	Attempt int `json:"attempt,omitempty" jsonschema:"minimum=0"`
	// Progress is how much is done, from 0 to 100 percent.
	Progress *float64 `json:"progress,omitempty" jsonschema:"minimum=0,maximum=100"`
	// ParentID is the job that this one reworks.
	ParentID string `json:"parentId,omitempty"`
	// Output is what the job made, by name, as the partner said it.
	Output map[string]any `json:"output,omitempty"`
}
