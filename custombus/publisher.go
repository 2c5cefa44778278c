package custombus

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/internal/access"
	"github.com/mediasupplychain/cdk/internal/eventbus"
	"github.com/mediasupplychain/cdk/internal/props"
	"github.com/mediasupplychain/cdk/internal/queue"
)

// maxPolicy is how many characters the policy of a bus may have (EventBridge API
// reference, PutPermission).
const maxPolicy = 10240

// emptyPolicy is how many characters a policy has without any statement.
const emptyPolicy = len(`{"Version":"2012-10-17","Statement":[]}`)

// PublisherProps says who may put events on a bus, and which.
type PublisherProps struct {
	// Accounts are account ids.
	//
	// Default: none. Of Accounts, Organizations and Principals, one at least is
	// required.
	Accounts *[]*string

	// Organizations are AWS Organizations ids. A rule in one of their accounts needs a
	// role to put events on the bus; see [Bus.PublisherRole].
	//
	// Default: none.
	Organizations *[]*string

	// Principals are ARNs of IAM roles and users.
	//
	// Default: none.
	Principals *[]*string

	// Sources are the only values of source that the events may have.
	//
	// Default: any.
	Sources *[]*string

	// DetailTypes are the only values of detail-type that the events may have.
	//
	// Default: any.
	DetailTypes *[]*string
}

// publisher is a [PublisherProps] and how its fields are called in problems.
type publisher struct {
	PublisherProps
	prefix string
}

// publisher is the one of the bus's own properties.
func (p *BusProps) publisher() publisher {
	return publisher{PublisherProps{
		Accounts: p.PublisherAccounts, Organizations: p.PublisherOrganizations, Principals: p.PublisherPrincipals,
		Sources: p.PublisherSources, DetailTypes: p.PublisherDetailTypes,
	}, "Publisher"}
}

func (p publisher) grantees() access.Grantees {
	return access.Grantees{Name: p.prefix, Accounts: p.Accounts, Organizations: p.Organizations, Principals: p.Principals}
}

// problems reports wrong entries, and statements that would make a policy that
// is taken up to the given number of characters already too long.
func (p publisher) problems(scope constructs.Construct, busARN func() *string, taken int) []error {
	wrong := p.grantees().Problems()
	all := []error{wrong}
	if !p.grantees().Any() {
		if p.Sources != nil || p.DetailTypes != nil {
			all = append(all, errors.New("PublisherSources and PublisherDetailTypes have no effect without PublisherAccounts, PublisherOrganizations or PublisherPrincipals"))
		}
		return all
	}
	if wrong != nil {
		return all
	}
	if size := taken + p.size(scope, busARN()); size > maxPolicy {
		all = append(all, fmt.Errorf("the policy of the bus would have %d characters, more than the %d that EventBridge takes: "+
			"let an organization in with %sOrganizations instead of its accounts one by one", size, maxPolicy, p.prefix))
	}
	return all
}

// statements are the ones for the policy of the bus, without their ids.
func (p publisher) statements(busARN *string) []awsiam.PolicyStatement {
	conditions := map[string]any{}
	if p.Sources != nil && len(*p.Sources) > 0 {
		conditions["events:source"] = *p.Sources
	}
	if p.DetailTypes != nil && len(*p.DetailTypes) > 0 {
		conditions["events:detail-type"] = *p.DetailTypes
	}
	if len(conditions) == 0 {
		return p.grantees().Statements(busARN, nil, "events:PutEvents")
	}
	return p.grantees().Statements(busARN, map[string]map[string]any{"StringEquals": conditions}, "events:PutEvents")
}

// size is how much of the policy the statements take.
func (p publisher) size(scope constructs.Construct, busARN *string) int {
	size := 0
	for _, statement := range p.statements(busARN) {
		statement.SetSid(jsii.String(strings.Repeat("x", maxStatementID)))
		size += len(rendered(scope, statement)) + len(",")
	}
	return size
}

// define defines a policy for each statement, under scope.
func (p publisher) define(scope constructs.Construct, busName, busARN *string) []awsevents.CfnEventBusPolicy {
	var all []awsevents.CfnEventBusPolicy
	for _, statement := range p.statements(busARN) {
		role := strings.TrimPrefix(*statement.Sid(), p.prefix) // Accounts, Organizations or Principals
		id := statementID(scope, role)
		statement.SetSid(jsii.String(id))
		all = append(all, awsevents.NewCfnEventBusPolicy(scope, jsii.String(role), &awsevents.CfnEventBusPolicyProps{
			EventBusName: busName,
			StatementId:  jsii.String(id),
			Statement:    queue.StatementJSON(statement),
		}))
	}
	return all
}

const maxStatementID = 64

var notInStatementID = regexp.MustCompile(`[^A-Za-z0-9]+`)

// statementID is the physical id of a policy resource, which has to be unique in
// the account and at most 64 characters long. It starts with as much of the
// construct's path as fits, for whoever reads the policy. The stack's name is
// part of the hash, since two stacks of one app can have the same paths.
func statementID(scope constructs.Construct, role string) string {
	path := *scope.Node().Path()
	sum := sha256.Sum256([]byte(*awscdk.Names_UniqueResourceName(scope, &awscdk.UniqueResourceNameOptions{MaxLength: jsii.Number(240)}) + "\n" + path + "\n" + role))
	hash := hex.EncodeToString(sum[:])[:12]
	readable := strings.Trim(notInStatementID.ReplaceAllString(path, "-"), "-")
	readable = readable[max(0, len(readable)-(maxStatementID-len(hash)-len(role)-2)):]
	return strings.TrimLeft(readable, "-") + "-" + role + "-" + hash
}

// rendered is a statement as EventBridge counts it, with what only CloudFormation
// knows filled in by values of the usual length.
func rendered(scope constructs.Construct, statement awsiam.PolicyStatement) string {
	text, err := json.Marshal(filledIn(awscdk.Stack_Of(scope).Resolve(queue.StatementJSON(statement))))
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// filledIn evaluates the few functions that occur in such a statement.
func filledIn(value any) any {
	switch v := value.(type) {
	case []any:
		all := make([]any, len(v))
		for i, one := range v {
			all[i] = filledIn(one)
		}
		return all
	case map[string]any:
		if join, ok := v["Fn::Join"].([]any); ok {
			return joined(join)
		}
		if ref, ok := v["Ref"].(string); ok {
			return sample(ref)
		}
		if _, ok := v["Fn::GetAtt"]; ok {
			return sample("")
		}
		all := make(map[string]any, len(v))
		for key, one := range v {
			all[key] = filledIn(one)
		}
		return all
	}
	return value
}

func joined(join []any) string {
	var text strings.Builder
	parts, _ := join[1].([]any)
	for _, part := range parts {
		fmt.Fprint(&text, filledIn(part))
	}
	return text.String()
}

func sample(ref string) string {
	switch ref {
	case "AWS::Partition":
		return "aws"
	case "AWS::Region":
		return "ap-southeast-1"
	case "AWS::AccountId":
		return "123456789012"
	}
	return strings.Repeat("x", 64)
}

// projectedARN is the ARN that the bus will have, or one about as long. Most
// buses have no use for it, and the CDK is asked only when it is.
func (p *BusProps) projectedARN(scope constructs.Construct) func() *string {
	return sync.OnceValue(func() *string {
		switch {
		case p.ExistingBus != nil:
			return p.ExistingBus.EventBusArn()
		case p.EventBusProps != nil && p.EventBusProps.EventBusName != nil:
			return eventbus.ARN(scope, p.EventBusProps.EventBusName)
		}
		return eventbus.ARN(scope, jsii.String(strings.Repeat("x", 64)))
	})
}

// AddPublisher lets others put events on the bus: a statement of the bus's
// policy for each kind of publisher in p, as resources under id. It panics with
// an error that lists every invalid property; nothing is defined then.
func (b *Bus) AddPublisher(id *string, p *PublisherProps) []awsevents.CfnEventBusPolicy {
	given := publisher{PublisherProps: *props.Merge(PublisherProps{}, p)}
	problems := []error{errors.New("one of Accounts, Organizations, Principals is required")}
	if given.grantees().Any() {
		problems = given.problems(b, b.projectedARN, b.policySize)
	}
	props.Check(b, id, "custombus.Publisher", problems...)
	return b.let(id, given)
}

func (b *Bus) let(id *string, p publisher) []awsevents.CfnEventBusPolicy {
	b.policySize += p.size(b, b.projectedARN())
	return p.define(constructs.NewConstruct(b, id), b.Bus.EventBusName(), b.ARN)
}

// PublisherPolicy is the identity policy, as JSON text, that a publisher in
// another account has to attach to the role that puts the events. It may hold
// tokens: print it with an awscdk.CfnOutput.
func (b *Bus) PublisherPolicy() *string {
	return awscdk.Stack_Of(b).ToJsonString(b.publisherPolicy(), nil)
}

// PublisherRole is a CloudFormation template, as JSON text, of the role that a
// rule in a publisher's account needs to put events on this bus. It may hold
// tokens: print it with an awscdk.CfnOutput.
func (b *Bus) PublisherRole() *string {
	return awscdk.Stack_Of(b).ToJsonString(map[string]any{
		"Resources": map[string]any{"PublisherRole": map[string]any{
			"Type": "AWS::IAM::Role",
			"Properties": map[string]any{
				"AssumeRolePolicyDocument": policyDocument(map[string]any{
					"Effect": "Allow", "Action": "sts:AssumeRole",
					"Principal": map[string]any{"Service": "events.amazonaws.com"},
				}),
				"Policies": []any{map[string]any{"PolicyName": "PutEvents", "PolicyDocument": b.publisherPolicy()}},
			},
		}},
	}, nil)
}

func (b *Bus) publisherPolicy() map[string]any {
	return policyDocument(map[string]any{"Effect": "Allow", "Action": "events:PutEvents", "Resource": b.ARN})
}

func policyDocument(statement map[string]any) map[string]any {
	return map[string]any{"Version": "2012-10-17", "Statement": []any{statement}}
}
