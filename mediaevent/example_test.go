package mediaevent_test

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/mediasupplychain/cdk/mediaevent"
)

// A review tool announces that a cut is ready.
func Example() {
	frameio := mediaevent.Mapping{
		Partner: "frameio",
		EventID: "message.id",
		Type:    "$.type",
		AssetID: "$.resource.id",
		Rules: []mediaevent.Rule{
			{Type: mediaevent.Words{"file.ready"}, Do: mediaevent.Complete("editing")},
			{Type: mediaevent.Words{"comment.*"}, Do: mediaevent.Record()},
		},
	}
	mapper, err := mediaevent.NewMapper(frameio)
	if err != nil {
		panic(err)
	}
	for _, in := range mapper.Map(mediaevent.Message{
		ID:   "delivery-1",
		Body: []byte(`{"type":"file.ready","resource":{"id":"cut-7","type":"file"},"user":{"id":"u1"}}`),
	}) {
		fmt.Println(in.Outcome, in.Action.Kind, in.Action.Stage)
		fmt.Println(in.Event.Type, in.Event.Source, in.Event.ID, in.Event.Subject)
	}
	// Output:
	// mapped complete editing
	// media.editing.completed.v1 /partners/frameio delivery-1 cut-7
}

// Everything that is wrong with a mapping is said at once, before anything is
// deployed.
func ExampleMapping_Validate() {
	err := mediaevent.Mapping{
		Partner: "mux",
		EventID: "$.id[",
		Type:    "type",
		Rules:   []mediaevent.Rule{{Type: mediaevent.Words{"video.asset.ready"}, Do: mediaevent.Complete("packaging")}},
	}.Validate()
	fmt.Println(err)
	// Output:
	// mapping "mux" is invalid:
	// - EventID "$.id[": must be a JSONPath (RFC 9535), such as $.asset.id or $.files[0].name: unexpected eof at position 6
	// - Type "type": "type" is no locator: write $.type for a JSONPath, =type for a constant at position 1
	// - Rules[0].Do complete cannot tell whose stage it is for: set CallbackID or JobID, or AssetID and a stage
}

// One payload carries several events: each becomes an event with an id of its
// own. @ looks into the item.
func ExampleMapper_Map_severalEvents() {
	mapper, err := mediaevent.NewMapper(mediaevent.Mapping{
		Partner: "wistia",
		Items:   "$.events[*]",
		EventID: "@.uuid",
		Type:    "@.type",
		AssetID: "@.payload.media.id",
		Rules:   []mediaevent.Rule{{Type: mediaevent.Words{"media.created"}, Do: mediaevent.Start()}},
	})
	if err != nil {
		panic(err)
	}
	body := []byte(`{"events":[
		{"uuid":"u1","type":"media.created","payload":{"media":{"id":"m1"}}},
		{"uuid":"u2","type":"media.liked","payload":{"media":{"id":"m1"}}},
		{"uuid":"u3","type":"media.created","payload":{}}]}`)
	for _, in := range mapper.Map(mediaevent.Message{Body: body}) {
		fmt.Println(in.Event.ID, in.Outcome)
		if in.Rejection != nil {
			fmt.Println(in.Rejection)
		}
	}
	// Output:
	// u1 mapped
	// u2 unmapped
	// u3 rejected
	// event of wistia: AssetID: nothing at @.payload.media.id (the payload has payload, type, uuid)
}

// A farm of transcoders answers to the callback id that the request carried.
func ExampleIncoming_Correlations() {
	mapper, err := mediaevent.NewMapper(mediaevent.Mapping{
		Partner:    "farm",
		Status:     "$.status",
		JobID:      "$.jobId",
		CallbackID: "$.userMetadata.callbackId",
		AssetID:    "$.userMetadata.assetId",
		Rules: []mediaevent.Rule{
			{Status: mediaevent.Words{"COMPLETE"}, Do: mediaevent.Complete("packaging")},
			{Status: mediaevent.Words{"CANCELED"}, Do: mediaevent.Fail("packaging"), JobStatus: mediaevent.JobCanceled},
		},
	})
	if err != nil {
		panic(err)
	}
	in := mapper.Map(mediaevent.Message{
		Body: []byte(`{"jobId":"j-1","status":"COMPLETE","userMetadata":{"callbackId":"cb-9","assetId":"title-4711"}}`),
	})[0]
	for _, c := range in.Correlations() {
		fmt.Printf("%+v\n", c)
	}
	// Output:
	// {Kind:callback ID:cb-9 Stage:}
	// {Kind:job ID:j-1 Stage:}
	// {Kind:stage ID:title-4711 Stage:packaging}
}

// The intake of a source: the message's body comes from a queue behind an
// EventBridge rule.
func ExampleUnwrap() {
	body := []byte(`{"version":"0","id":"eb-1","detail-type":"Clearance Decided","source":"rights.example",
		"time":"2026-03-01T09:00:00Z","detail":{"decisionId":"D-99","titleId":"title-4711","decision":"CLEARED"}}`)
	message, err := mediaevent.Unwrap(mediaevent.EventBridgeEnvelope, body)
	if err != nil {
		panic(err) // mediaevent.ErrEnvelope: to the dead-letter queue at once
	}
	message.ReceivedAt = time.Date(2026, 3, 1, 9, 0, 2, 0, time.UTC)
	fmt.Println(message.Type, message.Time.Format(time.RFC3339), string(message.Body))
	// Output:
	// Clearance Decided 2026-03-01T09:00:00Z {"decisionId":"D-99","titleId":"title-4711","decision":"CLEARED"}
}

// A construct puts mappings into an environment variable, a handler reads them.
func ExampleEncode() {
	text, err := mediaevent.Encode(mediaevent.Mapping{
		Partner: "bunny",
		Status:  "$.Status",
		JobID:   "$.VideoGuid",
		Rules:   []mediaevent.Rule{{Status: mediaevent.Words{"3"}, Do: mediaevent.Complete("")}},
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(text)
	mappings, err := mediaevent.Decode(text)
	fmt.Println(mappings[0].Partner, err)
	// Output:
	// [{"partner":"bunny","status":"$.Status","jobId":"$.VideoGuid","rules":[{"status":["3"],"do":{"kind":"complete"}}]}]
	// bunny <nil>
}

func ExampleParseEIDR() {
	id, err := mediaevent.ParseEIDR("doi:10.5240/7ec7-228a-510a-053e-cbb8-j")
	fmt.Println(id, err)
	_, err = mediaevent.ParseEIDR("10.5240/7EC7-228A-510A-053E-CBB8-K")
	fmt.Println(err)
	// Output:
	// 10.5240/7EC7-228A-510A-053E-CBB8-J <nil>
	// EIDR "10.5240/7EC7-228A-510A-053E-CBB8-K": check character must be 'J', got 'K'
}

// Late news of a job that has ended changes nothing.
func ExampleJobStatus_CanBecome() {
	fmt.Println(mediaevent.JobQueued.CanBecome(mediaevent.JobRunning))
	fmt.Println(mediaevent.JobRunning.CanBecome(mediaevent.JobQueued))
	fmt.Println(mediaevent.JobCompleted.CanBecome(mediaevent.JobFailed))
	// Output:
	// true
	// false
	// false
}

// What is too large to travel goes to a store under its digest.
func ExampleEvent_Detach() {
	payload := []byte(`{"report":"imagine 65 KiB of it"}`)
	event := mediaevent.Event{Data: mediaevent.Data{Raw: &mediaevent.Raw{
		Body: payload, Digest: mediaevent.Digest(payload), Size: len(payload),
	}}}
	event = event.Detach("s3://payloads/" + mediaevent.PayloadKey(event.Data.Raw.Digest))
	text, err := json.Marshal(event.Data.Raw)
	fmt.Println(mediaevent.Inline(payload), string(text), err)
	// Output:
	// true {"ref":"s3://payloads/sha256/b47f5ef72a32cb02d6b193dc4e6630b08eb65d35c31c40b803a2c83cabbdfb62","digest":"sha256:b47f5ef72a32cb02d6b193dc4e6630b08eb65d35c31c40b803a2c83cabbdfb62","size":33} <nil>
}
