package testkit_test

import (
	"regexp"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/testkit"
)

// newOrdersStack stands for the stack of an app: a queue, and a queue for what could not be processed.
func newOrdersStack(scope constructs.Construct, id string) awscdk.Stack {
	stack := awscdk.NewStack(scope, jsii.String(id), nil)
	dead := awssqs.NewQueue(stack, jsii.String("DeadLetterQueue"), &awssqs.QueueProps{RetentionPeriod: awscdk.Duration_Days(jsii.Number(14))})
	awssqs.NewQueue(stack, jsii.String("Queue"), &awssqs.QueueProps{
		EnforceSSL:      jsii.Bool(true),
		DeadLetterQueue: &awssqs.DeadLetterQueue{Queue: dead, MaxReceiveCount: jsii.Number(5)},
	})
	return stack
}

// In an app, each of the two is a test function of its own.
func Example() {
	TestOrders := func(t *testing.T) {
		app := testkit.NewApp(t, testkit.WithContext(testkit.RecommendedFlags()))
		testkit.Snapshot(t, newOrdersStack(app, "Orders"))
	}
	TestMain := func(m *testing.M) { testkit.Main(m) }

	_, _ = TestOrders, TestMain
}

func ExampleMasked() {
	TestOrders := func(t *testing.T) {
		testkit.Snapshot(t, newOrdersStack(testkit.NewApp(t), "Orders"),
			testkit.Masked(regexp.MustCompile(`build \d+`), "build <number>"))
	}

	_ = TestOrders
}

func ExampleLogicalIDs() {
	TestLogicalIDsOfOrders := func(t *testing.T) {
		testkit.LogicalIDs(t, newOrdersStack(testkit.NewApp(t), "Orders"))
	}

	_ = TestLogicalIDsOfOrders
}

func ExampleSameWithFlags() {
	TestOrdersOfEachApp := func(t *testing.T) {
		testkit.SameWithFlags(t, func(stack awscdk.Stack) {
			awssqs.NewQueue(stack, jsii.String("Queue"), nil)
		})
	}

	_ = TestOrdersOfEachApp
}

// The tests below are a user's: exported names only, and golden files in this package's own testdata.

func TestASnapshotAsAUserTakesIt(t *testing.T) {
	app := testkit.NewApp(t, testkit.WithContext(testkit.RecommendedFlags()))

	testkit.Snapshot(t, newOrdersStack(app, "Orders"))
}

func TestLogicalIDsAsAnAuthorKeepsThem(t *testing.T) {
	stack := testkit.NewStack(t)
	awssqs.NewQueue(stack, jsii.String("First"), nil)
	awssqs.NewQueue(stack, jsii.String("Second"), nil)

	testkit.LogicalIDs(t, stack)
}
