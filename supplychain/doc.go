// Package supplychain makes one system of the partners of a media company: an
// asset is announced, goes through stages that partners, functions and people
// do, and an operator sees at any moment where it stands.
//
//	chain := supplychain.NewSupplyChain(stack, jsii.String("Chain"), &supplychain.SupplyChainProps{
//		Stages: &[]supplychain.Stage{
//			supplychain.Function("metadata", &supplychain.FunctionStageProps{Function: lookup}),
//			supplychain.Partner("transcode", &supplychain.PartnerStageProps{Attempts: jsii.Number(2)}),
//			supplychain.Partner("qc", nil),
//			supplychain.Approval("review", &supplychain.ApprovalStageProps{When: supplychain.Severity("qc").Is("high")}),
//		},
//	})
//	chain.AddSource("masters", &supplychain.SourceProps{Topic: masters.Topic, Mapping: mam})
//	chain.AddSource("qc", &supplychain.SourceProps{Webhook: vendor, Mapping: qc})
//	chain.OnStageRequested("qc", &supplychain.FunctionTarget{Function: callTheVendor})
//
// # How it works
//
// The table is the truth, and the only thing that an event changes. Its stream
// does the rest:
//
//	source ─▶ queue ─▶ intake ─▶ state table ══ stream ══▶ outbox ─┬─▶ executions: start, complete a stage
//	                                  ▲                            └─▶ supply chain bus ─▶ partners' adapters, other teams
//	                                  └─ request + task token ─ pipeline
//
// A [Partner] stage writes its request to the table and waits. The outbox puts
// the request on the bus, where a rule brings it to the partner's adapter
// ([SupplyChain.OnStageRequested]). The partner's answer comes in by a source like
// any other event, and the outbox completes the stage with it. An answer may be
// early, late, a repetition or a contradiction: each has one defined outcome, and
// the table, not a clock, decides which it is.
//
// An event is applied once, however often it is delivered. Each ends in exactly
// one of: applied, kept in the history with the reason why it had no effect, or in
// the source's dead-letter queue with the reason beside it.
//
// # Sources and mappings
//
// [SupplyChain.AddSource] takes an SNS FIFO topic, an event bus (a partner's or
// your own), a partner of a webhook endpoint, an existing queue, or makes a queue
// that the partner sends to. Each source has a queue, a dead-letter queue, an
// intake function and alarms of its own. Without the alarms it adds 9 resources
// to the stack where the partner sends to the queue, 10 where a rule does, from a
// bus or a webhook, and 12 behind a topic.
//
// A mediaevent.Mapping says how the partner speaks: where in its payload things
// are, and what its words mean. It is kept in the environment of the intake; a
// mapping that is too large for it, a JSONPath that cannot be read and a stage
// that the pipeline has not are errors at synthesis. What no mapping knows at run
// time is kept in the history as "unmapped", and an alarm tells.
//
// # Stages
//
//   - [Function]: a Lambda function, while the run waits.
//   - [Partner]: asked by an event, answers by an event; with a timeout, and
//     attempts.
//   - [Approval]: a person decides; escalated after a time.
//   - [Parallel]: branches of stages.
//   - [Task]: Step Functions states of your own.
//
// Each can have a condition (When) over what the stages before it made; see
// [Output], [Severity], [Result] and [Started]. What happens when the last attempt
// failed is [FailRun], [Continue] or [Approve].
//
// On the good path a partner stage is one state transition of Step Functions, and
// a function stage two. The state of a run holds ids and what is small; keep the
// results of functions below 8 KiB, and put what is larger where it belongs. With
// so many stages that their results could pass the 256 KiB of Step Functions, a
// warning at synthesis says how large each may be. A run that does pass them fails
// with States.DataLimitExceeded, which no OnExhausted can help, and its asset is
// free for another start.
//
// # Approvals
//
// A person's decision is an event on the supply chain's bus. Its detail type is
// "media.approval.decided.v1", its source whatever your tool is called, its detail
//
//	{"id": "…", "assetId": "…", "stage": "review", "decision": "approved", "person": "…", "comment": "…"}
//
// with "approved" or "rejected". With "callbackId", from the request, in place of
// asset and stage it answers exactly the request that was made. The id makes a
// decision that is sent twice count once.
//
// # Seeing it
//
// [SupplyChain.AddAlarms] and [SupplyChain.AddDashboard] cover all that is there
// and all that is added later. Package state reads the table; grant with
// [SupplyChain.GrantReadState].
//
// # Redrive
//
// When the cause is mended, move parked events back to the source's queue:
//
//	aws sqs start-message-move-task --source-arn DEAD_LETTER_QUEUE_ARN --destination-arn QUEUE_ARN
//
// The destination is needed, since the dead-letter queue also holds what a rule
// could not deliver. What was applied already is recognised.
//
// # Names
//
// Names of stages and sources are plain Go strings, because they must be known at
// synthesis. They are part of the table's items, of metrics and of construct ids:
// to rename one is to remove it and add another. Let active runs end before you
// remove a stage: an execution keeps the definition that it was started with.
package supplychain
