package mediaevent

// Mapping says how one partner speaks: where in its payloads things are, and
// what its words mean for the supply chain. It is data: see [Encode].
type Mapping struct {
	// Partner is the partner's name: a letter or digit, then up to 63 letters,
	// digits, dots, underscores and hyphens. It is part of every event's
	// source, and of the ids of events that have none. Required.
	Partner string `json:"partner"`

	// Account tells several accounts with one partner apart. It follows the
	// partner's name in the source.
	//
	// Default: none; the source is "/partners/" and the partner's name.
	Account string `json:"account,omitempty"`

	// Payload is where the partner's JSON is when something is wrapped around
	// it: an object, or a text that is JSON in turn. All other locators and the
	// event's raw payload begin there.
	//
	// Default: the whole body.
	Payload Locator `json:"payload,omitempty"`

	// Items is where a payload that carries several events has them: a JSONPath
	// that selects each ("$.events[*]"), or the one array of them ("$.events").
	// Locators that begin with @ look into the item, with $ into the whole.
	//
	// Default: the payload is one event.
	Items Locator `json:"items,omitempty"`

	// EventID is the id that the partner gives the event again when it sends it
	// again. An id that does not depend on the item of a payload with several
	// is made to, by the item's index.
	//
	// Default, and where nothing is found: the message's id if a sender that
	// sends again repeats it ([Message.StableID]), else the SHA-256 of partner
	// and payload, so that equal payloads are one event. Where a partner says
	// the same thing twice and means it twice, locate "message.id".
	EventID Locator `json:"eventId,omitempty"`

	// Type is the partner's word for what happened, for [Rule.Type].
	//
	// Default: none.
	Type Locator `json:"type,omitempty"`

	// Status is the partner's word for how the job stands, for [Rule.Status].
	//
	// Default: none.
	Status Locator `json:"status,omitempty"`

	// Time is when it happened: RFC 3339, ISO 8601 with a blank for the T or
	// without a zone (then UTC), or a number of seconds or, from 100,000,000,000,
	// milliseconds since 1970. A value that is none of these is refused.
	//
	// Default: when the message was sent, else when it was received.
	Time Locator `json:"time,omitempty"`

	// Sequence orders the events of an asset. Digits are padded to 20 places,
	// so that sequences compare as text.
	//
	// Default: the transport's sequence number, else the time.
	Sequence Locator `json:"sequence,omitempty"`

	// AssetID is the asset that it happened to. Required where a rule starts a
	// run, or correlates by asset and stage. An EIDR is checked, and put in its
	// canonical form.
	//
	// Default: none.
	AssetID Locator `json:"assetId,omitempty"`

	// AssetIDPattern takes the asset id out of what AssetID finds: a regular
	// expression (RE2) whose first group is the id, or which is the id itself
	// where it has no group. `^masters/([^/]+)/` takes it out of an object key.
	//
	// Default: all of it.
	AssetIDPattern string `json:"assetIdPattern,omitempty"`

	// AssetIDCase makes one id of ids that differ by case only: "lower" or
	// "upper".
	//
	// Default: the case is kept.
	AssetIDCase Case `json:"assetIdCase,omitempty"`

	// AssetVersion tells masters of the same asset apart.
	//
	// Default: none.
	AssetVersion Locator `json:"assetVersion,omitempty"`

	// JobID is the partner's id of the job, which correlates the event with a
	// stage that knows it.
	//
	// Default: none.
	JobID Locator `json:"jobId,omitempty"`

	// CallbackID is the opaque id that our request carried to the partner. It
	// correlates before anything else does.
	//
	// Default: none.
	CallbackID Locator `json:"callbackId,omitempty"`

	// Stage is where a partner that echoes our stage's name has it. A stage
	// that an [Action] names comes before it.
	//
	// Default: none.
	Stage Locator `json:"stage,omitempty"`

	// Attempt is where a partner that echoes the number of our attempt has it.
	//
	// Default: none; the attempt is not known.
	Attempt Locator `json:"attempt,omitempty"`

	// JobKind is what the partner's jobs do.
	//
	// Default: none.
	JobKind JobKind `json:"jobKind,omitempty"`

	// Progress is how much of the job is done, from 0 to 100, "%" allowed.
	//
	// Default: none.
	Progress Locator `json:"progress,omitempty"`

	// Output is what the job made: a name, and where its value is. Any JSON.
	//
	// Default: none.
	Output map[string]Locator `json:"output,omitempty"`

	// ErrorCode is the partner's short word for what went wrong.
	//
	// Default: none.
	ErrorCode Locator `json:"errorCode,omitempty"`

	// ErrorDetail is the partner's text for what went wrong.
	//
	// Default: none.
	ErrorDetail Locator `json:"errorDetail,omitempty"`

	// Identifiers are further names of the asset, by scope ("eidr:edit"). An
	// EIDR whose check character is wrong is kept as the partner's own id.
	//
	// Default: none.
	Identifiers map[string]Locator `json:"identifiers,omitempty"`

	// Findings is where quality control's findings are.
	//
	// Default: none.
	Findings *FindingsMapping `json:"findings,omitempty"`

	// Person is the id of the person who did it.
	//
	// Default: the participant is the partner.
	Person Locator `json:"person,omitempty"`

	// Cost is where the price of the job is.
	//
	// Default: none.
	Cost *CostMapping `json:"cost,omitempty"`

	// CorrelationID ties together all that belongs to one business transaction.
	//
	// Default: none.
	CorrelationID Locator `json:"correlationId,omitempty"`

	// Rules say what the partner's words mean. The first that matches counts;
	// an event that none matches is unmapped: kept, with no effect. Required.
	Rules []Rule `json:"rules"`
}

// Case says how letters are written.
type Case string

// The cases.
const (
	LowerCase Case = "lower"
	UpperCase Case = "upper"
)

// FindingsMapping says where quality control's findings are.
type FindingsMapping struct {
	// Items is where the findings are: "$.report.events[*]". Required.
	Items Locator `json:"items"`
	// Category, Term, Severity, Timecode and Report say where each part of a
	// finding is. @ looks into the finding.
	//
	// Default: none.
	Category Locator `json:"category,omitempty"`
	Term     Locator `json:"term,omitempty"`
	Severity Locator `json:"severity,omitempty"`
	Timecode Locator `json:"timecode,omitempty"`
	Report   Locator `json:"report,omitempty"`
	// Severities maps the partner's words, whatever their case.
	//
	// Default: only the words of MDDF AOD are known.
	Severities map[string]Severity `json:"severities,omitempty"`
}

// CostMapping says where the price of a job is.
type CostMapping struct {
	// TitleID, CostCenter and Quantity say where each part is.
	//
	// Default: none.
	TitleID    Locator `json:"titleId,omitempty"`
	CostCenter Locator `json:"costCenter,omitempty"`
	Quantity   Locator `json:"quantity,omitempty"`
	// Unit is what Quantity counts: "minute".
	//
	// Default: none.
	Unit string `json:"unit,omitempty"`
}

// Rule says what some of a partner's words mean.
type Rule struct {
	// Type lists the words for what happened that the rule is for.
	//
	// Default: any, or none at all.
	Type Words `json:"type,omitempty"`

	// Status lists the words for the job's status that the rule is for.
	//
	// Default: any, or none at all.
	Status Words `json:"status,omitempty"`

	// Do is what to do. Required.
	Do Action `json:"do"`

	// JobStatus is where the job stands now.
	//
	// Default: Completed, Failed or Running, as Do says.
	JobStatus JobStatus `json:"jobStatus,omitempty"`

	// AssetStatus is where the asset stands now.
	//
	// Default: none.
	AssetStatus AssetStatus `json:"assetStatus,omitempty"`

	// EventType is the canonical event's type.
	//
	// Default: "media.asset.received.v1" for a start; "media.STAGE.completed.v1",
	// "….failed.v1", "….canceled.v1", "….progressed.v1"; "media.partner.recorded.v1".
	// STAGE is "job" where the event does not say the stage.
	EventType string `json:"eventType,omitempty"`
}

// Words are words of a partner, whatever their case. A * at the end of one
// stands for any ending: "comment.*".
type Words []string

// ActionKind is what an event does to the supply chain.
type ActionKind string

// The kinds of action.
const (
	// DoStart starts a run of the pipeline for the asset.
	DoStart ActionKind = "start"
	// DoComplete completes a stage that waits.
	DoComplete ActionKind = "complete"
	// DoFail fails a stage that waits.
	DoFail ActionKind = "fail"
	// DoProgress shows that a stage's work goes on.
	DoProgress ActionKind = "progress"
	// DoRecord keeps the event in the history.
	DoRecord ActionKind = "record"
)

// ActionKinds lists every kind of action.
func ActionKinds() []ActionKind {
	return []ActionKind{DoStart, DoComplete, DoFail, DoProgress, DoRecord}
}

// Action is what an event does, and to which stage.
type Action struct {
	// Kind is what to do.
	Kind ActionKind `json:"kind"`
	// Stage is the stage that it is done to: a letter, then up to 63 letters,
	// digits, underscores and hyphens. Empty where the job id, the callback
	// id or the partner's echo of the stage tell it.
	Stage string `json:"stage,omitempty"`
}

// Start starts a run of the pipeline for the event's asset.
func Start() Action { return Action{Kind: DoStart} }

// Complete completes stage. With "" the event's job id, callback id or echoed
// stage tells which one.
func Complete(stage string) Action { return Action{Kind: DoComplete, Stage: stage} }

// Fail fails stage, or the one that the event tells, as in [Complete].
func Fail(stage string) Action { return Action{Kind: DoFail, Stage: stage} }

// Progress shows that the work of stage goes on, or of the one that the event
// tells, as in [Complete].
func Progress(stage string) Action { return Action{Kind: DoProgress, Stage: stage} }

// Record keeps the event in the history and does nothing else.
func Record() Action { return Action{Kind: DoRecord} }

// concernsStage reports whether the action needs a stage to be done to.
func (k ActionKind) concernsStage() bool { return k == DoComplete || k == DoFail || k == DoProgress }
