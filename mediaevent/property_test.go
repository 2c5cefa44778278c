package mediaevent

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// words that the mappings of the tests know, and some that none does.
var wordGenerator = rapid.OneOf(
	rapid.SampledFrom([]string{
		"done", "broken", "aborted", "working", "note", "ingest", "PASSED", "REJECTED", "COMPLETE", "video.asset.ready", "media.created", "3", "5",
	}),
	rapid.StringMatching(`[A-Za-z._ -]{1,12}`),
)

// jsonText draws payloads that have what mappings look for, in all the wrong places too.
func jsonText() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		b, err := json.Marshal(jsonValue(3).Draw(t, "value"))
		require.NoError(t, err)
		return string(b)
	})
}

func jsonValue(depth int) *rapid.Generator[any] {
	leaf := []*rapid.Generator[any]{
		rapid.Just[any](nil), rapid.Bool().AsAny(), rapid.Int64().AsAny(), rapid.Float64Range(-1e12, 1e13).AsAny(), rapid.String().AsAny(),
		wordGenerator.AsAny(), rapid.SampledFrom(publishedEIDRs).AsAny(),
	}
	if depth == 0 {
		return rapid.OneOf(leaf...)
	}
	names := rapid.SampledFrom([]string{
		"id", "uuid", "type", "status", "at", "asset", "job", "callback", "stage", "attempt", "done", "events", "data", "resource", "media",
		"payload", "userMetadata", "assetId", "jobId", "event", "result", "Status", "VideoGuid", "report", "level",
	})
	object := rapid.MapOfN(names, rapid.Deferred(func() *rapid.Generator[any] { return jsonValue(depth - 1) }), 0, 8).AsAny()
	list := rapid.SliceOfN(rapid.Deferred(func() *rapid.Generator[any] { return jsonValue(depth - 1) }), 0, 4).AsAny()
	return rapid.OneOf(append(leaf, object, object, list)...)
}

func anyMapper(t *rapid.T) *Mapper {
	mappings := rapid.SliceOfNDistinct(rapid.SampledFrom(append(allMappings(), qc)), 1, 3, func(m Mapping) string { return m.Partner }).Draw(t, "mappings")
	m, err := NewMapper(mappings...)
	require.NoError(t, err)
	return m
}

func TestEveryPayloadHasOneOutcomeForEachEvent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := anyMapper(t)
		msg := Message{Body: []byte(jsonText().Draw(t, "payload")), ReceivedAt: received}
		incoming := m.Map(msg)
		require.NotEmpty(t, incoming)
		for _, in := range incoming {
			requireOneOutcome(t, in)
		}
		require.Equal(t, incoming, m.Map(msg), "the same message gives the same events")
	})
}

// requireOneOutcome is what holds of every event, whatever was sent.
func requireOneOutcome(t require.TestingT, in Incoming) {
	require.NoError(t, in.Event.Validate())
	require.NotEmpty(t, in.Event.ID)
	require.LessOrEqual(t, len(in.Event.ID), maxID+16)
	require.NotNil(t, in.Event.Data.Raw, "what came is kept")
	require.Equal(t, in.AssetID, in.Event.Subject)
	switch in.Outcome {
	case Mapped:
		require.Nil(t, in.Rejection)
		require.True(t, slices.Contains(ActionKinds(), in.Action.Kind))
		require.False(t, in.Event.Data.Partner.Unmapped)
		if in.Action.Kind == DoStart {
			require.NotEmpty(t, in.AssetID)
		}
		if in.Action.Kind.concernsStage() {
			require.NotEmpty(t, in.Correlations())
			require.NotNil(t, in.Event.Data.Job)
		}
	case Unmapped:
		require.Nil(t, in.Rejection)
		require.Equal(t, Record(), in.Action)
		require.True(t, in.Event.Data.Partner.Unmapped)
	case Rejected:
		require.NotEmpty(t, in.Rejection.Fields)
		require.NotEmpty(t, in.Rejection.Error())
		require.Equal(t, Action{}, in.Action)
	default:
		require.Fail(t, "no outcome", in.Outcome)
	}
}

func TestUnknownWordsAreNeverLost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[^\pC\pZ]{1,40}`).Draw(t, "word")
		payload, err := json.Marshal(map[string]any{"id": "e1", "status": word, "job": "j1", "asset": "a1"})
		require.NoError(t, err)
		m, err := NewMapper(qc)
		require.NoError(t, err)

		in := m.Map(Message{Body: payload, ReceivedAt: received})[0]

		require.Equal(t, word, in.Event.Data.Partner.Status)
		require.NotEqual(t, Rejected, in.Outcome)
		known := slices.ContainsFunc(qc.Rules, func(r Rule) bool { return r.Status.matches(word) })
		require.Equal(t, !known, in.Event.Data.Partner.Unmapped)
		if !known {
			require.Equal(t, JobPending, in.Event.Data.Job.Status)
			require.JSONEq(t, string(payload), string(in.Event.Data.Raw.Body))
		}
	})
}

// Different items never share an id, however poor the partner's ids are; the
// same delivery again gives the same ids; and where the partner gives no ids, an
// item has the same id in whatever company it comes.
func TestTheItemsOfAPayloadHaveIdsOfTheirOwn(t *testing.T) {
	mapping := Mapping{Partner: "p", Items: "$.events[*]", EventID: "@.id", AssetID: "@.a", Rules: []Rule{{Do: Start()}}}
	m, err := NewMapper(mapping)
	require.NoError(t, err)
	item := rapid.Custom(func(t *rapid.T) map[string]any {
		out := map[string]any{"a": rapid.IntRange(1, 5).Draw(t, "asset")}
		if rapid.Bool().Draw(t, "has id") {
			out["id"] = fmt.Sprint("e", rapid.IntRange(1, 3).Draw(t, "id"))
		}
		return out
	})
	ids := func(t *rapid.T, items []map[string]any) []string {
		body, err := json.Marshal(map[string]any{"events": items})
		require.NoError(t, err)
		var all []string
		for _, in := range m.Map(Message{Body: body}) {
			all = append(all, in.Event.ID)
		}
		require.Len(t, all, len(items))
		return all
	}
	rapid.Check(t, func(t *rapid.T) {
		items := rapid.SliceOfN(item, 1, 12).Draw(t, "items")
		got := ids(t, items)
		require.Equal(t, got, ids(t, items), "stable")
		content := map[string]string{}
		for i, id := range got {
			text := fmt.Sprint(items[i])
			if other, ok := content[id]; ok {
				require.Equal(t, other, text, "two different items with the id %s", id)
			}
			content[id] = text
			if items[i]["id"] == nil {
				require.Equal(t, id, ids(t, items[i:i+1])[0])
			}
		}
	})
}

// What a payload says does not depend on how its JSON is written.
func TestTheOrderOfMembersChangesNothingButTheDigest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := anyMapper(t)
		text := jsonText().Draw(t, "payload")
		var value any
		require.NoError(t, json.Unmarshal([]byte(text), &value))
		indented, err := json.MarshalIndent(value, " ", "\t")
		require.NoError(t, err)
		one := m.Map(Message{Body: []byte(text), ID: "d", StableID: true, ReceivedAt: received})
		two := m.Map(Message{Body: indented, ID: "d", StableID: true, ReceivedAt: received})
		require.Len(t, two, len(one))
		for i := range one {
			require.Equal(t, resultOf(one[i]), resultOf(two[i]))
			require.Equal(t, one[i].Event.Data.Partner, two[i].Event.Data.Partner)
		}
	})
}

func FuzzMap(f *testing.F) {
	for _, c := range partnerCases {
		f.Add(message(f, c.payload, c.envelope, c.message).Body, c.message.ContentType)
	}
	f.Add([]byte(`{"events":[[],{},null,1]}`), "")
	f.Add([]byte("a=1&a=2;%zz"), "application/x-www-form-urlencoded")
	declared := append(allMappings(), qc)
	mappers := make([]*Mapper, 0, len(declared)+1)
	for _, m := range declared {
		mappers = append(mappers, mapper(f, m))
	}
	mappers = append(mappers, mapper(f, allMappings()...))
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		for _, m := range mappers {
			incoming := m.Map(Message{Body: body, ContentType: contentType, ReceivedAt: received})
			require.NotEmpty(t, incoming)
			for _, in := range incoming {
				requireOneOutcome(t, in)
				written, err := json.Marshal(in.Event)
				require.NoError(t, err)
				_, err = Parse(written)
				require.NoError(t, err)
			}
		}
	})
}

func FuzzUnwrap(f *testing.F) {
	f.Add([]byte(`{"specversion":"1.0","id":"1","source":"s","type":"t","data":{}}`))
	f.Add([]byte(`{"id":"1","source":"s","detail-type":"t","detail":{"specversion":"1.0","id":"1","source":"s","type":"t","data_base64":"e30="}}`))
	f.Add([]byte(`{"Type":"Notification","Message":"{}"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, envelope := range Envelopes() {
			m, err := Unwrap(envelope, body)
			if err != nil {
				require.ErrorIs(t, err, ErrEnvelope)
				continue
			}
			require.True(t, len(m.Body) > 0 || m.DataRef != "" || envelope == RawEnvelope || envelope == SNSEnvelope || m.ContentType != "")
		}
	})
}

func FuzzLocator(f *testing.F) {
	for _, m := range allMappings() {
		for _, l := range []Locator{m.EventID, m.AssetID, m.Type, m.Time} {
			f.Add(string(l))
		}
	}
	f.Add(`{$['a}']} ?? $["b ?? c"] ?? =d`)
	s := scope{message: &Message{ID: "m"}, root: map[string]any{"id": "e1"}, item: map[string]any{}}
	f.Fuzz(func(t *testing.T, text string) {
		l, err := Locator(text).compile()
		if err != nil {
			var syntax *syntaxError
			require.ErrorAs(t, err, &syntax)
			require.GreaterOrEqual(t, syntax.position, 1)
			require.LessOrEqual(t, syntax.position, len(text)+1)
			return
		}
		if _, ok := l.text(s); !ok && l != nil {
			require.NotEmpty(t, l.miss(s))
		}
	})
}

func BenchmarkMap(b *testing.B) {
	for _, file := range []string{"mux-asset-ready.json", "telestream-qc-rejected.json", "wistia-batch.json", "bunny-encoding-failed.json"} {
		i := slices.IndexFunc(partnerCases, func(c partnerCase) bool { return c.payload == file })
		c := partnerCases[i]
		m, msg := mapper(b, c.mapping), message(b, c.payload, c.envelope, c.message)
		b.Run(file, func(b *testing.B) {
			b.ReportAllocs()
			events := 0
			for b.Loop() {
				events += len(m.Map(msg))
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(events), "ns/event")
		})
	}
}

func BenchmarkNewMapper(b *testing.B) {
	text, err := Encode(mux)
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		mappings, err := Decode(text)
		require.NoError(b, err)
		_, err = NewMapper(mappings...)
		require.NoError(b, err)
	}
}
