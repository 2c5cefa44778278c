package cloudevents_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	sdk "github.com/cloudevents/sdk-go/v2/event"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mediasupplychain/cdk/mediaevent"
)

func TestTheCloudEventsSDKAcceptsOurEvents(t *testing.T) {
	for name, events := range goldenEvents(t) {
		for _, document := range events {
			ours, err := mediaevent.Parse(document)
			require.NoError(t, err, name)
			requireSame(t, ours, document)
		}
	}
}

func requireSame(t require.TestingT, ours mediaevent.Event, document []byte) {
	var theirs sdk.Event
	require.NoError(t, json.Unmarshal(document, &theirs), string(document))
	require.NoError(t, theirs.Validate())
	require.Equal(t, ours.SpecVersion, theirs.SpecVersion())
	require.Equal(t, ours.ID, theirs.ID())
	source, err := url.Parse(ours.Source) // as the SDK does, which writes it anew
	require.NoError(t, err)
	require.Equal(t, source.String(), theirs.Source())
	require.Equal(t, ours.Type, theirs.Type())
	require.Equal(t, ours.Subject, theirs.Subject())
	require.Equal(t, ours.DataContentType, theirs.DataContentType())
	require.Equal(t, ours.DataSchema, theirs.DataSchema())
	require.True(t, ours.Time.Equal(theirs.Time()))
	extensions := map[string]any{}
	for name, value := range map[string]string{
		"correlationid": ours.CorrelationID, "causationid": ours.CausationID, "sequence": ours.Sequence, "partitionkey": ours.PartitionKey,
		"dataref": ours.DataRef, "traceparent": ours.TraceParent, "expirytime": text(ours.ExpiryTime), "recordedtime": text(ours.RecordedTime),
	} {
		if value != "" {
			extensions[name] = value
		}
	}
	got := theirs.Extensions()
	require.Len(t, got, len(extensions))
	for name, value := range extensions {
		require.Equal(t, value, fmt.Sprint(got[name]), name)
	}
	var data mediaevent.Data
	if len(theirs.Data()) > 0 {
		require.NoError(t, theirs.DataAs(&data))
	}
	want, err := json.Marshal(ours.Data)
	require.NoError(t, err)
	have, err := json.Marshal(data)
	require.NoError(t, err)
	require.JSONEq(t, string(want), string(have))
}

func text(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// anyEvent draws events that Validate accepts and many that it does not.
func anyEvent() *rapid.Generator[mediaevent.Event] {
	blank := rapid.SampledFrom([]string{"", " "})
	word := rapid.StringMatching(`[a-zA-Z0-9./:_-]{1,20}`)
	maybe := rapid.OneOf(word, word, word, word, word, word, blank, rapid.String())
	instant := rapid.Custom(func(t *rapid.T) time.Time {
		if rapid.Bool().Draw(t, "none") {
			return time.Time{}
		}
		return time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "s"), rapid.Int64Range(0, 999_999_999).Draw(t, "ns")).UTC()
	})
	return rapid.Custom(func(t *rapid.T) mediaevent.Event {
		return mediaevent.Event{
			SpecVersion:     rapid.SampledFrom([]string{"1.0", "1.0", "1.0", "1.0", "1.0", "1.0", "1.0", "0.2"}).Draw(t, "specversion"),
			ID:              maybe.Draw(t, "id"),
			Source:          rapid.OneOf(rapid.StringMatching(`/partners/[a-z]{1,9}(/[a-z0-9]{0,5})?`), rapid.StringMatching(`/partners/[a-z0-9%#?]{1,5}`), maybe).Draw(t, "source"),
			Type:            maybe.Draw(t, "type"),
			Subject:         rapid.OneOf(word, word, word, blank).Draw(t, "subject"),
			Time:            instant.Draw(t, "time"),
			DataContentType: rapid.SampledFrom([]string{"", "application/json", "application/json", "application/json", "text/xml"}).Draw(t, "datacontenttype"),
			DataSchema:      rapid.SampledFrom([]string{"", mediaevent.DataSchema, "https://example.com/%zz"}).Draw(t, "dataschema"),
			CorrelationID:   word.Draw(t, "correlationid"),
			Sequence:        word.Draw(t, "sequence"),
			PartitionKey:    word.Draw(t, "partitionkey"),
			DataRef:         rapid.SampledFrom([]string{"", "s3://bucket/sha256/ab"}).Draw(t, "dataref"),
			ExpiryTime:      instant.Draw(t, "expirytime"),
			RecordedTime:    instant.Draw(t, "recordedtime"),
			Data: mediaevent.Data{
				Partner: &mediaevent.Partner{Name: word.Draw(t, "partner"), Status: rapid.String().Draw(t, "status")},
				Job:     &mediaevent.Job{Status: rapid.SampledFrom(mediaevent.JobStatuses()).Draw(t, "job")},
			},
		}
	})
}

// What our Validate accepts the SDK accepts, and reads the same in it. (The
// other way round ours is stricter: it knows the vocabularies.)
func TestWhatWeCallValidTheSDKCallsValid(t *testing.T) {
	valid := 0
	rapid.Check(t, func(t *rapid.T) {
		for range 20 { // few of them are valid
			e := anyEvent().Draw(t, "event")
			if e.Validate() != nil {
				continue
			}
			valid++
			document, err := json.Marshal(e)
			require.NoError(t, err)
			requireSame(t, e, document)
		}
	})
	assert.Greater(t, valid, 10, "enough of the events must be valid for this to mean anything")
}

// Each constraint of CloudEvents that the SDK enforces, ours does too.
func TestWhatTheSDKRefusesWeRefuse(t *testing.T) {
	good := string(goldenEvents(t)["rights-cleared.json"][0])
	for name, change := range map[string][2]string{
		"no id":            {`"id": "D-20260301-0099"`, `"id": " "`},
		"no source":        {`"source": "/partners/rights"`, `"source": ""`},
		"no type":          {`"type": "media.rights.completed.v1"`, `"type": ""`},
		"blank subject":    {`"subject": "title-4711"`, `"subject": " "`},
		"time that is not": {`"time": "2026-03-01T09:00:00Z"`, `"time": "yesterday"`},
		"no media type":    {`"datacontenttype": "application/json"`, `"datacontenttype": "application"`},
		"source no URI":    {`"source": "/partners/rights"`, `"source": "%zz"`},
		"other version":    {`"specversion": "1.0"`, `"specversion": "2.0"`},
	} {
		t.Run(name, func(t *testing.T) {
			bad := strings.Replace(good, change[0], change[1], 1)
			require.NotEqual(t, good, bad)
			var theirs sdk.Event
			err := json.Unmarshal([]byte(bad), &theirs)
			if err == nil {
				err = theirs.Validate()
			}
			if name != "no media type" { // the SDK parses "application" as a media type; we know only one
				require.Error(t, err, "the SDK")
			}
			_, err = mediaevent.Parse([]byte(bad))
			require.Error(t, err, "ours")
		})
	}
}

func BenchmarkRead(b *testing.B) {
	documents := map[string][]byte{}
	for _, name := range []string{"mux-asset-ready.json"} {
		documents[name] = goldenEvents(&testing.T{})[name][0]
	}
	for name, document := range documents {
		b.Run("ours/"+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				e, err := mediaevent.Parse(document)
				require.NoError(b, err)
				_, err = json.Marshal(e)
				require.NoError(b, err)
			}
		})
		b.Run("sdk/"+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				var e sdk.Event
				require.NoError(b, json.Unmarshal(document, &e))
				require.NoError(b, e.Validate())
				var data mediaevent.Data
				require.NoError(b, e.DataAs(&data))
				require.NoError(b, e.SetData("application/json", data))
				_, err := json.Marshal(e)
				require.NoError(b, err)
			}
		})
	}
}
