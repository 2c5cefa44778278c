package example

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/webhook"
)

// AcceptWebhooks says why the findings of cdk-nag about a webhook endpoint are
// accepted: a public API whose callers prove with a signature who they are.
func AcceptWebhooks(e *webhook.Endpoint, partners ...*webhook.Partner) {
	AcceptFunction(e.Function, e.LogGroup, nil, "API Gateway invokes it and waits: an event that was not handed on is answered with 503, and the partner sends it again.")
	e.AccessLogs.ApplyRemovalPolicy(awscdk.RemovalPolicy_DESTROY)
	Suppress(e.AccessLogs, Rules{"CloudWatchLogGroupEncrypted": encryptedLogs})
	Suppress(e.Policy, Rules{
		"AwsSolutions-IAM5": "The wildcard stands for the objects of one bucket, whose keys are the digests of payloads that are not known before.",
		"IAMNoInlinePolicy": inlinePolicy,
	})
	Suppress(e.API, Rules{
		"AwsSolutions-APIG2": "The function validates requests: the signature is over the raw bytes, which a request validator would not leave alone.",
	})
	Suppress(e.API.Node().FindChild(jsii.String("CloudWatchRole")), Rules{
		"AwsSolutions-IAM4": "AmazonAPIGatewayPushToCloudWatchLogs is the policy that API Gateway asks for to write logs, one for the account.",
	})
	Suppress(e.API.DeploymentStage(), Rules{
		"AwsSolutions-APIG3":            "Requests without a valid signature are refused and the stage is throttled; a web ACL is a property of the construct.",
		"AwsSolutions-APIG6":            "Execution logs can hold header values, and so a partner's secret; access logs are on.",
		"APIGWAssociatedWithWAF":        "Requests without a valid signature are refused and the stage is throttled; a web ACL is a property of the construct.",
		"APIGWCacheEnabledAndEncrypted": "Nothing is cached: each webhook is another event, and its answer is of no use to the next one.",
		"APIGWExecutionLoggingEnabled":  "Execution logs can hold header values, and so a partner's secret; access logs are on.",
		"APIGWSSLEnabled":               "The API has no backend server to which it would show a client certificate: it invokes a Lambda function.",
	})
	if e.Bucket != nil {
		AcceptPayloads(e.Bucket)
	}
	if e.Table != nil {
		const remembered = "It remembers ids of events for some days, to recognise repetitions: nothing of it is worth restoring."
		Suppress(e.Table, Rules{
			"AwsSolutions-DDB3": remembered, "DynamoDBInBackupPlan": remembered, "DynamoDBPITREnabled": remembered, "CKV_AWS_28": remembered,
		})
	}
	const partnersSecret = "The partner makes the signing secret or has it typed in, so nobody can rotate it but with the partner."
	Suppress(e.Configuration, Rules{
		"AwsSolutions-SMG4":             "It holds no secret but the partners' configuration, which the stack writes.",
		"SecretsManagerRotationEnabled": "It holds no secret but the partners' configuration, which the stack writes.",
		"SecretsManagerUsingKMSKey":     "It holds no secret but the partners' configuration, which the stack writes.",
	})
	for _, p := range partners {
		Suppress(p.Resource.Node().FindChild(jsii.String("ANY")), Rules{
			"AwsSolutions-APIG4": "Partners prove who they are with a signature over the body, which no authorizer of API Gateway sees, or a secret of their own.",
			"AwsSolutions-COG4":  "Partners prove who they are with a signature or a secret of their own, and have no users in a pool of ours.",
		})
		Suppress(p.Secret, Rules{
			"AwsSolutions-SMG4":             partnersSecret,
			"SecretsManagerRotationEnabled": partnersSecret,
			"SecretsManagerUsingKMSKey":     "It is encrypted with the key of Secrets Manager; a key of the company's own is a property of the construct.",
		})
	}
}
