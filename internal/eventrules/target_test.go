package eventrules_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awseventstargets"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/internal/cdktest"
	"github.com/mediasupplychain/cdk/internal/eventrules"
	"github.com/mediasupplychain/cdk/testkit"
)

// routed defines a rule with one target and gives that target's properties, dead
// letters and retries aside, which all targets have.
func routed(t *testing.T, stack awscdk.Stack, target eventrules.Target) (*eventrules.Rule, map[string]any) {
	t.Helper()
	rule := newRule(stack, eventrules.RuleProps{Targets: &[]eventrules.Target{target}})
	properties := cdktest.One(t, stack, "AWS::Events::Rule")["Targets"].([]any)[0].(map[string]any)
	assert.JSONEq(t, `{"Arn":`+arn(t, rule.DeadLetterQueue)+`}`, cdktest.JSON(t, properties["DeadLetterConfig"]))
	assert.JSONEq(t, `{"MaximumRetryAttempts":185,"MaximumEventAgeInSeconds":86400}`, cdktest.JSON(t, properties["RetryPolicy"]))
	delete(properties, "DeadLetterConfig")
	delete(properties, "RetryPolicy")
	return rule, properties
}

func TestAFifoQueueGetsAllEventsInOneGroup(t *testing.T) {
	stack := testkit.NewStack(t)
	fifo := awssqs.NewQueue(stack, jsii.String("Fifo"), &awssqs.QueueProps{ContentBasedDeduplication: jsii.Bool(true)})

	_, target := routed(t, stack, &eventrules.QueueTarget{Queue: fifo, MessageGroupID: jsii.String("edits")})

	assert.Equal(t, map[string]any{"MessageGroupId": "edits"}, target["SqsParameters"])
}

func TestGroupsOfAFifoQueue(t *testing.T) {
	stack := testkit.NewStack(t)
	bus := newBus(stack)
	fifo := awssqs.NewQueue(stack, jsii.String("Fifo"), &awssqs.QueueProps{ContentBasedDeduplication: jsii.Bool(true)})
	imported := awssqs.Queue_FromQueueArn(stack, jsii.String("Imported"), jsii.String("arn:aws:sqs:eu-west-1:111122223333:renders.fifo"))
	for name, c := range map[string]struct {
		target eventrules.QueueTarget
		want   string
	}{
		"none": {eventrules.QueueTarget{Queue: fifo}, "Targets[0].MessageGroupID is required for a FIFO queue"},
		"none for an imported queue": {
			eventrules.QueueTarget{Queue: imported}, "Targets[0].MessageGroupID is required for a FIFO queue",
		},
		"empty": {
			eventrules.QueueTarget{Queue: fifo, MessageGroupID: jsii.String("")}, "Targets[0].MessageGroupID must not be empty",
		},
		"too long": {
			eventrules.QueueTarget{Queue: fifo, MessageGroupID: jsii.String(string(make([]byte, 101)))},
			"Targets[0].MessageGroupID must have at most 100 characters, got 101",
		},
		"a field of the event": {
			eventrules.QueueTarget{Queue: fifo, MessageGroupID: awsevents.EventField_FromPath(jsii.String("$.detail.assetId"))},
			"Targets[0].MessageGroupID must be a fixed text, got ",
		},
	} {
		t.Run(name, func(t *testing.T) {
			problem := cdktest.Problem(t, stack, func(scope constructs.Construct, id *string) {
				eventrules.New(scope, id, "custombus.Rule", bus, &eventrules.RuleProps{Pattern: edits(), Targets: &[]eventrules.Target{&c.target}})
			})
			require.ErrorContains(t, problem, "custombus.Rule \"Stack/Bad\": invalid properties:\n- "+c.want)
		})
	}
}

func TestATargetGetsAPartOfTheEvent(t *testing.T) {
	stack := testkit.NewStack(t)
	inbox := awssqs.NewQueue(stack, jsii.String("Inbox"), nil)

	_, target := routed(t, stack, &eventrules.QueueTarget{Queue: inbox, Input: awsevents.RuleTargetInput_FromObject(map[string]any{
		"asset": awsevents.EventField_FromPath(jsii.String("$.detail.assetId")),
	})})

	assert.JSONEq(t, `{"InputPathsMap": {"detail-assetId": "$.detail.assetId"}, "InputTemplate": "{\"asset\":<detail-assetId>}"}`,
		cdktest.JSON(t, target["InputTransformer"]))
}

// EventBridge wants a role for a queue of another account, and that account's
// policy is not ours to change.
func TestAQueueOfAnotherAccount(t *testing.T) {
	for name, c := range map[string]struct {
		env    *awscdk.Environment
		target eventrules.QueueTarget
	}{
		"known by its ARN": {&awscdk.Environment{Account: jsii.String("444455556666"), Region: jsii.String("eu-west-1")}, eventrules.QueueTarget{}},
		"said to be":       {nil, eventrules.QueueTarget{OtherAccount: jsii.Bool(true)}},
	} {
		t.Run(name, func(t *testing.T) {
			stack := awscdk.NewStack(testkit.NewApp(t), jsii.String("Stack"), &awscdk.StackProps{Env: c.env})
			const theirs = "arn:aws:sqs:eu-west-1:111122223333:inbox"
			c.target.Queue = awssqs.Queue_FromQueueArn(stack, jsii.String("Inbox"), jsii.String(theirs))

			rule, target := routed(t, stack, &c.target)

			assert.JSONEq(t, resolved(t, stack, rule.Role.RoleArn()), cdktest.JSON(t, target["RoleArn"]))
			cdktest.One(t, stack, "AWS::IAM::Policy").Has(t, "PolicyDocument", `{"Version": "2012-10-17", "Statement": [
				{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "`+theirs+`"}
			]}`)
			warnings := cdktest.Warnings(t, stack)
			assert.Len(t, warnings, 1)
			assert.Contains(t, warnings[0], "The queue "+theirs+" belongs to another account. Its owner must add this statement to its policy: {")
			assert.Contains(t, warnings[0], `"Action":"sqs:SendMessage"`)
		})
	}
}

func TestAFunctionIsInvokedByThisRuleOnly(t *testing.T) {
	stack := testkit.NewStack(t)
	mine := awslambda.NewFunction(stack, jsii.String("Function"), &awslambda.FunctionProps{
		Runtime: awslambda.Runtime_PYTHON_3_13(), Handler: jsii.String("index.handler"), Code: awslambda.Code_FromInline(jsii.String("pass")),
	})
	const theirs = "arn:aws:lambda:eu-west-1:111122223333:function:theirs"
	imported := awslambda.Function_FromFunctionArn(stack, jsii.String("Imported"), jsii.String(theirs))

	rule := newRule(stack, eventrules.RuleProps{Targets: &[]eventrules.Target{
		&eventrules.FunctionTarget{Function: mine}, &eventrules.FunctionTarget{Function: imported},
	}})

	permissions := cdktest.All(t, stack, "AWS::Lambda::Permission")
	assert.Len(t, permissions, 2)
	var named []string
	for _, permission := range permissions {
		permission.Has(t, "Action", `"lambda:InvokeFunction"`)
		permission.Has(t, "Principal", `"events.amazonaws.com"`)
		permission.Has(t, "SourceArn", resolved(t, stack, rule.Rule.RuleArn()))
		named = append(named, cdktest.JSON(t, permission["FunctionName"]))
	}
	assert.ElementsMatch(t, []string{resolved(t, stack, mine.FunctionArn()), `"` + theirs + `"`}, named)
}

func TestAStateMachineIsStartedWithARole(t *testing.T) {
	stack := testkit.NewStack(t)
	machine := awsstepfunctions.NewStateMachine(stack, jsii.String("Machine"), &awsstepfunctions.StateMachineProps{
		DefinitionBody: awsstepfunctions.DefinitionBody_FromString(jsii.String(`{}`)),
	})

	rule, target := routed(t, stack, &eventrules.StateMachineTarget{StateMachine: machine})

	machineARN := resolved(t, stack, machine.StateMachineArn())
	assert.JSONEq(t, machineARN, cdktest.JSON(t, target["Arn"]))
	assert.JSONEq(t, resolved(t, stack, rule.Role.RoleArn()), cdktest.JSON(t, target["RoleArn"]))
	cdktest.One(t, stack, "AWS::IAM::Policy").Has(t, "PolicyDocument", `{"Version": "2012-10-17", "Statement": [
		{"Effect": "Allow", "Action": "states:StartExecution", "Resource": `+machineARN+`}
	]}`)
	assert.JSONEq(t, `{"Version": "2012-10-17", "Statement": [{
		"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": `+eventBridge+`,
		"Condition": {"ArnLike": {"aws:SourceArn": `+anyRule+`}, `+thisAccount+`}
	}]}`, cdktest.JSON(t, cdktest.PropertiesOf(t, rule.Role)["AssumeRolePolicyDocument"]))
}

func TestARoleOfTheUsersOwn(t *testing.T) {
	stack := testkit.NewStack(t)
	role := awsiam.NewRole(stack, jsii.String("Mine"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewServicePrincipal(jsii.String("events.amazonaws.com"), nil),
	})
	other := awsevents.NewEventBus(stack, jsii.String("Other"), nil)

	rule, target := routed(t, stack, &eventrules.BusTarget{Bus: other, Role: role})

	assert.Nil(t, rule.Role)
	assert.JSONEq(t, resolved(t, stack, role.RoleArn()), cdktest.JSON(t, target["RoleArn"]))
	cdktest.One(t, stack, "AWS::IAM::Policy").Has(t, "PolicyDocument", `{"Version": "2012-10-17", "Statement": [
		{"Effect": "Allow", "Action": "events:PutEvents", "Resource": `+resolved(t, stack, other.EventBusArn())+`}
	]}`)
	assert.Empty(t, cdktest.Warnings(t, stack), "a bus of this account needs no policy")
}

func TestABusOfAnotherAccount(t *testing.T) {
	stack := testkit.NewStack(t)
	const theirs = "arn:aws:events:us-east-1:111122223333:event-bus/edits"

	rule, target := routed(t, stack, &eventrules.BusTarget{BusARN: jsii.String(theirs)})

	assert.Equal(t, theirs, target["Arn"])
	assert.JSONEq(t, resolved(t, stack, rule.Role.RoleArn()), cdktest.JSON(t, target["RoleArn"]))
	assert.Contains(t, cdktest.Warnings(t, stack)[0], "The bus "+theirs+" belongs to another account.")
}

func TestAnyOtherTargetGetsTheRulesDeadLetterQueue(t *testing.T) {
	stack := testkit.NewStack(t)
	topic := awssns.NewTopic(stack, jsii.String("Topic"), nil)

	_, target := routed(t, stack, &eventrules.OtherTarget{Target: awseventstargets.NewSnsTopic(topic, &awseventstargets.SnsTopicProps{
		Message: awsevents.RuleTargetInput_FromText(jsii.String("edited")), RetryAttempts: jsii.Number(1),
	})})

	assert.JSONEq(t, resolved(t, stack, topic.TopicArn()), cdktest.JSON(t, target["Arn"]))
	assert.Equal(t, `"edited"`, target["Input"])
}

func TestIDs(t *testing.T) {
	stack := testkit.NewStack(t)
	function := awslambda.Function_FromFunctionArn(stack, jsii.String("Function"), jsii.String("arn:aws:lambda:eu-west-1:111122223333:function:f"))
	inbox := awssqs.NewQueue(stack, jsii.String("Inbox"), nil)
	newRule(stack, eventrules.RuleProps{Targets: &[]eventrules.Target{
		&eventrules.QueueTarget{Queue: inbox},
		&eventrules.FunctionTarget{Function: function},
		&eventrules.BusTarget{BusARN: jsii.String("arn:aws:events:us-east-1:111122223333:event-bus/edits")},
	}})

	testkit.LogicalIDs(t, stack)
}
