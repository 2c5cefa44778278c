// Package queue is what the constructs share about SQS: defaults, who may
// send, and what cannot be wired to what.
package queue

import (
	"encoding/json"
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/internal/props"
)

// Service is an AWS service that sends to a queue on behalf of one resource.
type Service struct {
	// Principal of the service, for example "sns.amazonaws.com".
	Principal string

	// SourceARN is the topic or rule that sends. No other may use the grant.
	SourceARN *string

	// SourceAccount narrows further where it is known; optional.
	SourceAccount *string
}

// AllowService lets a service send to queue, and use its customer managed key.
// The statements are written here and not left to the CDK, whose own differ by
// feature flag and lack the condition in places. Where the queue or key is
// imported and cannot be changed, a warning on self says what its owner must
// add. It gives the queue's policy, for what must not be there before it, or
// nil where it was not changed.
func AllowService(self constructs.Construct, queue awssqs.IQueue, service Service) constructs.IDependable {
	policy := AddToPolicy(self, queue, service.statement(queue.QueueArn(), "sqs:SendMessage"))
	if key := queue.EncryptionMasterKey(); key != nil {
		AllowKey(self, key, service)
	}
	return policy
}

// AllowKey lets a service encrypt what it sends with key.
func AllowKey(self constructs.Construct, key awskms.IKey, service Service) {
	// In a key's policy, "*" is this key.
	AddToKey(self, key, service.statement(jsii.String("*"), "kms:Decrypt", "kms:GenerateDataKey"))
}

// AddToPolicy adds a statement to the queue's policy, or a warning that says
// what the owner of an imported queue must add.
func AddToPolicy(self constructs.Construct, queue awssqs.IQueue, statement awsiam.PolicyStatement) constructs.IDependable {
	result := queue.AddToResourcePolicy(statement)
	if !*result.StatementAdded {
		props.Warn(self, "importedQueue", "The queue is imported, so its policy is not changed. Its owner must add this statement: "+Text(self, statement))
	}
	return result.PolicyDependable
}

// AddToKey adds a statement to the key's policy, or a warning that says what
// the owner of an imported key must add.
func AddToKey(self constructs.Construct, key awskms.IKey, statement awsiam.PolicyStatement) {
	if !*key.AddToResourcePolicy(statement, jsii.Bool(true)).StatementAdded {
		props.Warn(self, "importedKey", "The KMS key is imported, so its policy is not changed. Its owner must add this statement: "+Text(self, statement))
	}
}

func (s Service) statement(resource *string, actions ...string) awsiam.PolicyStatement {
	conditions := map[string]any{"ArnEquals": map[string]any{"aws:SourceArn": s.SourceARN}}
	if s.SourceAccount != nil {
		conditions["StringEquals"] = map[string]any{"aws:SourceAccount": s.SourceAccount}
	}
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Principals: &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(jsii.String(s.Principal), nil)},
		Actions:    jsii.Strings(actions...),
		Resources:  &[]*string{resource},
		Conditions: &conditions,
	})
}

// Text renders a statement for a person, with tokens as CloudFormation has them.
func Text(self constructs.Construct, statement awsiam.PolicyStatement) string {
	rendered, err := json.Marshal(awscdk.Stack_Of(self).Resolve(StatementJSON(statement)))
	if err != nil {
		return fmt.Sprint(err)
	}
	return string(rendered)
}

// StatementJSON gives a statement as a policy has it, with tokens, for resources
// that take it as JSON.
func StatementJSON(statement awsiam.PolicyStatement) any { return plain(statement.ToStatementJson()) }

// JSON is a statement as a string for an output of the stack.
func JSON(self constructs.Construct, statement awsiam.PolicyStatement) *string {
	return awscdk.Stack_Of(self).ToJsonString(plain(statement.ToStatementJson()), nil)
}

// plain takes off the object that jsii wraps around a map whose type it does
// not know.
func plain(value any) any {
	switch v := value.(type) {
	case []any:
		for i := range v {
			v[i] = plain(v[i])
		}
	case map[string]any:
		if wrapped, ok := v["$jsii.map"]; ok {
			return plain(wrapped)
		}
		for key := range v {
			v[key] = plain(v[key])
		}
	}
	return value
}
