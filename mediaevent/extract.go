package mediaevent

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// extraction fills one event from one part of a payload.
type extraction struct {
	*compiledMapping
	scope scope
	in    *Incoming

	// Why a value is of no use, nil if it is or if there is none.
	timeProblem, assetProblem, stageProblem, jobProblem, callbackProblem *FieldError

	fatal []FieldError // what makes the event one that can never be mapped
}

// warn notes a value that was found and cannot be used.
func (e *extraction) warn(field string, text Locator, found string) {
	e.in.Warnings = append(e.in.Warnings, FieldError{field, text, found})
}

// unusable notes such a value and returns why, for whoever needs it.
func (e *extraction) unusable(field string, text Locator, found string) *FieldError {
	e.warn(field, text, found)
	return &FieldError{field, text, found}
}

// miss says that nothing was found where field should be.
func (e *extraction) miss(field string, text Locator, l *locator) *FieldError {
	if l == nil {
		return nil
	}
	return &FieldError{field, text, l.miss(e.scope) + e.members()}
}

// members names what the payload has, so that a reader sees what to look at.
func (e *extraction) members() string {
	const most = 12
	object, ok := e.scope.item.(map[string]any)
	if !ok {
		return ""
	}
	names := slices.Sorted(maps.Keys(object))
	if len(names) > most {
		names = append(names[:most], "…")
	}
	if len(names) == 0 {
		return " (the payload is empty)"
	}
	return " (the payload has " + strings.Join(names, ", ") + ")"
}

// when finds the time of the event, and its place in the order of events.
func (e *extraction) when(msg *Message) {
	event := &e.in.Event
	event.Time = msg.Time
	if msg.Time.IsZero() {
		event.Time = msg.ReceivedAt
	}
	if text, ok := e.text(e.time, e.scope); ok {
		t, err := parseTime(text)
		if err == nil {
			event.Time = t
		} else {
			e.timeProblem = e.unusable("Time", e.Time, err.Error())
		}
	}
	event.Time = event.Time.UTC()
	event.Sequence = sequenceTime(event.Time)
	if msg.Sequence != "" && isSequence(msg.Sequence) {
		event.Sequence = padDigits(msg.Sequence)
	}
	if text, ok := e.text(e.sequence, e.scope); ok {
		if isSequence(text) {
			event.Sequence = padDigits(text)
		} else {
			e.warn("Sequence", e.Sequence, fmt.Sprintf("%q is not printable ASCII", text))
		}
	}
}

// padDigits makes a number compare as text.
func padDigits(s string) string {
	const width = 20 // the largest uint64, and the width of SQS's sequence numbers
	if len(s) < width && isDigits(s) {
		return strings.Repeat("0", width-len(s)) + s
	}
	return s
}

// asset finds the asset's id, version and place in the event.
func (e *extraction) asset() {
	found, ok := e.text(e.assetID, e.scope)
	if !ok {
		e.assetProblem = e.miss("AssetID", e.AssetID, e.assetID)
		return
	}
	id, err := e.assetIDOf(found)
	if err != nil {
		e.assetProblem = e.unusable("AssetID", e.AssetID, err.Error())
		return
	}
	e.in.AssetID = id
	e.in.Event.Subject, e.in.Event.PartitionKey = id, id
	version, _ := e.text(e.assetVersion, e.scope)
	e.in.Event.Data.Asset = &Asset{ID: id, Version: version}
}

// assetIDOf takes the asset's id out of what was found.
func (e *extraction) assetIDOf(found string) (string, error) {
	id := found
	if p := e.assetIDPattern; p != nil {
		groups := p.FindStringSubmatch(found)
		if groups == nil {
			return "", fmt.Errorf("%q does not match %s", found, p)
		}
		id = groups[min(1, len(groups)-1)]
	}
	switch e.AssetIDCase {
	case LowerCase:
		id = strings.ToLower(id)
	case UpperCase:
		id = strings.ToUpper(id)
	}
	id = strings.TrimSpace(id)
	if strings.Contains(id, eidrPrefix) {
		return ParseEIDR(id)
	}
	if !usableID(id) {
		return "", fmt.Errorf("%q is no id: it is blank, longer than %d bytes or has control characters", clip(id), maxID)
	}
	return id, nil
}

// clip keeps a text short enough for an error.
func clip(s string) string {
	const most = 64
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// correlation finds the ids by which the event finds its stage.
func (e *extraction) correlation(rule *Rule) {
	e.in.JobID, e.jobProblem = e.id("JobID", e.JobID, e.jobID)
	e.in.CallbackID, e.callbackProblem = e.id("CallbackID", e.CallbackID, e.callbackID)
	stage, ok := e.text(e.stage, e.scope)
	switch {
	case !ok:
		e.stageProblem = e.miss("Stage", e.Stage, e.stage)
	case !isStageName(stage):
		e.stageProblem = e.unusable("Stage", e.Stage, fmt.Sprintf("%q is not the name of a stage", clip(stage)))
		stage = ""
	}
	if rule != nil && rule.Do.Stage != "" {
		stage = rule.Do.Stage
	}
	if text, ok := e.text(e.attempt, e.scope); ok {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			e.warn("Attempt", e.Attempt, fmt.Sprintf("%q is not a count", clip(text)))
		} else {
			e.in.Attempt = n
		}
	}
	job := Job{
		Kind: e.JobKind, Stage: stage, ExternalID: e.in.JobID, CallbackID: e.in.CallbackID, Attempt: e.in.Attempt,
		Progress: e.percent(), Output: e.outputs(),
	}
	e.in.Action.Stage = stage
	if stage != "" || e.in.JobID != "" || e.in.CallbackID != "" || job.Progress != nil || job.Output != nil {
		e.in.Event.Data.Job = &job
	}
}

// id finds an id. One that is not fit to be one is left out.
func (e *extraction) id(field string, text Locator, l *locator) (string, *FieldError) {
	id, ok := e.text(l, e.scope)
	switch {
	case !ok:
		return "", e.miss(field, text, l)
	case !usableID(id):
		return "", e.unusable(field, text, fmt.Sprintf("%q is longer than %d bytes or has control characters", clip(id), maxID))
	default:
		return id, nil
	}
}

func (e *extraction) percent() *float64 {
	text, ok := e.text(e.progress, e.scope)
	if !ok {
		return nil
	}
	n, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(text, "%")), 64)
	if err != nil || !(n >= 0 && n <= 100) {
		e.warn("Progress", e.Progress, fmt.Sprintf("%q is not from 0 to 100", clip(text)))
		return nil
	}
	return &n
}

func (e *extraction) outputs() map[string]any {
	var out map[string]any
	for _, o := range e.output {
		if v, ok := o.locator.value(e.scope); ok {
			if out == nil {
				out = map[string]any{}
			}
			out[o.name] = v
		}
	}
	return out
}

// identifiersAndPeople finds who and what else the event names.
func (e *extraction) identifiersAndPeople() {
	data := &e.in.Event.Data
	for _, i := range e.identifiers {
		value, ok := e.text(i.locator, e.scope)
		if !ok {
			continue
		}
		id := Identifier{Scope: i.name, Value: value}
		if isEIDRScope(i.name) {
			eidr, err := ParseEIDR(value)
			if err != nil {
				e.warn("Identifiers["+strconv.Quote(i.name)+"]", e.Identifiers[i.name], err.Error())
				id.Scope = PartnerScope(e.Partner)
			} else {
				id.Value = eidr
			}
		}
		data.Identifiers = append(data.Identifiers, id)
	}
	data.Participant = &Participant{Type: Organization, ID: e.Partner}
	if id, ok := e.text(e.person, e.scope); ok {
		data.Participant = &Participant{Type: Person, ID: id}
	}
	e.in.Event.CorrelationID, _ = e.text(e.correlationID, e.scope)
	data.QC = e.qc()
	data.Cost = e.cost()
}

// maxFindings keeps an event small. The raw payload has them all.
const maxFindings = 200

func (e *extraction) qc() []Finding {
	if e.findings == nil {
		return nil
	}
	found := e.nodes(e.findings)
	if len(found) > maxFindings {
		e.warn("Findings.Items", e.Findings.Items,
			fmt.Sprintf("%d findings, the first %d are listed", len(found), maxFindings))
		found = found[:maxFindings]
	}
	all := make([]Finding, 0, len(found))
	for _, node := range found {
		s := e.scope
		s.item = node
		f := Finding{}
		f.Category, _ = e.text(e.category, s)
		f.Term, _ = e.text(e.term, s)
		f.Timecode, _ = e.text(e.timecode, s)
		f.ReportRef, _ = e.text(e.report, s)
		if word, ok := e.text(e.severity, s); ok {
			f.PartnerSeverity = word
			f.Severity = e.severities[strings.ToLower(word)]
		}
		f.Unmapped = f.Severity == ""
		all = append(all, f)
	}
	return all
}

// nodes lists what a locator of paths selects; the elements of a list, if that
// is all it selects.
func (e *extraction) nodes(l *locator) []any {
	for _, candidate := range l.candidates {
		p, _ := candidate.(path)
		input := e.scope.root
		if p.item {
			input = e.scope.item
		}
		nodes := p.path.Select(input)
		if len(nodes) == 1 {
			if list, ok := nodes[0].([]any); ok {
				return list
			}
		}
		if len(nodes) > 0 {
			return nodes
		}
	}
	return nil
}

func (e *extraction) cost() *Cost {
	if e.Cost == nil {
		return nil
	}
	c := &Cost{}
	c.TitleID, _ = e.text(e.titleID, e.scope)
	c.CostCenter, _ = e.text(e.costCenter, e.scope)
	if text, ok := e.text(e.quantity, e.scope); ok {
		n, err := strconv.ParseFloat(text, 64)
		if err != nil || n < 0 || n > maxQuantity {
			e.warn("Cost.Quantity", e.Cost.Quantity, fmt.Sprintf("%q is not a quantity", clip(text)))
		} else {
			c.Quantity, c.Unit = n, e.Cost.Unit
		}
	}
	if *c == (Cost{}) {
		return nil
	}
	return c
}

// maxQuantity keeps a quantity exact, and out of infinity, which JSON cannot write.
const maxQuantity = 1 << 53

// unmapped makes the event one whose words nobody has mapped.
func (e *extraction) unmapped() {
	e.in.Outcome = Unmapped
	e.in.Action = Action{Kind: DoRecord}
	e.in.Event.Type = "media.partner.unmapped.v1"
	if job := e.in.Event.Data.Job; job != nil {
		job.Status = JobPending
	} else if e.in.Event.Data.Partner.Status != "" {
		e.in.Event.Data.Job = &Job{Kind: e.JobKind, Status: JobPending}
	}
}

// apply makes the event what rule says it means, and sees that what this needs
// was found.
func (e *extraction) apply(rule *Rule) {
	stage := e.in.Action.Stage
	e.in.Action = Action{Kind: rule.Do.Kind}
	if rule.Do.Kind.concernsStage() {
		e.in.Action.Stage = stage
	}
	e.refuse(e.timeProblem)
	switch {
	case rule.Do.Kind == DoStart && e.in.AssetID == "":
		e.refuse(e.assetProblem)
	case rule.Do.Kind.concernsStage() && len(e.in.Correlations()) == 0:
		e.refuse(e.callbackProblem, e.jobProblem, e.assetProblem, e.stageProblem)
	}
	if len(e.fatal) > 0 {
		e.rejected()
		return
	}
	e.status(rule)
	if rule.Do.Kind == DoFail {
		e.in.Event.Data.Error = e.failure()
	}
	e.in.Event.Type = rule.EventType
	if rule.EventType == "" {
		e.in.Event.Type = defaultEventType(rule.Do.Kind, stage, e.in.Event.Data.Job)
	}
}

// refuse makes the event one that can never be mapped, if there is a problem.
func (e *extraction) refuse(problems ...*FieldError) {
	for _, f := range problems {
		if f != nil {
			e.fatal = append(e.fatal, *f)
		}
	}
}

// rejected makes the event one that can never be mapped.
func (e *extraction) rejected() {
	e.in.Outcome = Rejected
	e.in.Action = Action{}
	e.in.Warnings = nil // the rejection says it
	e.in.Event.Type = "media.partner.rejected.v1"
	e.in.Rejection = &RejectedError{Partner: e.Partner, Fields: e.fatal}
}

// status says where job and asset stand now.
func (e *extraction) status(rule *Rule) {
	data := &e.in.Event.Data
	if data.Asset != nil {
		data.Asset.Status = rule.AssetStatus
	}
	status := rule.JobStatus
	if allowed := jobStatusOf[rule.Do.Kind]; status == "" && len(allowed) > 0 {
		status = allowed[0]
	}
	if data.Job != nil {
		data.Job.Status = status
	} else if status != "" {
		data.Job = &Job{Kind: e.JobKind, Status: status}
	}
}

// failure is what the partner says of what went wrong, its status word at least.
func (e *extraction) failure() *ProblemDetails {
	p := &ProblemDetails{}
	code, ok := e.text(e.errorCode, e.scope)
	if !ok {
		words := e.in.Event.Data.Partner
		if code = words.Status; code == "" {
			code = words.Type
		}
	}
	p.Title = code
	p.Detail, _ = e.text(e.errorDetail, e.scope)
	return p
}

// defaultEventType is the type of an event whose rule names none.
func defaultEventType(kind ActionKind, stage string, job *Job) string {
	verb := map[ActionKind]string{DoComplete: "completed", DoFail: "failed", DoProgress: "progressed"}[kind]
	switch {
	case kind == DoStart:
		return "media.asset.received.v1"
	case verb == "":
		return "media.partner.recorded.v1"
	case job != nil && job.Status == JobCanceled:
		verb = "canceled"
	}
	if stage == "" {
		stage = "job"
	}
	return "media." + strings.ToLower(stage) + "." + verb + ".v1"
}
