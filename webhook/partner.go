package webhook

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/internal/props"
	"github.com/mediasupplychain/cdk/internal/webhook/partner"
	"github.com/mediasupplychain/cdk/internal/wire"
	"github.com/mediasupplychain/cdk/webhook/signature"
)

// PartnerProps configures a [Partner]. There is a function for each product
// that the library knows, such as [Mux], and [Signed] and [Unsigned] for others.
type PartnerProps struct {
	// Scheme is how the partner signs, answers and retries. Required.
	Scheme *signature.Scheme

	// Secret is what the partner signs with: its text, or a JSON object with
	// "current" and "previous", or with the slots of the scheme. The version
	// before the current one (AWSPREVIOUS) is accepted too, so a rotation loses
	// no event; take that label off it to revoke a secret that leaked. Excludes
	// SecretProps.
	//
	// Default: a new secret is defined, if the scheme needs one. It holds 48
	// random letters and digits: for the partner's console, or to be replaced by
	// the partner's value.
	Secret awssecretsmanager.ISecret

	// SecretProps overrides single properties of the new secret.
	//
	// Default: encrypted with the key of AWS Secrets Manager, deleted with the
	// stack.
	SecretProps *awssecretsmanager.SecretProps

	// EventBus receives this partner's events. Excludes Queue.
	//
	// Default: as the endpoint says.
	EventBus awsevents.IEventBus

	// Queue receives this partner's events. Excludes EventBus.
	//
	// Default: as the endpoint says.
	Queue awssqs.IQueue

	// Source is the CloudEvents source of the partner's events, and the
	// EventBridge source on a bus: up to 256 characters, not beginning with
	// "aws.". With the event's id it tells one event from all others, so it is
	// never to change.
	//
	// Default: "/partners" and the path.
	Source *string

	// DetectReplays remembers event ids, acknowledges an event that comes again,
	// and does not hand it on.
	//
	// Default: true if the partner signs no time, so that a request that
	// somebody recorded could be sent again for ever; else false.
	DetectReplays *bool

	// RememberFor is how long event ids are remembered, from 1 hour to 365 days.
	// It must be longer than the partner retries. It has no effect without
	// replay detection.
	//
	// Default: twice as long as the partner retries; 7 days if that is not known.
	RememberFor awscdk.Duration

	// MaxBodySize is the largest body that is accepted, in bytes, from 1 to
	// 4,194,304.
	//
	// Default: as the endpoint says.
	MaxBodySize *float64

	// RejectStatus answers a request that is not authentic: 400 to 599, but for
	// 410, which tells many senders to stop for good.
	//
	// Default: as the scheme says, usually 401.
	RejectStatus *float64

	// SourceIPRanges are the only IPv4 and IPv6 ranges the partner may send
	// from; others are answered as if their signature was wrong.
	//
	// Default: every address.
	SourceIPRanges *[]*string

	// Confirm is asked before an event is accepted, with what package confirm
	// defines. It should answer within two seconds: the partner waits.
	//
	// Default: none.
	Confirm awslambda.IFunction

	// ThrottlingRateLimit is how many requests a second the partner may send, 1
	// or more.
	//
	// Default: as the endpoint says, for all partners together.
	ThrottlingRateLimit *float64

	// ThrottlingBurstLimit is how many requests the partner may send at once, 1
	// or more.
	//
	// Default: as the endpoint says, for all partners together.
	ThrottlingBurstLimit *float64
}

// Partner is one sender at an [Endpoint].
type Partner struct {
	constructs.Construct

	// Path is the partner's path at the endpoint, such as "/frameio".
	Path string

	// URL is what goes into the partner's console. Where the scheme takes its
	// secret from the path, a slash and the secret follow.
	URL *string

	// Source is the source of the partner's events.
	Source *string

	// EventBus receives the partner's events. Nil where a queue does.
	EventBus awsevents.IEventBus

	// Secret is what the partner signs with. Nil if the scheme needs none.
	Secret awssecretsmanager.ISecret

	// Resource is the path in the API.
	Resource awsapigateway.Resource

	endpoint *Endpoint
}

// AddPartner lets a partner send to path, such as "/frameio": one to four
// segments of letters, digits, dashes and underscores. It panics with an error
// that lists every invalid property; nothing is defined then.
//
// A partner adds 3 resources to the stack, and one for each further segment of
// its path, so 6 at most. The first partner whose ids are remembered adds the
// table that all of them share.
func (e *Endpoint) AddPartner(path string, p *PartnerProps) *Partner {
	p = props.Merge(PartnerProps{}, p)
	plan := newPlan(e, path, p)
	id := jsii.String(strings.ReplaceAll(strings.TrimPrefix(path, "/"), "/", "."))
	props.Check(e.partners, id, "webhook.Endpoint.AddPartner", plan.problems()...)

	x := &Partner{Path: path, endpoint: e}
	constructs.NewConstruct_Override(x, e.partners, id)
	e.added = append(e.added, x)

	config := plan.config()
	x.Source = jsii.String(config.Source)
	if plan.needsSecret() {
		x.defineSecret(p, config)
	}
	x.connect(plan, config)
	if config.RememberSeconds > 0 {
		e.needTable()
	}
	if config.MaxBodySize > config.InlineSize {
		e.needBucket()
	}
	x.Resource = e.addMethod(path, plan.secretInPath())
	x.URL = jsii.String(*e.URL + strings.TrimPrefix(path, "/"))
	e.throttle(x.Resource, partner.Methods(p.Scheme), p.ThrottlingRateLimit, p.ThrottlingBurstLimit)
	e.configuration.add(entry(path, config), plan.names()...)
	e.write()
	return x
}

// Bucket holds the data of large events. Nil where there can be none.
func (x *Partner) Bucket() awss3.IBucket { return x.endpoint.Bucket }

// EventPattern matches the partner's events on the bus.
func (x *Partner) EventPattern() *awsevents.EventPattern {
	return &awsevents.EventPattern{Source: &[]*string{x.Source}}
}

// MetricReceived is the number of the partner's requests; the sum over 5
// minutes unless options differ.
func (x *Partner) MetricReceived(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return x.metric(wire.MetricReceived, options)
}

// MetricRejected is the number of requests to the partner's path that were
// refused for what the sender did; the sum over 5 minutes unless options
// differ.
func (x *Partner) MetricRejected(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return x.metric(wire.MetricRejected, options)
}

// MetricPublished is the number of the partner's events that were handed on;
// the sum over 5 minutes unless options differ.
func (x *Partner) MetricPublished(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return x.metric(wire.MetricPublished, options)
}

// MetricFailed is the number of requests that the partner has to send again,
// through no fault of its own; the sum over 5 minutes unless options differ.
func (x *Partner) MetricFailed(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return x.metric(wire.MetricFailed, options)
}

func (x *Partner) metric(name wire.Metric, options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return x.endpoint.metric(jsii.String(string(name)), map[string]*string{string(wire.DimensionPartner): jsii.String(x.Path)}, options)
}

// defineSecret finds or defines the secret, and lets the function read it.
func (x *Partner) defineSecret(p *PartnerProps, config *partner.Config) {
	if x.Secret = p.Secret; x.Secret == nil {
		x.Secret = awssecretsmanager.NewSecret(x, jsii.String("Secret"), props.Merge(secretDefaults(x.Path), p.SecretProps))
	}
	arn := x.Secret.SecretArn()
	config.Secret = *arn
	if p.Secret == nil && p.SecretProps == nil {
		x.endpoint.permissions.readNewSecret(arn)
	} else {
		x.endpoint.permissions.readSecret(x.Secret)
	}
}

// connect names the destination and who is asked first, and lets the function
// use them.
func (x *Partner) connect(p *plan, config *partner.Config) {
	if bus := p.bus; bus != nil {
		x.EventBus = bus
		arn := bus.EventBusArn()
		x.endpoint.permissions.putEvents(arn)
		config.Destination = partner.Destination{Bus: *arn}
	}
	if queue := p.queue; queue != nil {
		x.endpoint.permissions.sendMessages(queue)
		config.Destination = partner.Destination{QueueURL: *queue.QueueUrl(), FIFO: *queue.Fifo()}
	}
	if p.Confirm != nil {
		x.endpoint.permissions.invoke(p.Confirm)
		config.Confirm = *p.Confirm.FunctionArn()
	}
}
