package supplychain

import (
	"fmt"
	"slices"

	"github.com/mediasupplychain/cdk/internal/props"
	"github.com/mediasupplychain/cdk/mediaevent"
)

// completeness looks at the supply chain when everything was added.
type completeness struct{ chain *SupplyChain }

// Validate implements constructs.IValidation. It gives no errors but warns: an
// answer may also be brought by what this app does not define.
func (v *completeness) Validate() *[]*string {
	c := v.chain
	if !c.does(mediaevent.DoStart, "") {
		props.Warn(c, "noStart", "No source starts a run: none of the mappings has a rule that does mediaevent.Start().")
	}
	for _, s := range slots(c.stages) {
		if _, partner := s.(*partnerStage); partner && !c.does(mediaevent.DoComplete, s.stageName()) {
			props.Warn(c, "noAnswer-"+s.stageName(), fmt.Sprintf("No source can complete the stage %q: none of the mappings has a rule that does mediaevent.Complete(%q), so each run waits there until the timeout.", s.stageName(), s.stageName()))
		}
	}
	return &[]*string{}
}

// does says whether a mapping does something to a stage, or to whichever stage
// the event tells.
func (c *SupplyChain) does(kind mediaevent.ActionKind, stage string) bool {
	return slices.ContainsFunc(c.added, func(s *Source) bool {
		return slices.ContainsFunc(s.props.mappings(), func(m mediaevent.Mapping) bool {
			return slices.ContainsFunc(m.Rules, func(r mediaevent.Rule) bool {
				return r.Do.Kind == kind && (r.Do.Stage == stage || r.Do.Stage == "")
			})
		})
	})
}
