package webhook

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"
)

// permissions is what the function may do: one statement for each thing it
// does, which grows with the partners. A role's inline policies have 10,240
// characters, so no partner gets statements of its own. The sids keep the CDK
// from merging the statements where a feature flag asks it to.
type permissions struct {
	policy      awsiam.Policy
	readSecrets awsiam.PolicyStatement
	statements  map[string]awsiam.PolicyStatement
	granted     map[string]bool
	secrets     int // that may be read, besides the configuration
}

func newPermissions(e *Endpoint) *permissions {
	p := &permissions{statements: map[string]awsiam.PolicyStatement{}, granted: map[string]bool{}}
	p.policy = awsiam.NewPolicy(e, jsii.String("Policy"), &awsiam.PolicyProps{Roles: &[]awsiam.IRole{e.Function.Role()}})
	p.readSecrets = p.statement("ReadSecrets", "secretsmanager:GetSecretValue")
	// A function that may do nothing yet must not be called. Resource by
	// resource, since the role is a child of the function.
	var function, policy awscdk.CfnResource
	jsii.UnsafeCast(e.Function.Node().DefaultChild(), &function)
	jsii.UnsafeCast(p.policy.Node().DefaultChild(), &policy)
	function.AddDependency(policy)
	return p
}

// statement is the one with the sid; it is added when it is first asked for.
func (p *permissions) statement(sid string, actions ...string) awsiam.PolicyStatement {
	if p.statements[sid] == nil {
		p.statements[sid] = awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{Sid: jsii.String(sid), Actions: jsii.Strings(actions...)})
		p.policy.AddStatements(p.statements[sid])
	}
	return p.statements[sid]
}

// allow adds a resource to a statement, once. It reports whether it is new.
func (p *permissions) allow(statement awsiam.PolicyStatement, resource *string) bool {
	key := *statement.Sid() + " " + *resource
	if p.granted[key] {
		return false
	}
	p.granted[key] = true
	statement.AddResources(resource)
	return true
}

func (p *permissions) readSecret(s awssecretsmanager.ISecret) {
	arn := s.SecretFullArn()
	if arn == nil { // imported by name: the ARN lacks the six characters at its end
		arn = jsii.String(*s.SecretArn() + "-??????")
	}
	if p.allow(p.readSecrets, arn) {
		p.secrets++
	}
	p.decrypt(s.EncryptionKey())
}

func (p *permissions) putEvents(bus awsevents.IEventBus) {
	p.allow(p.statement("PutEvents", "events:PutEvents"), bus.EventBusArn())
}

func (p *permissions) sendMessages(queue awssqs.IQueue) {
	p.allow(p.statement("SendMessages", "sqs:SendMessage"), queue.QueueArn())
	p.encrypt(queue.EncryptionMasterKey())
}

func (p *permissions) invoke(f awslambda.IFunction) {
	p.allow(p.statement("Confirm", "lambda:InvokeFunction"), f.FunctionArn())
}

// decrypt is what reading takes where there is a customer managed key.
func (p *permissions) decrypt(key awskms.IKey) {
	if key != nil {
		p.allow(p.statement("Decrypt", "kms:Decrypt"), key.KeyArn())
	}
}

// encrypt is what writing takes where there is one (Amazon SQS and Amazon S3
// developer guides, "Key management" and "Using SSE-KMS").
func (p *permissions) encrypt(key awskms.IKey) {
	if key != nil {
		p.allow(p.statement("Encrypt", "kms:Decrypt", "kms:GenerateDataKey"), key.KeyArn())
	}
}
