package supplychain

import (
	"errors"
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"

	"github.com/mediasupplychain/cdk/internal/wire"
)

// Exhausted says what happens when the last attempt of a stage failed or timed
// out: [FailRun], [Continue] or [Approve].
type Exhausted struct {
	proceed bool
	by      Stage
}

// FailRun ends the run as failed. Waiting stages of it are canceled, and their
// partners told on the bus.
func FailRun() *Exhausted { return &Exhausted{} }

// Continue goes on with the next stage. Its [StatusOf] tells later conditions
// that the stage failed.
func Continue() *Exhausted { return &Exhausted{proceed: true} }

// Approve lets a person decide, in an [Approval] that is there for this only:
// yes goes on with the next stage, no does what its OnRejected says. In runs that
// do not need it, the approval stays "Expected" until the run ends.
func Approve(approval Stage) *Exhausted { return &Exhausted{by: approval} }

func (e *Exhausted) inner() []Stage {
	if e == nil || e.by == nil {
		return nil
	}
	return []Stage{e.by}
}

func (e *Exhausted) problems(before names) []error {
	if e == nil || e.by == nil {
		return nil
	}
	approval, ok := e.by.(*approvalStage)
	if !ok {
		return []error{fmt.Errorf("OnExhausted: Approve must be given an Approval, got the stage %q", e.by.stageName())}
	}
	all := approval.problems(before)
	if approval.When != nil {
		all = append(all, errors.New("OnExhausted: the Approval must have no When, as it is needed whenever it is reached"))
	}
	return all
}

// notToApproval is for approvals, which would hand on to another for ever.
func (e *Exhausted) notToApproval() []error {
	if e == nil || e.by == nil {
		return nil
	}
	return []error{errors.New("OnRejected must be FailRun or Continue: to ask somebody else, set EscalateAfter and EscalateTo")}
}

// define defines what follows a stage that is exhausted. The error that was
// caught last is in the state.
func (e *Exhausted) define(g *graph, stage string, next awsstepfunctions.State) awsstepfunctions.State {
	if e == nil || !e.proceed && e.by == nil {
		return g.fail(stage+": fail the run", wire.ErrorStageFailed,
			fmt.Sprintf("The stage %s failed, or was not answered in time, in its last attempt. The asset's history says more.", stage))
	}
	if e.by != nil {
		next = e.by.define(g, next)
	}
	return then(g.pass(stage+": go on", map[string]any{
		"Parameters": result(wire.StatusFailed, map[string]any{"cause.$": failure + ".Error"}), "ResultPath": resultOf(stage),
	}), next)
}
