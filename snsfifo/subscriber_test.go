package snsfifo_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/internal/cdktest"
	"github.com/mediasupplychain/cdk/snsfifo"
	"github.com/mediasupplychain/cdk/testkit"
)

func TestSubscriberDefaults(t *testing.T) {
	stack := testkit.NewStack(t)
	topic := newTopic(stack, nil)
	s := newSubscriber(stack, snsfifo.SubscriberProps{Topic: topic.Topic})

	assert.Equal(t, map[string]any{
		"FifoQueue":            true,
		"SqsManagedSseEnabled": true,
		"VisibilityTimeout":    180,
		"RedrivePolicy": map[string]any{
			"deadLetterTargetArn": cdktest.Resolved(t, stack, s.DeadLetterQueue.QueueArn()),
			"maxReceiveCount":     5,
		},
	}, cdktest.PropertiesOf(t, s.Queue))
	for _, dead := range []awssqs.IQueue{s.DeadLetterQueue, s.Undeliverable} {
		assert.Equal(t, map[string]any{"FifoQueue": true, "SqsManagedSseEnabled": true, "MessageRetentionPeriod": 1209600},
			cdktest.PropertiesOf(t, dead))
	}
	assert.Equal(t, map[string]any{
		"TopicArn":           cdktest.Resolved(t, stack, topic.Topic.TopicArn()),
		"Protocol":           "sqs",
		"Endpoint":           cdktest.Resolved(t, stack, s.Queue.QueueArn()),
		"RawMessageDelivery": true,
		"RedrivePolicy":      map[string]any{"deadLetterTargetArn": cdktest.Resolved(t, stack, s.Undeliverable.QueueArn())},
	}, cdktest.PropertiesOf(t, s.Subscription))
	assert.Nil(t, s.Function)
	assert.Nil(t, s.Mapping)
	assert.Empty(t, cdktest.Properties(t, stack, "AWS::Lambda::Function"))
	assert.Empty(t, cdktest.Warnings(t, stack))
}

func TestOnlyTheTopicMaySendToTheQueueAndToTheUndeliverable(t *testing.T) {
	stack := testkit.NewStack(t)
	topic := newTopic(stack, nil)
	s := newSubscriber(stack, snsfifo.SubscriberProps{Topic: topic.Topic})
	for _, queue := range []awssqs.IQueue{s.Queue, s.Undeliverable} {
		assert.Equal(t, []map[string]any{{
			"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": cdktest.Resolved(t, stack, queue.QueueArn()),
			"Principal": map[string]any{"Service": "sns.amazonaws.com"},
			"Condition": map[string]any{"ArnEquals": map[string]any{"aws:SourceArn": cdktest.Resolved(t, stack, topic.Topic.TopicArn())}},
		}}, cdktest.Statements(t, cdktest.PropertiesOf(t, queue.Node().FindChild(jsii.String("Policy")))))
	}
	assert.Empty(t, cdktest.Statements(t, cdktest.PropertiesOf(t, s.DeadLetterQueue.Node().FindChild(jsii.String("Policy")))))
}

func TestTheSubscriptionWaitsForTheQueuesPolicy(t *testing.T) {
	stack := testkit.NewStack(t)
	s := newSubscriber(stack, snsfifo.SubscriberProps{})
	var policy awscdk.CfnElement
	jsii.UnsafeCast(s.Queue.Node().FindChild(jsii.String("Policy")).Node().DefaultChild(), &policy)
	found := false
	for _, resource := range cdktest.Resources(t, stack) {
		if resource["Type"] == "AWS::SNS::Subscription" {
			found = true
			assert.Equal(t, []any{stack.Resolve(policy.LogicalId())}, resource["DependsOn"])
		}
	}
	assert.True(t, found)
}

func TestSubscriberOverridesReachTheTemplateAndTheCallersPropsStayAsTheyWere(t *testing.T) {
	stack := testkit.NewStack(t)
	given := snsfifo.SubscriberProps{
		TopicArn:             jsii.String(partnersTopic),
		HighThroughput:       jsii.Bool(true),
		QueueProps:           &awssqs.QueueProps{RetentionPeriod: awscdk.Duration_Days(jsii.Number(7))},
		DeadLetterQueueProps: &awssqs.QueueProps{RetentionPeriod: awscdk.Duration_Days(jsii.Number(10))},
		UndeliverableProps:   &awssqs.QueueProps{RetentionPeriod: awscdk.Duration_Days(jsii.Number(11))},
		MaxReceiveCount:      jsii.Number(8),
		GoPackage:            goPackage(),
		FunctionProps:        &awslambda.FunctionProps{Timeout: awscdk.Duration_Seconds(jsii.Number(60))},
		Tracing:              jsii.Bool(true),
		BatchSize:            jsii.Number(5),
		MaxConcurrency:       jsii.Number(3),
		MappingProps:         &awslambda.EventSourceMappingProps{Enabled: jsii.Bool(false)},
	}
	before := given
	s := snsfifo.NewSubscriber(stack, jsii.String("QualityControl"), &given)

	assert.Equal(t, before, given)
	queue := cdktest.PropertiesOf(t, s.Queue)
	assert.Equal(t, 604800, queue["MessageRetentionPeriod"])
	assert.Equal(t, 360, queue["VisibilityTimeout"])
	assert.Equal(t, "messageGroup", queue["DeduplicationScope"])
	assert.Equal(t, "perMessageGroupId", queue["FifoThroughputLimit"])
	assert.Equal(t, 8, queue["RedrivePolicy"].(map[string]any)["maxReceiveCount"])
	assert.Equal(t, 864000, cdktest.PropertiesOf(t, s.DeadLetterQueue)["MessageRetentionPeriod"])
	assert.Equal(t, 950400, cdktest.PropertiesOf(t, s.Undeliverable)["MessageRetentionPeriod"])
	assert.Equal(t, map[string]any{"Mode": "Active"}, cdktest.PropertiesOf(t, s.Function)["TracingConfig"])
	mapping := cdktest.PropertiesOf(t, s.Mapping)
	assert.Equal(t, 5, mapping["BatchSize"])
	assert.Equal(t, map[string]any{"MaximumConcurrency": 3}, mapping["ScalingConfig"])
	assert.Equal(t, false, mapping["Enabled"])
}

func TestASubscriberWithAFunction(t *testing.T) {
	stack := testkit.NewStack(t)
	s := newSubscriber(stack, snsfifo.SubscriberProps{GoPackage: goPackage()})
	assert.Equal(t, map[string]any{
		"EventSourceArn":        cdktest.Resolved(t, stack, s.Queue.QueueArn()),
		"FunctionName":          cdktest.Resolved(t, stack, s.Function.FunctionName()),
		"BatchSize":             10,
		"FunctionResponseTypes": []any{"ReportBatchItemFailures"},
	}, cdktest.PropertiesOf(t, s.Mapping))
	assert.Equal(t, map[string]any{"Variables": map[string]any{
		"DEAD_LETTER_QUEUE_URL": cdktest.Resolved(t, stack, s.DeadLetterQueue.QueueUrl()),
	}}, cdktest.PropertiesOf(t, s.Function)["Environment"])
	assert.Equal(t, []map[string]any{
		{
			"Effect":   "Allow",
			"Action":   []any{"sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"},
			"Resource": cdktest.Resolved(t, stack, s.Queue.QueueArn()),
		},
		{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": cdktest.Resolved(t, stack, s.DeadLetterQueue.QueueArn())},
	}, cdktest.Statements(t, cdktest.PropertiesOf(t, s.Policy)))
	assert.NotNil(t, s.LogGroup)
}

func TestAPoisonMessageMayBlockItsGroup(t *testing.T) {
	stack := testkit.NewStack(t)
	s := newSubscriber(stack, snsfifo.SubscriberProps{GoPackage: goPackage(), OnPoison: snsfifo.BlockGroup})

	assert.Equal(t, map[string]any{
		"FifoQueue": true, "SqsManagedSseEnabled": true, "VisibilityTimeout": 180, "MessageRetentionPeriod": 1209600,
	}, cdktest.PropertiesOf(t, s.Queue), "no redrive policy, and kept as long as can be")
	assert.Nil(t, s.DeadLetterQueue)
	assert.Nil(t, s.MetricDeadLetters(nil))
	assert.Nil(t, cdktest.PropertiesOf(t, s.Function)["Environment"], "sqsbatch has nowhere to move messages to")
	assert.Len(t, cdktest.Statements(t, cdktest.PropertiesOf(t, s.Policy)), 1)
	alarms := s.AddAlarms(alarmAction(stack), nil)
	assert.Nil(t, alarms.DeadLetters)
	assert.NotNil(t, alarms.OldestMessage)
	for _, warning := range cdktest.Warnings(t, stack) {
		assert.NotContains(t, warning, "unknownDeadLetterQueue")
	}
}

func TestACustomerManagedKeyLetsTheTopicIn(t *testing.T) {
	stack := testkit.NewStack(t)
	topic := newTopic(stack, nil)
	key := awskms.NewKey(stack, jsii.String("Key"), nil)
	s := newSubscriber(stack, snsfifo.SubscriberProps{Topic: topic.Topic, GoPackage: goPackage(), QueueProps: &awssqs.QueueProps{EncryptionMasterKey: key}})

	arn := cdktest.Resolved(t, stack, key.KeyArn())
	for _, queue := range []awssqs.IQueue{s.Queue, s.DeadLetterQueue, s.Undeliverable} {
		assert.Equal(t, arn, cdktest.PropertiesOf(t, queue)["KmsMasterKeyId"])
	}
	statements := cdktest.PropertiesOf(t, key)["KeyPolicy"].(map[string]any)["Statement"].([]any)
	require.Len(t, statements, 2)
	assert.Equal(t, map[string]any{
		"Effect": "Allow", "Action": []any{"kms:Decrypt", "kms:GenerateDataKey"}, "Resource": "*",
		"Principal": map[string]any{"Service": "sns.amazonaws.com"},
		"Condition": map[string]any{"ArnEquals": map[string]any{"aws:SourceArn": cdktest.Resolved(t, stack, topic.Topic.TopicArn())}},
	}, statements[1])
	assert.Empty(t, cdktest.Warnings(t, stack))
}

func TestFiltersOnAttributesAndOnTheBody(t *testing.T) {
	const warning = "With a filter policy, a FIFO topic delivers at most once, not exactly once (SNS developer guide, \"Amazon SNS message delivery for FIFO topics\"). Subscribe to all messages where none may be lost, and filter in the function. [ack: mediasupplychain:filterAtMostOnce]"
	failed := awssns.SubscriptionFilter_StringFilter(&awssns.StringConditions{Allowlist: jsii.Strings("failed")})
	for name, c := range map[string]struct {
		props snsfifo.SubscriberProps
		scope any
	}{
		"attributes": {snsfifo.SubscriberProps{FilterPolicy: &map[string]awssns.SubscriptionFilter{"verdict": failed}}, nil},
		"body": {snsfifo.SubscriberProps{FilterPolicyWithMessageBody: &map[string]awssns.FilterOrPolicy{
			"verdict": awssns.FilterOrPolicy_Filter(failed),
		}}, "MessageBody"},
	} {
		t.Run(name, func(t *testing.T) {
			stack := testkit.NewStack(t)
			c.props.Topic = newTopic(stack, nil).Topic
			subscription := cdktest.PropertiesOf(t, newSubscriber(stack, c.props).Subscription)
			assert.Equal(t, map[string]any{"verdict": []any{"failed"}}, subscription["FilterPolicy"])
			assert.Equal(t, c.scope, subscription["FilterPolicyScope"])
			assert.Equal(t, []string{warning}, cdktest.Warnings(t, stack))
		})
	}
}

func TestATopicOfAnotherStack(t *testing.T) {
	app := testkit.NewApp(t)
	topics := awscdk.NewStack(app, jsii.String("Topics"), nil)
	stack := awscdk.NewStack(app, jsii.String("Stack"), nil)
	topic := newTopic(topics, nil)
	s := newSubscriber(stack, snsfifo.SubscriberProps{Topic: topic.Topic, GoPackage: goPackage()})

	reference := cdktest.PropertiesOf(t, s.Subscription)["TopicArn"]
	assert.Contains(t, reference, "Fn::ImportValue")
	assert.Empty(t, cdktest.Properties(t, topics, "AWS::SNS::Subscription"))
	assert.Empty(t, cdktest.Warnings(t, stack))
}

func TestATopicOfAnotherAccount(t *testing.T) {
	stack := stackIn(t, "111122223333", "eu-central-1")
	s := newSubscriber(stack, snsfifo.SubscriberProps{})
	subscription := cdktest.PropertiesOf(t, s.Subscription)
	assert.Equal(t, partnersTopic, subscription["TopicArn"])
	assert.Equal(t, "eu-west-1", subscription["Region"], "the topic's, where it is another one")

	text := `{"Action":"sns:Subscribe","Condition":{"StringEquals":{"sns:Protocol":"sqs"},"StringLike":{"sns:Endpoint":[{"Fn::Join":["",["arn:",{"Ref":"AWS::Partition"},":sqs:*:111122223333:*"]]}]}},"Effect":"Allow","Principal":{"AWS":{"Fn::Join":["",["arn:",{"Ref":"AWS::Partition"},":iam::111122223333:root"]]}},"Resource":"arn:aws:sns:eu-west-1:444455556666:qc-results.fifo"}`
	assert.Equal(t, []string{
		"The topic belongs to account 444455556666. Unless that is the account of this stack, the topic's owner must add this statement to its policy first: " + text + " [ack: mediasupplychain:foreignTopic]",
	}, cdktest.Warnings(t, stack))
}

func TestTheStatementForTheTopicsOwnerCanBeAnOutput(t *testing.T) {
	stack := testkit.NewStack(t)
	s := newSubscriber(stack, snsfifo.SubscriberProps{})
	assert.Equal(t, map[string]any{"Fn::Join": []any{"", []any{
		`{"Action":"sns:Subscribe","Condition":{"StringEquals":{"sns:Protocol":"sqs"},"StringLike":{"sns:Endpoint":["arn:`, map[string]any{"Ref": "AWS::Partition"},
		`:sqs:*:`, map[string]any{"Ref": "AWS::AccountId"}, `:*"]}},"Effect":"Allow","Principal":{"AWS":"arn:`, map[string]any{"Ref": "AWS::Partition"},
		`:iam::`, map[string]any{"Ref": "AWS::AccountId"}, `:root"},"Resource":"arn:aws:sns:eu-west-1:444455556666:qc-results.fifo"}`,
	}}}, cdktest.Resolved(t, stack, s.TopicPolicyStatement()))
}

func TestATopicOfTheSameAccountNeedsNothing(t *testing.T) {
	stack := stackIn(t, "444455556666", "eu-west-1")
	s := newSubscriber(stack, snsfifo.SubscriberProps{})
	assert.Nil(t, cdktest.PropertiesOf(t, s.Subscription)["Region"])
	assert.Empty(t, cdktest.Warnings(t, stack))
}

func TestATopicThatIsAToken(t *testing.T) {
	stack := testkit.NewStack(t)
	arn := awscdk.Fn_ImportValue(jsii.String("QcResultsTopic"))
	s := newSubscriber(stack, snsfifo.SubscriberProps{Topic: awssns.Topic_FromTopicArn(stack, jsii.String("Theirs"), arn)})
	assert.Equal(t, map[string]any{"Fn::ImportValue": "QcResultsTopic"}, cdktest.PropertiesOf(t, s.Subscription)["TopicArn"])
	snsfifo.NewSubscriber(stack, jsii.String("Again"), &snsfifo.SubscriberProps{TopicArn: arn})
	assert.Empty(t, cdktest.Warnings(t, stack))
}

func TestAnExistingQueueOfThisApp(t *testing.T) {
	stack := testkit.NewStack(t)
	dead := awssqs.NewQueue(stack, jsii.String("Parked"), &awssqs.QueueProps{Fifo: jsii.Bool(true)})
	queue := awssqs.NewQueue(stack, jsii.String("Inbox"), &awssqs.QueueProps{
		Fifo: jsii.Bool(true), DeadLetterQueue: &awssqs.DeadLetterQueue{Queue: dead, MaxReceiveCount: jsii.Number(5)},
	})
	s := newSubscriber(stack, snsfifo.SubscriberProps{Topic: newTopic(stack, nil).Topic, ExistingQueue: queue})
	assert.Equal(t, cdktest.Resolved(t, stack, queue.QueueArn()), cdktest.PropertiesOf(t, s.Subscription)["Endpoint"])
	assert.Equal(t, *dead.QueueArn(), *s.DeadLetterQueue.QueueArn())
	assert.Len(t, cdktest.Properties(t, stack, "AWS::SQS::Queue"), 3, "the two, and the one for the undeliverable")
	assert.Empty(t, cdktest.Warnings(t, stack))
}

func TestOfImportedQueuesWarningsSayWhatTheirOwnerMustAdd(t *testing.T) {
	stack := stackIn(t, "111122223333", "eu-west-1")
	newSubscriber(stack, snsfifo.SubscriberProps{
		TopicArn:                jsii.String("arn:aws:sns:eu-west-1:111122223333:qc.fifo"),
		ExistingQueue:           importedQueue(stack, "inbox.fifo"),
		ExistingDeadLetterQueue: importedQueue(stack, "parked.fifo"),
		ExistingUndeliverable:   importedQueue(stack, "lost.fifo"),
	})
	statement := func(queue string) string {
		return `The queue is imported, so its policy is not changed. Its owner must add this statement: {"Action":"sqs:SendMessage","Condition":{"ArnEquals":{"aws:SourceArn":"arn:aws:sns:eu-west-1:111122223333:qc.fifo"}},"Effect":"Allow","Principal":{"Service":"sns.amazonaws.com"},"Resource":"arn:aws:sqs:eu-west-1:111122223333:` + queue + `"} [ack: mediasupplychain:importedQueue]`
	}
	assert.Equal(t, []string{statement("inbox.fifo"), statement("lost.fifo")}, cdktest.Warnings(t, stack))
}

func TestSubscriberGrantsAndMetrics(t *testing.T) {
	stack := testkit.NewStack(t)
	s := newSubscriber(stack, snsfifo.SubscriberProps{})
	user := awsiam.NewUser(stack, jsii.String("Operator"), nil)
	s.GrantConsumeMessages(user)
	assert.Equal(t, []map[string]any{{
		"Effect":   "Allow",
		"Action":   []any{"sqs:ReceiveMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueUrl", "sqs:DeleteMessage", "sqs:GetQueueAttributes"},
		"Resource": cdktest.Resolved(t, stack, s.Queue.QueueArn()),
	}}, cdktest.Statements(t, cdktest.PropertiesOf(t, user.Node().FindChild(jsii.String("DefaultPolicy")))))

	dead, lost, oldest := s.MetricDeadLetters(nil), s.MetricUndeliverable(nil), s.MetricOldestMessage(nil)
	assert.Equal(t, "AWS/SQS ApproximateNumberOfMessagesVisible Maximum", *dead.Namespace()+" "+*dead.MetricName()+" "+*dead.Statistic())
	assert.Equal(t, map[string]any{"QueueName": stack.Resolve(s.DeadLetterQueue.QueueName())}, stack.Resolve(dead.Dimensions()))
	assert.Equal(t, map[string]any{"QueueName": stack.Resolve(s.Undeliverable.QueueName())}, stack.Resolve(lost.Dimensions()))
	assert.Equal(t, "ApproximateAgeOfOldestMessage", *oldest.MetricName())
	assert.Equal(t, map[string]any{"QueueName": stack.Resolve(s.Queue.QueueName())}, stack.Resolve(oldest.Dimensions()))
}

func TestSubscriberAlarms(t *testing.T) {
	stack := testkit.NewStack(t)
	s := newSubscriber(stack, snsfifo.SubscriberProps{})
	alarms := s.AddAlarms(alarmAction(stack), nil)
	for name, a := range map[string]struct {
		got       map[string]any
		queue     awssqs.IQueue
		metric    string
		threshold int
	}{
		"dead letters":   {cdktest.PropertiesOf(t, alarms.DeadLetters), s.DeadLetterQueue, "ApproximateNumberOfMessagesVisible", 1},
		"undeliverable":  {cdktest.PropertiesOf(t, alarms.Undeliverable), s.Undeliverable, "ApproximateNumberOfMessagesVisible", 1},
		"oldest message": {cdktest.PropertiesOf(t, alarms.OldestMessage), s.Queue, "ApproximateAgeOfOldestMessage", 900},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, a.metric, a.got["MetricName"])
			assert.Equal(t, a.threshold, a.got["Threshold"])
			assert.Equal(t, []any{map[string]any{"Name": "QueueName", "Value": cdktest.Resolved(t, stack, a.queue.QueueName())}}, a.got["Dimensions"])
			assert.Len(t, a.got["AlarmActions"], 1)
			assert.Len(t, a.got["OKActions"], 1)
		})
	}
}

func TestSubscriberAlarmsThatTellNobodyAreRefused(t *testing.T) {
	stack := testkit.NewStack(t)
	s := newSubscriber(stack, snsfifo.SubscriberProps{})
	err := cdktest.Problem(t, s, func(constructs.Construct, *string) { s.AddAlarms(nil, nil) })
	assert.EqualError(t, err, "snsfifo.Subscriber.AddAlarms \"Stack/QualityControl/Alarms\": invalid properties:\n- action is required")
}

func TestTwoSubscribersInTheSameStackAndTheIDs(t *testing.T) {
	stack := testkit.NewStack(t)
	topic := newTopic(stack, nil)
	newSubscriber(stack, snsfifo.SubscriberProps{Topic: topic.Topic, GoPackage: goPackage()})
	snsfifo.NewSubscriber(stack, jsii.String("Audit"), &snsfifo.SubscriberProps{TopicArn: jsii.String(partnersTopic)})
	testkit.LogicalIDs(t, stack)
}

func TestASubscriberIsAConstruct(t *testing.T) {
	cdktest.IsAConstruct(t, newSubscriber(testkit.NewStack(t), snsfifo.SubscriberProps{}))
}

func TestTheTemplateOfASubscriberDependsOnNoFeatureFlag(t *testing.T) {
	testkit.SameWithFlags(t, func(stack awscdk.Stack) {
		key := awskms.NewKey(stack, jsii.String("Key"), nil)
		newSubscriber(stack, snsfifo.SubscriberProps{
			Topic: newTopic(stack, nil).Topic, GoPackage: goPackage(), QueueProps: &awssqs.QueueProps{EncryptionMasterKey: key},
		}).AddAlarms(alarmAction(stack), nil)
	})
}
