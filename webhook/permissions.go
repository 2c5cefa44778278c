package webhook

import (
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"
)

// permissions is what the function may do: one statement for each thing it
// does, which grows with the partners. A role's inline policies have 10,240
// characters, so no partner gets statements of its own. The policy is written
// here and not by the CDK, which sorts and merges statements by feature flag.
type permissions struct {
	policy     awsiam.CfnPolicy
	statements []*statement
}

type statement struct {
	sid       string
	actions   []string
	resources []string
}

func newPermissions(e *Endpoint) *permissions {
	p := &permissions{policy: awsiam.NewCfnPolicy(e, jsii.String("Policy"), &awsiam.CfnPolicyProps{
		PolicyName:     jsii.String("Webhooks"), // within the role
		Roles:          &[]*string{e.Function.Role().RoleName()},
		PolicyDocument: map[string]any{}, // see write
	})}
	// A function that may do nothing yet must not be called. Resource by
	// resource, since the role is a child of the function.
	var function awscdk.CfnResource
	jsii.UnsafeCast(e.Function.Node().DefaultChild(), &function)
	function.AddDependency(p.policy)
	return p
}

// allow lets the function do the actions of a statement with one more resource.
func (p *permissions) allow(resource *string, sid string, actions ...string) {
	i := slices.IndexFunc(p.statements, func(s *statement) bool { return s.sid == sid })
	if i < 0 {
		i = len(p.statements)
		p.statements = append(p.statements, &statement{sid: sid, actions: actions})
	}
	if s := p.statements[i]; !slices.Contains(s.resources, *resource) {
		s.resources = append(s.resources, *resource)
	}
}

// write puts what was allowed into the policy.
func (p *permissions) write() {
	all := make([]any, len(p.statements))
	for i, s := range p.statements {
		all[i] = map[string]any{"Sid": s.sid, "Effect": "Allow", "Action": s.actions, "Resource": s.resources}
	}
	p.policy.SetPolicyDocument(map[string]any{"Version": "2012-10-17", "Statement": all})
}

// sidSecrets is the statement about partners' secrets.
const sidSecrets = "ReadSecrets"

// secrets is how many of them there are.
func (p *permissions) secrets() int {
	i := slices.IndexFunc(p.statements, func(s *statement) bool { return s.sid == sidSecrets })
	if i < 0 {
		return 0
	}
	return len(p.statements[i].resources)
}

func (p *permissions) readConfiguration(arn *string) {
	p.allow(arn, "ReadConfiguration", "secretsmanager:GetSecretValue")
}

// readNewSecret is readSecret for a secret of our own, asking the CDK nothing.
func (p *permissions) readNewSecret(arn *string) {
	p.allow(arn, sidSecrets, "secretsmanager:GetSecretValue")
}

func (p *permissions) readSecret(s awssecretsmanager.ISecret) {
	arn := s.SecretFullArn()
	if arn == nil { // imported by name: the ARN lacks the six characters at its end
		arn = jsii.String(*s.SecretArn() + "-??????")
	}
	p.allow(arn, sidSecrets, "secretsmanager:GetSecretValue")
	p.decrypt(s.EncryptionKey())
}

func (p *permissions) putEvents(bus *string) { p.allow(bus, "PutEvents", "events:PutEvents") }

func (p *permissions) sendMessages(queue awssqs.IQueue) {
	p.allow(queue.QueueArn(), "SendMessages", "sqs:SendMessage")
	p.encrypt(queue.EncryptionMasterKey())
}

func (p *permissions) invoke(f awslambda.IFunction) {
	p.allow(f.FunctionArn(), "Confirm", "lambda:InvokeFunction")
}

// decrypt is what reading takes where there is a customer managed key.
func (p *permissions) decrypt(key awskms.IKey) {
	if key != nil {
		p.allow(key.KeyArn(), "Decrypt", "kms:Decrypt")
	}
}

// encrypt is what writing takes where there is one (Amazon SQS and Amazon S3
// developer guides, "Key management" and "Using SSE-KMS").
func (p *permissions) encrypt(key awskms.IKey) {
	if key != nil {
		p.allow(key.KeyArn(), "Encrypt", "kms:Decrypt", "kms:GenerateDataKey")
	}
}
