package chaincost

// Prices in US dollars, of us-east-1, without free tiers. docs/cost.md says where
// each is from.
const (
	perTransition   = 25e-6 // Step Functions, standard workflows
	perWrite        = 0.625e-6
	perRead         = 0.125e-6
	perEvent        = 1e-6   // EventBridge, custom events of up to 64 KB
	perQueueRequest = 0.4e-6 // SQS, standard queues
	perInvocation   = 0.2e-6 // Lambda
	perGBSecond     = 13.3334e-6
	perLogGB        = 0.5 // CloudWatch Logs, ingestion
)

// What is not counted but assumed of an invocation: docs/cost.md says so too.
const (
	memoryGB = 0.25
	seconds  = 0.02
	logBytes = 1500
)

// queueRequests are those of a message that travels alone: sent, received, deleted.
const queueRequests = 3

// Bill is what one asset costs in US dollars, by service.
type Bill struct {
	StepFunctions, DynamoDB, EventBridge, SQS, Lambda, Logs float64
}

// Total is the sum.
func (b Bill) Total() float64 {
	return b.StepFunctions + b.DynamoDB + b.EventBridge + b.SQS + b.Lambda + b.Logs
}

// Price is what the counts cost. Each message and each transaction is taken to
// travel alone, which is the most that it can cost.
func (c Counts) Price(transitions int) Bill {
	invocations := float64(c.Messages + c.Batches)
	return Bill{
		StepFunctions: float64(transitions) * perTransition,
		DynamoDB:      float64(c.Write)*perWrite + c.Read*perRead,
		EventBridge:   float64(c.Published) * perEvent,
		SQS:           float64(c.Messages) * queueRequests * perQueueRequest,
		Lambda:        invocations * (perInvocation + memoryGB*seconds*perGBSecond),
		Logs:          invocations * logBytes / (1 << 30) * perLogGB,
	}
}

// Transitions are the state transitions of a run with that many partner stages on
// the good path: one for each, and the start of the execution.
func Transitions(stages int) int { return stages + 1 }

// PollingTransitions are those of a pipeline that looks every so often whether its
// partner is done: it asks, and then waits, looks and decides until then. The start
// of the execution is one more, and so is its last state, since a decision cannot be.
func PollingTransitions(stages, polls int) int { return stages*(1+3*polls) + 2 }

// PollingPrice is what an asset costs that goes through such a pipeline: a function
// starts it, another takes each answer into a table, which the pipeline reads. It
// has no queue, no history, and tells nobody.
func PollingPrice(stages, polls int) Bill {
	invocations := float64(stages + 1)
	return Bill{
		StepFunctions: float64(PollingTransitions(stages, polls)) * perTransition,
		DynamoDB:      float64(2*stages)*perWrite + float64(stages*polls)*perRead/2,
		Lambda:        invocations * (perInvocation + memoryGB*seconds*perGBSecond),
		Logs:          invocations * logBytes / (1 << 30) * perLogGB,
	}
}
