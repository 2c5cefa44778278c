package webhook

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/internal/props"
	"github.com/mediasupplychain/cdk/internal/webhook/partner"
	"github.com/mediasupplychain/cdk/webhook/signature"
)

// plan is a partner that is about to be added: what was given, over what the
// endpoint and the scheme say.
type plan struct {
	*PartnerProps
	endpoint *Endpoint
	path     string
	bus      awsevents.IEventBus // one of bus and queue
	queue    awssqs.IQueue
}

func newPlan(e *Endpoint, path string, p *PartnerProps) *plan {
	x := &plan{PartnerProps: p, endpoint: e, path: path, bus: p.EventBus, queue: p.Queue}
	if x.bus == nil && x.queue == nil {
		x.bus, x.queue = e.props.EventBus, e.props.Queue
	}
	return x
}

var pathPattern = regexp.MustCompile(`^(/[A-Za-z0-9_-]+){1,4}$`)

const (
	maxSource  = 256             // characters; PutEvents, API reference
	minute     = 60              // seconds
	hour       = 60 * minute     // seconds
	year       = 365 * 24 * hour // seconds
	maxSecrets = 60              // ARNs that fit in a role's inline policies of 10,240 characters
)

func (p *plan) problems() []error {
	all := []error{
		props.Pattern("path", &p.path, pathPattern, `one to four segments of letters, digits, "-" and "_", such as "/frameio"`),
		p.pathProblem(),
		props.Required("Scheme", p.Scheme),
		props.Exclusive("Secret", p.Secret, "SecretProps", p.SecretProps),
		props.Exclusive("EventBus", p.EventBus, "Queue", p.Queue),
		p.sourceProblem(),
		props.Duration("RememberFor", p.RememberFor, hour, year),
		props.Range("MaxBodySize", p.MaxBodySize, 1, maxBody),
		p.rejectProblem(),
		ranges("SourceIPRanges", p.SourceIPRanges),
		props.Range("ThrottlingRateLimit", p.ThrottlingRateLimit, 1, maxPerSecond),
		props.Range("ThrottlingBurstLimit", p.ThrottlingBurstLimit, 1, maxPerSecond),
	}
	if p.Scheme == nil {
		return all
	}
	if wrong := p.schemeProblems(); wrong != nil {
		return append(all, wrong...)
	}
	return append(all, p.secretProblem(), p.rememberProblem(), p.room(all))
}

func (p *plan) schemeProblems() []error {
	err := p.Scheme.Validate()
	if err == nil {
		return nil
	}
	all := []error{err}
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) {
		all = slices.Clone(joined.Unwrap())
	}
	for i, one := range all {
		all[i] = fmt.Errorf("%s: %w", "Scheme", one)
	}
	return all
}

// problem is about a property of that name.
func problem(name, format string, args ...any) error {
	return errors.New(name + " " + fmt.Sprintf(format, args...))
}

func (p *plan) pathProblem() error {
	if slices.ContainsFunc(p.endpoint.added, func(x *Partner) bool { return x.Path == p.path }) {
		return fmt.Errorf("path %q has a partner already", p.path)
	}
	return nil
}

func (p *plan) sourceProblem() error {
	source := p.source()
	switch {
	case source == "" || len(source) > maxSource || strings.HasPrefix(source, "aws."):
		return problem("Source", `must have 1 to %d characters and not begin with "aws.", got %q`, maxSource, source)
	case slices.ContainsFunc(p.endpoint.added, func(x *Partner) bool { return *x.Source == source }):
		return problem("Source", "%q is another partner's: their event ids would be taken for each other's", source)
	}
	return nil
}

func (p *plan) rejectProblem() error {
	if p.RejectStatus != nil && *p.RejectStatus == http.StatusGone {
		return errors.New("RejectStatus must not be 410: it tells many senders to stop for good")
	}
	return props.Range("RejectStatus", p.RejectStatus, 400, 599)
}

func (p *plan) secretProblem() error {
	if !p.needsSecret() {
		if p.Secret != nil || p.SecretProps != nil {
			return problem("Secret and SecretProps", "have no effect: the scheme %q needs no secret", p.Scheme.Name)
		}
		return nil
	}
	if p.endpoint.permissions.secrets() >= maxSecrets {
		return fmt.Errorf("an endpoint reads at most %d secrets, as many as fit in the policies of its role; define a second Endpoint", maxSecrets)
	}
	return nil
}

func (p *plan) rememberProblem() error {
	remember := time.Duration(p.remember()) * time.Second
	if remember > 0 && remember <= p.Scheme.RetryHorizon {
		return fmt.Errorf("RememberFor must be longer than the partner retries, %s, got %s", p.Scheme.RetryHorizon, remember)
	}
	return nil
}

// room asks for a place in the configuration, with tokens where the real values
// will be. It is asked only about what is right otherwise.
func (p *plan) room(problems []error) error {
	if errors.Join(problems...) != nil {
		return nil
	}
	const token = "${Token[]}"
	c := p.config()
	c.Secret, c.Bus = token, token
	if p.Confirm != nil {
		c.Confirm = token
	}
	return p.endpoint.configuration.room(entry(p.path, c))
}

// config is what the function has to know, but for what is not defined yet.
func (p *plan) config() *partner.Config {
	c := partner.NewConfig(p.Scheme)
	c.Source = p.source()
	c.RememberSeconds = p.remember()
	c.InlineSize = int(*p.endpoint.props.InlineLimit)
	c.MaxBodySize = int(*p.endpoint.props.MaxBodySize)
	if p.MaxBodySize != nil {
		c.MaxBodySize = int(*p.MaxBodySize)
	}
	if p.RejectStatus != nil {
		c.RejectStatus = int(*p.RejectStatus)
	}
	c.SourceIPRanges, _ = parseRanges("SourceIPRanges", p.SourceIPRanges)
	return &c
}

func (p *plan) source() string {
	if p.Source != nil {
		return *p.Source
	}
	return "/partners" + p.path
}

// remember is for how many seconds event ids are remembered.
func (p *plan) remember() int64 {
	detect := !p.Scheme.SignsTime()
	if p.DetectReplays != nil {
		detect = *p.DetectReplays
	}
	switch {
	case !detect:
		return 0
	case p.RememberFor != nil:
		return int64(*p.RememberFor.ToSeconds(&awscdk.TimeConversionOptions{Integral: jsii.Bool(false)}))
	}
	return int64(p.Scheme.Remember() / time.Second)
}

// needsSecret is false for partners that prove nothing, and for those whose
// public keys are fetched.
func (p *plan) needsSecret() bool { return p.Scheme.Kind != signature.None && p.Scheme.Keys == nil }

func (p *plan) secretInPath() bool {
	return slices.ContainsFunc(p.Scheme.Signatures, func(s signature.Source) bool { return s.In == "path" })
}

// names are the paths of the constructs that the configuration refers to, but
// for those that the endpoint or the partner's own path tell.
func (p *plan) names() []string {
	var names []string
	for _, of := range []constructs.IConstruct{p.Secret, p.EventBus, p.Queue, p.Confirm} {
		if of != nil {
			names = append(names, *of.Node().Path())
		}
	}
	return names
}
