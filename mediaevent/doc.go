// Package mediaevent is the language of a media supply chain: one canonical
// event, and the declaration by which each partner's payloads become it.
//
// # The event
//
// An [Event] is a CloudEvents 1.0 event whose data is typed: the job and its
// status in the words of EBU MCMA ([JobStatus]), the asset and its status in
// those of MovieLabs MDDF ([AssetStatus]), findings of quality control
// ([Finding]), errors as RFC 9457 has them ([ProblemDetails]), identifiers in the
// shape of MovieLabs OMC ([Identifier]), EIDRs with their check character
// verified ([ParseEIDR]). Package schema, beside this one, has its JSON Schema.
//
// Two events with the same source and id are the same event. A partner's own
// words stay beside what they were mapped to ([Partner]), and the payload is
// kept as it came ([Raw]), so that nothing a partner said is ever lost.
//
// # The mapping
//
// A [Mapping] says how one partner speaks. It is data: declared in a CDK app,
// checked at synthesis ([Mapping.Validate] lists every problem at once),
// carried to a Lambda function in an environment variable ([Encode], [Decode])
// and evaluated there ([Mapper]).
//
//	mediaevent.Mapping{
//		Partner: "mux",
//		EventID: "$.id",         // where things are: JSONPath, RFC 9535
//		Type:    "$.type",
//		Time:    "$.created_at",
//		AssetID: "$.data.passthrough ?? $.data.id", // the first that is there
//		JobID:   "$.data.id",
//		Rules: []mediaevent.Rule{ // what words mean: the first that matches
//			{Type: mediaevent.Words{"video.asset.ready"}, Do: mediaevent.Complete("packaging")},
//			{Type: mediaevent.Words{"video.asset.errored"}, Do: mediaevent.Fail("packaging")},
//			{Type: mediaevent.Words{"video.upload.*"}, Do: mediaevent.Record()},
//		},
//	}
//
// A [Locator] says where a value is: in the payload ($.id), in one item of a
// payload that carries several events (@.uuid, see [Mapping.Items]), in what the
// transport says (message.id), a constant (=media), a text made of these
// ({$.bucket}/{$.key}), or the first of several (… ?? …).
//
// A [Rule] says what to do: [Start] a run for the asset; [Complete] or [Fail] a
// stage that waits, or show its [Progress]; or only [Record]. Which stage that
// is, an event tells in up to three ways, tried in this order
// ([Incoming.Correlations]): by the opaque callback id that our request carried
// to the partner, by the partner's own job id, by asset and stage.
//
// # What becomes of a payload
//
// [Unwrap] takes the payload out of its envelope, [Mapper.Map] makes at least
// one [Incoming] of it, and each has exactly one outcome:
//
//	Mapped     a rule matched, and all that its action needs was found
//	Unmapped   no rule knows the words: kept, flagged, with no effect
//	Rejected   it can never be mapped: not JSON, no asset for a start, …
//
// Mapping is pure and deterministic: the same message gives the same events
// with the same ids, so what is delivered twice is recognized. It never panics
// and never needs a second look at the network; a payload above [InlineLimit]
// is kept behind a reference ([Event.Detach], [Message.WithPayload]), which the
// caller reads and writes.
//
// The package imports neither the CDK nor an AWS SDK.
package mediaevent
