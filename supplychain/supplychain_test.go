package supplychain_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatchactions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/internal/cdktest"
	"github.com/mediasupplychain/cdk/internal/chain"
	"github.com/mediasupplychain/cdk/supplychain"
	"github.com/mediasupplychain/cdk/testkit"
)

func TestDefaultsOfTheTable(t *testing.T) {
	stack := testkit.NewStack(t)
	c := newChain(stack, supplychain.Partner("qc", nil))

	table := cdktest.PropertiesOf(t, c.Table)
	assert.Equal(t, []any{
		map[string]any{"AttributeName": "pk", "KeyType": "HASH"}, map[string]any{"AttributeName": "sk", "KeyType": "RANGE"},
	}, table["KeySchema"])
	assert.Equal(t, "PAY_PER_REQUEST", table["BillingMode"])
	assert.Equal(t, true, table["DeletionProtectionEnabled"])
	assert.Equal(t, map[string]any{"PointInTimeRecoveryEnabled": true}, table["PointInTimeRecoverySpecification"])
	assert.Equal(t, map[string]any{"StreamViewType": "NEW_AND_OLD_IMAGES"}, table["StreamSpecification"])
	assert.Equal(t, map[string]any{"AttributeName": "expiresAt", "Enabled": true}, table["TimeToLiveSpecification"])
	assert.Nil(t, table["SSESpecification"], "a key that AWS owns")
	assert.Equal(t, "Retain", resourceOf(t, c.Table)["DeletionPolicy"])

	indexes := table["GlobalSecondaryIndexes"].([]any)
	require.Len(t, indexes, 2)
	for i, want := range []string{
		`[{"AttributeName":"waitingOn","KeyType":"HASH"},{"AttributeName":"requestedAt","KeyType":"RANGE"}]`,
		`[{"AttributeName":"timeline","KeyType":"HASH"},{"AttributeName":"timelineAt","KeyType":"RANGE"}]`,
	} {
		index := indexes[i].(map[string]any)
		assert.JSONEq(t, want, cdktest.JSON(t, index["KeySchema"]))
		projection := index["Projection"].(map[string]any)
		assert.Equal(t, "INCLUDE", projection["ProjectionType"])
		assert.NotContains(t, projection["NonKeyAttributes"], "token", "a task token never leaves the table's own items")
	}
}

func TestDefaultsOfTheBucket(t *testing.T) {
	stack := testkit.NewStack(t)
	c := newChain(stack, supplychain.Partner("qc", nil))

	bucket := cdktest.PropertiesOf(t, c.Bucket)
	assert.JSONEq(t, `[{"ServerSideEncryptionByDefault":{"SSEAlgorithm":"AES256"}}]`, cdktest.JSON(t, bucket["BucketEncryption"].(map[string]any)["ServerSideEncryptionConfiguration"]))
	assert.JSONEq(t, `{"BlockPublicAcls":true,"BlockPublicPolicy":true,"IgnorePublicAcls":true,"RestrictPublicBuckets":true}`, cdktest.JSON(t, bucket["PublicAccessBlockConfiguration"]))
	assert.JSONEq(t, `{"Rules":[{"Status":"Enabled","ExpirationInDays":400,"AbortIncompleteMultipartUpload":{"DaysAfterInitiation":1},
		"Transitions":[{"StorageClass":"INTELLIGENT_TIERING","TransitionInDays":30}]}]}`, cdktest.JSON(t, bucket["LifecycleConfiguration"]))
	assert.Equal(t, "Retain", resourceOf(t, c.Bucket)["DeletionPolicy"])
	assert.Contains(t, cdktest.JSON(t, cdktest.One(t, stack, "AWS::S3::BucketPolicy")), `"aws:SecureTransport":"false"`)
}

func TestTheOutboxReadsWhatHasAnEffect(t *testing.T) {
	stack := testkit.NewStack(t)
	c := newChain(stack, supplychain.Partner("qc", nil))

	mapping := cdktest.PropertiesOf(t, c.OutboxMapping)
	filters := mapping["FilterCriteria"].(map[string]any)["Filters"].([]any)
	require.Len(t, filters, 1)
	assert.JSONEq(t, `{"eventName":["INSERT","MODIFY"],"dynamodb":{"Keys":{"sk":{"S":[{"prefix":"A#STAGE#"},{"prefix":"R#"},{"prefix":"H#"}]}}}}`,
		filters[0].(map[string]any)["Pattern"].(string))
	delete(mapping, "FilterCriteria")
	assert.Equal(t, map[string]any{
		"EventSourceArn":             cdktest.Resolved(t, stack, c.Table.TableStreamArn()),
		"FunctionName":               cdktest.Resolved(t, stack, c.Outbox.FunctionName()),
		"BatchSize":                  100,
		"BisectBatchOnFunctionError": false,
		"MaximumRecordAgeInSeconds":  82800,
		"StartingPosition":           "TRIM_HORIZON",
		"DestinationConfig":          map[string]any{"OnFailure": map[string]any{"Destination": cdktest.Resolved(t, stack, c.OutboxDeadLetterQueue.QueueArn())}},
	}, mapping)
}

func TestWhatTheFunctionsAreTold(t *testing.T) {
	stack := testkit.NewStack(t)
	c := newChain(stack,
		supplychain.Partner("qc", nil),
		supplychain.Approval("review", &supplychain.ApprovalStageProps{Deciders: jsii.Strings("ada"), EscalateAfter: minutes(60), EscalateTo: jsii.Strings("grace")}))

	outbox := variables(t, c.Outbox)
	plan, err := chain.DecodePlan(outbox["CHAIN_PLAN"].(string))
	require.NoError(t, err)
	assert.Equal(t, chain.Plan{SecondStart: chain.Refuse, Stages: []chain.StagePlan{
		{Name: "qc", WarnSeconds: 43200}, {Name: "review", WarnSeconds: 1800, Deciders: []string{"ada", "grace"}},
	}}, plan)
	delete(outbox, "CHAIN_PLAN")
	assert.Equal(t, map[string]any{
		"CHAIN_TABLE":           cdktest.Resolved(t, stack, c.Table.TableName()),
		"CHAIN_NAME":            "Stack-Chain",
		"CHAIN_STATE_MACHINE":   cdktest.Resolved(t, stack, c.Pipeline.StateMachineArn()),
		"CHAIN_BUS":             *c.Bus.Name,
		"DEAD_LETTER_QUEUE_URL": cdktest.Resolved(t, stack, c.OutboxDeadLetterQueue.QueueUrl()),
	}, outbox)

	watch := variables(t, c.Watch)
	delete(watch, "CHAIN_PLAN")
	assert.Equal(t, map[string]any{"CHAIN_TABLE": cdktest.Resolved(t, stack, c.Table.TableName()), "CHAIN_NAME": "Stack-Chain"}, watch)

	executions := variables(t, c.Executions.Function)
	delete(executions, "CHAIN_PLAN")
	assert.Equal(t, map[string]any{
		"CHAIN_TABLE": cdktest.Resolved(t, stack, c.Table.TableName()), "CHAIN_SOURCE": "executions", "CHAIN_SOURCE_KIND": "executions",
		"CHAIN_CLAIM_SECONDS":   "1209600",
		"DEAD_LETTER_QUEUE_URL": cdktest.Resolved(t, stack, c.Executions.DeadLetterQueue.QueueUrl()),
	}, executions)
}

func TestTheFunctionsMayDoWhatTheyNeedAndNoMore(t *testing.T) {
	stack := testkit.NewStack(t)
	c := newChain(stack, supplychain.Partner("qc", nil))
	table, machine := cdktest.Resolved(t, stack, c.Table.TableArn()), cdktest.Resolved(t, stack, c.Pipeline.StateMachineArn())

	assert.Equal(t, []map[string]any{
		{"Sid": "ReadStream", "Effect": "Allow", "Action": []any{"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"}, "Resource": joined(table, "/stream/*")},
		{"Sid": "WriteHistory", "Effect": "Allow", "Action": []any{"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"}, "Resource": table},
		{"Sid": "PutEvents", "Effect": "Allow", "Action": "events:PutEvents", "Resource": cdktest.Resolved(t, stack, c.Bus.Bus.EventBusArn())},
		{"Sid": "PutAside", "Effect": "Allow", "Action": "sqs:SendMessage", "Resource": cdktest.Resolved(t, stack, c.OutboxDeadLetterQueue.QueueArn())},
		{"Sid": "RunPipeline", "Effect": "Allow", "Action": []any{"states:SendTaskFailure", "states:SendTaskHeartbeat", "states:SendTaskSuccess", "states:StartExecution"}, "Resource": machine},
		{"Sid": "StopSuperseded", "Effect": "Allow", "Action": "states:StopExecution", "Resource": map[string]any{"Fn::Join": []any{"", []any{
			"arn:", map[string]any{"Ref": "AWS::Partition"}, ":states:", map[string]any{"Ref": "AWS::Region"}, ":", map[string]any{"Ref": "AWS::AccountId"},
			":execution:", cdktest.Resolved(t, stack, c.Pipeline.StateMachineName()), ":*",
		}}}},
	}, cdktest.Statements(t, cdktest.PropertiesOf(t, c.Node().FindChild(jsii.String("OutboxPolicy")))))
	assert.Equal(t, []map[string]any{
		{"Sid": "ReadDue", "Effect": "Allow", "Action": "dynamodb:Query", "Resource": joined(table, "/index/timeline")},
		{"Sid": "WriteHistory", "Effect": "Allow", "Action": "dynamodb:PutItem", "Resource": table},
	}, cdktest.Statements(t, cdktest.PropertiesOf(t, c.Node().FindChild(jsii.String("WatchPolicy")))))
	assert.Equal(t, map[string]any{
		"Sid": "ApplyEvents", "Effect": "Allow", "Resource": table,
		"Action": []any{"dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"},
	}, cdktest.Statements(t, cdktest.PropertiesOf(t, c.Executions.Policy))[2], "and it has no business with the bucket")
	assert.Len(t, cdktest.Statements(t, cdktest.PropertiesOf(t, c.Executions.Policy)), 3)
}

func TestExecutionsThatEndComeBack(t *testing.T) {
	stack := testkit.NewStack(t)
	c := newChain(stack, supplychain.Partner("qc", nil))

	rule := cdktest.PropertiesOf(t, c.Executions.Rule.Rule)
	assert.Equal(t, map[string]any{
		"source": []any{"aws.states"}, "detail-type": []any{"Step Functions Execution Status Change"},
		"detail": map[string]any{
			"stateMachineArn": []any{cdktest.Resolved(t, stack, c.Pipeline.StateMachineArn())},
			"status":          []any{"SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"},
		},
	}, rule["EventPattern"])
	assert.Equal(t, "default", rule["EventBusName"])
	target := rule["Targets"].([]any)[0].(map[string]any)
	assert.Equal(t, cdktest.Resolved(t, stack, c.Executions.Queue.QueueArn()), target["Arn"])
	assert.Equal(t, map[string]any{"Arn": cdktest.Resolved(t, stack, c.Executions.DeadLetterQueue.QueueArn())}, target["DeadLetterConfig"])
}

func TestWatchIsInvokedEachInterval(t *testing.T) {
	stack := testkit.NewStack(t)
	c := newChain(stack, supplychain.Partner("qc", nil))

	rule := cdktest.PropertiesOf(t, c.WatchSchedule)
	assert.Equal(t, "rate(5 minutes)", rule["ScheduleExpression"])
	assert.Equal(t, cdktest.Resolved(t, stack, c.Watch.FunctionArn()), rule["Targets"].([]any)[0].(map[string]any)["Arn"])
	assert.Equal(t, cdktest.Resolved(t, stack, c.WatchSchedule.RuleArn()), cdktest.PropertiesOf(t, c.Node().FindChild(jsii.String("WatchPermission")))["SourceArn"])
}

func TestOverridesReachTheTemplateAndTheCallersPropsStayAsTheyWere(t *testing.T) {
	stack := testkit.NewStack(t)
	given := supplychain.SupplyChainProps{
		Stages:             &[]supplychain.Stage{supplychain.Partner("qc", nil)},
		SecondStart:        supplychain.Supersede,
		Name:               jsii.String("titles"),
		ClaimHorizon:       awscdk.Duration_Days(jsii.Number(30)),
		WatchInterval:      minutes(1),
		TableProps:         &awsdynamodb.TableProps{DeletionProtection: jsii.Bool(false), RemovalPolicy: awscdk.RemovalPolicy_DESTROY},
		BucketProps:        &awss3.BucketProps{Versioned: jsii.Bool(true)},
		FunctionProps:      &awslambda.FunctionProps{Architecture: awslambda.Architecture_X86_64(), Environment: &map[string]*string{"LOG_LEVEL": jsii.String("DEBUG")}},
		OutboxMappingProps: &awslambda.EventSourceMappingProps{ParallelizationFactor: jsii.Number(4)},
		PipelineProps:      &awsstepfunctions.StateMachineProps{Timeout: awscdk.Duration_Days(jsii.Number(60))},
		Tracing:            jsii.Bool(true),
	}
	before := given
	c := supplychain.NewSupplyChain(stack, jsii.String("Chain"), &given)

	assert.Equal(t, before, given)
	assert.Equal(t, map[string]*string{"LOG_LEVEL": jsii.String("DEBUG")}, *given.FunctionProps.Environment)
	assert.Equal(t, "titles", c.Name)
	assert.Equal(t, false, cdktest.PropertiesOf(t, c.Table)["DeletionProtectionEnabled"])
	assert.Equal(t, "Delete", resourceOf(t, c.Table)["DeletionPolicy"])
	assert.Equal(t, map[string]any{"Status": "Enabled"}, cdktest.PropertiesOf(t, c.Bucket)["VersioningConfiguration"])
	assert.Equal(t, 4, cdktest.PropertiesOf(t, c.OutboxMapping)["ParallelizationFactor"])
	assert.Equal(t, "rate(1 minute)", cdktest.PropertiesOf(t, c.WatchSchedule)["ScheduleExpression"])
	assert.Equal(t, map[string]any{"Enabled": true}, cdktest.PropertiesOf(t, c.Pipeline)["TracingConfiguration"])
	assert.Contains(t, definitionText(t, stack), `"TimeoutSeconds":5184000`)
	for _, f := range []awslambda.IFunction{c.Outbox, c.Watch, c.Executions.Function} {
		assert.Equal(t, []any{"x86_64"}, cdktest.PropertiesOf(t, f)["Architectures"])
		assert.Equal(t, map[string]any{"Mode": "Active"}, cdktest.PropertiesOf(t, f)["TracingConfig"])
		assert.Equal(t, "DEBUG", variables(t, f)["LOG_LEVEL"])
	}
	assert.Equal(t, "2592000", variables(t, c.Executions.Function)["CHAIN_CLAIM_SECONDS"])
	assert.Contains(t, variables(t, c.Outbox)["CHAIN_PLAN"], `"secondStart":"supersede"`)
}

func TestExistingBucketAndBus(t *testing.T) {
	stack := testkit.NewStack(t)
	bucket := awss3.NewBucket(stack, jsii.String("Payloads"), nil)
	existing := bus(stack, "Events")
	c := supplychain.NewSupplyChain(stack, jsii.String("Chain"), &supplychain.SupplyChainProps{
		Stages: &[]supplychain.Stage{supplychain.Partner("qc", nil)}, ExistingBucket: bucket, ExistingBus: existing,
	})

	assert.Same(t, bucket, c.Bucket)
	assert.Len(t, cdktest.Properties(t, stack, "AWS::S3::Bucket"), 1)
	assert.Len(t, cdktest.Properties(t, stack, "AWS::Events::EventBus"), 1)
	assert.Empty(t, cdktest.Properties(t, stack, "AWS::Events::Archive"), "the archive of another's bus is not ours to define")
	assert.Equal(t, cdktest.Resolved(t, stack, existing.EventBusName()), variables(t, c.Outbox)["CHAIN_BUS"])
}

func TestACustomerManagedKey(t *testing.T) {
	stack := testkit.NewStack(t)
	key := awskms.NewKey(stack, jsii.String("Key"), nil)
	c := supplychain.NewSupplyChain(stack, jsii.String("Chain"), &supplychain.SupplyChainProps{
		Stages: &[]supplychain.Stage{supplychain.Partner("qc", nil)}, EncryptionKey: key,
	})
	s := c.AddSource("masters", &supplychain.SourceProps{Mapping: masters()})
	arn := cdktest.Resolved(t, stack, key.KeyArn())

	assert.Equal(t, map[string]any{"SSEEnabled": true, "SSEType": "KMS", "KMSMasterKeyId": arn}, cdktest.PropertiesOf(t, c.Table)["SSESpecification"])
	for _, queue := range []awssqs.IQueue{s.Queue, s.DeadLetterQueue, c.OutboxDeadLetterQueue} {
		assert.Equal(t, arn, cdktest.PropertiesOf(t, queue)["KmsMasterKeyId"])
	}
	for name, policy := range map[string]constructs.IConstruct{
		"outbox": c.Node().FindChild(jsii.String("OutboxPolicy")), "watch": c.Node().FindChild(jsii.String("WatchPolicy")), "intake": s.Policy,
		"pipeline": c.Pipeline.Role().Node().FindChild(jsii.String("DefaultPolicy")),
	} {
		assert.Contains(t, cdktest.Statements(t, cdktest.PropertiesOf(t, policy)), map[string]any{
			"Sid": "UseTableKey", "Effect": "Allow", "Resource": arn,
			"Action": []any{"kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"},
		}, name)
	}
}

func TestGrants(t *testing.T) {
	stack := testkit.NewStack(t)
	c := newChain(stack, supplychain.Partner("qc", nil))
	s := c.AddSource("masters", &supplychain.SourceProps{Mapping: masters()})
	role := func(id string) awsiam.Role {
		return awsiam.NewRole(stack, jsii.String(id), &awsiam.RoleProps{AssumedBy: awsiam.NewAccountRootPrincipal()})
	}
	statements := func(r awsiam.Role) []map[string]any {
		return cdktest.Statements(t, cdktest.PropertiesOf(t, r.Node().FindChild(jsii.String("DefaultPolicy"))))
	}
	table := cdktest.Resolved(t, stack, c.Table.TableArn())

	reader, approver, sender, operator, archivist := role("Reader"), role("Approver"), role("Sender"), role("Operator"), role("Archivist")
	c.GrantReadState(reader)
	c.GrantPutEvents(approver)
	s.GrantSendMessages(sender)
	c.GrantRedo(operator)
	c.GrantReadPayloads(archivist)

	assert.Equal(t, []map[string]any{{
		"Effect": "Allow", "Action": []any{"dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"},
		"Resource": []any{table, joined(table, "/index/*")},
	}}, statements(reader))
	assert.Equal(t, []map[string]any{{"Effect": "Allow", "Action": "events:PutEvents", "Resource": cdktest.Resolved(t, stack, c.Bus.Bus.EventBusArn())}}, statements(approver))
	assert.Equal(t, cdktest.Resolved(t, stack, s.Queue.QueueArn()), statements(sender)[0]["Resource"])
	assert.Contains(t, cdktest.JSON(t, statements(operator)), "states:StartExecution")
	assert.Equal(t, []map[string]any{{
		"Effect": "Allow", "Action": "s3:GetObject",
		"Resource": joined(cdktest.Resolved(t, stack, c.Bucket.BucketArn()), "/*"),
	}}, statements(archivist))
}

func TestMetrics(t *testing.T) {
	stack := testkit.NewStack(t)
	c := newChain(stack, supplychain.Partner("qc", nil))
	s := c.AddSource("masters", &supplychain.SourceProps{Mapping: masters()})
	function := func(f awslambda.IFunction) any { return cdktest.Resolved(t, stack, f.FunctionName()) }

	for name, test := range map[string]struct {
		metric     awscloudwatch.Metric
		namespace  string
		dimensions map[string]any
		statistic  string
	}{
		"Events":      {s.MetricEvents("late", nil), "MediaSupplyChain", map[string]any{"FunctionName": function(s.Function), "Fate": "late"}, "Sum"},
		"Unmapped":    {s.MetricUnmapped(nil), "MediaSupplyChain", map[string]any{"FunctionName": function(s.Function)}, "Sum"},
		"EventDelay":  {s.MetricEventDelay(nil), "MediaSupplyChain", map[string]any{"FunctionName": function(s.Function)}, "Average"},
		"RunsEnded":   {c.MetricRunsEnded("Failed", nil), "MediaSupplyChain", map[string]any{"FunctionName": function(c.Executions.Function), "Status": "Failed"}, "Sum"},
		"LateStages":  {c.MetricLateStages("qc", nil), "MediaSupplyChain", map[string]any{"FunctionName": function(c.Watch), "Stage": "qc"}, "Maximum"},
		"OutboxDelay": {c.MetricOutboxDelay(nil), "MediaSupplyChain", map[string]any{"FunctionName": function(c.Outbox)}, "Maximum"},
		"IteratorAge": {c.MetricOutboxAge(nil), "AWS/Lambda", map[string]any{"FunctionName": function(c.Outbox)}, "Maximum"},
		"ExecutionsFailed": {
			c.MetricRunsFailed(nil), "AWS/States", map[string]any{"StateMachineArn": cdktest.Resolved(t, stack, c.Pipeline.StateMachineArn())}, "Sum",
		},
		"ApproximateNumberOfMessagesVisible": {
			s.MetricDeadLetters(nil), "AWS/SQS", map[string]any{"QueueName": cdktest.Resolved(t, stack, s.DeadLetterQueue.QueueName())}, "Maximum",
		},
	} {
		assert.Equal(t, test.namespace, *test.metric.Namespace(), name)
		assert.Equal(t, name, *test.metric.MetricName())
		assert.Equal(t, test.dimensions, cdktest.Resolved(t, stack, test.metric.Dimensions()), name)
		assert.Equal(t, test.statistic, *test.metric.Statistic(), name)
	}
}

// The rule's Ref differs between buses; its ARN says the name on any.
func TestMetricsOfARuleOnTheOwnBusTakeItsNameFromTheARN(t *testing.T) {
	stack := testkit.NewStack(t)
	c := newChain(stack, supplychain.Approval("review", nil))

	dimensions := cdktest.JSON(t, cdktest.Resolved(t, stack, c.Approvals.Rule.MetricInvocations(nil).Dimensions()))

	assert.NotContains(t, dimensions, "|")
	arn := cdktest.JSON(t, cdktest.Resolved(t, stack, c.Approvals.Rule.Rule.RuleArn()))
	assert.Contains(t, dimensions, `{"Fn::Select":[2,{"Fn::Split":["/",`+arn+`]}]}`)
}

func operators(stack awscdk.Stack) awscloudwatch.IAlarmAction {
	return awscloudwatchactions.NewSnsAction(awssns.NewTopic(stack, jsii.String("Operators"), nil))
}

func TestAlarmsOfEverythingThatIsThereAndThatComesLater(t *testing.T) {
	stack := testkit.NewStack(t)
	c := newChain(stack, supplychain.Partner("qc", nil), supplychain.Approval("review", nil))
	c.AddSource("before", &supplychain.SourceProps{Mapping: masters()})
	alarms := c.AddAlarms(operators(stack), &supplychain.AlarmsProps{RunsFailed: jsii.Number(3)})
	c.AddSource("after", &supplychain.SourceProps{Topic: fifoTopic(stack), Mapping: answers("qc")})
	c.OnStageRequested("qc", &supplychain.QueueTarget{Queue: awssqs.NewQueue(stack, jsii.String("Adapter"), nil)})

	var described []string
	for _, alarm := range cdktest.All(t, stack, "AWS::CloudWatch::Alarm") {
		described = append(described, alarm["AlarmDescription"].(string))
		assert.Len(t, alarm["AlarmActions"], 1)
		assert.Equal(t, "notBreaching", alarm["TreatMissingData"])
	}
	for _, name := range []string{"before", "after", "executions", "approvals"} {
		assert.Contains(t, described, "Events of the source "+name+" could not be applied. Their attribute DeadLetterReason says why.")
	}
	assert.Contains(t, described, "SNS could not deliver events of the source after to its queue.")
	assert.Contains(t, described, "Events were not delivered to a target of an EventBridge rule. Their message attribute ERROR_MESSAGE says why.")
	assert.Equal(t, 3, cdktest.PropertiesOf(t, alarms.RunsFailed)["Threshold"])
	assert.Equal(t, 300000, cdktest.PropertiesOf(t, alarms.OutboxAge)["Threshold"], "5 minutes in milliseconds")
	assert.Len(t, alarms.LateStages, 2)

	err := cdktest.Problems(t, func() {
		c.AddAlarms(nil, &supplychain.AlarmsProps{RunsFailed: jsii.Number(0), OutboxDelay: awscdk.Duration_Seconds(jsii.Number(5))})
	})
	assert.EqualError(t, err, `supplychain.SupplyChain.AddAlarms "Stack/Chain/Alarms": invalid properties:
- action is required
- OutboxDelay must be between 60 and 86400 seconds, got 5
- RunsFailed must be between 1 and 1000000000, got 0
- the alarms exist already: add further actions to the ones that the first call returned`)
}

func TestTheDashboardHasARowForEachSource(t *testing.T) {
	stack := testkit.NewStack(t)
	c := newChain(stack, supplychain.Partner("qc", nil))
	c.AddSource("before", &supplychain.SourceProps{Mapping: masters()})
	c.AddDashboard()
	c.AddSource("after", &supplychain.SourceProps{Mapping: answers("qc")})

	body := cdktest.JSON(t, cdktest.One(t, stack, "AWS::CloudWatch::Dashboard")["DashboardBody"])
	for _, title := range []string{"Runs that ended", "Assets that wait too long, by stage", "before: events by fate", "after: events by fate", "executions: intake"} {
		assert.Contains(t, body, title)
	}
}

func TestItIsAConstruct(t *testing.T) {
	c := newChain(testkit.NewStack(t), supplychain.Partner("qc", nil))
	cdktest.IsAConstruct(t, c)
	other := newChain(testkit.NewStack(t), supplychain.Partner("qc", nil))
	cdktest.IsAConstruct(t, other.AddSource("masters", &supplychain.SourceProps{Mapping: masters()}))
}

// everything is two supply chains with all that they can have.
func everything(stack awscdk.Stack) {
	topic, events := fifoTopic(stack), bus(stack, "Events")
	for _, id := range []string{"Chain", "Other"} {
		// Imported, since flags change the CDK's own functions.
		metadata := awslambda.Function_FromFunctionArn(stack, jsii.String(id+"Metadata"), jsii.String("arn:aws:lambda:eu-west-1:111122223333:function:metadata"))
		c := supplychain.NewSupplyChain(stack, jsii.String(id), &supplychain.SupplyChainProps{Stages: &[]supplychain.Stage{
			supplychain.Function("metadata", &supplychain.FunctionStageProps{Function: metadata}),
			supplychain.Partner("qc", nil), supplychain.Approval("review", nil),
		}})
		c.AddSource("masters", &supplychain.SourceProps{Topic: topic, Mapping: masters()})
		c.AddSource("qc", &supplychain.SourceProps{Bus: events, Pattern: everyEvent(), Mapping: answers("qc")})
		c.AddSource("farm", &supplychain.SourceProps{SenderAccounts: jsii.Strings("111122223333"), Mapping: answers("qc")})
		c.OnStageRequested("qc", &supplychain.BusTarget{Bus: events})
		c.OnStageRequested("qc", &supplychain.BusTarget{Bus: events})
		c.OnStageCompleted("qc", &supplychain.BusTarget{Bus: events})
		c.OnRunEnded("Ended", &supplychain.BusTarget{Bus: events})
	}
}

func TestTwoOfEverythingAndTheirIDs(t *testing.T) {
	stack := testkit.NewStack(t)
	everything(stack)
	testkit.LogicalIDs(t, stack)
}

// The statement about logs in the pipeline's role is the CDK's, which sorts its
// actions by this flag.
func TestFlagsChangeNothing(t *testing.T) {
	testkit.SameWithFlags(t, everything, "@aws-cdk/aws-iam:minimizePolicies")
}

func resourceOf(t *testing.T, construct constructs.IConstruct) map[string]any {
	t.Helper()
	var cfn awscdk.CfnElement
	jsii.UnsafeCast(construct.Node().DefaultChild(), &cfn)
	stack := awscdk.Stack_Of(construct)
	return cdktest.Resources(t, stack)[stack.Resolve(cfn.LogicalId()).(string)]
}

// variables of a function's environment.
func variables(t *testing.T, f awslambda.IFunction) map[string]any {
	t.Helper()
	return cdktest.PropertiesOf(t, f)["Environment"].(map[string]any)["Variables"].(map[string]any)
}

// joined is what CloudFormation makes of a token with text behind it.
func joined(token any, text string) any {
	return map[string]any{"Fn::Join": []any{"", []any{token, text}}}
}
