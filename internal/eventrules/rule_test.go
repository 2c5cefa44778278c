package eventrules_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatchactions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/internal/cdktest"
	"github.com/mediasupplychain/cdk/internal/eventrules"
	"github.com/mediasupplychain/cdk/testkit"
)

const (
	eventBridge = `{"Service":"events.amazonaws.com"}`
	thisAccount = `"StringEquals":{"aws:SourceAccount":{"Ref":"AWS::AccountId"}}`
	anyRule     = `{"Fn::Join":["",["arn:",{"Ref":"AWS::Partition"},":events:",{"Ref":"AWS::Region"},":",{"Ref":"AWS::AccountId"},":rule/*"]]}`
)

// edits is a pattern as good as any.
func edits() *awsevents.EventPattern {
	return &awsevents.EventPattern{Source: jsii.Strings("com.example.edit")}
}

func newBus(stack awscdk.Stack) eventrules.Bus {
	bus := awsevents.NewEventBus(stack, jsii.String("Bus"), nil)
	return eventrules.Bus{IEventBus: bus, Name: jsii.String("edits")}
}

// newRule sends to a new queue what p does not send elsewhere.
func newRule(stack awscdk.Stack, p eventrules.RuleProps) *eventrules.Rule {
	if p.Pattern == nil {
		p.Pattern = edits()
	}
	if p.Targets == nil {
		inbox := awssqs.NewQueue(stack, jsii.String("Inbox"), nil)
		p.Targets = &[]eventrules.Target{&eventrules.QueueTarget{Queue: inbox}}
	}
	return eventrules.New(stack, jsii.String("Edits"), "custombus.Rule", newBus(stack), &p)
}

// inboxOf is the queue that newRule made.
func inboxOf(stack awscdk.Stack) awssqs.IQueue {
	return stack.Node().FindChild(jsii.String("Inbox")).(awssqs.IQueue)
}

func arn(t *testing.T, queue awssqs.IQueue) string {
	t.Helper()
	return resolved(t, awscdk.Stack_Of(queue), queue.QueueArn())
}

// resolved is a token as the template has it.
func resolved(t *testing.T, stack awscdk.Stack, token *string) string {
	t.Helper()
	return cdktest.JSON(t, cdktest.Resolved(t, stack, token))
}

func TestByDefaultARuleTriesForADayAndThenKeepsTheEvent(t *testing.T) {
	stack := testkit.NewStack(t)

	rule := newRule(stack, eventrules.RuleProps{})

	cdktest.One(t, stack, "AWS::Events::Rule").Has(t, "Targets", `[{
		"Id": "Target0",
		"Arn": `+arn(t, inboxOf(stack))+`,
		"DeadLetterConfig": {"Arn": `+arn(t, rule.DeadLetterQueue)+`},
		"RetryPolicy": {"MaximumRetryAttempts": 185, "MaximumEventAgeInSeconds": 86400}
	}]`)
	deadLetters := cdktest.All(t, stack, "AWS::SQS::Queue")[0]
	deadLetters.Has(t, "MessageRetentionPeriod", "1209600")
	deadLetters.Has(t, "SqsManagedSseEnabled", "true")
	assert.Nil(t, rule.Role)
}

func TestOnlyTheRuleMaySendToItsQueues(t *testing.T) {
	stack := testkit.NewStack(t)

	rule := newRule(stack, eventrules.RuleProps{})

	thisRule := resolved(t, stack, rule.Rule.RuleArn())
	policies := cdktest.All(t, stack, "AWS::SQS::QueuePolicy")
	assert.Len(t, policies, 2, "of the target and of the dead-letter queue")
	for i, queue := range []awssqs.IQueue{rule.DeadLetterQueue, inboxOf(stack)} {
		statements := policies[i].Statements(t, "PolicyDocument", eventBridge)
		assert.Len(t, statements, 1)
		assert.JSONEq(t, `{
			"Effect": "Allow", "Principal": `+eventBridge+`, "Action": "sqs:SendMessage",
			"Resource": `+arn(t, queue)+`,
			"Condition": {"ArnLike": {"aws:SourceArn": `+thisRule+`}, `+thisAccount+`}
		}`, statements[0])
	}
}

func TestTwoRulesShareATargetQueue(t *testing.T) {
	stack := testkit.NewStack(t)
	inbox := awssqs.NewQueue(stack, jsii.String("Inbox"), nil)
	bus := newBus(stack)
	for _, id := range []string{"Edits", "Renders"} {
		eventrules.New(stack, jsii.String(id), "custombus.Rule", bus, &eventrules.RuleProps{
			Pattern: edits(), Targets: &[]eventrules.Target{&eventrules.QueueTarget{Queue: inbox}},
		})
	}

	policies := cdktest.All(t, stack, "AWS::SQS::QueuePolicy")

	assert.Len(t, policies, 3)
	assert.Len(t, policies[1].Statements(t, "PolicyDocument", eventBridge), 2, "one for each rule")
}

func TestEachPropertyReachesTheTemplate(t *testing.T) {
	stack := testkit.NewStack(t)
	given := eventrules.RuleProps{
		Pattern:              &awsevents.EventPattern{DetailType: jsii.Strings("Render finished")},
		RetryAttempts:        jsii.Number(3),
		MaxEventAge:          awscdk.Duration_Minutes(jsii.Number(10)),
		DeadLetterQueueProps: &awssqs.QueueProps{RetentionPeriod: awscdk.Duration_Days(jsii.Number(3))},
		IgnoreReplays:        jsii.Bool(true),
		Enabled:              jsii.Bool(false),
		Description:          jsii.String("Edits to be rendered"),
	}
	before := given

	newRule(stack, given)

	rule := cdktest.One(t, stack, "AWS::Events::Rule")
	rule.Has(t, "EventPattern", `{"detail-type": ["Render finished"], "replay-name": [{"exists": false}]}`)
	rule.Has(t, "State", `"DISABLED"`)
	rule.Has(t, "Description", `"Edits to be rendered"`)
	target := rule["Targets"].([]any)[0].(map[string]any)
	assert.Equal(t, map[string]any{"MaximumRetryAttempts": 3, "MaximumEventAgeInSeconds": 600}, target["RetryPolicy"])
	cdktest.All(t, stack, "AWS::SQS::Queue")[0].Has(t, "MessageRetentionPeriod", "259200")
	assert.Equal(t, before, given)
}

func TestADeadLetterQueueOfTheUsersOwn(t *testing.T) {
	stack := testkit.NewStack(t)
	mine := awssqs.NewQueue(stack, jsii.String("Parked"), nil)

	rule := newRule(stack, eventrules.RuleProps{DeadLetterQueue: mine})

	assert.Len(t, cdktest.All(t, stack, "AWS::SQS::Queue"), 2, "inbox and parked, none for the rule")
	assert.Equal(t, *mine.QueueArn(), *rule.DeadLetterQueue.QueueArn())
	assert.Len(t, cdktest.All(t, stack, "AWS::SQS::QueuePolicy")[1].Statements(t, "PolicyDocument", eventBridge), 1)
}

// The CDK grants nothing on the key of a dead-letter queue, and drops the
// condition for the one of a target.
func TestEventBridgeMayUseTheKeysOfItsQueues(t *testing.T) {
	stack := testkit.NewStack(t)
	key := awskms.NewKey(stack, jsii.String("Key"), nil)
	encrypted := func(id string) awssqs.Queue {
		return awssqs.NewQueue(stack, jsii.String(id), &awssqs.QueueProps{EncryptionMasterKey: key})
	}

	newRule(stack, eventrules.RuleProps{
		Targets:         &[]eventrules.Target{&eventrules.QueueTarget{Queue: encrypted("Encrypted")}},
		DeadLetterQueue: encrypted("Parked"),
	})

	statements := cdktest.One(t, stack, "AWS::KMS::Key").Statements(t, "KeyPolicy", eventBridge)
	assert.Len(t, statements, 1, "the same for both queues")
	assert.JSONEq(t, `{
		"Effect": "Allow", "Principal": `+eventBridge+`, "Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Resource": "*",
		"Condition": {"ArnLike": {"aws:SourceArn": `+anyRule+`}, `+thisAccount+`}
	}`, statements[0])
}

func TestADeadLetterQueueWithAKeyFromTheProps(t *testing.T) {
	stack := testkit.NewStack(t)
	key := awskms.NewKey(stack, jsii.String("Key"), nil)

	newRule(stack, eventrules.RuleProps{DeadLetterQueueProps: &awssqs.QueueProps{EncryptionMasterKey: key}})

	cdktest.All(t, stack, "AWS::SQS::Queue")[0].Has(t, "KmsMasterKeyId", resolved(t, stack, key.KeyArn()))
	assert.Len(t, cdktest.One(t, stack, "AWS::KMS::Key").Statements(t, "KeyPolicy", eventBridge), 1)
}

func TestAnImportedDeadLetterQueueIsNotChangedAndTheOwnerIsTold(t *testing.T) {
	stack := testkit.NewStack(t)
	parked := awssqs.Queue_FromQueueArn(stack, jsii.String("Parked"), jsii.String("arn:aws:sqs:eu-west-1:111122223333:parked"))

	newRule(stack, eventrules.RuleProps{DeadLetterQueue: parked})

	assert.Len(t, cdktest.All(t, stack, "AWS::SQS::QueuePolicy"), 1, "of the inbox")
	warnings := cdktest.Warnings(t, stack)
	assert.Len(t, warnings, 1)
	assert.Contains(t, warnings[0], "Its owner must add this statement: {")
	assert.Contains(t, warnings[0], `"Resource":"arn:aws:sqs:eu-west-1:111122223333:parked"`)
	assert.Contains(t, warnings[0], "[ack: mediasupplychain:importedQueue]")
}

// With the exact ARN the two stacks would depend on each other.
func TestAQueueOfAnotherStack(t *testing.T) {
	app := testkit.NewApp(t)
	queues := awscdk.NewStack(app, jsii.String("Queues"), nil)
	inbox := awssqs.NewQueue(queues, jsii.String("Inbox"), nil)
	rules := awscdk.NewStack(app, jsii.String("Rules"), nil)

	newRule(rules, eventrules.RuleProps{Targets: &[]eventrules.Target{&eventrules.QueueTarget{Queue: inbox}}})

	statements := cdktest.One(t, queues, "AWS::SQS::QueuePolicy").Statements(t, "PolicyDocument", eventBridge)
	assert.Len(t, statements, 1)
	assert.Contains(t, statements[0], `"aws:SourceArn":`+anyRule)
	assert.Contains(t, statements[0], thisAccount)
}

func TestEveryProblemIsReportedAndNothingDefined(t *testing.T) {
	stack := awscdk.NewStack(testkit.NewApp(t), jsii.String("Stack"), &awscdk.StackProps{
		Env: &awscdk.Environment{Account: jsii.String("444455556666"), Region: jsii.String("eu-west-1")},
	})
	bus := newBus(stack)
	fifo := awssqs.NewQueue(stack, jsii.String("Fifo"), &awssqs.QueueProps{Fifo: jsii.Bool(true)})
	managed := awssqs.NewQueue(stack, jsii.String("Managed"), &awssqs.QueueProps{Encryption: awssqs.QueueEncryption_KMS_MANAGED})

	err := cdktest.Problem(t, stack, func(scope constructs.Construct, id *string) {
		eventrules.New(scope, id, "custombus.Rule", bus, &eventrules.RuleProps{
			Pattern: &awsevents.EventPattern{Source: jsii.Strings("*"), Resources: jsii.Strings()},
			Targets: &[]eventrules.Target{
				&eventrules.QueueTarget{},
				&eventrules.QueueTarget{Queue: fifo, MessageGroupID: jsii.String("$.detail.assetId")},
				&eventrules.QueueTarget{Queue: managed},
				&eventrules.FunctionTarget{},
				&eventrules.StateMachineTarget{},
				&eventrules.BusTarget{},
				&eventrules.BusTarget{BusARN: jsii.String("edits")},
				&eventrules.OtherTarget{},
				nil,
			},
			RetryAttempts:        jsii.Number(186),
			MaxEventAge:          awscdk.Duration_Seconds(jsii.Number(30)),
			DeadLetterQueue:      awssqs.Queue_FromQueueArn(stack, jsii.String("Parked"), jsii.String("arn:aws:sqs:us-east-1:444455556666:parked.fifo")),
			DeadLetterQueueProps: &awssqs.QueueProps{Fifo: jsii.Bool(true), Encryption: awssqs.QueueEncryption_KMS_MANAGED},
		})
	})

	require.EqualError(t, err, `custombus.Rule "Stack/Bad": invalid properties:
- Pattern.Resources is empty and matches nothing: leave it out
- Pattern.Source matches only an asterisk: patterns have no such wildcard; leave the field out, or use awsevents.Match_Wildcard, Match_Prefix or Match_Exists
- Targets must have at most 5 entries, got 9: add another rule with the same pattern
- Targets[0].Queue is required
- Targets[1].MessageGroupID must be a fixed text, got "$.detail.assetId": EventBridge evaluates no path here, so all events would be in the one group of that name; for a group for each asset, send to a standard queue and let an EventBridge pipe move the messages to the FIFO queue
- Targets[1].Queue must have ContentBasedDeduplication: EventBridge sends no deduplication id
- Targets[2].Queue must not use the AWS managed key (KMS_MANAGED), which lets neither AWS services nor other accounts send: use SQS_MANAGED, or KMS with a key of your own
- Targets[3].Function is required
- Targets[4].StateMachine is required
- one of Targets[5].Bus, Targets[5].BusARN is required
- Targets[6].BusARN must be the ARN of an event bus, such as "arn:aws:events:eu-west-1:111122223333:event-bus/events", got "edits"
- Targets[7].Target is required
- Targets[8] is required
- RetryAttempts must be between 0 and 185, got 186
- MaxEventAge must be between 60 and 86400 seconds, got 30
- DeadLetterQueue and DeadLetterQueueProps exclude each other: set one of them
- DeadLetterQueue must be a standard queue: EventBridge sends to no FIFO queue what it could not deliver
- DeadLetterQueue must be in the Region of the rule, eu-west-1, got us-east-1
- DeadLetterQueueProps.Fifo must be unset: EventBridge sends to no FIFO queue what it could not deliver
- DeadLetterQueueProps.Encryption must not be KMS_MANAGED: no AWS service may use the key alias/aws/sqs; use SQS_MANAGED, or KMS with a key of your own`)
}

func TestARuleNeedsAPatternAndTargets(t *testing.T) {
	stack := testkit.NewStack(t)
	bus := newBus(stack)

	missing := cdktest.Problem(t, stack, func(scope constructs.Construct, id *string) {
		eventrules.New(scope, id, "custombus.Rule", bus, nil)
	})
	empty := cdktest.Problem(t, stack, func(scope constructs.Construct, _ *string) {
		eventrules.New(scope, jsii.String("Bus"), "custombus.Rule", bus, &eventrules.RuleProps{
			Pattern: &awsevents.EventPattern{Detail: &map[string]any{}}, Targets: &[]eventrules.Target{},
		})
	})

	require.EqualError(t, missing, `custombus.Rule "Stack/Bad": invalid properties:
- Pattern is required
- Targets is required`)
	require.EqualError(t, empty, `custombus.Rule "Stack/Bus": invalid properties:
- Pattern must name at least one field; for every event, say Source: awsevents.Match_Prefix(jsii.String(""))
- Targets is required
- the id "Bus" is taken: give the rule another one`)
}

func TestTokensPass(t *testing.T) {
	stack := testkit.NewStack(t)
	number := awscdk.NewCfnParameter(stack, jsii.String("Tries"), &awscdk.CfnParameterProps{Type: jsii.String("Number")})

	newRule(stack, eventrules.RuleProps{
		RetryAttempts: number.ValueAsNumber(),
		MaxEventAge:   awscdk.Duration_Seconds(number.ValueAsNumber()),
	})

	target := cdktest.One(t, stack, "AWS::Events::Rule")["Targets"].([]any)[0].(map[string]any)
	tries := map[string]any{"Ref": "Tries"}
	assert.Equal(t, map[string]any{"MaximumRetryAttempts": tries, "MaximumEventAgeInSeconds": tries}, target["RetryPolicy"])
}

func TestGrantConsumeDeadLetters(t *testing.T) {
	stack := testkit.NewStack(t)
	rule := newRule(stack, eventrules.RuleProps{})
	role := awsiam.NewRole(stack, jsii.String("Operator"), &awsiam.RoleProps{AssumedBy: awsiam.NewAccountRootPrincipal()})

	rule.GrantConsumeDeadLetters(role)

	cdktest.One(t, stack, "AWS::IAM::Policy").Has(t, "PolicyDocument", `{"Version": "2012-10-17", "Statement": [{
		"Effect": "Allow", "Resource": `+arn(t, rule.DeadLetterQueue)+`,
		"Action": ["sqs:ReceiveMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueUrl", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
	}]}`)
}

// The Ref of a rule on a bus is "BUS|RULE", of which CloudWatch has no metric:
// the alarm on it would never ring.
func TestMetricsNameTheRuleAsCloudWatchDoes(t *testing.T) {
	stack := testkit.NewStack(t)
	bus := awsevents.NewEventBus(stack, jsii.String("Bus"), nil)
	inbox := awssqs.NewQueue(stack, jsii.String("Inbox"), nil)
	for name, c := range map[string]struct {
		bus *string
		cut func(rule *eventrules.Rule) *string
	}{
		"a bus":           {jsii.String("edits"), part(2, "/", byARN)},
		"a partner bus":   {jsii.String("aws.partner/example.com/acme/rights"), part(5, "/", byARN)},
		"an unknown name": {bus.EventBusName(), part(1, "|", byRef)},
		"the default bus": {jsii.String("default"), byRef},
	} {
		t.Run(name, func(t *testing.T) {
			rule := eventrules.New(stack, jsii.String(name), "custombus.Rule", eventrules.Bus{IEventBus: bus, Name: c.bus}, &eventrules.RuleProps{
				Pattern: edits(), Targets: &[]eventrules.Target{&eventrules.QueueTarget{Queue: inbox}},
			})

			dimensions := *rule.MetricFailedInvocations(nil).Dimensions()

			assert.Equal(t, cdktest.Resolved(t, stack, c.cut(rule)), cdktest.Resolved(t, stack, dimensions["RuleName"]))
			if name == "the default bus" {
				assert.NotContains(t, dimensions, "EventBusName")
			} else {
				assert.Equal(t, cdktest.Resolved(t, stack, bus.EventBusName()), cdktest.Resolved(t, stack, dimensions["EventBusName"]))
			}
		})
	}
}

func byARN(rule *eventrules.Rule) *string { return rule.Rule.RuleArn() }

func byRef(rule *eventrules.Rule) *string { return rule.Rule.RuleName() }

func part(i float64, separator string, of func(*eventrules.Rule) *string) func(*eventrules.Rule) *string {
	return func(rule *eventrules.Rule) *string {
		return awscdk.Fn_Select(jsii.Number(i), awscdk.Fn_Split(jsii.String(separator), of(rule), nil))
	}
}

func TestMetrics(t *testing.T) {
	stack := testkit.NewStack(t)
	rule := newRule(stack, eventrules.RuleProps{})
	minute := &awscloudwatch.MetricOptions{Period: awscdk.Duration_Minutes(jsii.Number(1))}

	for name, metric := range map[string]awscloudwatch.Metric{
		"TriggeredRules":                 rule.MetricTriggeredRules(minute),
		"Invocations":                    rule.MetricInvocations(minute),
		"FailedInvocations":              rule.MetricFailedInvocations(minute),
		"InvocationsSentToDlq":           rule.MetricInvocationsSentToDLQ(minute),
		"InvocationsFailedToBeSentToDlq": rule.MetricInvocationsFailedToBeSentToDLQ(minute),
		"ThrottledRules":                 rule.Metric(jsii.String("ThrottledRules"), minute),
	} {
		assert.Equal(t, "AWS/Events", *metric.Namespace())
		assert.Equal(t, name, *metric.MetricName())
		assert.Equal(t, "Sum", *metric.Statistic())
		assert.InDelta(t, 60.0, *metric.Period().ToSeconds(nil), 0)
	}
	letters := rule.MetricDeadLetters(nil)
	assert.Equal(t, "ApproximateNumberOfMessagesVisible", *letters.MetricName())
	assert.Equal(t, "Maximum", *letters.Statistic())
}

func TestAlarmsTellTheAction(t *testing.T) {
	stack := testkit.NewStack(t)
	rule := newRule(stack, eventrules.RuleProps{})
	operators := awssns.NewTopic(stack, jsii.String("Operators"), nil)

	alarms := rule.AddAlarms(awscloudwatchactions.NewSnsAction(operators))

	found := cdktest.All(t, stack, "AWS::CloudWatch::Alarm")
	assert.Len(t, found, 2)
	for _, alarm := range found {
		alarm.Has(t, "AlarmActions", `[`+resolved(t, stack, operators.TopicArn())+`]`)
		alarm.Has(t, "OKActions", `[`+resolved(t, stack, operators.TopicArn())+`]`)
		alarm.Has(t, "Threshold", "1")
		alarm.Has(t, "TreatMissingData", `"notBreaching"`)
	}
	found[0].Has(t, "Dimensions", `[{"Name": "QueueName", "Value": `+resolved(t, stack, rule.DeadLetterQueue.QueueName())+`}]`)
	found[1].Has(t, "MetricName", `"InvocationsFailedToBeSentToDlq"`)
	assert.NotNil(t, alarms.DeadLetters)
	again := cdktest.Problem(t, rule, func(constructs.Construct, *string) { rule.AddAlarms(nil) })
	require.EqualError(t, again, `custombus.Rule.AddAlarms "Stack/Edits/Alarms": invalid properties:
- action is required
- the alarms exist already: add further actions to the ones that the first call returned`)
}

func TestARuleIsAConstruct(t *testing.T) {
	cdktest.IsAConstruct(t, newRule(testkit.NewStack(t), eventrules.RuleProps{}))
}

func TestFlagsChangeNothing(t *testing.T) {
	testkit.SameWithFlags(t, func(stack awscdk.Stack) {
		key := awskms.NewKey(stack, jsii.String("Key"), nil)
		inbox := awssqs.NewQueue(stack, jsii.String("Encrypted"), &awssqs.QueueProps{EncryptionMasterKey: key})
		newRule(stack, eventrules.RuleProps{Targets: &[]eventrules.Target{
			&eventrules.QueueTarget{Queue: inbox},
			&eventrules.BusTarget{BusARN: jsii.String("arn:aws:events:eu-west-1:111122223333:event-bus/edits")},
		}})
	})
}
