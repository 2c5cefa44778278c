package sqslambda_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
	"github.com/stretchr/testify/assert"

	"github.com/mediasupplychain/cdk/internal/cdktest"
	"github.com/mediasupplychain/cdk/sqslambda"
	"github.com/mediasupplychain/cdk/testkit"
)

func importedQueue(scope constructs.Construct, name string) awssqs.IQueue {
	return awssqs.Queue_FromQueueArn(scope, jsii.String("Imported-"+name), jsii.String("arn:aws:sqs:eu-west-1:111122223333:"+name))
}

// ownQueue is a queue of the app's own with 180 s of visibility and a
// dead-letter queue.
func ownQueue(scope constructs.Construct) (queue, dead awssqs.Queue) {
	dead = awssqs.NewQueue(scope, jsii.String("Parked"), nil)
	queue = awssqs.NewQueue(scope, jsii.String("Ingest"), &awssqs.QueueProps{
		VisibilityTimeout: awscdk.Duration_Seconds(jsii.Number(180)),
		DeadLetterQueue:   &awssqs.DeadLetterQueue{Queue: dead, MaxReceiveCount: jsii.Number(5)},
	})
	return queue, dead
}

func TestAnExistingQueueBringsItsDeadLetterQueue(t *testing.T) {
	stack := testkit.NewStack(t)
	queue, dead := ownQueue(stack)
	c := newConsumer(stack, &sqslambda.ConsumerProps{GoPackage: goPackage(), ExistingQueue: queue})

	assert.Equal(t, *queue.QueueArn(), *c.Queue.QueueArn())
	assert.Equal(t, *dead.QueueArn(), *c.DeadLetterQueue.QueueArn())
	assert.Len(t, cdktest.Properties(t, stack, "AWS::SQS::Queue"), 2)
	assert.Empty(t, cdktest.Warnings(t, stack))
	assert.Equal(t, cdktest.Resolved(t, stack, dead.QueueArn()),
		cdktest.Statements(t, cdktest.PropertiesOf(t, c.Policy))[1]["Resource"])
}

func TestAnExistingFifoQueueMakesTheConsumerFifo(t *testing.T) {
	stack := testkit.NewStack(t)
	err := cdktest.Problem(t, stack, func(scope constructs.Construct, id *string) {
		sqslambda.NewConsumer(scope, id, &sqslambda.ConsumerProps{
			GoPackage: goPackage(), ExistingQueue: importedQueue(scope, "ingest.fifo"), BatchSize: jsii.Number(50),
		})
	})
	assert.EqualError(t, err, `sqslambda.Consumer "Stack/Bad": invalid properties:
- BatchSize must be between 1 and 10, got 50`)
}

func TestOfAnImportedQueueWarningsSayWhatItsOwnerMustDo(t *testing.T) {
	stack := testkit.NewStack(t)
	key := awskms.Key_FromKeyArn(stack, jsii.String("Key"), jsii.String("arn:aws:kms:eu-west-1:111122223333:key/1"))
	queue := awssqs.Queue_FromQueueAttributes(stack, jsii.String("Imported"), &awssqs.QueueAttributes{
		QueueArn: jsii.String("arn:aws:sqs:eu-west-1:111122223333:ingest"), KeyArn: key.KeyArn(),
	})
	c := newConsumer(stack, &sqslambda.ConsumerProps{
		GoPackage: goPackage(), ExistingQueue: queue, SenderAccounts: jsii.Strings("444455556666"),
	})

	assert.Empty(t, cdktest.Properties(t, stack, "AWS::SQS::Queue"))
	assert.Nil(t, c.DeadLetterQueue)
	assert.Nil(t, cdktest.PropertiesOf(t, c.Function)["Environment"])
	sender := `{"Action":"sqs:SendMessage","Condition":{"StringEquals":{"aws:PrincipalAccount":["444455556666"]}},"Effect":"Allow","Principal":{"AWS":{"Fn::Join":["",["arn:",{"Ref":"AWS::Partition"},":iam::444455556666:root"]]}},"Resource":"arn:aws:sqs:eu-west-1:111122223333:ingest","Sid":"SenderAccounts"}`
	encrypt := `{"Action":["kms:Decrypt","kms:GenerateDataKey"],"Condition":{"StringEquals":{"aws:PrincipalAccount":["444455556666"]}},"Effect":"Allow","Principal":{"AWS":{"Fn::Join":["",["arn:",{"Ref":"AWS::Partition"},":iam::444455556666:root"]]}},"Resource":"*","Sid":"SenderAccounts"}`
	role := `{"Fn::GetAtt":["RenditionsFunctionServiceRole` + suffix(t, stack) + `","Arn"]}`
	assert.Equal(t, []string{
		"ExistingQueue's dead-letter queue is not known here: give its queue a redrive policy with a maxReceiveCount of at least 5, and pass the dead-letter queue as ExistingDeadLetterQueue to have it watched. [ack: mediasupplychain:unknownDeadLetterQueue]",
		"The queue is imported, so its policy is not changed. Its owner must add this statement: " + sender + " [ack: mediasupplychain:importedQueue]",
		"The KMS key is imported, so its policy is not changed. Its owner must add this statement: " + encrypt + " [ack: mediasupplychain:importedKey]",
		`If ExistingQueue belongs to another account, its owner must add this statement to its policy: {"Action":["sqs:ChangeMessageVisibility","sqs:DeleteMessage","sqs:GetQueueAttributes","sqs:ReceiveMessage"],"Effect":"Allow","Principal":{"AWS":` + role + `},"Resource":"arn:aws:sqs:eu-west-1:111122223333:ingest"} [ack: mediasupplychain:foreignQueue]`,
		`If ExistingQueue's KMS key belongs to another account, its owner must add this statement to its policy: {"Action":"kms:Decrypt","Effect":"Allow","Principal":{"AWS":` + role + `},"Resource":"*"} [ack: mediasupplychain:foreignKey]`,
		"ExistingQueue's visibility timeout is not known here: it must be at least the function's timeout, and AWS advises 180 seconds. [ack: mediasupplychain:unknownVisibility]",
	}, cdktest.Warnings(t, stack))
}

func TestNothingIsForeignAboutAQueueOfTheSameAccount(t *testing.T) {
	stack := awscdk.NewStack(testkit.NewApp(t), jsii.String("Stack"), &awscdk.StackProps{
		Env: &awscdk.Environment{Account: jsii.String("111122223333"), Region: jsii.String("eu-west-1")},
	})
	newConsumer(stack, &sqslambda.ConsumerProps{
		GoPackage:               goPackage(),
		ExistingQueue:           importedQueue(stack, "ingest"),
		ExistingDeadLetterQueue: importedQueue(stack, "parked"),
	})
	assert.Equal(t, []string{
		"ExistingQueue's visibility timeout is not known here: it must be at least the function's timeout, and AWS advises 180 seconds. [ack: mediasupplychain:unknownVisibility]",
	}, cdktest.Warnings(t, stack))
}

func TestAnExistingDeadLetterQueueOfANewQueue(t *testing.T) {
	stack := testkit.NewStack(t)
	dead := importedQueue(stack, "parked")
	c := newConsumer(stack, &sqslambda.ConsumerProps{GoPackage: goPackage(), ExistingDeadLetterQueue: dead})
	assert.Equal(t, map[string]any{"deadLetterTargetArn": "arn:aws:sqs:eu-west-1:111122223333:parked", "maxReceiveCount": 5},
		cdktest.PropertiesOf(t, c.Queue)["RedrivePolicy"])
	assert.Len(t, cdktest.Properties(t, stack, "AWS::SQS::Queue"), 1)
}

func TestAFunctionOfYourOwn(t *testing.T) {
	stack := testkit.NewStack(t)
	function := ownFunction(stack, "Mine", 20)
	c := newConsumer(stack, &sqslambda.ConsumerProps{Function: function})

	assert.Len(t, cdktest.Properties(t, stack, "AWS::Lambda::Function"), 1)
	assert.Nil(t, c.LogGroup)
	assert.Equal(t, 120, cdktest.PropertiesOf(t, c.Queue)["VisibilityTimeout"])
	assert.Equal(t, map[string]any{"Variables": map[string]any{
		"DEAD_LETTER_QUEUE_URL": cdktest.Resolved(t, stack, c.DeadLetterQueue.QueueUrl()),
	}}, cdktest.PropertiesOf(t, function)["Environment"])
	assert.Equal(t, []any{cdktest.Resolved(t, stack, function.Role().RoleName())}, cdktest.PropertiesOf(t, c.Policy)["Roles"])
	assert.Empty(t, cdktest.Warnings(t, stack))
}

func TestTheTimeoutOfAFunctionThatSaysNothingIsThatOfTheService(t *testing.T) {
	stack := testkit.NewStack(t)
	function := awslambda.NewFunction(stack, jsii.String("Mine"), &awslambda.FunctionProps{
		Runtime: awslambda.Runtime_PYTHON_3_13(),
		Handler: jsii.String("index.handler"),
		Code:    awslambda.Code_FromInline(jsii.String("def handler(event, context): pass")),
	})
	c := newConsumer(stack, &sqslambda.ConsumerProps{Function: function})
	assert.Equal(t, 18, cdktest.PropertiesOf(t, c.Queue)["VisibilityTimeout"])
}

func TestAnAliasHasTheTimeoutOfItsFunction(t *testing.T) {
	stack := testkit.NewStack(t)
	alias := ownFunction(stack, "Mine", 20).AddAlias(jsii.String("live"), nil)
	c := newConsumer(stack, &sqslambda.ConsumerProps{Function: alias})
	assert.Equal(t, 120, cdktest.PropertiesOf(t, c.Queue)["VisibilityTimeout"])
	assert.Equal(t, cdktest.Resolved(t, stack, alias.FunctionName()), cdktest.PropertiesOf(t, c.Mapping)["FunctionName"])
}

func TestAVersionHasTheTimeoutOfItsFunction(t *testing.T) {
	stack := testkit.NewStack(t)
	version := ownFunction(stack, "Mine", 20).CurrentVersion()
	c := newConsumer(stack, &sqslambda.ConsumerProps{Function: version})
	assert.Equal(t, 120, cdktest.PropertiesOf(t, c.Queue)["VisibilityTimeout"])
}

func TestAFunctionOfYourOwnOnAQueueWhoseDeadLetterQueueIsUnknown(t *testing.T) {
	stack := testkit.NewStack(t)
	function := ownFunction(stack, "Mine", 20)
	newConsumer(stack, &sqslambda.ConsumerProps{Function: function, ExistingQueue: importedQueue(stack, "ingest")})
	assert.Nil(t, cdktest.PropertiesOf(t, function)["Environment"])
}

func TestAFunctionOfTwoQueuesKeepsTheDeadLetterQueueOfTheFirst(t *testing.T) {
	stack := testkit.NewStack(t)
	function := ownFunction(stack, "Mine", 20)
	first := newConsumer(stack, &sqslambda.ConsumerProps{Function: function})
	sqslambda.NewConsumer(stack, jsii.String("Second"), &sqslambda.ConsumerProps{Function: function})
	assert.Equal(t, map[string]any{"Variables": map[string]any{
		"DEAD_LETTER_QUEUE_URL": cdktest.Resolved(t, stack, first.DeadLetterQueue.QueueUrl()),
	}}, cdktest.PropertiesOf(t, function)["Environment"])
	assert.Equal(t, []string{
		"Function reads another queue too, and its environment variable DEAD_LETTER_QUEUE_URL is the dead-letter queue of that one. If it uses sqsbatch, define a function for each queue. [ack: mediasupplychain:functionShared]",
	}, cdktest.Warnings(t, stack))
}

func TestAFunctionOfAnotherStackDoesNotMakeTheStacksDependOnEachOther(t *testing.T) {
	app := testkit.NewApp(t)
	functions := awscdk.NewStack(app, jsii.String("Functions"), nil)
	stack := awscdk.NewStack(app, jsii.String("Stack"), nil)
	c := newConsumer(stack, &sqslambda.ConsumerProps{Function: ownFunction(functions, "Mine", 20)})

	assert.Len(t, cdktest.Statements(t, cdktest.PropertiesOf(t, c.Policy)), 2)
	assert.Empty(t, cdktest.Properties(t, functions, "AWS::IAM::Policy"))
	assert.Equal(t, []string{
		"Function belongs to another stack or app and is not changed. If it uses sqsbatch, set its environment variable DEAD_LETTER_QUEUE_URL to the URL of the dead-letter queue. [ack: mediasupplychain:functionNotChanged]",
	}, cdktest.Warnings(t, stack))
}

func TestAnImportedFunction(t *testing.T) {
	stack := testkit.NewStack(t)
	function := awslambda.Function_FromFunctionArn(stack, jsii.String("Theirs"), jsii.String("arn:aws:lambda:eu-west-1:111122223333:function:theirs"))
	visible := &awssqs.QueueProps{VisibilityTimeout: awscdk.Duration_Minutes(jsii.Number(5))}
	c := newConsumer(stack, &sqslambda.ConsumerProps{Function: function, QueueProps: visible})

	assert.Nil(t, c.Policy)
	assert.Equal(t, 300, cdktest.PropertiesOf(t, c.Queue)["VisibilityTimeout"])
	warnings := cdktest.Warnings(t, stack)
	assert.Len(t, warnings, 3)
	assert.Contains(t, warnings[1], `Function is imported without its role. The role needs this statement: {"Action":["sqs:ChangeMessageVisibility","sqs:DeleteMessage","sqs:GetQueueAttributes","sqs:ReceiveMessage"],"Effect":"Allow","Resource":{"Fn::GetAtt":["RenditionsQueue`)
	assert.Contains(t, warnings[2], `Function is imported without its role. The role needs this statement: {"Action":"sqs:SendMessage","Effect":"Allow","Resource":{"Fn::GetAtt":["RenditionsDeadLetterQueue`)
}

func TestCodeBuiltElsewhere(t *testing.T) {
	stack := testkit.NewStack(t)
	code := awslambda.Code_FromAsset(jsii.String("testdata/consumer"), nil)
	c := newConsumer(stack, &sqslambda.ConsumerProps{Code: code})
	assert.Equal(t, "bootstrap", cdktest.PropertiesOf(t, c.Function)["Handler"])
}

// suffix is the hash in the logical id of the function's role.
func suffix(t *testing.T, stack awscdk.Stack) string {
	t.Helper()
	for id := range cdktest.Properties(t, stack, "AWS::IAM::Role") {
		return id[len("RenditionsFunctionServiceRole"):]
	}
	return ""
}
