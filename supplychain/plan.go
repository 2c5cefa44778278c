package supplychain

import (
	"github.com/mediasupplychain/cdk/internal/chain"
)

// encodedPlan is what the handlers have to know of the pipeline.
func (c *SupplyChain) encodedPlan() string {
	text, err := planOf(c.stages, c.props.SecondStart).Encode()
	if err != nil {
		panic(err) // names and numbers always encode
	}
	return text
}

func planOf(stages []Stage, second SecondStart) chain.Plan {
	plan := chain.Plan{SecondStart: policies[second]}
	for _, s := range slots(stages) {
		one := chain.StagePlan{Name: s.stageName()}
		switch s := s.(type) {
		case *partnerStage:
			one.WarnSeconds = s.warnSeconds()
		case *approvalStage:
			one.WarnSeconds = s.firstWarnSeconds()
			if s.Deciders != nil {
				one.Deciders = s.people(true) // those it escalates to may decide before, too
			}
		}
		plan.Stages = append(plan.Stages, one)
	}
	return plan
}
