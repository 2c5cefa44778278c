package snsfifo_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/internal/cdktest"
	"github.com/mediasupplychain/cdk/snsfifo"
	"github.com/mediasupplychain/cdk/testkit"
)

func TestTopicDefaults(t *testing.T) {
	stack := testkit.NewStack(t)
	topic := newTopic(stack, nil)

	properties := cdktest.PropertiesOf(t, topic.Topic)
	assert.Regexp(t, `^Stack-Results-Topic-[0-9A-F]{8}\.fifo$`, properties["TopicName"])
	delete(properties, "TopicName") // the CDK makes one of the path: SNS wants the suffix
	assert.Equal(t, map[string]any{
		"FifoTopic":      true,
		"KmsMasterKeyId": cdktest.Resolved(t, stack, topic.Key.KeyArn()),
	}, properties)
	assert.Equal(t, true, cdktest.PropertiesOf(t, topic.Key)["EnableKeyRotation"])
	assert.Empty(t, cdktest.Warnings(t, stack))

	policy := cdktest.PropertiesOf(t, topic.Topic.Node().FindChild(jsii.String("Policy")))
	assert.Empty(t, cdktest.Statements(t, policy), "nobody else may publish or subscribe")
	deny := policy["PolicyDocument"].(map[string]any)["Statement"].([]any)[0].(map[string]any)
	assert.Equal(t, "Deny", deny["Effect"])
	assert.Equal(t, "sns:Publish", deny["Action"])
	assert.Equal(t, map[string]any{"Bool": map[string]any{"aws:SecureTransport": "false"}}, deny["Condition"])
}

func TestTopicOverridesReachTheTemplateAndTheCallersPropsStayAsTheyWere(t *testing.T) {
	stack := testkit.NewStack(t)
	key := awskms.NewKey(stack, jsii.String("Mine"), nil)
	own := &awssns.TopicProps{DisplayName: jsii.String("QC results"), TracingConfig: awssns.TracingConfig_ACTIVE, EnforceSSL: jsii.Bool(false)}
	given := snsfifo.TopicProps{
		ContentBasedDeduplication: jsii.Bool(true),
		ArchiveDays:               jsii.Number(30),
		HighThroughput:            jsii.Bool(true),
		MasterKey:                 key,
		TopicProps:                own,
	}
	before, ownBefore := given, *own
	topic := newTopic(stack, &given)

	assert.Equal(t, before, given)
	assert.Equal(t, ownBefore, *own)
	properties := cdktest.PropertiesOf(t, topic.Topic)
	assert.Equal(t, true, properties["ContentBasedDeduplication"])
	assert.Equal(t, map[string]any{"MessageRetentionPeriod": 30}, properties["ArchivePolicy"])
	assert.Equal(t, "MessageGroup", properties["FifoThroughputScope"])
	assert.Equal(t, cdktest.Resolved(t, stack, key.KeyArn()), properties["KmsMasterKeyId"])
	assert.Equal(t, "QC results", properties["DisplayName"])
	assert.Equal(t, "Active", properties["TracingConfig"])
	assert.Len(t, cdktest.Properties(t, stack, "AWS::KMS::Key"), 1)
	assert.Empty(t, cdktest.Properties(t, stack, "AWS::SNS::TopicPolicy"), "TLS was not to be enforced")
}

func TestPublishersMayPublishAndUseTheKey(t *testing.T) {
	stack := testkit.NewStack(t)
	topic := newTopic(stack, &snsfifo.TopicProps{
		PublisherAccounts:      jsii.Strings("111122223333"),
		PublisherOrganizations: jsii.Strings("o-a1b2c3d4e5"),
		PublisherPrincipals:    jsii.Strings("arn:aws:iam::777788889999:role/qc"),
	})
	conditions := map[string]map[string]any{
		"PublisherAccounts":      {"StringEquals": map[string]any{"aws:PrincipalAccount": []any{"111122223333"}}},
		"PublisherOrganizations": {"StringEquals": map[string]any{"aws:PrincipalOrgID": []any{"o-a1b2c3d4e5"}}},
		"PublisherPrincipals":    {"ArnEquals": map[string]any{"aws:PrincipalArn": []any{"arn:aws:iam::777788889999:role/qc"}}},
	}
	principals := map[string]any{
		"PublisherAccounts": root("111122223333"), "PublisherOrganizations": "*", "PublisherPrincipals": root("777788889999"),
	}
	expected := func(action, resource any) []map[string]any {
		var all []map[string]any
		for _, sid := range []string{"PublisherAccounts", "PublisherOrganizations", "PublisherPrincipals"} {
			all = append(all, map[string]any{
				"Sid": sid, "Effect": "Allow", "Action": action, "Resource": resource,
				"Principal": map[string]any{"AWS": principals[sid]}, "Condition": conditions[sid],
			})
		}
		return all
	}
	assert.Equal(t, expected("sns:Publish", cdktest.Resolved(t, stack, topic.Topic.TopicArn())),
		cdktest.Statements(t, cdktest.PropertiesOf(t, topic.Topic.Node().FindChild(jsii.String("Policy")))))

	ofKey := cdktest.PropertiesOf(t, topic.Key)["KeyPolicy"].(map[string]any)["Statement"].([]any)
	require.Len(t, ofKey, 4, "the account's own administration, and the publishers")
	for i, want := range expected([]any{"kms:Decrypt", "kms:GenerateDataKey"}, "*") {
		assert.Equal(t, any(want), ofKey[i+1])
	}
}

func TestSubscribersMaySubscribeTheirOwnQueuesAndNothingElse(t *testing.T) {
	stack := testkit.NewStack(t)
	topic := newTopic(stack, &snsfifo.TopicProps{
		SubscriberAccounts:      jsii.Strings("444455556666", "111122223333"),
		SubscriberOrganizations: jsii.Strings("o-a1b2c3d4e5"),
	})
	arn := cdktest.Resolved(t, stack, topic.Topic.TopicArn())
	assert.Equal(t, []map[string]any{
		{
			"Sid": "SubscriberAccounts", "Effect": "Allow", "Action": "sns:Subscribe", "Resource": arn,
			"Principal": map[string]any{"AWS": []any{root("111122223333"), root("444455556666")}},
			"Condition": map[string]any{
				"StringEquals": map[string]any{"sns:Protocol": "sqs", "aws:PrincipalAccount": []any{"111122223333", "444455556666"}},
				"StringLike":   map[string]any{"sns:Endpoint": []any{queuesOf("111122223333"), queuesOf("444455556666")}},
			},
		},
		{
			"Sid": "SubscriberOrganizations", "Effect": "Allow", "Action": "sns:Subscribe", "Resource": arn,
			"Principal": map[string]any{"AWS": "*"},
			"Condition": map[string]any{"StringEquals": map[string]any{"sns:Protocol": "sqs", "aws:PrincipalOrgID": []any{"o-a1b2c3d4e5"}}},
		},
	}, cdktest.Statements(t, cdktest.PropertiesOf(t, topic.Topic.Node().FindChild(jsii.String("Policy")))))
	assert.Len(t, cdktest.PropertiesOf(t, topic.Key)["KeyPolicy"].(map[string]any)["Statement"], 1, "SNS decrypts for subscribers")
}

func TestTheOwnerOfAnImportedKeyIsToldWhatToAdd(t *testing.T) {
	stack := testkit.NewStack(t)
	key := awskms.Key_FromKeyArn(stack, jsii.String("Theirs"), jsii.String("arn:aws:kms:eu-west-1:111122223333:key/1"))
	newTopic(stack, &snsfifo.TopicProps{MasterKey: key, PublisherOrganizations: jsii.Strings("o-a1b2c3d4e5")})
	assert.Equal(t, []string{
		`The KMS key is imported, so its policy is not changed. Its owner must add this statement: {"Action":["kms:Decrypt","kms:GenerateDataKey"],"Condition":{"StringEquals":{"aws:PrincipalOrgID":["o-a1b2c3d4e5"]}},"Effect":"Allow","Principal":{"AWS":"*"},"Resource":"*","Sid":"PublisherOrganizations"} [ack: mediasupplychain:importedKey]`,
	}, cdktest.Warnings(t, stack))
}

func TestTopicProblems(t *testing.T) {
	stack := testkit.NewStack(t)
	key := awskms.NewKey(stack, jsii.String("Key"), nil)
	err := cdktest.Problem(t, stack, func(scope constructs.Construct, id *string) {
		snsfifo.NewTopic(scope, id, &snsfifo.TopicProps{
			PublisherAccounts:       jsii.Strings("*"),
			PublisherOrganizations:  jsii.Strings("acme"),
			PublisherPrincipals:     jsii.Strings("*"),
			SubscriberAccounts:      jsii.Strings("1234"),
			SubscriberOrganizations: jsii.Strings("*"),
			ArchiveDays:             jsii.Number(366),
			TopicProps: &awssns.TopicProps{
				ContentBasedDeduplication:    jsii.Bool(true),
				MessageRetentionPeriodInDays: jsii.Number(1),
				FifoThroughputScope:          awssns.FifoThroughputScope_TOPIC,
				MasterKey:                    key,
				Fifo:                         jsii.Bool(false),
				TopicName:                    jsii.String("results"),
			},
		})
	})
	assert.EqualError(t, err, `snsfifo.Topic "Stack/Bad": invalid properties:
- PublisherAccounts[0] must be an account id of 12 digits, got "*"
- PublisherOrganizations[0] must be an organization id such as "o-a1b2c3d4e5", got "acme"
- PublisherPrincipals[0] must be the ARN of an IAM role or user, got "*"
- SubscriberAccounts[0] must be an account id of 12 digits, got "1234"
- SubscriberOrganizations[0] must be an organization id such as "o-a1b2c3d4e5", got "*"
- ArchiveDays must be between 1 and 365, got 366
- TopicProps.ContentBasedDeduplication must be unset: set ContentBasedDeduplication
- TopicProps.MessageRetentionPeriodInDays must be unset: set ArchiveDays
- TopicProps.FifoThroughputScope must be unset: set HighThroughput
- TopicProps.MasterKey must be unset: set MasterKey
- TopicProps.Fifo must be unset: this is a FIFO topic
- TopicProps.TopicName must end with ".fifo", got "results"`)
}

func TestTopicTokensPass(t *testing.T) {
	stack := testkit.NewStack(t)
	days := awscdk.NewCfnParameter(stack, jsii.String("Days"), &awscdk.CfnParameterProps{Type: jsii.String("Number")})
	topic := newTopic(stack, &snsfifo.TopicProps{
		ArchiveDays: days.ValueAsNumber(), PublisherAccounts: &[]*string{awscdk.Aws_ACCOUNT_ID()}, SubscriberAccounts: &[]*string{awscdk.Aws_ACCOUNT_ID()},
	})
	assert.Equal(t, map[string]any{"MessageRetentionPeriod": map[string]any{"Ref": "Days"}}, cdktest.PropertiesOf(t, topic.Topic)["ArchivePolicy"])
}

func TestTopicGrants(t *testing.T) {
	stack := testkit.NewStack(t)
	topic := newTopic(stack, nil)
	user := awsiam.NewUser(stack, jsii.String("Uploader"), nil)
	topic.GrantPublish(user)
	topic.GrantSubscribe(user)
	arn := cdktest.Resolved(t, stack, topic.Topic.TopicArn())
	assert.Equal(t, []map[string]any{
		{"Effect": "Allow", "Action": "sns:Publish", "Resource": arn},
		{"Effect": "Allow", "Action": []any{"kms:Decrypt", "kms:GenerateDataKey*"}, "Resource": cdktest.Resolved(t, stack, topic.Key.KeyArn())},
		{"Effect": "Allow", "Action": "sns:Subscribe", "Resource": arn},
	}, cdktest.Statements(t, cdktest.PropertiesOf(t, user.Node().FindChild(jsii.String("DefaultPolicy")))))
}

func TestTopicMetricsAndAlarms(t *testing.T) {
	stack := testkit.NewStack(t)
	topic := newTopic(stack, nil)
	published := topic.MetricMessagesPublished(nil)
	assert.Equal(t, "AWS/SNS NumberOfMessagesPublished Sum", *published.Namespace()+" "+*published.MetricName()+" "+*published.Statistic())
	assert.Equal(t, map[string]any{"TopicName": stack.Resolve(topic.Topic.TopicName())}, stack.Resolve(published.Dimensions()))

	alarms := topic.AddAlarms(alarmAction(stack), nil)
	properties := cdktest.PropertiesOf(t, alarms.NotificationsFailed)
	assert.Equal(t, "AWS/SNS", properties["Namespace"])
	assert.Equal(t, "NumberOfNotificationsFailed", properties["MetricName"])
	assert.Equal(t, "Sum", properties["Statistic"])
	assert.Equal(t, 300, properties["Period"])
	assert.Equal(t, 1, properties["Threshold"])
	assert.Equal(t, []any{map[string]any{"Name": "TopicName", "Value": cdktest.Resolved(t, stack, topic.Topic.TopicName())}}, properties["Dimensions"])
	assert.Len(t, properties["AlarmActions"], 1)
}

func TestTopicAlarmsThatTellNobodyAreRefused(t *testing.T) {
	stack := testkit.NewStack(t)
	topic := newTopic(stack, nil)
	err := cdktest.Problem(t, topic, func(constructs.Construct, *string) {
		topic.AddAlarms(nil, &snsfifo.TopicAlarmsProps{NotificationsFailed: jsii.Number(0)})
	})
	assert.EqualError(t, err, `snsfifo.Topic.AddAlarms "Stack/Results/Alarms": invalid properties:
- action is required
- NotificationsFailed must be between 1 and 1000000000, got 0`)
}

func TestTwoTopicsInTheSameStackAndTheIDs(t *testing.T) {
	stack := testkit.NewStack(t)
	newTopic(stack, nil)
	snsfifo.NewTopic(stack, jsii.String("Deliveries"), nil)
	testkit.LogicalIDs(t, stack)
}

func TestATopicIsAConstruct(t *testing.T) {
	cdktest.IsAConstruct(t, newTopic(testkit.NewStack(t), nil))
}

func TestTheTemplateOfATopicDependsOnNoFeatureFlag(t *testing.T) {
	testkit.SameWithFlags(t, func(stack awscdk.Stack) {
		newTopic(stack, &snsfifo.TopicProps{
			PublisherAccounts:       jsii.Strings("444455556666", "111122223333"),
			PublisherOrganizations:  jsii.Strings("o-a1b2c3d4e5"),
			PublisherPrincipals:     jsii.Strings("arn:aws:iam::777788889999:role/qc"),
			SubscriberAccounts:      jsii.Strings("444455556666", "111122223333"),
			SubscriberOrganizations: jsii.Strings("o-a1b2c3d4e5"),
		}).AddAlarms(alarmAction(stack), nil)
	})
}
