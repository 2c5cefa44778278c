package testkit

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// inbox is a stack with a queue called id, a nested stack with another, and a queue that is retained.
func inbox(t testing.TB, id string, delay float64) (outer, nested awscdk.Stack) {
	t.Helper()
	stack := awscdk.NewStack(NewApp(t), jsii.String("Inbox"), nil)
	awssqs.NewQueue(stack, jsii.String(id), &awssqs.QueueProps{DeliveryDelay: awscdk.Duration_Seconds(jsii.Number(delay))})
	awssqs.NewQueue(stack, jsii.String("Audit"), &awssqs.QueueProps{RemovalPolicy: awscdk.RemovalPolicy_RETAIN})
	inner := awscdk.NewNestedStack(stack, jsii.String("Inner"), nil)
	awssqs.NewQueue(inner, jsii.String("Queue"), nil)
	return stack, inner
}

func TestLogicalIDs(t *testing.T) {
	golden := emptyPackage(t)
	compare := func(id string, delay float64) string {
		return failure(t, "TestInbox", func(tb testing.TB) {
			outer, inner := inbox(t, id, delay)
			golden.logicalIDs(tb, outer)
			golden.logicalIDs(tb, inner)
		})
	}
	t.Setenv(updateVariable, "1")
	require.Empty(t, compare("Queue", 1))
	t.Setenv(updateVariable, "")

	t.Run("what the files hold", func(t *testing.T) {
		for file, want := range map[string]string{
			"Inbox.ids": `Audit3D8ADE0A AWS::SQS::Queue Audit/Resource [Retain]
InnerNestedStackInnerNestedStackResource745E041B AWS::CloudFormation::Stack Inner.NestedStack/Inner.NestedStackResource
Queue4A7E3555 AWS::SQS::Queue Queue/Resource
`,
			"Inbox/Inner.ids": "Queue4A7E3555 AWS::SQS::Queue Queue/Resource\n",
		} {
			content, err := os.ReadFile(filepath.Join(golden.folder, "testdata", "snapshots", "TestInbox", file))
			require.NoError(t, err)
			assert.Equal(t, want, string(content))
		}
	})
	t.Run("a property may change", func(t *testing.T) {
		assert.Empty(t, compare("Queue", 2))
	})
	t.Run("a renamed construct fails", func(t *testing.T) {
		assert.Equal(t, `testkit: the list of logical ids of stack Inbox is not what testdata/snapshots/TestInbox/Inbox.ids says.

Deployed, this change does to what cannot be made again:
  - DELETES AWS::SQS::Queue Queue4A7E3555, and with it its messages. The new OrdersA9B65338 is its like: a construct that is renamed or moved is a new resource.

--- testdata/snapshots/TestInbox/Inbox.ids
+++ now
@@
 Audit3D8ADE0A AWS::SQS::Queue Audit/Resource [Retain]
 InnerNestedStackInnerNestedStackResource745E041B AWS::CloudFormation::Stack Inner.NestedStack/Inner.NestedStackResource
-Queue4A7E3555 AWS::SQS::Queue Queue/Resource
+OrdersA9B65338 AWS::SQS::Queue Orders/Resource

If it should be so, write the file anew:

  TESTKIT_UPDATE=1 go test -run '^TestInbox$' github.com/mediasupplychain/cdk/testkit
`, compare("Orders", 1))
	})
}

func TestARetainedResourceOfAListIsNotSaidToBeDeleted(t *testing.T) {
	report, err := reportOf(templateOf("Audit AWS::SQS::Queue Audit/Resource [Retain]\n"), templateOf(""))

	require.NoError(t, err)
	assert.Contains(t, report, "LETS GO of AWS::SQS::Queue Audit")
}
