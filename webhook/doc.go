// Package webhook receives the webhooks of media partners: it proves who sent
// them, and hands their events to an EventBridge bus or an SQS queue before it
// says that it has them.
//
// One [Endpoint] is a regional REST API, one Lambda function behind it, and any
// number of partners, each with a path, a scheme and a secret:
//
//	endpoint := webhook.NewEndpoint(stack, jsii.String("Webhooks"), &webhook.EndpointProps{EventBus: bus})
//	frameio := endpoint.AddPartner("/frameio", webhook.FrameIO(nil))
//	awsevents.NewRule(stack, jsii.String("Assets"), &awsevents.RuleProps{
//		EventBus:     bus,
//		EventPattern: frameio.EventPattern(),
//		Targets:      &[]awsevents.IRuleTarget{ingest},
//	})
//
// # What arrives
//
// Every event is a CloudEvent 1.0 in structured JSON: id is the partner's event
// id, source is [Partner.Source], type the partner's own word, subject and
// partitionkey the id of the asset, data the partner's JSON byte for byte
// (data_base64 where it is not JSON). On a bus, the CloudEvent is the detail. A
// request that holds several events is split. Data above
// [EndpointProps.InlineLimit] is in S3, and package dataref reads it.
//
// # What is promised
//
// The partner gets 2xx only after all events of its request are durable. An
// event may arrive more than once (a partner that saw no answer sends it again,
// and EventBridge delivers at least once), always with the same id and source.
// Where a partner signs no time, or DetectReplays is set, ids are remembered and
// duplicates are acknowledged without being handed on.
//
// # What the partner is answered
//
//	2xx  the events are durable, now or from an earlier attempt (200, or as the scheme says)
//	401  not authentic, without detail (or RejectStatus, where a 4xx would silence the partner)
//	404  no such partner
//	405  not a method of this partner
//	413  the body is larger than MaxBodySize
//	503  try again later: with Retry-After, and nothing was acknowledged
//
// # Bodies and headers
//
// API Gateway refuses bodies above 10 MB and headers above 10,240 bytes in
// total, and gives a slow sender 29 seconds at most ("Amazon API Gateway quotas
// for configuring and running a REST API"); the function refuses bodies above
// MaxBodySize from their length, before it decodes them.
//
// # Secrets
//
// Secrets are read from AWS Secrets Manager when a partner first needs them, and
// kept for five minutes in the function's memory. A signature that does not
// match makes the function look once for a newer secret, at most every ten
// seconds, so a rotation is seen at once. To rotate: put the new value into
// Secrets Manager first, then into the partner's console. Both values are
// accepted until the next rotation; to revoke the old one before, remove its
// label:
//
//	aws secretsmanager update-secret-version-stage --secret-id SECRET \
//	    --version-stage AWSPREVIOUS --remove-from-version-id VERSION
package webhook
