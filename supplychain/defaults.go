package supplychain

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"
)

// Durations are numbers of seconds here, because the CDK takes several calls to
// make one and to tell its length.
const (
	minute = 60
	day    = 24 * 60 * minute
	year   = 365 * day // the longest that an execution may take (Step Functions quotas)

	// The longest that Lambda lets a function take: the function's own timeout ends it before.
	functionTimeout = 15 * minute
	// A partner's working day, and the night in between.
	partnerTimeout = day
	// Long enough for a weekend.
	approvalTimeout = 3 * day
	// Longer than any partner's retries that we know of, and as long as SQS can keep a message.
	claimHorizon = 14 * day
	// Lateness is counted in hours; five minutes more are not late.
	watchInterval = 5 * minute
)

func functionStageDefaults() FunctionStageProps {
	return FunctionStageProps{
		// What passes by itself has passed by then; what does not should fail soon.
		Attempts:    jsii.Number(3),
		OnExhausted: FailRun(),
	}
}

func partnerStageDefaults() PartnerStageProps {
	return PartnerStageProps{
		// Asking again may cost again.
		Attempts:    jsii.Number(1),
		OnExhausted: FailRun(),
	}
}

func approvalStageDefaults() ApprovalStageProps { return ApprovalStageProps{OnRejected: FailRun()} }

func taskStageDefaults() TaskStageProps { return TaskStageProps{OnExhausted: FailRun()} }

// retry is for errors of DynamoDB that can pass; a condition that fails cannot.
// A transaction of the intake's on the same item is one of them. The names are
// those of the AWS SDK for Java 2.x, with which Step Functions calls (Step
// Functions developer guide, "Learning to use AWS service SDK integrations").
func retry() map[string]any {
	return map[string]any{
		"ErrorEquals": []any{
			"DynamoDb.ThrottlingException", "DynamoDb.ProvisionedThroughputExceededException", "DynamoDb.RequestLimitExceededException",
			"DynamoDb.TransactionConflictException", "DynamoDb.InternalServerErrorException", "DynamoDb.SdkClientException",
		},
		// About five minutes in all; the run must not fail for a bad minute of DynamoDB.
		"IntervalSeconds": 1, "BackoffRate": 2, "MaxDelaySeconds": 60, "MaxAttempts": 10, "JitterStrategy": "FULL",
	}
}

// retryLambda is for trouble of Lambda's own (Step Functions developer guide,
// "Handle transient Lambda service exceptions").
func retryLambda() map[string]any {
	return map[string]any{
		"ErrorEquals": []any{
			"Lambda.ServiceException", "Lambda.AWSLambdaException", "Lambda.SdkClientException", "Lambda.TooManyRequestsException",
		},
		"IntervalSeconds": 1, "BackoffRate": 2, "MaxDelaySeconds": 60, "MaxAttempts": 10, "JitterStrategy": "FULL",
	}
}

// retryAttempts is for errors of the user's function.
func retryAttempts(attempts float64) map[string]any {
	return map[string]any{
		"ErrorEquals":     []any{"States.TaskFailed", "States.Timeout"},
		"IntervalSeconds": 5, "BackoffRate": 3, "MaxDelaySeconds": 300, "MaxAttempts": int(attempts) - 1, "JitterStrategy": "FULL",
	}
}

func supplyChainDefaults() SupplyChainProps {
	return SupplyChainProps{
		// Two runs of one asset at a time is what nobody means; who wants the second
		// start to count says how.
		SecondStart: Refuse,
	}
}

func tableDefaults() awsdynamodb.TableProps {
	return awsdynamodb.TableProps{
		// Events come in bursts, and nights are quiet.
		BillingMode: awsdynamodb.BillingMode_PAY_PER_REQUEST,
		// The table is the truth: it outlives mistakes and the stack.
		PointInTimeRecoverySpecification: &awsdynamodb.PointInTimeRecoverySpecification{PointInTimeRecoveryEnabled: jsii.Bool(true)},
		DeletionProtection:               jsii.Bool(true),
		RemovalPolicy:                    awscdk.RemovalPolicy_RETAIN,
	}
}

func bucketDefaults() awss3.BucketProps {
	return awss3.BucketProps{
		Encryption:        awss3.BucketEncryption_S3_MANAGED,
		BlockPublicAccess: awss3.BlockPublicAccess_BLOCK_ALL(),
		EnforceSSL:        jsii.Bool(true),
		ObjectOwnership:   awss3.ObjectOwnership_BUCKET_OWNER_ENFORCED,
		LifecycleRules: &[]*awss3.LifecycleRule{{
			// A payload is looked at again in its first weeks, hardly ever later.
			Transitions: &[]*awss3.Transition{{
				StorageClass:    awss3.StorageClass_INTELLIGENT_TIERING(),
				TransitionAfter: awscdk.Duration_Days(jsii.Number(30)),
			}},
			// The history refers to the payloads: long enough for any dispute about a delivery.
			Expiration:                          awscdk.Duration_Days(jsii.Number(400)),
			AbortIncompleteMultipartUploadAfter: awscdk.Duration_Days(jsii.Number(1)),
		}},
		// What the table refers to stays as long as the table does.
		RemovalPolicy: awscdk.RemovalPolicy_RETAIN,
	}
}

// streamDefaults are the properties of the mapping of the table's stream.
func streamDefaults() awslambda.EventSourceMappingProps {
	return awslambda.EventSourceMappingProps{
		// A new table has nothing before its first record, and must not lose that.
		StartingPosition: awslambda.StartingPosition_TRIM_HORIZON,
		// A record is one small write; the function works on several assets at once.
		BatchSize: jsii.Number(100),
		// The outbox puts aside by itself what can never succeed, and an error means
		// that something passes: splitting the batch would not help.
		BisectBatchOnError: jsii.Bool(false),
		// A stream keeps records for 24 hours. Ending before that leaves a message
		// with the place of the records in the dead-letter queue; without an end they
		// would be gone without one.
		MaxRecordAge: awscdk.Duration_Hours(jsii.Number(23)),
	}
}

func pipelineLogDefaults() awslogs.LogGroupProps {
	// As long as the functions' logs, which they are read together with.
	return awslogs.LogGroupProps{Retention: awslogs.RetentionDays_ONE_MONTH}
}

func sourceDefaults() SourceProps {
	return SourceProps{
		// A hundred events at once, in batches of ten: about a thousand a second, and
		// a fraction of an account's concurrency.
		MaxConcurrency: jsii.Number(10),
	}
}

func sourceAlarmAge() awscdk.Duration {
	// As for every queue: long enough for the retries of one message, which are normal.
	return awscdk.Duration_Minutes(jsii.Number(15))
}

func alarmsDefaults() AlarmsProps {
	return AlarmsProps{
		OldestMessage: sourceAlarmAge(),
		// The outbox needs seconds; minutes mean that partners wait for requests.
		OutboxDelay: awscdk.Duration_Minutes(jsii.Number(5)),
		// One is one too many: a title is not where it should be.
		RunsFailed: jsii.Number(1),
		// Somebody should ask the partner.
		LateStages: jsii.Number(1),
		// New words of a partner: its events have no effect until they are mapped.
		Unmapped: jsii.Number(1),
	}
}
