package mediaevent

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

const (
	// SpecVersion is the version of CloudEvents that events follow.
	SpecVersion = "1.0"
	// ContentType is the media type of a whole event (structured mode).
	ContentType = "application/cloudevents+json"
	// DataContentType is the media type of an event's data.
	DataContentType = "application/json"
	// DataSchema identifies the JSON Schema of an event's data, schema/data.v1.json.
	DataSchema = "https://github.com/mediasupplychain/cdk/mediaevent/schema/data.v1.json"
)

// Event is the canonical media event: a CloudEvents 1.0 event with typed data.
// Its JSON form is CloudEvents' structured mode.
type Event struct {
	// SpecVersion is the version of CloudEvents: "1.0".
	SpecVersion string `json:"specversion" jsonschema:"enum=1.0"`
	// ID tells events of one source apart. Two events with the same source and
	// id are the same event.
	ID string `json:"id" jsonschema:"minLength=1"`
	// Source is who told us, a URI reference: "/partners/frameio".
	Source string `json:"source" jsonschema:"minLength=1,format=uri-reference"`
	// Type is what happened: "media.qc.completed.v1".
	Type string `json:"type" jsonschema:"minLength=1"`
	// Subject is the id of the asset that it happened to.
	Subject string `json:"subject,omitempty" jsonschema:"minLength=1"`
	// Time is when it happened.
	Time time.Time `json:"time,omitzero"`
	// DataContentType is the media type of Data: "application/json".
	DataContentType string `json:"datacontenttype,omitempty" jsonschema:"enum=application/json"`
	// DataSchema identifies the schema of Data.
	DataSchema string `json:"dataschema,omitempty" jsonschema:"format=uri"`

	// CorrelationID ties together all that belongs to one business transaction.
	CorrelationID string `json:"correlationid,omitempty"`
	// CausationID is the id of the event that caused this one.
	CausationID string `json:"causationid,omitempty"`
	// Sequence orders the events of one source and subject, compared as text.
	Sequence string `json:"sequence,omitempty" jsonschema:"pattern=^[!-~]+$"`
	// PartitionKey keeps events in order on transports that order by key: the asset id.
	PartitionKey string `json:"partitionkey,omitempty"`
	// DataRef is where Data is kept when it is too large to travel. By the
	// CloudEvents extension what it points to is the same as Data.
	DataRef string `json:"dataref,omitempty" jsonschema:"format=uri-reference"`
	// ExpiryTime is when nobody needs the event any more: a job's deadline.
	ExpiryTime time.Time `json:"expirytime,omitzero"`
	// RecordedTime is when we took note of the event.
	RecordedTime time.Time `json:"recordedtime,omitzero"`
	// TraceParent is the W3C trace context.
	TraceParent string `json:"traceparent,omitempty" jsonschema:"pattern=^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$"`

	// Data is what is known of the occurrence.
	Data Data `json:"data,omitzero"`
}

// Data is the payload of an [Event].
type Data struct {
	// Partner holds the partner's own words.
	Partner *Partner `json:"partner,omitempty"`
	// Identifiers are further names of the asset.
	Identifiers []Identifier `json:"identifiers,omitempty"`
	// Job is the work that the event tells about.
	Job *Job `json:"job,omitempty"`
	// Asset is the thing that the event tells about.
	Asset *Asset `json:"asset,omitempty"`
	// QC holds the findings of quality control.
	QC []Finding `json:"qc,omitempty"`
	// Error is why something failed.
	Error *ProblemDetails `json:"error,omitempty"`
	// Participant is who did it.
	Participant *Participant `json:"participant,omitempty"`
	// Cost is what it costs, and whom.
	Cost *Cost `json:"cost,omitempty"`
	// Raw is the partner's payload as it came.
	Raw *Raw `json:"raw,omitempty"`
}

// Partner holds a partner's own words, kept beside what they were mapped to.
type Partner struct {
	// Name is the partner: "frameio".
	Name string `json:"name"`
	// Type is the partner's word for what happened: "file.ready".
	Type string `json:"type,omitempty"`
	// Status is the partner's word for how the job stands: "PASSED".
	Status string `json:"status,omitempty"`
	// Unmapped says that nobody has told us what these words mean.
	Unmapped bool `json:"unmapped,omitempty"`
}

// ProblemDetails is an error in the shape of RFC 9457.
type ProblemDetails struct {
	// Type identifies the kind of problem, a URI reference. Empty means "about:blank".
	Type string `json:"type,omitempty"`
	// Title is a short text for the kind of problem.
	Title string `json:"title,omitempty"`
	// Status is an HTTP status code, where there is one.
	Status int `json:"status,omitempty"`
	// Detail is a text for this occurrence.
	Detail string `json:"detail,omitempty"`
	// Instance identifies this occurrence, a URI reference.
	Instance string `json:"instance,omitempty"`
}

// ParticipantType says what a participant is.
type ParticipantType string

// The participant types of MovieLabs OMC.
const (
	Person       ParticipantType = "person"
	Service      ParticipantType = "service"
	Organization ParticipantType = "organization"
)

// ParticipantTypes lists every participant type.
func ParticipantTypes() []ParticipantType { return []ParticipantType{Person, Service, Organization} }

// Participant is who did something: a person, a service, an organization.
type Participant struct {
	// Type says what the participant is.
	Type ParticipantType `json:"type"`
	// ID is the participant's id.
	ID string `json:"id"`
}

// Cost says what an event costs and to whom it is booked.
type Cost struct {
	// TitleID is the title that bears the cost.
	TitleID string `json:"titleId,omitempty"`
	// CostCenter is where it is booked.
	CostCenter string `json:"costCenter,omitempty"`
	// Quantity is how much was used, in Unit.
	Quantity float64 `json:"quantity,omitempty"`
	// Unit is what Quantity counts: "minute", "GB", "job".
	Unit string `json:"unit,omitempty"`
}

// Raw is a partner's payload as it came: in Body or Text, or, when it is too
// large to travel, behind Ref.
type Raw struct {
	// Body is the payload, or the one item of it that the event is about.
	Body json.RawMessage `json:"body,omitempty"`
	// Text is the payload when it is not JSON. What is not UTF-8 is lost in it.
	Text string `json:"text,omitempty"`
	// Path is where in the payload the item is, a normalized JSONPath. Empty
	// when the payload is one event.
	Path string `json:"path,omitempty"`
	// Ref is where the whole payload is kept, a URI.
	Ref string `json:"ref,omitempty"`
	// Digest is of the whole payload as it came: "sha256:" and hexadecimal digits.
	Digest string `json:"digest" jsonschema:"pattern=^sha256:[0-9a-f]{64}$"`
	// Size is the length of the whole payload, in bytes.
	Size int `json:"size" jsonschema:"minimum=0"`
}

// Parse reads an event from its JSON form and validates it.
func Parse(b []byte) (Event, error) {
	var e Event
	if err := json.Unmarshal(b, &e); err != nil {
		return Event{}, fmt.Errorf("media event: %w", err)
	}
	if err := e.Validate(); err != nil {
		return Event{}, err
	}
	return e, nil
}

// Validate reports everything that is wrong with e: the constraints of
// CloudEvents 1.0, words outside the vocabularies, and EIDRs whose check
// character is wrong.
func (e Event) Validate() error {
	all := []error{
		check(e.SpecVersion == SpecVersion, "specversion must be %q, got %q", SpecVersion, e.SpecVersion),
		check(strings.TrimSpace(e.ID) != "", "id is required"),
		check(!isEmptyURI(e.Source), "source is required"),
		check(isURIReference(e.Source), "source must be a URI reference, got %q", e.Source),
		check(strings.TrimSpace(e.Type) != "", "type is required"),
		check(e.Subject == "" || strings.TrimSpace(e.Subject) != "", "subject must not be blank"),
		check(e.DataContentType == "" || e.DataContentType == DataContentType,
			"datacontenttype must be %q, got %q", DataContentType, e.DataContentType),
		check(isURIReference(e.DataSchema), "dataschema must be a URI, got %q", e.DataSchema),
		check(isURIReference(e.DataRef), "dataref must be a URI reference, got %q", e.DataRef),
		check(e.Sequence == "" || isSequence(e.Sequence), "sequence must be printable ASCII, got %q", e.Sequence),
		check(e.TraceParent == "" || isTraceParent(e.TraceParent),
			"traceparent must be a W3C trace context, got %q", e.TraceParent),
	}
	all = append(all, e.Data.problems()...)
	if err := errors.Join(all...); err != nil {
		return fmt.Errorf("media event %q: %w", e.ID, err)
	}
	return nil
}

func (d Data) problems() []error {
	all := make([]error, 0, 2*len(d.Identifiers)+len(d.QC))
	for _, id := range d.Identifiers {
		all = append(all, check(id.Scope != "" && id.Value != "", "data.identifiers: scope and value are required"))
		if isEIDRScope(id.Scope) {
			_, err := ParseEIDR(id.Value)
			all = append(all, err)
		}
	}
	if j := d.Job; j != nil {
		all = append(all, known("data.job.kind", j.Kind, JobKinds()), known("data.job.status", j.Status, JobStatuses()))
		if p := j.Progress; p != nil {
			all = append(all, check(*p >= 0 && *p <= 100, "data.job.progress must be from 0 to 100, got %v", *p))
		}
	}
	if a := d.Asset; a != nil {
		all = append(all, check(a.ID != "", "data.asset.id is required"), known("data.asset.status", a.Status, AssetStatuses()))
	}
	for _, f := range d.QC {
		all = append(all, known("data.qc.severity", f.Severity, Severities()))
	}
	if p := d.Participant; p != nil {
		all = append(all, known("data.participant.type", p.Type, ParticipantTypes()))
	}
	return all
}

// known complains about a word that the vocabulary does not have. No word is fine.
func known[T ~string](field string, got T, vocabulary []T) error {
	return check(got == "" || slices.Contains(vocabulary, got), "%s must be one of %q, got %q", field, vocabulary, got)
}

func check(ok bool, format string, args ...any) error {
	if ok {
		return nil
	}
	return fmt.Errorf(format, args...)
}

// isURIReference reports whether s is empty or a URI reference (RFC 3986).
func isURIReference(s string) bool {
	_, err := url.Parse(s)
	return err == nil && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r > '~' || strings.ContainsRune("\"<>\\^`{|}", r)
	})
}

// isEmptyURI reports whether s names nothing: it is blank, or has nothing but
// the marks of parts that are empty, as "#" and "//" have.
func isEmptyURI(s string) bool {
	u, err := url.Parse(strings.TrimSpace(s))
	return err == nil && u.String() == ""
}
