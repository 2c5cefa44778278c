package mediaevent

// AssetStatus is where an asset stands between the parties of a supply chain,
// in the words of MovieLabs MDDF Asset Ordering, Delivery & Tracking (TR-META-AOD).
type AssetStatus string

// The asset statuses of MDDF AOD.
const (
	AssetAvailable  AssetStatus = "available"
	AssetOffered    AssetStatus = "offered"
	AssetProcessing AssetStatus = "processing"
	AssetDelivered  AssetStatus = "delivered"
	AssetRework     AssetStatus = "rework"
	AssetRejected   AssetStatus = "rejected"
	AssetRecalled   AssetStatus = "recalled"
	AssetIngested   AssetStatus = "ingested"
	AssetValidated  AssetStatus = "validated"
	AssetAbandoned  AssetStatus = "abandoned"
	AssetSuperseded AssetStatus = "superseded"
	AssetDeleted    AssetStatus = "deleted"
	AssetOnHold     AssetStatus = "on-hold"
	AssetOrphaned   AssetStatus = "orphaned"
)

// AssetStatuses lists every asset status.
func AssetStatuses() []AssetStatus {
	return []AssetStatus{
		AssetAvailable, AssetOffered, AssetProcessing, AssetDelivered, AssetRework, AssetRejected, AssetRecalled, AssetIngested,
		AssetValidated, AssetAbandoned, AssetSuperseded, AssetDeleted, AssetOnHold, AssetOrphaned,
	}
}

// Asset is the thing that travels through the supply chain.
type Asset struct {
	// ID is the asset's id, the same as the event's subject.
	ID string `json:"id"`
	// Version tells masters of the same asset apart.
	Version string `json:"version,omitempty"`
	// Status is where the asset stands.
	Status AssetStatus `json:"status,omitempty"`
}
