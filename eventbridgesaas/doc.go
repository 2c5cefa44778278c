// Package eventbridgesaas receives the events of a partner that is integrated
// with Amazon EventBridge: a rights platform, a media asset manager, a shop.
//
// Such a partner puts its events on an event source in your account, and one
// [PartnerBus] is the bus that takes them from there, with an archive of 30 days.
// [PartnerBus.AddRule] routes them:
//
//	bus := eventbridgesaas.NewPartnerBus(stack, jsii.String("Rights"), &eventbridgesaas.PartnerBusProps{
//		EventSourceName: jsii.String("aws.partner/example.com/acme/rights"),
//	})
//	bus.AddRule(jsii.String("Cleared"), &eventbridgesaas.RuleProps{
//		Pattern: &awsevents.EventPattern{DetailType: jsii.Strings("Rights cleared")},
//		Targets: &[]eventbridgesaas.Target{&eventbridgesaas.QueueTarget{Queue: inbox}},
//	})
//
// What a rule does with events that it cannot deliver, that EventBridge delivers
// at least once and in any order, how events are replayed and how large they may
// be is told in package custombus; it is the same here.
//
// # Before the first deployment
//
// The partner makes the event source, usually when you enter your account's id
// and Region in its settings. It shows up as PENDING:
//
//	aws events list-event-sources --name-prefix aws.partner/
//
// Deploy then, in the same account and Region: the bus makes the source ACTIVE. A
// source that stays PENDING, or is deactivated, is deleted after two weeks
// (EventBridge API reference, EventSource and DeactivateEventSource). Without a
// source, the deployment fails.
//
// # When the partner goes silent
//
// If the partner deletes the event source, or your subscription ends, nothing
// fails: the bus and its rules stay and get no events. [PartnerBus.AddAlarms]
// therefore alarms when no event came for a day, or for as long as you say. Then:
//
//  1. aws events describe-event-source --name EVENT_SOURCE_NAME. ACTIVE means
//     that the partner has nothing to send, or trouble of its own: ask it.
//  2. DELETED means that the partner deleted it. Set the integration up again on
//     its side. A new source has a new name in most cases: change EventSourceName,
//     which makes a new bus with the same rules. Delete the old bus by hand, since
//     it is kept.
//  3. PENDING, or no such source, means that the bus is gone: deploy again.
//  4. Ask the partner to send what you missed; the archive only has what arrived.
//
// # When the stack is deleted
//
// The bus is kept, because without it the source would be deleted after two weeks;
// its rules and the archive go. Give the bus that was kept to the next stack as
// ExistingBus. To end the integration, delete the bus by hand, and tell the
// partner.
//
// # Sharing
//
// A partner bus takes no policy that lets other accounts in: EventBridge refuses
// its name, with slashes, in a permission. [PartnerBus.ForwardTo] sends the events
// on to a custom bus, package custombus, whose subscribers may be anywhere.
package eventbridgesaas
