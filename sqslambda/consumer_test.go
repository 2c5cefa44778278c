package sqslambda_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/internal/cdktest"
	"github.com/mediasupplychain/cdk/sqslambda"
	"github.com/mediasupplychain/cdk/testkit"
)

func TestDefaults(t *testing.T) {
	stack := testkit.NewStack(t)
	c := newConsumer(stack, &sqslambda.ConsumerProps{GoPackage: goPackage()})

	assert.Equal(t, map[string]any{
		"SqsManagedSseEnabled": true,
		"VisibilityTimeout":    180,
		"RedrivePolicy": map[string]any{
			"deadLetterTargetArn": cdktest.Resolved(t, stack, c.DeadLetterQueue.QueueArn()),
			"maxReceiveCount":     5,
		},
	}, cdktest.PropertiesOf(t, c.Queue))
	assert.Equal(t, map[string]any{"SqsManagedSseEnabled": true, "MessageRetentionPeriod": 1209600},
		cdktest.PropertiesOf(t, c.DeadLetterQueue))
	assert.Equal(t, map[string]any{
		"EventSourceArn":        cdktest.Resolved(t, stack, c.Queue.QueueArn()),
		"FunctionName":          cdktest.Resolved(t, stack, c.Function.FunctionName()),
		"BatchSize":             10,
		"FunctionResponseTypes": []any{"ReportBatchItemFailures"},
	}, cdktest.PropertiesOf(t, c.Mapping))

	function := cdktest.PropertiesOf(t, c.Function)
	assert.Equal(t, "provided.al2023", function["Runtime"])
	assert.Equal(t, []any{"arm64"}, function["Architectures"])
	assert.Equal(t, 256, function["MemorySize"])
	assert.Equal(t, 30, function["Timeout"])
	assert.Equal(t, map[string]any{"LogFormat": "JSON", "LogGroup": cdktest.Resolved(t, stack, c.LogGroup.LogGroupName())}, function["LoggingConfig"])
	assert.Equal(t, map[string]any{"Variables": map[string]any{
		"DEAD_LETTER_QUEUE_URL": cdktest.Resolved(t, stack, c.DeadLetterQueue.QueueUrl()),
	}}, function["Environment"])
	assert.Nil(t, function["TracingConfig"])
	assert.Equal(t, 30, cdktest.PropertiesOf(t, c.LogGroup)["RetentionInDays"])
	assert.Empty(t, cdktest.Warnings(t, stack))
}

func TestQueuesRefuseConnectionsWithoutTLS(t *testing.T) {
	stack := testkit.NewStack(t)
	newConsumer(stack, &sqslambda.ConsumerProps{GoPackage: goPackage()})

	policies := cdktest.Properties(t, stack, "AWS::SQS::QueuePolicy")
	assert.Len(t, policies, 2)
	for _, policy := range policies {
		statements := policy["PolicyDocument"].(map[string]any)["Statement"].([]any)
		require.Len(t, statements, 1)
		statement := statements[0].(map[string]any)
		assert.Equal(t, "Deny", statement["Effect"])
		assert.Equal(t, map[string]any{"Bool": map[string]any{"aws:SecureTransport": "false"}}, statement["Condition"])
	}
}

func TestAFifoConsumerIsFifoThroughout(t *testing.T) {
	for name, p := range map[string]sqslambda.ConsumerProps{
		"said":                 {Fifo: jsii.Bool(true)},
		"said of the queue":    {QueueProps: &awssqs.QueueProps{Fifo: jsii.Bool(true)}},
		"by the queue's name":  {QueueProps: &awssqs.QueueProps{QueueName: jsii.String("renditions.fifo")}},
		"by deduplication":     {QueueProps: &awssqs.QueueProps{ContentBasedDeduplication: jsii.Bool(true)}},
		"by high throughput":   {QueueProps: &awssqs.QueueProps{FifoThroughputLimit: awssqs.FifoThroughputLimit_PER_MESSAGE_GROUP_ID}},
		"by deduplication for": {QueueProps: &awssqs.QueueProps{DeduplicationScope: awssqs.DeduplicationScope_MESSAGE_GROUP}},
	} {
		t.Run(name, func(t *testing.T) {
			stack := testkit.NewStack(t)
			p.GoPackage = goPackage()
			c := newConsumer(stack, &p)
			assert.Equal(t, true, cdktest.PropertiesOf(t, c.Queue)["FifoQueue"])
			assert.Equal(t, true, cdktest.PropertiesOf(t, c.DeadLetterQueue)["FifoQueue"])
		})
	}
}

func TestOverridesReachTheTemplateAndTheCallersPropsStayAsTheyWere(t *testing.T) {
	stack := testkit.NewStack(t)
	logs := awslogs.NewLogGroup(stack, jsii.String("Logs"), nil)
	function := &awslambda.FunctionProps{
		Architecture: awslambda.Architecture_X86_64(),
		Timeout:      awscdk.Duration_Seconds(jsii.Number(60)),
		MemorySize:   jsii.Number(512),
		Environment:  &map[string]*string{"TABLE": jsii.String("assets")},
		LogGroup:     logs,
	}
	given := sqslambda.ConsumerProps{
		GoPackage:            goPackage(),
		FunctionProps:        function,
		Tracing:              jsii.Bool(true),
		QueueProps:           &awssqs.QueueProps{RetentionPeriod: awscdk.Duration_Days(jsii.Number(7))},
		DeadLetterQueueProps: &awssqs.QueueProps{RetentionPeriod: awscdk.Duration_Days(jsii.Number(10))},
		MaxReceiveCount:      jsii.Number(8),
		BatchSize:            jsii.Number(100),
		BatchingWindow:       awscdk.Duration_Seconds(jsii.Number(20)),
		MaxConcurrency:       jsii.Number(4),
		MappingProps:         &awslambda.EventSourceMappingProps{Enabled: jsii.Bool(false)},
	}
	before := given
	c := newConsumer(stack, &given)

	assert.Equal(t, before, given)
	assert.Equal(t, map[string]*string{"TABLE": jsii.String("assets")}, *function.Environment)
	assert.Nil(t, function.Code)

	queue := cdktest.PropertiesOf(t, c.Queue)
	assert.Equal(t, 604800, queue["MessageRetentionPeriod"])
	assert.Equal(t, 380, queue["VisibilityTimeout"], "6 × 60 s + 20 s of window")
	assert.Equal(t, 8, queue["RedrivePolicy"].(map[string]any)["maxReceiveCount"])
	assert.Equal(t, true, queue["SqsManagedSseEnabled"], "a default that was not overridden")
	assert.Equal(t, 864000, cdktest.PropertiesOf(t, c.DeadLetterQueue)["MessageRetentionPeriod"])

	properties := cdktest.PropertiesOf(t, c.Function)
	assert.Equal(t, []any{"x86_64"}, properties["Architectures"])
	assert.Equal(t, 512, properties["MemorySize"])
	assert.Equal(t, map[string]any{"Mode": "Active"}, properties["TracingConfig"])
	assert.Equal(t, map[string]any{"Variables": map[string]any{
		"TABLE":                 "assets",
		"DEAD_LETTER_QUEUE_URL": cdktest.Resolved(t, stack, c.DeadLetterQueue.QueueUrl()),
	}}, properties["Environment"])
	assert.Nil(t, c.LogGroup)

	mapping := cdktest.PropertiesOf(t, c.Mapping)
	assert.Equal(t, 100, mapping["BatchSize"])
	assert.Equal(t, 20, mapping["MaximumBatchingWindowInSeconds"])
	assert.Equal(t, map[string]any{"MaximumConcurrency": 4}, mapping["ScalingConfig"])
	assert.Equal(t, false, mapping["Enabled"])
}

func TestTheFunctionMayDoWhatItNeedsAndNoMore(t *testing.T) {
	stack := testkit.NewStack(t)
	c := newConsumer(stack, &sqslambda.ConsumerProps{GoPackage: goPackage()})

	assert.Equal(t, []map[string]any{
		{
			"Effect":   "Allow",
			"Action":   []any{"sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"},
			"Resource": cdktest.Resolved(t, stack, c.Queue.QueueArn()),
		},
		{
			"Effect":   "Allow",
			"Action":   "sqs:SendMessage",
			"Resource": cdktest.Resolved(t, stack, c.DeadLetterQueue.QueueArn()),
		},
	}, cdktest.Statements(t, cdktest.PropertiesOf(t, c.Policy)))
	assert.Len(t, cdktest.Properties(t, stack, "AWS::IAM::Policy"), 1)
}

func TestAFunctionThatNeverBacksOffNeedsNoPermissionForIt(t *testing.T) {
	c := newConsumer(testkit.NewStack(t), &sqslambda.ConsumerProps{GoPackage: goPackage(), DisableBackoff: jsii.Bool(true)})

	assert.Equal(t, []any{"sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"},
		cdktest.Statements(t, cdktest.PropertiesOf(t, c.Policy))[0]["Action"])
}

func TestTheMappingWaitsForThePermission(t *testing.T) {
	stack := testkit.NewStack(t)
	c := newConsumer(stack, &sqslambda.ConsumerProps{GoPackage: goPackage()})
	var policy awscdk.CfnElement
	jsii.UnsafeCast(c.Policy.Node().DefaultChild(), &policy)
	for _, resource := range cdktest.Resources(t, stack) {
		if resource["Type"] == "AWS::Lambda::EventSourceMapping" {
			assert.Equal(t, []any{stack.Resolve(policy.LogicalId())}, resource["DependsOn"])
		}
	}
}

func TestACustomerManagedKeyProtectsBothQueuesAndTheFunctionMayUseIt(t *testing.T) {
	stack := testkit.NewStack(t)
	key := awskms.NewKey(stack, jsii.String("Key"), nil)
	c := newConsumer(stack, &sqslambda.ConsumerProps{
		GoPackage:      goPackage(),
		QueueProps:     &awssqs.QueueProps{EncryptionMasterKey: key},
		SenderAccounts: jsii.Strings("111122223333"),
	})

	arn := cdktest.Resolved(t, stack, key.KeyArn())
	assert.Equal(t, arn, cdktest.PropertiesOf(t, c.Queue)["KmsMasterKeyId"])
	assert.Equal(t, arn, cdktest.PropertiesOf(t, c.DeadLetterQueue)["KmsMasterKeyId"])
	statements := cdktest.Statements(t, cdktest.PropertiesOf(t, c.Policy))
	assert.Equal(t, map[string]any{
		"Effect": "Allow", "Action": []any{"kms:Decrypt", "kms:GenerateDataKey"}, "Resource": arn,
	}, statements[2])
	assert.Len(t, statements, 3)

	ofKey := cdktest.PropertiesOf(t, key)["KeyPolicy"].(map[string]any)["Statement"].([]any)
	assert.Equal(t, map[string]any{
		"Sid":       "SenderAccounts",
		"Effect":    "Allow",
		"Principal": map[string]any{"AWS": root("111122223333")},
		"Action":    []any{"kms:Decrypt", "kms:GenerateDataKey"},
		"Resource":  "*",
		"Condition": map[string]any{"StringEquals": map[string]any{"aws:PrincipalAccount": []any{"111122223333"}}},
	}, ofKey[len(ofKey)-1])
	assert.Empty(t, cdktest.Warnings(t, stack))
}

func TestTwoKeysAreGrantedOnTheirOwn(t *testing.T) {
	stack := testkit.NewStack(t)
	key, other := awskms.NewKey(stack, jsii.String("Key"), nil), awskms.NewKey(stack, jsii.String("Other"), nil)
	c := newConsumer(stack, &sqslambda.ConsumerProps{
		GoPackage:            goPackage(),
		QueueProps:           &awssqs.QueueProps{EncryptionMasterKey: key},
		DeadLetterQueueProps: &awssqs.QueueProps{EncryptionMasterKey: other},
	})
	statements := cdktest.Statements(t, cdktest.PropertiesOf(t, c.Policy))
	require.Len(t, statements, 4)
	assert.Equal(t, map[string]any{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": cdktest.Resolved(t, stack, key.KeyArn())}, statements[2])
	assert.Equal(t, map[string]any{"Effect": "Allow", "Action": []any{"kms:Decrypt", "kms:GenerateDataKey"}, "Resource": cdktest.Resolved(t, stack, other.KeyArn())}, statements[3])
}

func TestGrants(t *testing.T) {
	for name, c := range map[string]struct {
		grant   func(c *sqslambda.Consumer, to awsiam.IGrantable)
		actions []any
	}{
		"send": {
			func(c *sqslambda.Consumer, to awsiam.IGrantable) { c.GrantSendMessages(to) },
			[]any{"sqs:SendMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl"},
		},
		"consume": {
			func(c *sqslambda.Consumer, to awsiam.IGrantable) { c.GrantConsumeMessages(to) },
			[]any{"sqs:ReceiveMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueUrl", "sqs:DeleteMessage", "sqs:GetQueueAttributes"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			stack := testkit.NewStack(t)
			consumer := newConsumer(stack, &sqslambda.ConsumerProps{GoPackage: goPackage()})
			user := awsiam.NewUser(stack, jsii.String("Operator"), nil)
			c.grant(consumer, user)
			policy := user.Node().FindChild(jsii.String("DefaultPolicy"))
			assert.Equal(t, []map[string]any{{
				"Effect": "Allow", "Action": c.actions, "Resource": cdktest.Resolved(t, stack, consumer.Queue.QueueArn()),
			}}, cdktest.Statements(t, cdktest.PropertiesOf(t, policy)))
		})
	}
}

func TestMetrics(t *testing.T) {
	stack := testkit.NewStack(t)
	c := newConsumer(stack, &sqslambda.ConsumerProps{GoPackage: goPackage()})

	dead, oldest, waiting := c.MetricDeadLetters(nil), c.MetricOldestMessage(nil), c.MetricMessagesWaiting(nil)
	assert.Equal(t, "AWS/SQS ApproximateNumberOfMessagesVisible Maximum", *dead.Namespace()+" "+*dead.MetricName()+" "+*dead.Statistic())
	assert.Equal(t, map[string]any{"QueueName": stack.Resolve(c.DeadLetterQueue.QueueName())}, stack.Resolve(dead.Dimensions()))
	assert.Equal(t, "AWS/SQS ApproximateAgeOfOldestMessage Maximum", *oldest.Namespace()+" "+*oldest.MetricName()+" "+*oldest.Statistic())
	assert.Equal(t, map[string]any{"QueueName": stack.Resolve(c.Queue.QueueName())}, stack.Resolve(oldest.Dimensions()))
	assert.Equal(t, "AWS/SQS ApproximateNumberOfMessagesVisible Maximum", *waiting.Namespace()+" "+*waiting.MetricName()+" "+*waiting.Statistic())
	assert.Equal(t, map[string]any{"QueueName": stack.Resolve(c.Queue.QueueName())}, stack.Resolve(waiting.Dimensions()))
}

func TestTwoInTheSameStackAndTheIDs(t *testing.T) {
	stack := testkit.NewStack(t)
	newConsumer(stack, &sqslambda.ConsumerProps{GoPackage: goPackage(), SenderAccounts: jsii.Strings("111122223333")})
	sqslambda.NewConsumer(stack, jsii.String("Captions"), &sqslambda.ConsumerProps{GoPackage: goPackage(), Fifo: jsii.Bool(true)})
	testkit.LogicalIDs(t, stack)
}

func TestItIsAConstruct(t *testing.T) {
	cdktest.IsAConstruct(t, newConsumer(testkit.NewStack(t), &sqslambda.ConsumerProps{GoPackage: goPackage()}))
}

func TestTheTemplateDependsOnNoFeatureFlag(t *testing.T) {
	testkit.SameWithFlags(t, func(stack awscdk.Stack) {
		key := awskms.NewKey(stack, jsii.String("Key"), nil)
		c := newConsumer(stack, &sqslambda.ConsumerProps{
			GoPackage:           goPackage(),
			QueueProps:          &awssqs.QueueProps{EncryptionMasterKey: key},
			SenderAccounts:      jsii.Strings("444455556666", "111122223333"),
			SenderOrganizations: jsii.Strings("o-a1b2c3d4e5"),
			SenderPrincipals:    jsii.Strings("arn:aws:iam::777788889999:role/farm"),
		})
		c.AddAlarms(alarmAction(stack), nil)
	})
}

// The CDK itself sorts the two actions of X-Ray by feature flag.
func TestWithTracingTheTemplateDependsOnOneFeatureFlag(t *testing.T) {
	testkit.SameWithFlags(t, func(stack awscdk.Stack) {
		newConsumer(stack, &sqslambda.ConsumerProps{GoPackage: goPackage(), Tracing: jsii.Bool(true)})
	}, "@aws-cdk/aws-iam:minimizePolicies")
}

// root is the principal of an account, as CloudFormation has it.
func root(account string) map[string]any {
	return map[string]any{"Fn::Join": []any{"", []any{"arn:", map[string]any{"Ref": "AWS::Partition"}, ":iam::" + account + ":root"}}}
}
