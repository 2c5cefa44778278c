package eventbus

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/internal/eventrules"
	"github.com/mediasupplychain/cdk/internal/queue"
)

// principal is EventBridge.
const principal = "events.amazonaws.com"

// contextKey is the part of KMS's encryption context that names the bus
// (EventBridge user guide, "Encrypting EventBridge event buses with AWS KMS
// keys", and "Encrypting EventBridge archives with AWS KMS keys").
const contextKey = "kms:EncryptionContext:aws:events:event-bus:arn"

// Encrypt makes bus use key, lets EventBridge use it for the bus of that name
// and, if archived, for its archive, and gives the bus a dead-letter queue for
// events that could not be encrypted or decrypted. The queue has no customer
// managed key: what it is for is the trouble with one.
//
// The statements name the bus by its name and not by reference, because the bus
// refers to the key. The CDK's own statement puts the condition on the bus also
// on DescribeKey, which has no encryption context.
func Encrypt(self constructs.Construct, bus awsevents.EventBus, name *string, key awskms.IKey, archived bool) awssqs.Queue {
	var cfn awsevents.CfnEventBus
	jsii.UnsafeCast(bus.Node().DefaultChild(), &cfn)
	cfn.SetKmsKeyIdentifier(key.KeyArn())

	arn := ARN(self, name)
	AllowKey(self, key, principal, nil, "kms:DescribeKey") // called with nothing to have a condition on
	if archived {
		// For the archive, EventBridge names no source, only the bus in the encryption context.
		AllowKey(self, key, principal, map[string]any{"StringEquals": map[string]any{contextKey: arn}},
			"kms:Decrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo")
	} else {
		AllowKey(self, key, principal, map[string]any{"StringEquals": map[string]any{
			contextKey: arn, "aws:SourceArn": arn, "aws:SourceAccount": awscdk.Stack_Of(self).Account(),
		}}, "kms:Decrypt", "kms:GenerateDataKey")
	}

	letters := queue.NewDeadLetter(self, "DeadLetterQueue")
	cfn.SetDeadLetterConfig(&awsevents.CfnEventBus_DeadLetterConfigProperty{Arn: letters.QueueArn()})
	queue.AddToPolicy(self, letters,
		eventrules.Statement(awscdk.Stack_Of(self).Account(), arn, letters.QueueArn(), "sqs:SendMessage"))
	return letters
}

// AllowKey lets a service do actions with key.
func AllowKey(self constructs.Construct, key awskms.IKey, service string, conditions map[string]any, actions ...string) {
	use := &awsiam.PolicyStatementProps{
		Principals: &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(jsii.String(service), nil)},
		Actions:    jsii.Strings(actions...),
		Resources:  jsii.Strings("*"), // in a key policy: this key
	}
	if conditions != nil {
		use.Conditions = &conditions
	}
	queue.AddToKey(self, key, awsiam.NewPolicyStatement(use))
}

// ARN is the one of the bus of this account and Region with that name.
func ARN(self constructs.Construct, name *string) *string {
	return awscdk.Stack_Of(self).FormatArn(&awscdk.ArnComponents{
		Service: jsii.String("events"), Resource: jsii.String("event-bus"), ResourceName: name,
	})
}
