package webhook

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awswafv2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/internal/function"
	"github.com/mediasupplychain/cdk/internal/payloads"
	"github.com/mediasupplychain/cdk/internal/props"
	"github.com/mediasupplychain/cdk/internal/wire"
)

// Endpoint is a public HTTPS API for the webhooks of many partners, and the
// function that verifies them and hands their events on.
type Endpoint struct {
	constructs.Construct

	// API is where the partners send to.
	API awsapigateway.RestApi

	// URL is the address of the API's stage; a partner's is Partner.URL.
	URL *string

	// AccessLogs has a line of JSON for each request, with its ids and neither
	// body nor headers nor the path's secret.
	AccessLogs awslogs.LogGroup

	// Function verifies and publishes.
	Function awslambda.Function

	// LogGroup is where Function logs. Nil with a log group of your own.
	LogGroup awslogs.LogGroup

	// Policy is what Function may do. It grows with the partners.
	Policy awsiam.CfnPolicy

	// Configuration holds what Function has to know about the partners. It is
	// kept like a secret, and holds none.
	Configuration awssecretsmanager.CfnSecret

	// Table remembers event ids. Nil while no partner's events are remembered.
	Table awsdynamodb.Table

	// Bucket holds the data of large events: the new bucket, or ExistingBucket.
	// Nil while no partner may send such.
	Bucket awss3.IBucket

	// WebACL limits the requests of an address. Nil without RequestsPerAddress.
	WebACL awswafv2.CfnWebACL

	// WebACLAssociation puts a web ACL before the API. Nil without one.
	WebACLAssociation awswafv2.CfnWebACLAssociation

	props         *EndpointProps
	partners      constructs.Construct
	added         []*Partner
	integration   awsapigateway.Integration
	root          awsapigateway.IResource
	permissions   *permissions
	configuration *configuration
	overrides     int // method settings of the stage so far
}

// NewEndpoint defines an [Endpoint]; [Endpoint.AddPartner] adds its partners. It
// panics with an error that lists every invalid property, a compiler's error
// among them; nothing is defined then.
func NewEndpoint(scope constructs.Construct, id *string, p *EndpointProps) *Endpoint {
	p = props.Merge(endpointDefaults(), p)
	problems := p.problems()
	code, err := p.code(scope)
	props.Check(scope, id, "webhook.Endpoint", append(problems, err)...)

	e := &Endpoint{props: p}
	constructs.NewConstruct_Override(e, scope, id)

	e.configuration = &configuration{}
	e.configuration.identity.WriteString(p.destination())
	e.Configuration = awssecretsmanager.NewCfnSecret(e, jsii.String("Configuration"), &awssecretsmanager.CfnSecretProps{
		Description: jsii.String("Partner configuration of a webhook endpoint; it holds no secret"),
	})
	e.defineFunction(code)
	e.defineAPI()
	e.protect()
	e.partners = constructs.NewConstruct(e, jsii.String("Partners"))
	e.write()
	return e
}

// destination is the path of the bus or queue that partners have in common.
func (p *EndpointProps) destination() string {
	if p.EventBus != nil {
		return *p.EventBus.Node().Path()
	}
	return *p.Queue.Node().Path()
}

// code compiles the function unless there is one.
func (p *EndpointProps) code(scope constructs.Construct) (awslambda.Code, error) {
	if p.Code != nil {
		return p.Code, nil
	}
	return function.HandlerCode(scope, "webhook", p.FunctionProps)
}

func (e *Endpoint) defineFunction(code awslambda.Code) {
	defaults := functionDefaults()
	layers := []*awslambda.FunctionProps{&defaults, e.props.FunctionProps, {Code: code}}
	if e.props.Tracing != nil && *e.props.Tracing {
		layers = append(layers, &awslambda.FunctionProps{Tracing: awslambda.Tracing_ACTIVE})
	}
	f := function.New(e, "Function", layers...)
	e.Function, e.LogGroup = f.Function, f.LogGroup
	e.Function.AddEnvironment(jsii.String(wire.EnvWebhookConfiguration), e.Configuration.Ref(), nil)
	e.permissions = newPermissions(e)
	e.Policy = e.permissions.policy
	e.permissions.readConfiguration(e.Configuration.Ref())
}

// write puts what partners have changed into the template.
func (e *Endpoint) write() {
	e.permissions.write()
	e.Configuration.SetSecretString(jsii.String(e.configuration.text()))
	e.Function.AddEnvironment(jsii.String(wire.EnvWebhookConfigurationHash), jsii.String(e.configuration.hash()), nil)
}

// GrantReadBucket lets grantee read the data of large events, as consumers of
// the events must. It does nothing while there is no bucket: add the partners
// first.
func (e *Endpoint) GrantReadBucket(grantee awsiam.IGrantable) awsiam.Grant {
	if e.Bucket == nil {
		return awsiam.Grant_Drop(grantee, jsii.String("no event is large enough for the bucket"))
	}
	return payloads.GrantRead(e.Bucket, grantee)
}

// Metric is a metric of the function by its name, in the namespace
// "MediaSupplyChain"; the sum over 5 minutes unless options differ.
func (e *Endpoint) Metric(name *string, options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return e.metric(name, nil, options)
}

// MetricReceived is the number of requests for a known partner.
func (e *Endpoint) MetricReceived(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return e.Metric(jsii.String(string(wire.MetricReceived)), options)
}

// MetricRejected is the number of requests that were refused for what the
// sender did: a wrong signature, a stale time, a wrong method, a large body.
func (e *Endpoint) MetricRejected(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return e.Metric(jsii.String(string(wire.MetricRejected)), options)
}

// MetricPublished is the number of events that were handed on.
func (e *Endpoint) MetricPublished(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return e.Metric(jsii.String(string(wire.MetricPublished)), options)
}

// MetricDuplicates is the number of events that had been handed on before, and
// were acknowledged only.
func (e *Endpoint) MetricDuplicates(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return e.Metric(jsii.String(string(wire.MetricDuplicates)), options)
}

// MetricFailed is the number of requests that the partner has to send again,
// through no fault of its own.
func (e *Endpoint) MetricFailed(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return e.Metric(jsii.String(string(wire.MetricFailed)), options)
}

// MetricDuration is the time a request took in the function, in milliseconds;
// the average over 5 minutes unless options differ.
func (e *Endpoint) MetricDuration(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return e.Metric(jsii.String(string(wire.MetricDuration)),
		props.Merge(awscloudwatch.MetricOptions{Statistic: awscloudwatch.Stats_AVERAGE()}, options))
}

// metric has the dimensions that the function writes (internal/telemetry).
func (e *Endpoint) metric(name *string, more map[string]*string, options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	dimensions := map[string]*string{string(wire.DimensionFunction): e.Function.FunctionName()}
	for dimension, value := range more {
		dimensions[dimension] = value
	}
	return awscloudwatch.NewMetric(&awscloudwatch.MetricProps{
		Namespace: jsii.String(wire.MetricsNamespace), MetricName: name, DimensionsMap: &dimensions,
		Statistic: awscloudwatch.Stats_SUM(),
	}).With(props.Merge(awscloudwatch.MetricOptions{}, options))
}
