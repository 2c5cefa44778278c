package mediaevent

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Published ids: schema.org's examples of titleEIDR and editEIDR
// (Ghostbusters and its edits; The Hitchhiker's Guide to the Galaxy), and the
// example of EIDR's own documentation.
var publishedEIDRs = []string{
	"10.5240/7EC7-228A-510A-053E-CBB8-J",
	"10.5240/1F2A-E1C5-680A-14C6-E76B-I",
	"10.5240/8A35-3BEE-6497-5D12-9E4F-3",
	"10.5240/B752-5B47-DBBE-E5D4-5A3F-N",
	"10.5240/0196-4177-FF62-A346-D0F6-Z",
	"10.5240/7791-8534-2C23-9030-8610-5",
}

func TestPublishedEIDRsAreValid(t *testing.T) {
	for _, id := range publishedEIDRs {
		for _, written := range []string{id, strings.ToLower(id), " " + id + " ", "doi:" + id, "https://doi.org/" + id, "DOI:" + id} {
			got, err := ParseEIDR(written)
			require.NoError(t, err, written)
			assert.Equal(t, id, got)
		}
	}
}

func TestEIDRsThatAreNone(t *testing.T) {
	const form = "must have the form 10.5240/XXXX-XXXX-XXXX-XXXX-XXXX-C"
	for id, want := range map[string]string{
		"":                                      form,
		"tt0087332":                             form,
		"10.5240/7EC7-228A-510A-053E-CBB8":      form,
		"10.5240/7EC7-228A-510A-053E-CBB8J-":    form,
		"10.5240/7EC72-28A-510A-053E-CBB8-J":    form,
		"10.5239/7EC7-228A-510A-053E-CBB8-J":    form,
		"10.5240/7EC7-228A-510A-053E-CBG8-J":    "'G' is not a hexadecimal digit",
		"10.5240/7EC7-228A-510A-053E-CBB8-\x00": `check character must be 'J', got '\x00'`,
		"10.5240/7EC7-228A-510A-053E-CBB8-8":    "check character must be 'J', got '8'",
	} {
		_, err := ParseEIDR(id)
		assert.ErrorContains(t, err, want, id)
	}
}

// The check character is there to catch a digit read wrongly and two digits
// swapped: ISO 7064 promises all of the first and, of Mod 37,36, all of the second.
func TestACheckCharacterFindsSlipsOfTheHand(t *testing.T) {
	const hex = "0123456789ABCDEF"
	for _, id := range publishedEIDRs {
		for i := len(eidrPrefix); i < len(id)-1; i++ {
			if id[i] == '-' {
				continue
			}
			for _, digit := range []byte(hex) {
				if digit != id[i] {
					_, err := ParseEIDR(id[:i] + string(digit) + id[i+1:])
					require.ErrorContains(t, err, "check character")
				}
			}
		}
	}
}

func TestAJobOnlyMovesForward(t *testing.T) {
	for from, to := range map[JobStatus][]JobStatus{
		JobNew:       {JobPending, JobAssigned, JobQueued, JobScheduled, JobRunning, JobCompleted, JobFailed, JobCanceled},
		JobQueued:    {JobScheduled, JobRunning, JobCompleted, JobFailed, JobCanceled},
		JobRunning:   {JobCompleted, JobFailed, JobCanceled},
		JobCompleted: nil,
		JobFailed:    nil,
		JobCanceled:  nil,
		"Rendering":  nil,
	} {
		var can []JobStatus
		for _, next := range append(JobStatuses(), "Rendering", "") {
			if from.CanBecome(next) {
				can = append(can, next)
			}
		}
		assert.Equal(t, to, can, from)
	}
}

func TestJobStatusesAreAnOrder(t *testing.T) {
	status := rapid.SampledFrom(append(JobStatuses(), "Rendering", ""))
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := status.Draw(t, "a"), status.Draw(t, "b"), status.Draw(t, "c")
		require.False(t, a.CanBecome(b) && b.CanBecome(a), "no way back")
		if a.CanBecome(b) && b.CanBecome(c) {
			require.True(t, a.CanBecome(c), "steps may be left out")
		}
		if a.Ended() {
			require.False(t, a.CanBecome(b), "an ended job stays as it ended")
		}
	})
}

func TestAnEventSaysAllThatIsWrongWithIt(t *testing.T) {
	progress := 101.0
	err := Event{
		SpecVersion: "0.3", ID: "e1", Source: "not a uri", Subject: " ", DataContentType: "text/xml", Sequence: "a b", TraceParent: "x",
		Data: Data{
			Identifiers: []Identifier{{Scope: ScopeEIDREdit, Value: "10.5240/1F2A-E1C5-680A-14C6-E76B-X"}, {Value: "1"}},
			Job:         &Job{Kind: "Transcode", Status: "Rendering", Progress: &progress},
			Asset:       &Asset{Status: "lost"},
			QC:          []Finding{{Severity: "awful"}},
			Participant: &Participant{Type: "robot"},
		},
	}.Validate()
	require.EqualError(t, err, `media event "e1": specversion must be "1.0", got "0.3"
source must be a URI reference, got "not a uri"
type is required
subject must not be blank
datacontenttype must be "application/json", got "text/xml"
sequence must be printable ASCII, got "a b"
traceparent must be a W3C trace context, got "x"
EIDR "10.5240/1F2A-E1C5-680A-14C6-E76B-X": check character must be 'I', got 'X'
data.identifiers: scope and value are required
data.job.kind must be one of ["AIJob" "AMEJob" "CaptureJob" "DistributionJob" "QAJob" "StorageJob" "TransformJob" "WorkflowJob"], got "Transcode"
data.job.status must be one of ["New" "Pending" "Assigned" "Queued" "Scheduled" "Running" "Completed" "Failed" "Canceled"], got "Rendering"
data.job.progress must be from 0 to 100, got 101
data.asset.id is required
data.asset.status must be one of ["available" "offered" "processing" "delivered" "rework" "rejected" "recalled" "ingested" "validated" "abandoned" "superseded" "deleted" "on-hold" "orphaned"], got "lost"
data.qc.severity must be one of ["critical" "high" "medium" "low" "resolved"], got "awful"
data.participant.type must be one of ["person" "service" "organization"], got "robot"`)
}

func TestEventsAreReadBack(t *testing.T) {
	for _, c := range partnerCases {
		for _, in := range mapper(t, c.mapping).Map(message(t, c.payload, c.envelope, c.message)) {
			written, err := marshal(in.Event)
			require.NoError(t, err)
			read, err := Parse(written)
			require.NoError(t, err)
			again, err := marshal(read)
			require.NoError(t, err)
			assert.Equal(t, string(written), string(again), c.payload)
		}
	}
	_, err := Parse([]byte(`{"specversion":"1.0","id":"e1","type":"t"}`))
	require.EqualError(t, err, `media event "e1": source is required`)
	_, err = Parse([]byte(`[]`))
	require.ErrorContains(t, err, "media event: json: cannot unmarshal array")
}
