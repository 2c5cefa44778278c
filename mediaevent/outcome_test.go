package mediaevent

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// qc is a mapping with each kind of correlation, small enough to read.
var qc = Mapping{
	Partner: "qc", EventID: "$.id", Status: "$.status", Time: "$.at", AssetID: "$.asset", JobID: "$.job", CallbackID: "$.callback",
	Stage: "$.stage", Attempt: "$.attempt", Progress: "$.done", ErrorCode: "$.code",
	Rules: []Rule{
		{Status: Words{"ingest"}, Do: Start()},
		{Status: Words{"done"}, Do: Complete("")},
		{Status: Words{"broken"}, Do: Fail("")},
		{Status: Words{"aborted"}, Do: Fail(""), JobStatus: JobCanceled},
		{Status: Words{"working*"}, Do: Progress("")},
		{Status: Words{"note"}, Do: Record()},
	},
}

func mapOne(tb testing.TB, m Mapping, payload string) Incoming {
	tb.Helper()
	all := mapper(tb, m).Map(Message{Body: []byte(payload), ReceivedAt: received})
	require.Len(tb, all, 1)
	require.NoError(tb, all[0].Event.Validate())
	return all[0]
}

func TestWhatCanNeverBeMappedIsRejectedWithTheReason(t *testing.T) {
	stage := Mapping{Partner: "p", Status: "$.s", AssetID: "$.asset", Stage: "$.stage", Rules: []Rule{{Do: Complete("")}}}
	for _, c := range []struct {
		name    string
		mapping Mapping
		payload string
		reason  string
	}{
		{
			"not JSON", qc, `<job/>`,
			`event of qc: Body: not JSON: invalid character '<' looking for beginning of value`,
		},
		{"empty body", qc, ``, `event of qc: Body: not JSON: it is empty`},
		{"two documents", qc, `{}{}`, `event of qc: Body: not JSON: something follows the first value`},
		{
			"a start without its asset", qc, `{"status":"ingest","title":"T"}`,
			`event of qc: AssetID: nothing at $.asset (the payload has status, title)`,
		},
		{
			"an answer that names nobody", qc, `{"status":"done","asset":null,"job":{"id":1},"callback":" "}`,
			`event of qc: CallbackID: a blank text at $.callback (the payload has asset, callback, job, status); ` +
				`JobID: an object at $.job (the payload has asset, callback, job, status); ` +
				`AssetID: null at $.asset (the payload has asset, callback, job, status); ` +
				`Stage: nothing at $.stage (the payload has asset, callback, job, status)`,
		},
		{
			"a stage that is not one", stage, `{"asset":"a1","stage":"quality control"}`,
			`event of p: Stage: "quality control" is not the name of a stage`,
		},
		{
			"a time that is not one", qc, `{"status":"done","job":"j1","at":"yesterday"}`,
			`event of qc: Time: "yesterday" is not a time: want RFC 3339, or seconds or milliseconds since 1970`,
		},
		{
			"a job id too long to be one", qc, `{"status":"done","job":"` + strings.Repeat("j", 257) + `"}`,
			`event of qc: CallbackID: nothing at $.callback (the payload has job, status); ` +
				`JobID: "` + strings.Repeat("j", 64) + `…" is longer than 256 bytes or has control characters; ` +
				`AssetID: nothing at $.asset (the payload has job, status); Stage: nothing at $.stage (the payload has job, status)`,
		},
		{
			"an EIDR with a wrong check character", qc, `{"status":"ingest","asset":"10.5240/7EC7-228A-510A-053E-CBB8-K"}`,
			`event of qc: AssetID: EIDR "10.5240/7EC7-228A-510A-053E-CBB8-K": check character must be 'J', got 'K'`,
		},
		{
			"an asset that the pattern does not find",
			Mapping{Partner: "p", AssetID: "$.key", AssetIDPattern: `^masters/([^/]+)/`, Rules: []Rule{{Do: Start()}}},
			`{"key":"proxies/t1/a.mp4"}`, `event of p: AssetID: "proxies/t1/a.mp4" does not match ^masters/([^/]+)/`,
		},
		{
			"a payload that is not where it should be",
			Mapping{Partner: "p", Payload: "$.Message", AssetID: "$.a", Rules: []Rule{{Do: Start()}}},
			`{"message":"{}"}`, `event of p: Payload: nothing at $.Message`,
		},
		{
			"a payload within a text that is not JSON",
			Mapping{Partner: "p", Payload: "$.Message", AssetID: "$.a", Rules: []Rule{{Do: Start()}}},
			`{"Message":"hello"}`,
			`event of p: Payload: a text that is not JSON at $.Message: invalid character 'h' looking for beginning of value`,
		},
		{
			"more events than one message may carry", wistia, `{"events":[` + strings.Repeat("1,", 1000) + `1]}`,
			`event of wistia: Items: 1001 events, at most 1000 are taken from one message`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := mapOne(t, c.mapping, c.payload)
			require.Equal(t, Rejected, in.Outcome)
			require.EqualError(t, in.Rejection, c.reason)
			assert.Equal(t, Action{}, in.Action)
			assert.Equal(t, "media.partner.rejected.v1", in.Event.Type)
			assert.NotEmpty(t, in.Event.ID)
			assert.Equal(t, Digest([]byte(c.payload)), in.Event.Data.Raw.Digest)
		})
	}
}

func TestAPayloadThatWasNotFetchedIsRejected(t *testing.T) {
	all := mapper(t, qc).Map(Message{DataRef: "s3://payloads/sha256/ab"})
	require.Len(t, all, 1)
	require.EqualError(t, all[0].Rejection, "event of qc: Body: the payload has not been fetched from s3://payloads/sha256/ab")
}

func TestWhatIsFoundAndOfNoUseIsLeftOutWithAWarning(t *testing.T) {
	in := mapOne(t, Mapping{
		Partner: "p", EventID: "$.id", JobID: "$.job", AssetID: "$.asset", Attempt: "$.attempt", Progress: "$.done",
		Sequence: "$.seq", Identifiers: map[string]Locator{"eidr:edit": "$.eidr"},
		Cost:  &CostMapping{Quantity: "$.minutes", Unit: "minute"},
		Rules: []Rule{{Do: Progress("qc")}},
	}, `{"job":"j1","asset":"10.5240/XYZ","attempt":"first","done":"120%","seq":"a b","eidr":"10.5240/1F2A","minutes":-1}`)

	require.Equal(t, Mapped, in.Outcome)
	warnings := make([]string, 0, len(in.Warnings))
	for _, w := range in.Warnings {
		warnings = append(warnings, w.Error())
	}
	assert.Equal(t, []string{
		"EventID: nothing at $.id; the digest of the payload is used",
		`Sequence: "a b" is not printable ASCII`,
		`AssetID: EIDR "10.5240/XYZ": must have the form 10.5240/XXXX-XXXX-XXXX-XXXX-XXXX-C`,
		`Attempt: "first" is not a count`,
		`Progress: "120%" is not from 0 to 100`,
		`Identifiers["eidr:edit"]: EIDR "10.5240/1F2A": must have the form 10.5240/XXXX-XXXX-XXXX-XXXX-XXXX-C`,
		`Cost.Quantity: "-1" is not a quantity`,
	}, warnings)
	assert.Equal(t, []Identifier{{Scope: "partner:p", Value: "10.5240/1F2A"}}, in.Event.Data.Identifiers, "kept, but nobody takes it for an EIDR")
	assert.Nil(t, in.Event.Data.Cost)
}

func TestAWordThatNobodyMappedIsKeptAndFlagged(t *testing.T) {
	in := mapOne(t, qc, `{"id":"e1","status":"Rendering (GPU)","job":"j1","asset":"a1"}`)

	assert.Equal(t, Unmapped, in.Outcome)
	assert.Equal(t, Record(), in.Action)
	assert.Equal(t, &Partner{Name: "qc", Status: "Rendering (GPU)", Unmapped: true}, in.Event.Data.Partner)
	assert.Equal(t, JobPending, in.Event.Data.Job.Status)
	assert.Equal(t, "a1", in.Event.Subject)
	assert.JSONEq(t, `{"id":"e1","status":"Rendering (GPU)","job":"j1","asset":"a1"}`, string(in.Event.Data.Raw.Body))
}

func TestAnUnknownStatusIsPendingWithoutAJobIDToo(t *testing.T) {
	in := mapOne(t, Mapping{Partner: "p", Status: "$.s", AssetID: "$.a", JobKind: QAJob, Rules: []Rule{{Status: Words{"ok"}, Do: Record()}}}, `{"s":"huh"}`)
	assert.Equal(t, &Job{Kind: QAJob, Status: JobPending}, in.Event.Data.Job)
}

func TestJobsStandWhereTheActionSays(t *testing.T) {
	for _, c := range []struct {
		status string
		action Action
		job    JobStatus
		kind   string
	}{
		{"done", Complete("qc"), JobCompleted, "media.qc.completed.v1"},
		{"DONE", Complete("qc"), JobCompleted, "media.qc.completed.v1"},
		{"broken", Fail("qc"), JobFailed, "media.qc.failed.v1"},
		{"aborted", Fail("qc"), JobCanceled, "media.qc.canceled.v1"},
		{"working", Progress("qc"), JobRunning, "media.qc.progressed.v1"},
		{"Working: pass 2", Progress("qc"), JobRunning, "media.qc.progressed.v1"},
		{"note", Record(), "", "media.partner.recorded.v1"},
		{"ingest", Start(), "", "media.asset.received.v1"},
	} {
		t.Run(c.status, func(t *testing.T) {
			in := mapOne(t, qc, `{"id":"e1","status":"`+c.status+`","job":"j1","asset":"a1","stage":"qc","attempt":2,"done":"45.5 %"}`)
			require.Equal(t, Mapped, in.Outcome)
			assert.Equal(t, c.action, in.Action)
			assert.Equal(t, c.kind, in.Event.Type)
			assert.Equal(t, c.job, in.Event.Data.Job.Status)
			assert.Equal(t, "qc", in.Event.Data.Job.Stage)
			assert.Equal(t, 2, in.Attempt)
			assert.InDelta(t, 45.5, *in.Event.Data.Job.Progress, 0)
		})
	}
}

func TestAFailureSaysWhatThePartnerSays(t *testing.T) {
	assert.Equal(t, &ProblemDetails{Title: "E42"}, mapOne(t, qc, `{"status":"broken","job":"j1","code":"E42"}`).Event.Data.Error)
	assert.Equal(t, &ProblemDetails{Title: "broken"}, mapOne(t, qc, `{"status":"broken","job":"j1"}`).Event.Data.Error)
	assert.Nil(t, mapOne(t, qc, `{"status":"done","job":"j1","code":"E42"}`).Event.Data.Error)
}

func TestTheFirstRuleThatMatchesCounts(t *testing.T) {
	m := Mapping{
		Partner: "p", Type: "$.t", Status: "$.s", AssetID: "$.a",
		Rules: []Rule{
			{Type: Words{"job"}, Status: Words{"ok", "fine"}, Do: Complete("one")},
			{Type: Words{"job"}, Do: Fail("one")},
			{Status: Words{"ok"}, Do: Complete("two")},
			{Do: Record()},
		},
	}
	for payload, want := range map[string]Action{
		`{"a":"1","t":"job","s":"FINE"}`: Complete("one"),
		`{"a":"1","t":"job"}`:            Fail("one"),
		`{"a":"1","t":"other","s":"ok"}`: Complete("two"),
		`{"a":"1"}`:                      Record(),
	} {
		assert.Equal(t, want, mapOne(t, m, payload).Action, payload)
	}
}

func TestNumbersKeepAllTheirDigits(t *testing.T) {
	in := mapOne(t, qc, `{"id":12345678901234567890123,"status":"note","asset":9007199254740993}`)
	assert.Equal(t, "12345678901234567890123", in.Event.ID)
	assert.Equal(t, "9007199254740993", in.AssetID)
}

func TestWhenAndInWhichOrder(t *testing.T) {
	sent := time.Date(2026, 3, 1, 12, 29, 0, 0, time.FixedZone("", 3600))
	m := qc
	m.Sequence = "$.seq"
	for _, c := range []struct {
		name     string
		payload  string
		message  Message
		time     time.Time
		sequence string
	}{
		{
			"the partner's time", `{"status":"note","at":"2026-03-01T09:00:00.5+01:00"}`, Message{Time: sent},
			time.Date(2026, 3, 1, 8, 0, 0, 5e8, time.UTC), "2026-03-01T08:00:00.500000000Z",
		},
		{"else when it was sent", `{"status":"note"}`, Message{Time: sent}, sent.UTC(), "2026-03-01T11:29:00.000000000Z"},
		{"else when it was received", `{"status":"note"}`, Message{}, received, "2026-03-01T12:30:00.000000000Z"},
		{"the partner's counter", `{"status":"note","seq":42}`, Message{Sequence: "7"}, received, "00000000000000000042"},
		{"the transport's counter", `{"status":"note"}`, Message{Sequence: "18849496460467696128"}, received, "18849496460467696128"},
		{"a counter that is a text", `{"status":"note","seq":"v2-a"}`, Message{}, received, "v2-a"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.message.Body, c.message.ReceivedAt = []byte(c.payload), received
			in := mapper(t, m).Map(c.message)[0]
			require.Equal(t, Mapped, in.Outcome)
			assert.Equal(t, c.time, in.Event.Time)
			assert.Equal(t, c.sequence, in.Event.Sequence)
			assert.Equal(t, received, in.Event.RecordedTime)
		})
	}
}

func TestIdsWhereThePartnerGivesNone(t *testing.T) {
	none := Mapping{Partner: "p", AssetID: "$.a", Rules: []Rule{{Do: Start()}}}
	id := func(m Mapping, msg Message) string { return mapper(t, m).Map(msg)[0].Event.ID }
	// printf '%s' 'p|{"a":"1"}' | sha256sum
	const digest = "5582a133042ed4ff0d7c1eeb38f79facc4d40e261f457a14b21f93ce55ac71a8"

	assert.Equal(t, digest, id(none, Message{Body: []byte(`{"a":"1"}`), ID: "sqs-1"}), "an SQS message id changes when the sender sends again")
	assert.Equal(t, "delivery-1", id(none, Message{Body: []byte(`{"a":"1"}`), ID: "delivery-1", StableID: true}))

	named := none
	named.EventID = "message.id"
	assert.Equal(t, "sqs-1", id(named, Message{Body: []byte(`{"a":"1"}`), ID: "sqs-1"}))

	located := none
	located.EventID = "$.id"
	assert.Equal(t, "e1", id(located, Message{Body: []byte(`{"a":"1","id":"e1"}`), ID: "delivery-1", StableID: true}))
	assert.Equal(t, digest, id(located, Message{Body: []byte(`{"a":"1"}`), ID: "sqs-1"}))
	assert.Equal(t, "delivery-1", id(located, Message{Body: []byte(`{"a":"1"}`), ID: "delivery-1", StableID: true}))
	assert.Equal(t, Digest([]byte(strings.Repeat("x", 300))), id(located, Message{Body: []byte(`{"id":"` + strings.Repeat("x", 300) + `"}`)}))
}

func TestIdsOfTheItemsOfAPayload(t *testing.T) {
	m := Mapping{Partner: "p", Items: "$.events", EventID: "@.id", AssetID: "@.a", Rules: []Rule{{Do: Start()}}}
	stable := false
	ids := func(m Mapping, body string) []string {
		var all []string
		for _, in := range mapper(t, m).Map(Message{Body: []byte(body), ID: "delivery-1", StableID: stable}) {
			all = append(all, in.Event.ID)
		}
		return all
	}
	assert.Equal(t, []string{"x", "y"}, ids(m, `{"events":[{"id":"x"},{"id":"y"}]}`))
	assert.Equal(t, []string{"x", "x"}, ids(m, `{"events":[{"id":"x","a":"1"},{"a":"1","id":"x"}]}`), "the same event twice")
	assert.Equal(t, []string{"x", "x#2", "x#3"}, ids(m, `{"events":[{"id":"x","a":"1"},{"id":"x","a":"2"},{"id":"x","a":"3"}]}`), "an id that is none loses nobody")
	assert.Equal(t, []string{"x"}, ids(m, `{"events":{"id":"x"}}`), "one item that is not in a list")

	whole := m
	whole.EventID = "$.delivery"
	assert.Equal(t, []string{"d#0", "d#1"}, ids(whole, `{"delivery":"d","events":[{},{}]}`))

	first := ids(m, `{"events":[{"a":"1"},{"a":"2"}]}`)
	again := ids(m, `{"events":[{"a":"2"},{"a":"3"}]}`)
	assert.Equal(t, first[1], again[0], "the digest of the item is its id, in whatever payload it comes")
	assert.NotEqual(t, first[0], first[1])

	stable = true
	whole.EventID = ""
	assert.Equal(t, []string{"delivery-1#0", "delivery-1#1"}, ids(whole, `{"events":[{},{}]}`))
}

func TestAnEmptyListOfEventsIsOneUnmappedEvent(t *testing.T) {
	in := mapOne(t, wistia, `{"hook":{"uuid":"h"},"events":[]}`)
	assert.Equal(t, Unmapped, in.Outcome)
	assert.Equal(t, []FieldError{{"Items", "$.events[*]", "no event at $.events[*]"}}, in.Warnings)
}

func TestAPayloadBelongsToTheFirstMappingThatKnowsItsWords(t *testing.T) {
	m := mapper(t, telestreamQC, wistia, mux)
	partner := func(file string) string {
		return m.Map(message(t, file, RawEnvelope, Message{}))[0].Event.Source
	}
	assert.Equal(t, "/partners/telestream", partner("telestream-qc-rejected.json"))
	assert.Equal(t, "/partners/wistia", partner("wistia-batch.json"))
	assert.Equal(t, "/partners/mux", partner("mux-asset-ready.json"))
	assert.Equal(t, "/partners/telestream", partner("bunny-encoding-failed.json"), "the first one where none does")
}

func TestAPayloadWithinAPayload(t *testing.T) {
	m := Mapping{Partner: "p", Payload: "$.Message", EventID: "$.id", AssetID: "$.asset", Rules: []Rule{{Do: Start()}}}
	for _, body := range []string{`{"Message":"{\"id\":\"e1\",\"asset\":\"a1\"}"}`, `{"Message":{"id":"e1","asset":"a1"}}`} {
		in := mapOne(t, m, body)
		assert.Equal(t, "a1", in.AssetID)
		assert.JSONEq(t, `{"id":"e1","asset":"a1"}`, string(in.Event.Data.Raw.Body))
		assert.Equal(t, Digest([]byte(body)), in.Event.Data.Raw.Digest)
	}
}

func TestBytesThatAreNotUTF8DoNotGetOut(t *testing.T) {
	in := mapOne(t, qc, "{\"id\":\"e1\",\"status\":\"note\",\"title\":\"\xff\"}")
	assert.JSONEq(t, `{"id":"e1","status":"note","title":"\ufffd"}`, string(in.Event.Data.Raw.Body))
	assert.Equal(t, "\ufffd", mapOne(t, qc, "\xff").Event.Data.Raw.Text)
}

func TestTraceContextTravelsOn(t *testing.T) {
	const trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	m := mapper(t, qc)
	assert.Equal(t, trace, m.Map(Message{Body: []byte(`{}`), TraceParent: trace})[0].Event.TraceParent)
	assert.Empty(t, m.Map(Message{Body: []byte(`{}`), TraceParent: "nonsense"})[0].Event.TraceParent)
}

func TestFindings(t *testing.T) {
	many := make([]map[string]string, 201)
	for i := range many {
		many[i] = map[string]string{"level": "ERROR"}
	}
	report, err := json.Marshal(map[string]any{"result": "REJECTED", "job_id": "j", "report": map[string]any{"events": many}})
	require.NoError(t, err)
	in := mapOne(t, telestreamQC, string(report))
	assert.Len(t, in.Event.Data.QC, 200)
	assert.Contains(t, in.Warnings, FieldError{"Findings.Items", "$.report.events", "201 findings, the first 200 are listed"})

	assert.True(t, Finding{Severity: SeverityCritical}.AtLeast(SeverityHigh))
	assert.True(t, Finding{Severity: SeverityHigh}.AtLeast(SeverityHigh))
	assert.False(t, Finding{Severity: SeverityMedium}.AtLeast(SeverityHigh))
	assert.False(t, Finding{Severity: SeverityResolved}.AtLeast(SeverityLow))
	assert.True(t, Finding{PartnerSeverity: "SEVERE", Unmapped: true}.AtLeast(SeverityCritical), "nobody knows, so a person looks")
}
