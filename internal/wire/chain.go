package wire

// Environment of the functions behind supplychain.SupplyChain. The last column
// says which of them need it: i intake, o outbox, w watch.
const (
	EnvChainTable        = "CHAIN_TABLE"         // name of the state table                                          i o w
	EnvChainPlan         = "CHAIN_PLAN"          // chain.Plan.Encode                                                i o w
	EnvChainName         = "CHAIN_NAME"          // tells supply chains apart: its events' source is "/supplychains/NAME" o w
	EnvChainSource       = "CHAIN_SOURCE"        // id given to AddSource, for logs and metrics                      i
	EnvChainSourceKind   = "CHAIN_SOURCE_KIND"   // SourcePartner or SourceExecutions                                i
	EnvChainEnvelope     = "CHAIN_ENVELOPE"      // mediaevent.Envelope                                              i (partner)
	EnvChainMappings     = "CHAIN_MAPPINGS"      // mediaevent.Encode                                                i (partner)
	EnvChainBucket       = "CHAIN_BUCKET"        // name of the bucket for large payloads                            i (partner)
	EnvChainClaimSeconds = "CHAIN_CLAIM_SECONDS" // how long an event is recognised; empty: 14 days                  i
	EnvChainStateMachine = "CHAIN_STATE_MACHINE" // ARN of the pipeline                                              o
	EnvChainBus          = "CHAIN_BUS"           // name of the supply chain's bus                                   o
)

// Kinds of source.
const (
	// SourcePartner is fed by a partner, in the envelope and by the mappings of
	// the environment.
	SourcePartner = "partner"
	// SourceExecutions is fed by the rule for the pipeline's own status changes:
	// source aws.states, detail type "Step Functions Execution Status Change",
	// statuses SUCCEEDED, FAILED, TIMED_OUT and ABORTED. The message body is
	// EventBridge's event.
	SourceExecutions = "executions"
)

// The table's keys and its two sparse indexes. All are strings.
const (
	KeyPartition = "pk"
	KeySort      = "sk"

	// IndexWaiting has the stages that wait for a partner: partition key
	// waitingOn (the partner's name), sort key requestedAt.
	IndexWaiting = "waiting"
	// IndexTimeline has what failed on a day and what waits in a stage: partition
	// key timeline ("FAILED#2026-11-24", "DUE#qc"), sort key timelineAt.
	IndexTimeline = "timeline"
)

// Prefixes of keys. A key's parts are joined by "#".
const (
	PrefixAsset  = "ASSET#"   // pk: + asset id
	PrefixClaim  = "CLAIM#"   // pk: + source, "#", event id; sk SortClaim
	PrefixJob    = "JOB#"     // pk: + partner, "#", job id; sk SortJob
	PrefixEvents = "EVENTS#"  // pk: + source, "#", day: history of events that tell no asset
	SortHead     = "A#ASSET"  // sk of an asset's head
	PrefixStage  = "A#STAGE#" // sk: + stage
	PrefixRun    = "R#"       // sk: + start, "#", run id
	PrefixEntry  = "H#"       // sk: + recorded time, "#", id
	SortClaim    = "CLAIM"
	SortJob      = "JOB"

	PrefixFailed = "FAILED#" // timeline: + day
	PrefixDue    = "DUE#"    // timeline: + stage
)

// Attributes of the items. docs/state.md shows whole items.
const (
	AttrAsset   = "asset"   // S, on every item that belongs to an asset
	AttrVersion = "version" // N, grows with every write of the item
	AttrStatus  = "status"  // S, of a run or stage: a word below
	AttrRun     = "run"     // S, run id, which is the execution's name too

	// AttrExpiresAt (N, seconds since 1970) is the table's time to live. Only
	// claims have it.
	AttrExpiresAt = "expiresAt"

	// Of a stage's slot.
	AttrStage          = "stage"          // S
	AttrAttempt        = "attempt"        // N, from 1
	AttrResetAt        = "resetAt"        // S, time: when the run began
	AttrToken          = "token"          // S, task token of the waiting attempt; never leaves the table
	AttrPartner        = "partner"        // S
	AttrRequestedAt    = "requestedAt"    // S, time: when the current attempt was requested
	AttrTimeoutSeconds = "timeoutSeconds" // N
	AttrWarnSeconds    = "warnSeconds"    // N
	AttrRequest        = "request"        // S, JSON: what the partner is told
	AttrWaitingOn      = "waitingOn"      // S, only while it waits: the partner
	AttrTimeline       = "timeline"       // S, on stages only while they wait
	AttrTimelineAt     = "timelineAt"     // S, time
	AttrAnswered       = "answered"       // S, Completed or Failed; there if and only if the CURRENT attempt has an answer
	AttrResult         = "result"         // S, JSON: of the answer, the very text that SendTaskSuccess carries
	AttrOutcome        = "outcome"        // M: which event answered
	AttrOutcomeAttempt = "outcomeAttempt" // N: which attempt it answered
	AttrOverAt         = "overAt"         // S, time: when the last attempt ended without an answer, or the stage by itself
	AttrProgress       = "progress"       // N, percent
	AttrProgressAt     = "progressAt"     // M: when the newest sign of life occurred
)

// WaitingAttributes is what IndexWaiting projects besides keys: all that a list
// of waiting stages shows, and not the token.
func WaitingAttributes() []string {
	return []string{
		AttrAsset, AttrStage, AttrRun, AttrAttempt, AttrStatus, AttrPartner, AttrTimeoutSeconds, AttrWarnSeconds, AttrProgress,
	}
}

// TimelineAttributes is what IndexTimeline projects besides keys: the same of a
// stage that waits, and the line of the history of what failed.
func TimelineAttributes() []string {
	return []string{
		AttrAsset, AttrStage, AttrRun, AttrAttempt, AttrStatus, AttrPartner, AttrRequestedAt, AttrTimeoutSeconds, AttrWarnSeconds,
		"what", "fate", "source", "eventId", "occurred", "recorded", "cause",
	}
}

// Statuses of a stage, as they are in the table.
const (
	StatusExpected  = "Expected"
	StatusWaiting   = "Waiting"
	StatusCompleted = "Completed"
	StatusFailed    = "Failed"
	StatusTimedOut  = "TimedOut"
	StatusSkipped   = "Skipped"
	StatusCanceled  = "Canceled"
)

// What the pipeline writes to a stage's slot. In every expression #name stands
// for the attribute of that name: [Names] makes ExpressionAttributeNames of it.
// The key is always
//
//	pk = "ASSET#" + $.asset     sk = "A#STAGE#" + stage
//
// and these are the values; an expression needs those that it names:
//
//	:run      S  $.run
//	:attempt  N  number of the attempt, from 1
//	:next     N  number of the attempt + 1
//	:now      S  $$.State.EnteredTime
//	:one      N  1
//	:token    S  $$.Task.Token
//	:partner  S  the partner's name; for an approval "approval"
//	:timeout  N  the attempt's timeout in seconds
//	:warn     N  after how many seconds the stage counts as late
//	:due      S  "DUE#" + stage
//	:request  S  JSON text of what the partner is told: at least "{}"
//	:result   S  JSON text of what a stage made by itself
//	:status   S  the status that a stage of its own gets: StatusCompleted or StatusFailed
//	:waiting :expected :timedOut :skipped :canceled   S  the status words
//
// Where a condition fails the item is not what the execution thinks: see each.
const (
	// RequestUpdate asks the partner, in the state that waits for the token, for
	// every attempt alike. An answer that came early stays: the outbox sees token
	// and answer together and completes the task.
	RequestUpdate = "SET #token = :token, #status = if_not_exists(#answered, :waiting), #partner = :partner, " +
		"#requestedAt = :now, #timeoutSeconds = :timeout, #warnSeconds = :warn, #request = :request, " +
		"#waitingOn = :partner, #timeline = :due, #timelineAt = :now ADD #version :one"
	// RequestCondition fails if the run is over: the execution ends. It
	// also holds when Step Functions tries the same write again; the newer
	// token wins.
	RequestCondition = "#run = :run AND #attempt = :attempt" + notCanceled

	// AgainUpdate ends an attempt and makes room for the next, which
	// RequestUpdate then asks for. Not one write with the request: if Step
	// Functions tried that one again, an answer which came in between would be
	// removed.
	AgainUpdate = "SET #attempt = :next, #status = :expected, #overAt = :now " +
		"REMOVE #token, #answered, #result, #outcome, #outcomeAttempt, #progress, #progressAt, #request, #waitingOn, #timeline, #timelineAt " +
		"ADD #version :one"
	// AgainCondition is for an attempt that failed (the task failed with
	// ErrorStageFailed). Where it fails this write was done before, or the run
	// is over: go on to RequestUpdate, whose condition tells them apart.
	AgainCondition = "#run = :run AND #attempt = :attempt" + notCanceled

	// OverCondition is for an attempt that timed out (States.Timeout or
	// States.HeartbeatTimeout), with AgainUpdate while there are attempts left
	// and with OverUpdate after the last. Where it fails, read the slot
	// (consistently): another run → end; another attempt → this write was done
	// before, go on with the request; status TimedOut → likewise, go on as after
	// this write; else an answer got in first: #answered says Completed or
	// Failed and #result is the task's output, as if it had been delivered.
	OverCondition = "#run = :run AND #attempt = :attempt AND attribute_not_exists(#answered)" + notCanceled
	// OverUpdate ends the last attempt.
	OverUpdate = "SET #status = :timedOut, #overAt = :now REMOVE #token, #waitingOn, #timeline, #timelineAt ADD #version :one"

	// DoneUpdate keeps what a function or a task of the user's own made.
	DoneUpdate = "SET #status = :status, #result = :result, #overAt = :now ADD #version :one"
	// SkipUpdate says that a stage's condition did not hold.
	SkipUpdate = "SET #status = :skipped, #overAt = :now ADD #version :one"
	// OwnCondition goes with DoneUpdate and SkipUpdate. It fails if the run is
	// over: the execution ends.
	OwnCondition = "#run = :run" + notCanceled

	// An execution that somebody redrives may belong to a run that is closed: the
	// stages that were open then are Canceled, and stay so.
	notCanceled = " AND #status <> :canceled"
)

// Names makes ExpressionAttributeNames: each "#name" of the expressions stands
// for the attribute "name".
func Names(expressions ...string) map[string]string {
	names := map[string]string{}
	for _, e := range expressions {
		for i := range len(e) {
			if e[i] != '#' {
				continue
			}
			end := i + 1
			for end < len(e) && isLetterOrDigit(e[end]) {
				end++
			}
			names[e[i:end]] = e[i+1 : end]
		}
	}
	return names
}

func isLetterOrDigit(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// ErrorStageFailed is the error with which the task of a stage ends that a
// partner failed: SendTaskFailure carries it, a Catch names it. Its cause is the
// partner's, in words.
const ErrorStageFailed = "StageFailed"

// The execution's input is the JSON object
//
//	{"asset": "...", "run": "run-...", "version": "...", "data": {...}, "results": {}}
//
// with version and data from the event that started the run ("" and {} where
// there are none). The output of a stage's task, and #result in its slot, is
//
//	{"status": "Completed", "data": {...}, "ref": "s3://...", "cause": "", "event": {"source": "...", "id": "..."}}
//
// with data {} and ref "" where there are none. That of an answer is at most
// 8 KiB long; that of a function or task is as long as what they return.
const (
	InputAsset   = "asset"
	InputRun     = "run"
	InputVersion = "version"
	InputData    = "data"
	InputResults = "results"
)

// What the outbox puts on the supply chain's bus is an EventBridge event with
// BusSource as its source, and as its detail a canonical event (CloudEvents
// JSON) with these extension attributes: what, fate, run, stage, attempt. Rules
// match on them; the detail type is the event's type.
//
//	a stage's request:  {"source": ["media.supplychain"], "detail": {"what": ["stage.requested"], "stage": ["qc"]}}
//	a stage completed:  {"source": ["media.supplychain"], "detail": {"what": ["stage.completed"], "stage": ["qc"], "fate": ["applied"]}}
//
// fate is "applied" for what took effect, by an event or by the supply chain
// itself (a function's result, a request, a timeout); an answer that came late,
// again or in conflict is on the bus too, with that fate. Requests carry
// data.job.stage, .attempt and .callbackId, the deadline as expirytime, and what
// the pipeline tells the partner in data.job.output.
const (
	BusSource   = "media.supplychain"
	BusWhat     = "what"
	BusFate     = "fate"
	BusRun      = "run"
	BusStage    = "stage"
	BusAttempt  = "attempt"
	FateApplied = "applied"

	WhatRunStarted     = "run.started"
	WhatRunQueued      = "run.queued"
	WhatRunCompleted   = "run.completed"
	WhatRunFailed      = "run.failed"
	WhatRunTimedOut    = "run.timed-out"
	WhatRunAborted     = "run.aborted"
	WhatRunSuperseded  = "run.superseded"
	WhatStageRequested = "stage.requested"
	WhatStageCompleted = "stage.completed"
	WhatStageFailed    = "stage.failed"
	WhatStageProgress  = "stage.progressed"
	WhatStageTimedOut  = "stage.timed-out"
	WhatStageSkipped   = "stage.skipped"
	WhatStageCanceled  = "stage.canceled"
	WhatStageWarned    = "stage.warned"
	WhatEventRecorded  = "event.recorded"

	// TypeApprovalDecided is the type of the event with which a person answers
	// an approval, on the supply chain's bus.
	TypeApprovalDecided = "media.approval.decided.v1"
)

// Metrics of a supply chain. All have DimensionFunction first, which tells
// sources apart, since each has a function of its own.
const (
	MetricEvents        Metric = "Events"          // i: events that got a fate, by DimensionFate
	MetricUnmapped      Metric = "Unmapped"        // i: events whose words no mapping knows
	MetricWarnings      Metric = "MappingWarnings" // i: values that were found and could not be used
	MetricSlowPath      Metric = "SlowPath"        // i: events that had to read before they could write
	MetricConflicts     Metric = "WriteConflicts"  // i: transactions that met another one
	MetricEventDelay    Metric = "EventDelay"      // i: from occurrence to record, milliseconds
	MetricRunsEnded     Metric = "RunsEnded"       // i (executions): by DimensionStatus
	MetricEffects       Metric = "Effects"         // o: what was done, by DimensionEffect
	MetricEffectsFailed Metric = "EffectsFailed"   // o: will be tried again, by DimensionEffect
	MetricOutboxDelay   Metric = "OutboxDelay"     // o: from the write to its effect, milliseconds
	MetricLateStages    Metric = "LateStages"      // w: how many stages wait past their warning time now, by DimensionStage
)

const (
	// DimensionFate is what became of an event, one of a few fixed words.
	DimensionFate Dimension = "Fate"
	// DimensionEffect is what the outbox did, one of a few fixed words.
	DimensionEffect Dimension = "Effect"
	// DimensionStage is a stage of the pipeline.
	DimensionStage Dimension = "Stage"
	// DimensionStatus is how a run ended.
	DimensionStatus Dimension = "Status"
)
