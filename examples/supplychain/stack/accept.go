package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/examples/internal/example"
	"github.com/mediasupplychain/cdk/supplychain"
)

// accept says why the findings of cdk-nag about this stack are no risk.
func accept(w *ways, chain *supplychain.SupplyChain, sources []*supplychain.Source, a *adapters) {
	example.AcceptWebhooks(w.webhooks, w.partners...)
	acceptChain(chain)
	for _, s := range append([]*supplychain.Source{chain.Executions, chain.Approvals}, sources...) {
		example.Consumer(s.Function, s.LogGroup, s.Policy)
		example.Suppress(s.Policy, example.Rules{
			"AwsSolutions-IAM5": "The wildcard stands for the objects of buckets, whose keys are the digests of payloads that are not known before.",
		})
		if s.Subscriber != nil {
			example.Suppress(s.Subscriber.Undeliverable, example.Rules{
				"AwsSolutions-SQS3": "This is the dead-letter queue of the SNS subscription, which the rule does not look at.",
			})
		}
	}
	for _, rule := range []*supplychain.Rule{a.orders, a.audit} {
		example.Suppress(rule.DeadLetterQueue, example.Rules{
			"AwsSolutions-SQS3": "It is a dead-letter queue itself: the one of an EventBridge rule, which the check does not know.",
		})
	}
	example.Suppress(a.farm, example.Rules{
		"AwsSolutions-SQS3": "The farm, which is not part of this stack, reads it, and knows best what it could not do.",
	})
	example.Suppress(a.trail, example.Rules{
		"AwsSolutions-SQS3": "Auditors and tests read it by hand; nothing processes its messages, so none can fail.",
	})
}

func acceptChain(chain *supplychain.SupplyChain) {
	policy := func(id string) awsiam.Policy {
		var p awsiam.Policy
		jsii.UnsafeCast(chain.Node().FindChild(jsii.String(id)), &p)
		return p
	}
	example.AcceptFunction(chain.Outbox, chain.OutboxLogs, policy("OutboxPolicy"), "Lambda ignores this setting for a function that reads a stream; the mapping has an on-failure destination.")
	example.AcceptFunction(chain.Watch, chain.WatchLogs, policy("WatchPolicy"), "A look at the table that failed is done again within minutes, and an alarm tells.")
	example.AcceptPayloads(chain.Bucket)
	example.Suppress(policy("OutboxPolicy"), example.Rules{
		"AwsSolutions-IAM5": "The wildcards stand for the streams of one table and the executions of one state machine, which are named at run time.",
	})
	example.Suppress(chain.OutboxDeadLetterQueue, example.Rules{
		"AwsSolutions-SQS3": "It is a dead-letter queue itself: the one of a Lambda function on a stream, which the check does not know.",
	})
	example.Suppress(chain.Table, example.Rules{
		"DynamoDBInBackupPlan": "Point-in-time recovery is on, which can restore the table to any second of the last 35 days.",
	})
	example.Suppress(chain.Pipeline, example.Rules{
		"AwsSolutions-SF1": "Logs of all events would hold task tokens and partners' data; errors are logged, and the table has the history.",
	})
	chain.PipelineLogs.ApplyRemovalPolicy(awscdk.RemovalPolicy_DESTROY)
	example.Suppress(chain.PipelineLogs, example.Rules{
		"CloudWatchLogGroupEncrypted": "CloudWatch Logs encrypts at rest with a key of its own; these logs hold errors, never inputs or outputs.",
	})
	example.Suppress(chain.Pipeline.Role().Node().FindChild(jsii.String("DefaultPolicy")), example.Rules{
		"AwsSolutions-IAM5": "The actions that deliver logs and send traces know no resource but * (Service Authorization Reference, CloudWatch Logs and X-Ray).",
		"IAMNoInlinePolicy": "The policy is made and deleted with the one role it is for, and can be attached to no other identity.",
	})
}
