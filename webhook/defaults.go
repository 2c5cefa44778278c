package webhook

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/jsii-runtime-go"
)

func endpointDefaults() EndpointProps {
	return EndpointProps{
		// Beyond what any partner documents; who needs more says so.
		MaxBodySize: jsii.Number(1 << 20),
		// The narrowest services an event may pass, SNS and Step Functions, take 256
		// KiB; this leaves room for what they wrap around it.
		InlineLimit: jsii.Number(200 << 10),
		// Half of a new account's 1,000 concurrent functions at 100 ms each would
		// serve ten times that, so partners cannot starve the account's other
		// functions, and its 10,000 requests a second are hardly touched.
		ThrottlingRateLimit: jsii.Number(500),
		// A partner that was down sends what has gathered all at once.
		ThrottlingBurstLimit: jsii.Number(1000),
	}
}

func functionDefaults() awslambda.FunctionProps {
	return awslambda.FunctionProps{
		Description: jsii.String("Verifies partner webhooks and publishes their events"),
		// Senders wait 3 to 30 seconds; the function answers earlier by itself.
		Timeout: awscdk.Duration_Seconds(jsii.Number(10)),
	}
}

func apiDefaults() awsapigateway.RestApiProps {
	return awsapigateway.RestApiProps{
		EndpointTypes: &[]awsapigateway.EndpointType{awsapigateway.EndpointType_REGIONAL},
		// Without it a stage with access logs cannot be deployed to a new account.
		// Said here, because a feature flag changes the CDK's own default. The CDK
		// retains it: it is one for the account, and other APIs may rely on it.
		CloudWatchRole: jsii.Bool(true),
	}
}

func stageDefaults() awsapigateway.StageOptions {
	return awsapigateway.StageOptions{
		StageName: jsii.String("prod"),
		// Execution logs can hold header values, and so a partner's secret.
		LoggingLevel: awsapigateway.MethodLoggingLevel_OFF,
	}
}

func accessLogDefaults() awslogs.LogGroupProps {
	// As long as the function's own log, which it is read together with.
	return awslogs.LogGroupProps{Retention: awslogs.RetentionDays_ONE_MONTH}
}

func tableDefaults() awsdynamodb.TableProps {
	return awsdynamodb.TableProps{
		// Webhooks come in bursts, and a claim is two small writes.
		BillingMode: awsdynamodb.BillingMode_PAY_PER_REQUEST,
		// It holds ids that end by themselves; without it, duplicates pass.
		RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
	}
}

func bucketDefaults() awss3.BucketProps {
	return awss3.BucketProps{
		Encryption:        awss3.BucketEncryption_S3_MANAGED,
		BlockPublicAccess: awss3.BlockPublicAccess_BLOCK_ALL(),
		EnforceSSL:        jsii.Bool(true),
		ObjectOwnership:   awss3.ObjectOwnership_BUCKET_OWNER_ENFORCED,
		LifecycleRules: &[]*awss3.LifecycleRule{{
			// A quarter outlasts the retries, dead-letter queues and replays of whoever
			// reads the events.
			Expiration: awscdk.Duration_Days(jsii.Number(90)),
		}},
	}
}

func secretDefaults(path string) awssecretsmanager.SecretProps {
	return awssecretsmanager.SecretProps{
		Description: jsii.String("Secret of the webhook partner " + path + ": put the partner's value here, or this one into the partner's console"),
		// For partners that let us choose. No punctuation: it has to survive consoles
		// and the path of a URL. A change here would make CloudFormation replace the
		// values of all secrets there are.
		GenerateSecretString: &awssecretsmanager.SecretStringGenerator{
			PasswordLength:     jsii.Number(48),
			ExcludePunctuation: jsii.Bool(true),
		},
	}
}

func alarmsDefaults() AlarmsProps {
	return AlarmsProps{
		// A few stray requests reach every public address; a partner whose secret is
		// wrong retries every event and is soon above this.
		Rejected: jsii.Number(20),
		// Each is an event that a partner has to send again.
		Failed: jsii.Number(1),
	}
}
