package mediaevent

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestUnwrap(t *testing.T) {
	const trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	at := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	const event = `{"specversion":"1.0","id":"e1","source":"/partners/p","type":"t","subject":"a1","time":"2026-03-01T09:00:00Z",` +
		`"partitionkey":"a1","sequence":"7","traceparent":"` + trace + `","priority":3,"urgent":true,"datacontenttype":"application/json","data":{"x": 1.50}}`
	const bus = `{"version":"0","id":"eb-1","detail-type":"dt","source":"s","time":"2026-03-01T09:00:00Z","replay-name":"again","detail":`
	cloudEvent := Message{
		Body: []byte(`{"x": 1.50}`), ContentType: "application/json", ID: "e1", StableID: true, Type: "t", Source: "/partners/p",
		Subject: "a1", Time: at, Sequence: "7", Group: "a1", TraceParent: trace,
		Attributes: map[string]string{"partitionkey": "a1", "sequence": "7", "traceparent": trace, "priority": "3", "urgent": "true"},
	}
	replayed := cloudEvent
	replayed.Replay = "again"

	for _, c := range []struct {
		name     string
		envelope Envelope
		body     string
		want     Message
	}{
		{"raw", RawEnvelope, ` {"x": 1.50}`, Message{Body: []byte(` {"x": 1.50}`)}},
		{
			"SNS", SNSEnvelope,
			`{"Type":"Notification","MessageId":"m1","TopicArn":"arn:aws:sns:eu-west-1:111122223333:qc.fifo","Subject":"s","SequenceNumber":"10000000000000003000",` +
				`"Timestamp":"2026-03-01T09:00:00.000Z","Message":"{\"x\": 1.50}","MessageAttributes":{"kind":{"Type":"String","Value":"qc"}}}`,
			Message{
				Body: []byte(`{"x": 1.50}`), ID: "m1", Source: "arn:aws:sns:eu-west-1:111122223333:qc.fifo", Subject: "s", Time: at,
				Sequence: "10000000000000003000", Attributes: map[string]string{"kind": "qc"},
			},
		},
		{
			"EventBridge", EventBridgeEnvelope, bus + `{"x": 1.50}}`,
			Message{Body: []byte(`{"x": 1.50}`), ID: "eb-1", Type: "dt", Source: "s", Time: at, Replay: "again"},
		},
		{"a CloudEvent", CloudEventEnvelope, event, cloudEvent},
		{"a webhook", WebhookEnvelope, bus + event + `}`, replayed},
		{
			"a webhook without a time of its own", WebhookEnvelope, bus + `{"specversion":"1.0","id":"e1","source":"s","type":"t","data":1}}`,
			Message{Body: []byte(`1`), ID: "e1", StableID: true, Type: "t", Source: "s", Time: at, Replay: "again"},
		},
		{
			"a form in base64", CloudEventEnvelope,
			`{"specversion":"1.0","id":"e1","source":"s","type":"t","datacontenttype":"application/x-www-form-urlencoded","data_base64":"` +
				base64.StdEncoding.EncodeToString([]byte("a=1&b=2")) + `"}`,
			Message{Body: []byte("a=1&b=2"), ContentType: "application/x-www-form-urlencoded", ID: "e1", StableID: true, Type: "t", Source: "s"},
		},
		{
			"a text", CloudEventEnvelope, `{"specversion":"1.0","id":"e1","source":"s","type":"t","datacontenttype":"text/plain","data":"a=1"}`,
			Message{Body: []byte("a=1"), ContentType: "text/plain", ID: "e1", StableID: true, Type: "t", Source: "s"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Unwrap(c.envelope, []byte(c.body))
			require.NoError(t, err)
			assert.Equal(t, c.want, got)
			assert.False(t, got.NeedsPayload())
		})
	}
}

func TestWhatIsNotInItsEnvelope(t *testing.T) {
	for _, c := range []struct {
		envelope Envelope
		body     string
		want     string
	}{
		{"parcel", `{}`, `not in its envelope: no envelope is called "parcel", there are ["raw" "sns" "eventbridge" "cloudevent" "webhook"]`},
		{SNSEnvelope, `{"Type":"SubscriptionConfirmation"}`, `not in its envelope (sns): want Type "Notification" and a Message, got Type "SubscriptionConfirmation"`},
		{SNSEnvelope, ``, `not in its envelope (sns): unexpected end of JSON input`},
		{EventBridgeEnvelope, `{"id":"1"}`, `not in its envelope (eventbridge): want id, source, detail-type and detail`},
		{CloudEventEnvelope, `{"specversion":"0.3","id":"1"}`, `not in its envelope (cloudevent): want specversion "1.0", id, source and type, got specversion "0.3"`},
		{CloudEventEnvelope, `{"specversion":"1.0","id":"1","source":"s","type":"t"}`, `not in its envelope (cloudevent): want data, data_base64 or dataref`},
		{CloudEventEnvelope, `{"specversion":"1.0","id":"1","source":"s","type":"t","data_base64":"?"}`, `not in its envelope (cloudevent): data_base64: illegal base64 data at input byte 0`},
		{WebhookEnvelope, `{"id":"1","source":"s","detail-type":"t","detail":7}`, `not in its envelope (webhook): json: cannot unmarshal number into Go value of type mediaevent.cloudEvent`},
	} {
		_, err := Unwrap(c.envelope, []byte(c.body))
		require.EqualError(t, err, c.want)
		require.ErrorIs(t, err, ErrEnvelope)
	}
}

func TestAClaimCheck(t *testing.T) {
	payload := []byte(`{"type":"video.asset.ready","id":"e1","data":{"id":"m1"}}`)
	hex := strings.TrimPrefix(Digest(payload), "sha256:")
	m, err := Unwrap(CloudEventEnvelope, []byte(`{"specversion":"1.0","id":"e1","source":"s","type":"t","dataref":"s3://b/k","datasha256":"`+hex+`","datasize":57}`))
	require.NoError(t, err)
	require.True(t, m.NeedsPayload())
	assert.Equal(t, "s3://b/k", m.DataRef)

	_, err = m.WithPayload([]byte("{}"))
	require.ErrorIs(t, err, ErrDigest)
	require.EqualError(t, err, "payload of s3://b/k: digest does not match: want sha256:"+hex+
		", got sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a")

	m, err = m.WithPayload(payload)
	require.NoError(t, err)
	assert.False(t, m.NeedsPayload())
	in := mapper(t, mux).Map(m)[0]
	assert.Equal(t, Mapped, in.Outcome)
	assert.Equal(t, "s3://b/k", in.Event.Data.Raw.Ref)
}

func TestWhatIsTooLargeToTravel(t *testing.T) {
	assert.True(t, Inline(make([]byte, 65536)))
	assert.False(t, Inline(make([]byte, 65537)))
	// printf '' | sha256sum
	const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	assert.Equal(t, "sha256:"+empty, Digest(nil))
	assert.Equal(t, "sha256/"+empty, PayloadKey(Digest(nil)))
	require.NoError(t, VerifyDigest(nil, "sha256:"+empty))

	event := mapOne(t, qc, `{"id":"e1","status":"note","asset":"a1"}`).Event
	detached := event.Detach("s3://payloads/" + PayloadKey(event.Data.Raw.Digest))
	assert.Equal(t, &Raw{Ref: "s3://payloads/" + PayloadKey(event.Data.Raw.Digest), Digest: event.Data.Raw.Digest, Size: 40}, detached.Data.Raw)
	assert.NotNil(t, event.Data.Raw.Body, "the event it is made of stays as it was")
	assert.Equal(t, Event{ID: "x"}, Event{ID: "x"}.Detach("s3://b/k"))
}

func TestMappingsAreReadBack(t *testing.T) {
	for _, m := range allMappings() {
		text, err := Encode(m)
		require.NoError(t, err)
		back, err := Decode(text)
		require.NoError(t, err)
		assert.Equal(t, []Mapping{m}, back)
		size, err := Size(m)
		require.NoError(t, err)
		assert.Len(t, text, size)
		assert.Less(t, size, 1400, m.Partner)
	}
	all, err := Encode(allMappings()...)
	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(all, "deflate:"))
	assert.Less(t, len(all), 3000, "twelve partners fit the 4 KB that Lambda gives to all variables of a function")
	back, err := Decode(all)
	require.NoError(t, err)
	assert.Equal(t, allMappings(), back)
}

func TestASmallMappingStaysReadable(t *testing.T) {
	text, err := Encode(bunny)
	require.NoError(t, err)
	require.False(t, strings.HasPrefix(text, "deflate:"))
	assert.JSONEq(t, `[{"partner":"bunny","status":"$.Status","jobId":"$.VideoGuid","jobKind":"TransformJob","rules":[`+
		`{"status":["3"],"do":{"kind":"complete"}},{"status":["5","8"],"do":{"kind":"fail"}},{"status":["0","1","2","4"],"do":{"kind":"progress"}}]}]`, text)
}

func TestMappingsThatCannotBeWrittenOrRead(t *testing.T) {
	_, err := Encode(Mapping{Partner: "p"})
	require.EqualError(t, err, "mapping \"p\" is invalid:\n- Rules must have at least one rule")
	for text, want := range map[string]string{
		"":                 "decode mappings: EOF",
		`[{"partnr":"p"}]`: `decode mappings: json: unknown field "partnr"`,
		"deflate:!":        "decode mappings: illegal base64 data at input byte 0",
		"deflate:AAAA":     "decode mappings: unexpected EOF",
	} {
		_, err := Decode(text)
		assert.ErrorContains(t, err, want)
	}
}

func TestADecodedMappingDoesWhatTheDeclaredOneDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom(partnerCases).Draw(t, "case")
		text, err := Encode(c.mapping)
		require.NoError(t, err)
		decoded, err := Decode(text)
		require.NoError(t, err)
		declared, err := NewMapper(c.mapping)
		require.NoError(t, err)
		read, err := NewMapper(decoded...)
		require.NoError(t, err)
		msg := Message{Body: []byte(jsonText().Draw(t, "payload")), ReceivedAt: received}
		require.Equal(t, declared.Map(msg), read.Map(msg))
	})
}
