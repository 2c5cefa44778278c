package eventrules

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/internal/queue"
)

// principal is EventBridge.
const principal = "events.amazonaws.com"

// allow lets the rule send to q, whose ARN is given, and use its customer managed
// key.
//
// The queue's policy names this rule where both are in one stack. The rule names
// the queue, so from another stack that would be a cycle, and in the key's
// policy always, since the queue names its key: there, any rule of this account
// and Region is named. SQS passes the rule on to KMS (SQS developer guide,
// "Configure AWS KMS permissions with confused deputy protection").
func (r *Rule) allow(q awssqs.IQueue, arn *string) {
	source := r.arn
	if !r.sameStack(q) {
		source = r.anyRule()
	}
	r.allowSend(q, arn, source)
	if key := q.EncryptionMasterKey(); key != nil {
		// In a key's policy, "*" is this key.
		queue.AddToKey(r, key, Statement(r.account, r.anyRule(), jsii.String("*"), "kms:Decrypt", "kms:GenerateDataKey"))
	}
}

func (r *Rule) allowSend(q awssqs.IQueue, arn, source *string) {
	queue.AddToPolicy(r, q, Statement(r.account, source, arn, "sqs:SendMessage"))
}

// assumed gives the role with which EventBridge does action on resource: the
// one that the target brings, or the rule's own.
func (r *Rule) assumed(brought awsiam.IRole, action string, resource *string) awsiam.IRole {
	role := brought
	if role == nil {
		if r.Role == nil {
			assumers := conditions(r.account, r.anyRule())
			r.Role = awsiam.NewRole(r, jsii.String("Role"), &awsiam.RoleProps{
				Description: jsii.String("Lets an EventBridge rule reach its targets"),
				AssumedBy: awsiam.NewServicePrincipal(jsii.String(principal), &awsiam.ServicePrincipalOpts{
					// The rule names the role, so the role cannot name the rule.
					Conditions: &assumers,
				}),
			})
		}
		role = r.Role
	}
	awsiam.Grant_AddToPrincipal(&awsiam.GrantOnPrincipalOptions{
		Grantee:      role,
		Actions:      jsii.Strings(action),
		ResourceArns: &[]*string{resource},
	})
	return role
}

// anyRule matches the ARN of every rule of this account and Region.
func (r *Rule) anyRule() *string {
	return r.stack.FormatArn(&awscdk.ArnComponents{
		Service: jsii.String("events"), Resource: jsii.String("rule"), ResourceName: jsii.String("*"),
	})
}

// Statement lets EventBridge do actions on resource for one source of the
// account: a rule or a bus, by ARN.
func Statement(account, source, resource *string, actions ...string) awsiam.PolicyStatement {
	senders := conditions(account, source)
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Principals: &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(jsii.String(principal), nil)},
		Actions:    jsii.Strings(actions...),
		Resources:  &[]*string{resource},
		Conditions: &senders,
	})
}

// conditions keep others from making EventBridge act for them.
func conditions(account, source *string) map[string]any {
	return map[string]any{
		"ArnLike":      map[string]any{"aws:SourceArn": source},
		"StringEquals": map[string]any{"aws:SourceAccount": account},
	}
}

func (r *Rule) sameStack(other constructs.IConstruct) bool {
	if known, asked := r.same[other]; asked {
		return known // a question to the CDK costs more than what is asked
	}
	// Most often the very same object; two that differ can still stand for one stack.
	stack := awscdk.Stack_Of(other)
	r.same[other] = stack == r.stack || *stack.Node().Addr() == *r.stack.Node().Addr()
	return r.same[other]
}

// differ says that two accounts or Regions are known and not the same.
func differ(a, b *string) bool {
	return *a != *b && !*awscdk.Token_IsUnresolved(a) && !*awscdk.Token_IsUnresolved(b)
}
