package eventbridgesaas

import "github.com/mediasupplychain/cdk/internal/eventrules"

// Rules are the same on every kind of bus, so these types are those of package
// custombus too.
type (
	// Rule routes events of a bus to targets; see [PartnerBus.AddRule]. An event that cannot
	// be delivered ends in its DeadLetterQueue, with message attributes that say why.
	Rule = eventrules.Rule

	// RuleProps configures a [Rule]: Pattern and Targets are required;
	// RetryAttempts, MaxEventAge, DeadLetterQueue, DeadLetterQueueProps,
	// IgnoreReplays, Enabled and Description have defaults.
	RuleProps = eventrules.RuleProps

	// RuleAlarms are the alarms of a [Rule].
	RuleAlarms = eventrules.Alarms

	// Target is where a rule sends events: one of the types below.
	Target = eventrules.Target

	// QueueTarget is an SQS queue: Queue, and MessageGroupID for a FIFO queue.
	QueueTarget = eventrules.QueueTarget

	// FunctionTarget is a Lambda function: Function.
	FunctionTarget = eventrules.FunctionTarget

	// StateMachineTarget is a Step Functions state machine: StateMachine.
	StateMachineTarget = eventrules.StateMachineTarget

	// BusTarget is another event bus, by Bus or BusARN.
	BusTarget = eventrules.BusTarget

	// OtherTarget is any target of package awseventstargets: Target.
	OtherTarget = eventrules.OtherTarget
)
