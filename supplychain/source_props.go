package supplychain

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"

	"github.com/mediasupplychain/cdk/internal/eventrules"
	"github.com/mediasupplychain/cdk/internal/props"
	"github.com/mediasupplychain/cdk/mediaevent"
	"github.com/mediasupplychain/cdk/webhook"
)

// SourceProps configures a [Source]. Of Topic, Bus, Webhook and ExistingQueue at
// most one says where the events come from; without any, the source is a new
// queue that the partner sends to.
type SourceProps struct {
	// Mapping says how the partner speaks. Excludes Mappings; one of them is
	// required.
	//
	// Default: Mappings.
	Mapping *mediaevent.Mapping

	// Mappings are those of several partners that share the source. A payload
	// belongs to the first that has a rule for it. Excludes Mapping.
	//
	// Default: Mapping alone.
	Mappings *[]mediaevent.Mapping

	// Topic is an SNS FIFO topic: the events of an asset are applied in order.
	//
	// Default: none.
	Topic awssns.ITopic

	// Bus is an event bus, the partner's or yours. It needs a Pattern.
	//
	// Default: none; with Webhook, that of the endpoint.
	Bus awsevents.IEventBus

	// Pattern says which events of Bus are for the supply chain.
	//
	// Default: none; with Webhook, those of its partner.
	Pattern *awsevents.EventPattern

	// Webhook is a partner of a webhook endpoint that puts its events on a bus.
	//
	// Default: none.
	Webhook *webhook.Partner

	// ExistingQueue is a queue that gets the events already. Excludes what would
	// change it: Fifo, QueueProps, DeadLetterQueueProps and MaxReceiveCount.
	//
	// Default: a new queue.
	ExistingQueue awssqs.IQueue

	// Fifo makes the new queue that the partner sends to a FIFO one, with the
	// asset's id as message group.
	//
	// Default: false; with Topic, true.
	Fifo *bool

	// SenderAccounts are the ids of the AWS accounts that may send to the new
	// queue.
	//
	// Default: only identities of this account that are granted to.
	SenderAccounts *[]*string

	// SenderOrganizations are the ids of the AWS Organizations whose accounts may
	// send to the new queue.
	//
	// Default: none.
	SenderOrganizations *[]*string

	// SenderPrincipals are the ARNs of IAM roles and users that may send to the
	// new queue.
	//
	// Default: none.
	SenderPrincipals *[]*string

	// Envelope is what the transport puts around the partner's payload.
	//
	// Default: EventBridgeEnvelope with Bus, WebhookEnvelope with Webhook, else
	// RawEnvelope.
	Envelope mediaevent.Envelope

	// PayloadBucket is where the sender puts payloads that are too large to
	// travel. The intake may read all of its objects.
	//
	// Default: none; with Webhook, that of the endpoint.
	PayloadBucket awss3.IBucket

	// MaxConcurrency is how many events of the source are worked on at once, in
	// batches, from 2 to 1,000.
	//
	// Default: 10, so that a partner that floods takes little from the others.
	MaxConcurrency *float64

	// MaxReceiveCount is how often an event is tried, from 1 to 1,000 times,
	// before it moves to the dead-letter queue. What can never succeed moves
	// there at once.
	//
	// Default: 5.
	MaxReceiveCount *float64

	// QueueProps overrides single properties of the new queue.
	//
	// Default: encrypted, TLS only, kept 4 days, a visibility timeout of six times
	// the function's timeout.
	QueueProps *awssqs.QueueProps

	// DeadLetterQueueProps overrides single properties of the new dead-letter
	// queue.
	//
	// Default: encrypted like the queue, TLS only, kept 14 days.
	DeadLetterQueueProps *awssqs.QueueProps

	// FunctionProps overrides single properties of the intake function, except
	// Code.
	//
	// Default: as the supply chain's FunctionProps say.
	FunctionProps *awslambda.FunctionProps
}

var sourceShape = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,63}$`)

func (p *SourceProps) problems(c *SupplyChain, name string) []error {
	origins := given("Topic", p.Topic != nil, "Bus", p.Bus != nil, "Webhook", p.Webhook != nil, "ExistingQueue", p.ExistingQueue != nil)
	all := []error{p.nameProblem(c, name)}
	if len(origins) > 1 {
		all = append(all, fmt.Errorf("%s and %s exclude each other: set one of them", origins[0], origins[1]))
	}
	all = append(all, p.mappingProblems(c)...)
	return append(all,
		p.patternProblem(),
		p.webhookProblem(),
		p.queueProblem(),
		p.envelopeProblem(),
		p.functionProblem(),
		p.sizeProblem(c, name),
	)
}

func (p *SourceProps) nameProblem(c *SupplyChain, name string) error {
	if !sourceShape.MatchString(name) {
		return fmt.Errorf("the name must be a letter and up to 63 letters, digits, underscores and hyphens, got %q", name)
	}
	if c.source(name) != nil {
		return fmt.Errorf("the supply chain has a source %q already", name)
	}
	return nil
}

func (p *SourceProps) mappings() []mediaevent.Mapping {
	switch {
	case p.Mapping != nil:
		return []mediaevent.Mapping{*p.Mapping}
	case p.Mappings != nil:
		return *p.Mappings
	}
	return nil
}

// knowsJobs reports whether events are looked up by the partner's job id.
func (p *SourceProps) knowsJobs() bool {
	return slices.ContainsFunc(p.mappings(), func(m mediaevent.Mapping) bool { return m.JobID != "" })
}

// mappingProblems are those of the mappings themselves, and stages in them that
// the pipeline has not.
func (p *SourceProps) mappingProblems(c *SupplyChain) []error {
	all := []error{props.OneOf("Mapping", p.Mapping, "Mappings", p.Mappings)}
	stages := c.stageNames()
	for i, m := range p.mappings() {
		field := "Mapping"
		if p.Mapping == nil {
			field = fmt.Sprintf("Mappings[%d]", i)
		}
		if invalid := (*mediaevent.InvalidMappingError)(nil); errors.As(m.Validate(), &invalid) {
			for _, problem := range invalid.Problems {
				all = append(all, fmt.Errorf("%s.%w", field, problem))
			}
		}
		for j, rule := range m.Rules {
			if stage := rule.Do.Stage; stage != "" && !slices.Contains(stages, stage) {
				all = append(all, fmt.Errorf("%s.Rules[%d].Do names the stage %q, which the pipeline has not: name one of %q", field, j, stage, stages))
			}
		}
	}
	return all
}

func (p *SourceProps) patternProblem() error {
	if p.Bus == nil || p.Webhook != nil {
		return props.Requires("Pattern", p.Pattern, "Bus", p.Bus)
	}
	return eventrules.PatternProblem("Pattern", p.Pattern, true)
}

func (p *SourceProps) webhookProblem() error {
	if p.Webhook == nil || p.Webhook.EventBus != nil {
		return nil
	}
	return fmt.Errorf("%s's partner must put its events on a bus: one that sends to a queue is read with ExistingQueue, and the CloudEventEnvelope", "Webhook")
}

// queueProblem reports what only a queue that the partner sends to can have.
// All else about queues is checked by the construct that defines it.
func (p *SourceProps) queueProblem() error {
	var all []error
	if p.Topic != nil || p.Bus != nil || p.Webhook != nil || p.ExistingQueue != nil {
		for _, name := range given("SenderAccounts", p.SenderAccounts != nil, "SenderOrganizations", p.SenderOrganizations != nil,
			"SenderPrincipals", p.SenderPrincipals != nil, "Fifo", p.Fifo != nil) {
			all = append(all, fmt.Errorf("%s is for a queue that the partner sends to: leave it out with Topic, Bus, Webhook and ExistingQueue", name))
		}
	}
	return errors.Join(all...)
}

func (p *SourceProps) envelopeProblem() error {
	if p.Envelope == "" || slices.Contains(mediaevent.Envelopes(), p.Envelope) {
		return nil
	}
	return fmt.Errorf("%s must be one of %q, got %q", "Envelope", mediaevent.Envelopes(), p.Envelope)
}

func (p *SourceProps) functionProblem() error {
	if p.FunctionProps == nil || p.FunctionProps.Code == nil {
		return nil
	}
	return errors.New("FunctionProps.Code must be unset: the function is the library's")
}

const (
	// environmentSize is what all variables of a function hold together, in bytes
	// (AWS Lambda quotas).
	environmentSize = 4096
	// tokenSize is what a value that is known at deployment only takes at most: a
	// queue's URL, or a name that CloudFormation makes.
	tokenSize = 160
	// tokenMark is in every text that has a token of the CDK's in it. Asking the
	// CDK about each variable takes as many calls.
	tokenMark = "${Token["
)

// sizeProblem reports mappings that leave the environment too little room.
func (p *SourceProps) sizeProblem(c *SupplyChain, name string) error {
	size, err := mediaevent.Size(p.mappings()...)
	if err != nil {
		return nil //nolint:nilerr // the mappings' own problems are reported
	}
	used := tokenSize // the dead-letter queue's URL, with its name
	for variable, value := range p.environment(c, name, "") {
		used += len(variable)
		if strings.Contains(*value, tokenMark) {
			used += tokenSize
		} else {
			used += len(*value)
		}
	}
	for _, user := range []*awslambda.FunctionProps{c.props.FunctionProps, p.FunctionProps} {
		if user != nil && user.Environment != nil {
			for variable, value := range *user.Environment {
				used += len(variable) + len(*value)
			}
		}
	}
	if used+size <= environmentSize {
		return nil
	}
	return fmt.Errorf("%s takes %d bytes, but the environment of a Lambda function has room for %d: split the source, one for each kind of event", "Mapping", size, environmentSize-used)
}

// given lists the names, each followed by whether it is set, that are set.
func given(pairs ...any) []string {
	var all []string
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1].(bool) {
			all = append(all, pairs[i].(string))
		}
	}
	return all
}
