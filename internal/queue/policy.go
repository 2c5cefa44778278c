// Package queue is what the constructs share about SQS: defaults, who may
// send, and what cannot be wired to what.
package queue

import (
	"encoding/json"
	"fmt"
	"strings"

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
// imported and cannot be changed, a warning on self says what its owner must add.
func AllowService(self constructs.Construct, queue awssqs.IQueue, service Service) {
	send := service.statement("sqs:SendMessage")
	send.AddResources(queue.QueueArn())
	if !*queue.AddToResourcePolicy(send).StatementAdded {
		props.Warn(self, "importedQueue", "The queue is imported, so its policy is not changed. Add this statement to it: "+text(self, send))
	}
	if key := queue.EncryptionMasterKey(); key != nil {
		AllowKey(self, key, service)
	}
}

// AllowKey lets a service encrypt what it sends with key.
func AllowKey(self constructs.Construct, key awskms.IKey, service Service) {
	use := service.statement("kms:Decrypt", "kms:GenerateDataKey")
	use.AddResources(jsii.String("*")) // in a key policy: this key
	if !*key.AddToResourcePolicy(use, jsii.Bool(true)).StatementAdded {
		props.Warn(self, "importedKey", "The KMS key is imported, so its policy is not changed. Add this statement to it: "+text(self, use))
	}
}

func (s Service) statement(actions ...string) awsiam.PolicyStatement {
	conditions := map[string]any{"ArnEquals": map[string]any{"aws:SourceArn": s.SourceARN}}
	if s.SourceAccount != nil {
		conditions["StringEquals"] = map[string]any{"aws:SourceAccount": s.SourceAccount}
	}
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Principals: &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(jsii.String(s.Principal), nil)},
		Actions:    jsii.Strings(actions...),
		Conditions: &conditions,
	})
}

// text renders a statement for a person, with tokens as CloudFormation has them.
func text(self constructs.Construct, statement awsiam.PolicyStatement) string {
	rendered, err := json.Marshal(awscdk.Stack_Of(self).Resolve(statement.ToStatementJson()))
	if err != nil {
		return fmt.Sprint(err)
	}
	return string(rendered)
}

// IsFifoARN tells from a queue's or topic's ARN whether it is FIFO: the name
// ends with .fifo by the rules of SQS and SNS.
func IsFifoARN(arn string) bool { return strings.HasSuffix(arn, ".fifo") }
