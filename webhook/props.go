package webhook

import (
	"errors"
	"net/netip"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"

	"github.com/mediasupplychain/cdk/internal/props"
)

// EndpointProps configures an [Endpoint]. One of EventBus and Queue is required.
type EndpointProps struct {
	// EventBus receives the verified events. On it, source is the partner's
	// Source, detail-type the partner's own type of event, and detail the
	// CloudEvent. Excludes Queue.
	//
	// Default: Queue receives them.
	EventBus awsevents.IEventBus

	// Queue receives the verified events, each message one CloudEvent. On a FIFO
	// queue, the message group is the id of the asset. Excludes EventBus.
	//
	// Default: EventBus receives them.
	Queue awssqs.IQueue

	// MaxBodySize is the largest body that is accepted, in bytes, from 1 to
	// 4,194,304 (4 MiB: Lambda takes 6 MB, of base64). A larger one is answered
	// with 413.
	//
	// Default: 1,048,576 (1 MiB).
	MaxBodySize *float64

	// InlineLimit is the most data, in bytes, that an event carries itself, from
	// 1,024 to 921,600. More is put into the bucket, and the event refers to it;
	// package dataref reads it back. Data that is not JSON counts as base64.
	//
	// Default: 204,800 (200 KiB), so that an event passes every service after the
	// endpoint, SNS and Step Functions with their 256 KiB included.
	InlineLimit *float64

	// ExistingBucket is for the data of large events instead of a new bucket.
	// Excludes BucketProps.
	//
	// Default: a new bucket is defined, once a partner's MaxBodySize is above
	// InlineLimit.
	ExistingBucket awss3.IBucket

	// BucketProps overrides single properties of the new bucket.
	//
	// Default: encrypted (SSE-S3), private, TLS only, objects deleted after 90
	// days.
	BucketProps *awss3.BucketProps

	// TableProps overrides single properties of the table that remembers event
	// ids, except PartitionKey, SortKey and TimeToLiveAttribute.
	//
	// Default: billed by request, deleted with the stack. There is a table once a
	// partner's events are remembered.
	TableProps *awsdynamodb.TableProps

	// FunctionProps overrides single properties of the function, except Code and
	// Role. Timeout is at most 29 seconds, which API Gateway waits.
	//
	// Default: runtime provided.al2023 on arm64, 256 MB, a timeout of 10 seconds,
	// logs in JSON kept for a month.
	FunctionProps *awslambda.FunctionProps

	// Code is the function built elsewhere, from internal/lambda/webhook of the
	// same release of this module, for an app that has no Go toolchain at
	// synthesis.
	//
	// Default: it is compiled at synthesis.
	Code awslambda.Code

	// RestAPIProps overrides single properties of the API, except BinaryMediaTypes,
	// DeployOptions' AccessLogDestination, AccessLogFormat, DataTraceEnabled and
	// throttling, and, with SourceIPRanges, Policy.
	//
	// API Gateway writes access logs with a role that is set once for an account
	// and Region. Set CloudWatchRole to false where the account has one.
	//
	// Default: regional, stage "prod", a CloudWatch role for the account, which is
	// retained.
	RestAPIProps *awsapigateway.RestApiProps

	// AccessLogProps overrides single properties of the access log's group.
	//
	// Default: kept for a month.
	AccessLogProps *awslogs.LogGroupProps

	// ThrottlingRateLimit is how many requests a second all partners together may
	// send, 1 or more. What is above it is answered with 503 and Retry-After.
	//
	// Default: 500.
	ThrottlingRateLimit *float64

	// ThrottlingBurstLimit is how many requests may come at once, 1 or more.
	//
	// Default: 1,000.
	ThrottlingBurstLimit *float64

	// SourceIPRanges are the only IPv4 and IPv6 ranges, such as "203.0.113.0/24",
	// that may reach the API. A partner can have ranges of its own.
	//
	// Default: every address.
	SourceIPRanges *[]*string

	// WebACLArn is the ARN of a regional WAF web ACL to put before the API.
	// Excludes RequestsPerAddress.
	//
	// Default: none.
	WebACLArn *string

	// RequestsPerAddress puts a WAF web ACL before the API that blocks an IP
	// address once it has sent more requests than this in five minutes, from 10
	// to 2,000,000,000. Partners send from few addresses: stay well above their
	// peaks.
	//
	// Default: no web ACL.
	RequestsPerAddress *float64

	// Tracing turns on AWS X-Ray for the API and the function.
	//
	// Default: false.
	Tracing *bool
}

const (
	maxBody      = 4 << 20   // as base64 within Lambda's 6 MB
	maxInline    = 900 << 10 // with its attributes within 1 MiB of a bus or queue
	minInline    = 1 << 10
	maxTimeout   = 29 // seconds; API Gateway's integration timeout
	maxPerSecond = 1e6
)

func (p *EndpointProps) problems() []error {
	all := []error{
		props.OneOf("EventBus", p.EventBus, "Queue", p.Queue),
		props.Range("MaxBodySize", p.MaxBodySize, 1, maxBody),
		props.Range("InlineLimit", p.InlineLimit, minInline, maxInline),
		props.Exclusive("ExistingBucket", p.ExistingBucket, "BucketProps", p.BucketProps),
		props.Range("ThrottlingRateLimit", p.ThrottlingRateLimit, 1, maxPerSecond),
		props.Range("ThrottlingBurstLimit", p.ThrottlingBurstLimit, 1, maxPerSecond),
		ranges("SourceIPRanges", p.SourceIPRanges),
		props.Exclusive("WebACLArn", p.WebACLArn, "RequestsPerAddress", p.RequestsPerAddress),
		props.Range("RequestsPerAddress", p.RequestsPerAddress, 10, 2e9),
	}
	if f := p.FunctionProps; f != nil {
		all = append(all, taken(f.Code != nil, "FunctionProps.Code", "bring your own with Code"),
			taken(f.Role != nil, "FunctionProps.Role", "the function's permissions follow its partners"),
			props.Duration("FunctionProps.Timeout", f.Timeout, 1, maxTimeout))
	}
	if t := p.TableProps; t != nil {
		all = append(all, taken(t.PartitionKey != nil || t.SortKey != nil, "TableProps.PartitionKey and SortKey", "leave them out"),
			taken(t.TimeToLiveAttribute != nil, "TableProps.TimeToLiveAttribute", "leave it out"))
	}
	return append(all, p.apiProblems()...)
}

func (p *EndpointProps) apiProblems() []error {
	a := p.RestAPIProps
	if a == nil {
		return nil
	}
	all := []error{
		taken(a.BinaryMediaTypes != nil, "RestAPIProps.BinaryMediaTypes", "signatures are over the bytes as they came"),
		taken(a.Policy != nil && p.SourceIPRanges != nil, "RestAPIProps.Policy", "SourceIPRanges is the policy; set one of them"),
	}
	if d := a.DeployOptions; d != nil {
		all = append(all,
			taken(d.AccessLogDestination != nil || d.AccessLogFormat != nil, "RestAPIProps.DeployOptions.AccessLogDestination and AccessLogFormat", "use AccessLogProps"),
			taken(d.DataTraceEnabled != nil, "RestAPIProps.DeployOptions.DataTraceEnabled", "it would log bodies and secrets"),
			taken(d.ThrottlingRateLimit != nil || d.ThrottlingBurstLimit != nil, "RestAPIProps.DeployOptions.ThrottlingRateLimit and ThrottlingBurstLimit",
				"use the properties of that name of EndpointProps"))
	}
	return all
}

// taken reports a property that the construct sets itself.
func taken(set bool, name, instead string) error {
	if !set {
		return nil
	}
	return errors.New(name + " is set by Endpoint; " + instead)
}

// ranges reports each entry that is not an IP range.
func ranges(name string, values *[]*string) error {
	_, err := parseRanges(name, values)
	return err
}

func parseRanges(name string, values *[]*string) ([]netip.Prefix, error) {
	if values == nil {
		return nil, nil
	}
	if len(*values) == 0 {
		return nil, errors.New(name + " is empty and would let nobody in; leave it out for every address")
	}
	var all []netip.Prefix
	var problems error
	for _, value := range *values {
		prefix, err := netip.ParsePrefix(*value)
		if err != nil || prefix.Masked() != prefix {
			problems = errors.Join(problems, errors.New(name+` must hold IP ranges such as "203.0.113.0/24" or "198.51.100.7/32", got "`+*value+`"`))
			continue
		}
		all = append(all, prefix)
	}
	return all, problems
}
