// Package custombus receives events that partners in other accounts, or your own
// applications, put on an EventBridge bus of yours.
//
// One [Bus] is the bus, an archive of 30 days from which events can be replayed,
// and the policy that says who may put events on it. [Bus.AddRule] routes them:
//
//	bus := custombus.NewBus(stack, jsii.String("Edits"), &custombus.BusProps{
//		PublisherAccounts: jsii.Strings("111122223333"),
//		PublisherSources:  jsii.Strings("com.example.edit"),
//	})
//	bus.AddRule(jsii.String("Locked"), &custombus.RuleProps{
//		Pattern: &awsevents.EventPattern{DetailType: jsii.Strings("Edit locked")},
//		Targets: &[]custombus.Target{&custombus.QueueTarget{Queue: inbox}},
//	})
//
// # What a rule does
//
// EventBridge tries for 24 hours to deliver an event to a target; then, or at
// once where a retry cannot help (a missing permission, a target that is gone),
// the event goes to the rule's dead-letter queue, with message attributes that
// say why. Each rule has such a queue and may send to it, and to its targets,
// also where they have a customer managed key; nobody else may on its behalf.
// [Bus.AddAlarms] alarms when there is something in it.
//
// EventBridge delivers at least once, and in any order (EventBridge user guide,
// "Event retry policy"): a consumer has to know an event that it has seen by the
// field id of the envelope, and must not let an older event overwrite a newer
// state. A FIFO queue as target gives no order per asset, because all events of
// the rule share one message group.
//
// SQS takes 20 statements in a queue's policy (SQS developer guide, "Quotas
// related to policies"), and each rule that sends to a queue adds one.
//
// # Publishers
//
// An account, an organization or a role is let in by a statement of its own, with
// a condition on the account, the organization or the ARN, and where you say so
// on the source and detail-type of the events. Prefer PublisherOrganizations:
// the policy of a bus has 10,240 characters at most, which some 200 accounts
// fill.
//
// The other side needs a permission too. [Bus.PublisherPolicy] is the identity
// policy for an application that calls PutEvents; [Bus.PublisherRole] is a
// template with the role that a rule over there needs, which it must have to
// reach a bus that lets in its organization. Print them with outputs of your
// stack.
//
// # Replay
//
//	aws events start-replay --replay-name mended --event-source-arn ARCHIVE_ARN \
//	  --destination '{"Arn": "BUS_ARN", "FilterArns": ["RULE_ARN"]}' \
//	  --event-start-time 2026-03-01T00:00:00Z --event-end-time 2026-03-02T00:00:00Z
//
// Wait ten minutes after an event before replaying it. Events come back by the
// minute, not in their order, with the field replay-name; a rule with
// IgnoreReplays leaves them out (EventBridge user guide, "Archiving and replaying
// events").
//
// Messages of a rule's dead-letter queue cannot be moved back with SQS's redrive,
// which knows only queues that are dead-letter queues of queues (SQS API
// reference, StartMessageMoveTask): replay them, or put them on the bus again.
//
// # Size
//
// An event has 1 MB at most (AWS Compute Blog, January 2026; 256 KB before).
// Whatever is behind the bus may take less, SNS and Step Functions 256 KB; put
// the data elsewhere and a reference in the event where it may be more than
// 64 KB.
package custombus
