package supplychain

import (
	"fmt"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/internal/eventrules"
	"github.com/mediasupplychain/cdk/internal/props"
	"github.com/mediasupplychain/cdk/internal/wire"
)

// Rules are the same on every kind of bus, so these types are those of package
// custombus too.
type (
	// Rule routes events of the supply chain's bus to targets. An event that cannot
	// be delivered ends in its DeadLetterQueue, with message attributes that say why.
	Rule = eventrules.Rule

	// RuleProps configures a [Rule].
	RuleProps = eventrules.RuleProps

	// Target is where a rule sends events: one of the types below.
	Target = eventrules.Target

	// QueueTarget is an SQS queue: Queue.
	QueueTarget = eventrules.QueueTarget

	// FunctionTarget is a Lambda function: Function.
	FunctionTarget = eventrules.FunctionTarget

	// StateMachineTarget is a Step Functions state machine: StateMachine.
	StateMachineTarget = eventrules.StateMachineTarget

	// BusTarget is another event bus, by Bus or BusARN.
	BusTarget = eventrules.BusTarget

	// OtherTarget is any target of package awseventstargets, such as an API
	// destination: Target.
	OtherTarget = eventrules.OtherTarget
)

// OnStageRequested sends each request to the partner of stage to targets, its
// adapter: a function that calls the partner, an API destination, the partner's
// own bus. The event's detail has the asset as subject, the callback id as
// data.job.callbackId, the deadline as expirytime, and the stage's Request as
// data.job.output. It panics for a stage that asks nobody.
func (c *SupplyChain) OnStageRequested(stage string, targets ...Target) *Rule {
	return c.onStage("Requested", wire.WhatStageRequested, stage, c.askedNames(), targets)
}

// OnStageCanceled sends word to targets that a request is of no use any more:
// the run ended, or was superseded. It panics for a stage that asks nobody.
func (c *SupplyChain) OnStageCanceled(stage string, targets ...Target) *Rule {
	return c.onStage("Canceled", wire.WhatStageCanceled, stage, c.askedNames(), targets)
}

// OnStageCompleted sends word to targets that a stage is done, once for each
// run. It panics for a stage that the pipeline has not.
func (c *SupplyChain) OnStageCompleted(stage string, targets ...Target) *Rule {
	return c.onStage("Completed", wire.WhatStageCompleted, stage, c.stageNames(), targets)
}

// OnStageFailed sends word to targets that an attempt at a stage failed. It
// panics for a stage that the pipeline has not.
func (c *SupplyChain) OnStageFailed(stage string, targets ...Target) *Rule {
	return c.onStage("Failed", wire.WhatStageFailed, stage, c.stageNames(), targets)
}

// OnStageLate sends word to targets that a stage waits longer than its
// WarnAfter, once for each attempt. It panics for a stage that asks nobody.
func (c *SupplyChain) OnStageLate(stage string, targets ...Target) *Rule {
	return c.onStage("Late", wire.WhatStageWarned, stage, c.askedNames(), targets)
}

// OnRunEnded sends word to targets that a run is over: "run.completed",
// "run.failed", "run.timed-out", "run.aborted" or "run.superseded" in the
// event's detail.what.
func (c *SupplyChain) OnRunEnded(id string, targets ...Target) *Rule {
	return c.AddRule(id, &RuleProps{
		Pattern: &awsevents.EventPattern{
			Source: jsii.Strings(wire.BusSource),
			Detail: &map[string]any{
				wire.BusWhat: []string{wire.WhatRunCompleted, wire.WhatRunFailed, wire.WhatRunTimedOut, wire.WhatRunAborted, wire.WhatRunSuperseded},
				wire.BusFate: tookEffect(),
			},
			DetailType: nil,
		},
		Targets: &targets,
	})
}

// AddRule adds a rule of your own to the supply chain's bus.
func (c *SupplyChain) AddRule(id string, p *RuleProps) *Rule {
	return c.rules.Add(jsii.String(id), p)
}

// onStage adds a rule for what happens to a stage. Events that had no effect,
// such as an answer that came late, are left out.
func (c *SupplyChain) onStage(what, word, stage string, known []string, targets []Target) *Rule {
	id := what + "-" + stage
	if !slices.Contains(known, stage) {
		props.Check(c.rules.Scope, jsii.String(id), "supplychain.SupplyChain.OnStage"+what,
			fmt.Errorf("stage must be one of %q, got %q", known, stage))
	}
	for n := 2; c.rules.Scope.Node().TryFindChild(jsii.String(id)) != nil; n++ {
		id = fmt.Sprintf("%s-%s-%d", what, stage, n)
	}
	return c.AddRule(id, &RuleProps{
		Pattern: &awsevents.EventPattern{
			Source: jsii.Strings(wire.BusSource),
			Detail: &map[string]any{wire.BusWhat: []string{word}, wire.BusStage: []string{stage}, wire.BusFate: tookEffect()},
		},
		Targets: &targets,
	})
}

// tookEffect matches what an event did, and what the supply chain did itself.
func tookEffect() []any { return []any{map[string]bool{"exists": false}, wire.FateApplied} }

// askedNames are the stages that ask somebody.
func (c *SupplyChain) askedNames() []string {
	var all []string
	for _, s := range slots(c.stages) {
		switch s.(type) {
		case *partnerStage, *approvalStage:
			all = append(all, s.stageName())
		}
	}
	return all
}
