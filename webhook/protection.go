package webhook

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awswafv2"
	"github.com/aws/jsii-runtime-go"
)

// resourcePolicy lets only SourceIPRanges in. Nil without them: an API without
// a policy is open.
func (e *Endpoint) resourcePolicy() awsiam.PolicyDocument {
	if e.props.SourceIPRanges == nil {
		return nil
	}
	return awsiam.NewPolicyDocument(&awsiam.PolicyDocumentProps{Statements: &[]awsiam.PolicyStatement{
		awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
			Sid:        jsii.String("SourceIPRanges"),
			Principals: &[]awsiam.IPrincipal{awsiam.NewAnyPrincipal()}, // partners have no AWS identity
			Actions:    jsii.Strings("execute-api:Invoke"),
			Resources:  jsii.Strings("execute-api:/*"), // this API
			Conditions: &map[string]any{"IpAddress": map[string]any{"aws:SourceIp": *e.props.SourceIPRanges}},
		}),
	}})
}

// protect puts a web ACL before the stage: the given one, or one with a rate
// rule.
func (e *Endpoint) protect() {
	arn := e.props.WebACLArn
	if e.props.RequestsPerAddress != nil {
		e.WebACL = awswafv2.NewCfnWebACL(e, jsii.String("WebACL"), rateLimit(e.props.RequestsPerAddress))
		arn = e.WebACL.AttrArn()
	}
	if arn == nil {
		return
	}
	e.WebACLAssociation = awswafv2.NewCfnWebACLAssociation(e, jsii.String("WebACLAssociation"), &awswafv2.CfnWebACLAssociationProps{
		ResourceArn: e.API.DeploymentStage().StageArn(),
		WebAclArn:   arn,
	})
}

func rateLimit(requests *float64) *awswafv2.CfnWebACLProps {
	visibility := func(metric string) *awswafv2.CfnWebACL_VisibilityConfigProperty {
		return &awswafv2.CfnWebACL_VisibilityConfigProperty{
			CloudWatchMetricsEnabled: jsii.Bool(true), MetricName: jsii.String(metric),
			SampledRequestsEnabled: jsii.Bool(false), // samples show headers, and so secrets
		}
	}
	return &awswafv2.CfnWebACLProps{
		Scope:            jsii.String("REGIONAL"),
		DefaultAction:    &awswafv2.CfnWebACL_DefaultActionProperty{Allow: &awswafv2.CfnWebACL_AllowActionProperty{}},
		VisibilityConfig: visibility("Webhooks"),
		Rules: &[]any{&awswafv2.CfnWebACL_RuleProperty{
			Name: jsii.String("RequestsPerAddress"), Priority: jsii.Number(0),
			Action:           &awswafv2.CfnWebACL_RuleActionProperty{Block: &awswafv2.CfnWebACL_BlockActionProperty{}},
			VisibilityConfig: visibility("RequestsPerAddress"),
			Statement: &awswafv2.CfnWebACL_StatementProperty{RateBasedStatement: &awswafv2.CfnWebACL_RateBasedStatementProperty{
				AggregateKeyType: jsii.String("IP"), Limit: requests, EvaluationWindowSec: jsii.Number(300),
			}},
		}},
	}
}
