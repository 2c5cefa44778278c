package supplychain

import (
	"errors"
	"fmt"
	"regexp"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"

	"github.com/mediasupplychain/cdk/internal/props"
)

// PartnerStageProps configures a [Partner].
type PartnerStageProps struct {
	// Partner is the name of the partner that is asked: a letter or digit, then up
	// to 63 letters, digits, dots, underscores and hyphens. Give it the name that
	// the partner's mapping has, so that both say the same.
	//
	// Default: the stage's name.
	Partner *string

	// Request is what the partner is told besides asset, stage, attempt, deadline
	// and callback id: any JSON. A [Path] in it stands for the value that is there
	// when the run reaches the stage; if there is none then, the run fails.
	//
	// Default: nothing more.
	Request *map[string]any

	// Timeout is how long an attempt waits for the partner's answer, from 1
	// second to 365 days. An answer that comes later is kept in the history, and
	// has no effect.
	//
	// Default: 24 hours.
	Timeout awscdk.Duration

	// Heartbeat is how long the partner may be silent before the attempt counts as
	// timed out, from 1 second to less than Timeout. Only for a partner whose
	// mapping tells progress, which is a sign of life.
	//
	// Default: none, the partner may be silent until Timeout.
	Heartbeat awscdk.Duration

	// WarnAfter is when an attempt counts as late, from 1 second to Timeout: it is
	// listed as late, an alarm tells, and an event goes to the bus.
	//
	// Default: half of Timeout.
	WarnAfter awscdk.Duration

	// Attempts is how often the partner is asked, from 1 to 5 times: again when it
	// failed, and when it did not answer in time.
	//
	// Default: 1, as asking again may cost again.
	Attempts *float64

	// OnExhausted says what happens when the last attempt failed or timed out:
	// [FailRun], [Continue] or [Approve].
	//
	// Default: FailRun.
	OnExhausted *Exhausted

	// When says for which runs the stage is needed. It can read the results of
	// the stages before it; see [Result].
	//
	// Default: for every run.
	When awsstepfunctions.Condition
}

// Partner is a stage that a partner does. Its request goes to the supply
// chain's bus (see [SupplyChain.OnStageRequested]), and the run waits until a
// source brings the partner's answer.
func Partner(name string, p *PartnerStageProps) Stage {
	s := &partnerStage{name: name, PartnerStageProps: props.Merge(partnerStageDefaults(), p)}
	s.timeout, s.heartbeat, s.warn = spanOf(s.Timeout, partnerTimeout), spanOf(s.Heartbeat, 0), spanOf(s.WarnAfter, 0)
	if s.Partner == nil {
		s.Partner = &s.name
	}
	return s
}

type partnerStage struct {
	name string
	*PartnerStageProps
	timeout, heartbeat, warn span
}

func (s *partnerStage) stageName() string                { return s.name }
func (s *partnerStage) when() awsstepfunctions.Condition { return s.When }
func (s *partnerStage) inner() []Stage                   { return s.OnExhausted.inner() }

// partnerShape is that of mediaevent.Mapping.Partner.
var partnerShape = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

func (s *partnerStage) problems(before names) []error {
	all := []error{
		props.Pattern("Partner", s.Partner, partnerShape, "a letter or digit and up to 63 letters, digits, dots, underscores and hyphens"),
		requestProblems(s.Request, before),
		s.timeout.within("Timeout", 1, year),
		s.heartbeat.within("Heartbeat", 1, year),
		s.warn.within("WarnAfter", 1, year),
		below("Heartbeat", s.heartbeat, "Timeout", s.timeout),
		atMost("WarnAfter", s.warn, "Timeout", s.timeout),
		props.Range("Attempts", s.Attempts, 1, 5),
	}
	if *s.Partner == approver {
		all = append(all, fmt.Errorf("Partner must not be %q, which stands for the people of approvals", approver))
	}
	all = append(all, s.OnExhausted.problems(before.and(s))...)
	all = append(all, conditionProblems(s.When, before)...)
	return append([]error{nameProblem("Partner", s.name)}, within("Partner", s.name, all...)...)
}

func requestProblems(value *map[string]any, before names) error {
	if value == nil {
		return nil
	}
	_, paths, err := request(*value)
	if err != nil {
		return fmt.Errorf("%s: %w", "Request", err)
	}
	var all []error
	for _, path := range paths {
		if problem := pathProblem(path, before); problem != nil {
			all = append(all, fmt.Errorf("%s: %w", "Request", problem))
		}
	}
	return errors.Join(all...)
}

func (s *partnerStage) define(g *graph, next awsstepfunctions.State) awsstepfunctions.State {
	one := attempt{
		partner: *s.Partner, timeout: s.timeout.seconds(), heartbeat: s.heartbeat.seconds(), warn: s.warnSeconds(),
		request: map[string]any{"S": "{}"},
	}
	if s.Request != nil {
		one.request, _, _ = request(*s.Request) // problems are known to be none
	}
	attempts := make([]attempt, int(*s.Attempts))
	for i := range attempts {
		attempts[i] = one
	}
	return (&asked{graph: g, name: s.name, attempts: attempts, again: true, exhausted: s.OnExhausted, next: next}).define()
}

// warnSeconds is when the stage counts as late.
func (s *partnerStage) warnSeconds() int { return s.warn.orHalfOf(s.timeout) }
