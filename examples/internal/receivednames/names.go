// Package receivednames holds the names that the examples' tables and their
// consumers agree on.
package receivednames

// Environment variables of a consumer.
const (
	EnvTable       = "RECEIVED_TABLE_NAME"
	EnvBookkeeping = "BOOKKEEPING_TABLE_NAME"
)

// Attributes of an item in the table of what was received.
const (
	Asset      = "pk"         // asset id: the message group where there is one
	Position   = "sk"         // order of processing within the asset, from 0000000001
	EventID    = "eventId"    // the transport's id, the same each time it delivers
	Payload    = "payload"    // the partner's JSON as received
	Deliveries = "deliveries" // how often it was delivered so far
)

// Attributes of an item in the bookkeeping table, of which there are three
// kinds: the number of events of an asset, the number of times that an event was
// tried, and the claim that says where in the other table an event is.
const (
	Key           = "pk"
	Count         = "count"
	ClaimAsset    = "asset"
	ClaimPosition = "position"
)
