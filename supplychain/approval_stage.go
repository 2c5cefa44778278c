package supplychain

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"

	"github.com/mediasupplychain/cdk/internal/props"
)

// approver is the partner of every approval: a person.
const approver = "approval"

// ApprovalStageProps configures an [Approval]. Nothing is required.
type ApprovalStageProps struct {
	// Subject says to the people who decide what it is about.
	//
	// Default: the stage's name.
	Subject *string

	// Findings is what they should look at, by name: any JSON. A [Path] in it
	// stands for the value that is there when the run reaches the stage.
	//
	// Default: none.
	Findings *map[string]any

	// Deciders are the ids of those who may decide. The answer of anybody else is
	// kept in the history as refused.
	//
	// Default: anybody who may put events on the supply chain's bus, or whom a
	// source lets in.
	Deciders *[]*string

	// EscalateAfter is when the request goes out again, marked as escalated and to
	// EscalateTo too, from 1 second to 365 days.
	//
	// Default: never.
	EscalateAfter awscdk.Duration

	// EscalateTo are the ids of further people who may decide, and whom the
	// escalated request names. They may decide before, too.
	//
	// Default: none.
	EscalateTo *[]*string

	// Timeout is how long the request waits, counted from the escalation if there
	// is one, from 1 second to 365 days.
	//
	// Default: 3 days.
	Timeout awscdk.Duration

	// WarnAfter is when the request counts as late, from 1 second to Timeout. The
	// first of an approval that is escalated does so after half of EscalateAfter,
	// if that is sooner.
	//
	// Default: half of Timeout.
	WarnAfter awscdk.Duration

	// OnRejected says what happens when the answer was no, or did not come:
	// [FailRun] or [Continue].
	//
	// Default: FailRun.
	OnRejected *Exhausted

	// When says for which runs the stage is needed. It can read the results of
	// the stages before it; see [Result].
	//
	// Default: for every run.
	When awsstepfunctions.Condition
}

// Approval is a stage in which a person decides. Its request goes to the supply
// chain's bus, and the answer comes back there as an event of the type
// "media.approval.decided.v1"; the package's documentation shows it.
func Approval(name string, p *ApprovalStageProps) Stage {
	s := &approvalStage{name: name, ApprovalStageProps: props.Merge(approvalStageDefaults(), p)}
	s.timeout, s.escalate, s.warn = spanOf(s.Timeout, approvalTimeout), spanOf(s.EscalateAfter, 0), spanOf(s.WarnAfter, 0)
	if s.Subject == nil {
		s.Subject = &s.name
	}
	return s
}

type approvalStage struct {
	name string
	*ApprovalStageProps
	timeout, escalate, warn span
}

func (s *approvalStage) stageName() string                { return s.name }
func (s *approvalStage) when() awsstepfunctions.Condition { return s.When }
func (s *approvalStage) inner() []Stage                   { return s.OnRejected.inner() }

func (s *approvalStage) problems(before names) []error {
	all := []error{
		requestProblems(s.Findings, before),
		peopleProblem("Deciders", s.Deciders),
		s.escalate.within("EscalateAfter", 1, year),
		peopleProblem("EscalateTo", s.EscalateTo),
		props.Requires("EscalateTo", s.EscalateTo, "EscalateAfter", s.EscalateAfter),
		s.timeout.within("Timeout", 1, year),
		s.warn.within("WarnAfter", 1, year),
		atMost("WarnAfter", s.warn, "Timeout", s.timeout),
	}
	all = append(all, s.OnRejected.notToApproval()...)
	all = append(all, conditionProblems(s.When, before)...)
	return append([]error{nameProblem("Approval", s.name)}, within("Approval", s.name, all...)...)
}

func (s *approvalStage) define(g *graph, next awsstepfunctions.State) awsstepfunctions.State {
	last := attempt{partner: approver, timeout: s.timeout.seconds(), warn: s.warnSeconds(), request: s.request(false)}
	attempts := []attempt{last}
	if s.escalate.given {
		first := last
		first.timeout = s.escalate.seconds()
		first.warn = s.firstWarnSeconds()
		last.request = s.request(true)
		attempts = []attempt{first, last}
	}
	return (&asked{graph: g, name: s.name, attempts: attempts, exhausted: s.OnRejected, next: next}).define()
}

func (s *approvalStage) request(escalated bool) map[string]any {
	content := map[string]any{"subject": *s.Subject, "escalated": escalated, "deciders": s.people(escalated)}
	if s.Findings != nil {
		content["findings"] = *s.Findings
	}
	value, _, _ := request(content) // problems are known to be none
	return value
}

// people are those who may decide; nobody named means anybody.
func (s *approvalStage) people(escalated bool) []string {
	all := texts(s.Deciders)
	if escalated {
		all = append(all, texts(s.EscalateTo)...)
	}
	return all
}

func (s *approvalStage) warnSeconds() int { return s.warn.orHalfOf(s.timeout) }

// firstWarnSeconds is the shortest warning time of the attempts: an escalation
// is warned of before it happens.
func (s *approvalStage) firstWarnSeconds() int {
	if !s.escalate.given {
		return s.warnSeconds()
	}
	return min(s.warnSeconds(), half(s.escalate))
}
