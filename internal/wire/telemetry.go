package wire

// EnvLogLevel names the environment variable with the lowest level that is
// logged: DEBUG, INFO, WARN or ERROR.
const EnvLogLevel = "LOG_LEVEL"

// MetricsNamespace is the CloudWatch namespace of the handlers' metrics.
const MetricsNamespace = "MediaSupplyChain"

// Metric is the name of a metric that handlers emit and constructs offer.
type Metric string

// What became of messages, events and requests, in counts.
const (
	MetricReceived     Metric = "Received"     // taken in, before anything was checked
	MetricRejected     Metric = "Rejected"     // refused for what the sender did, by DimensionReason
	MetricPublished    Metric = "Published"    // handed on to a bus, queue or topic
	MetricSucceeded    Metric = "Succeeded"    // processed to the end
	MetricFailed       Metric = "Failed"       // will be delivered again, by DimensionReason
	MetricRetried      Metric = "Retried"      // received before, so this is a further attempt
	MetricNotTried     Metric = "NotTried"     // handed back untouched, by DimensionReason
	MetricDeadLettered Metric = "DeadLettered" // moved to the dead-letter queue by the handler, by DimensionReason
)

// MetricDuration is the time one message, event or request took, in milliseconds.
const MetricDuration Metric = "Duration"

// Dimension is the name of a dimension of a [Metric].
type Dimension string

const (
	// DimensionFunction is the Lambda function's name. Every metric has it.
	DimensionFunction Dimension = "FunctionName"
	// DimensionPartner is the partner a request or an event came from.
	DimensionPartner Dimension = "Partner"
	// DimensionReason is why, in a few fixed words such as "bad-signature".
	DimensionReason Dimension = "Reason"
)
