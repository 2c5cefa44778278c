package wire

// Environment of the function behind webhook.Endpoint.
const (
	// EnvWebhookConfiguration is the ARN of the secret that holds the partner
	// configuration.
	EnvWebhookConfiguration = "WEBHOOK_CONFIGURATION"
	// EnvWebhookConfigurationHash changes with the configuration, and so replaces
	// the function's running instances. Nobody reads it.
	EnvWebhookConfigurationHash = "WEBHOOK_CONFIGURATION_HASH"
	// EnvWebhookClaimsTable is the table that remembers event ids.
	EnvWebhookClaimsTable = "WEBHOOK_CLAIMS_TABLE"
	// EnvWebhookBucket is the bucket for payloads that are too large for the
	// destination.
	EnvWebhookBucket = "WEBHOOK_BUCKET"
)

// Attributes of the items in the claims table.
const (
	AttributeClaimKey       = "pk"        // the partner's source, "#", the event's id
	AttributeClaimOwner     = "owner"     // the invocation that may confirm or release it
	AttributeClaimPublished = "published" // present once the event is durable
	AttributeClaimExpiresAt = "expiresAt" // seconds since 1970; the table's time to live
)

// MetricDuplicates counts events that were published before, acknowledged and
// not handed on again.
const MetricDuplicates Metric = "Duplicates"
