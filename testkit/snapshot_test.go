package testkit

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// orders is a stack with resources given as CloudFormation, so that a test says exactly what changes.
func orders(t testing.TB, resources string) awscdk.Stack {
	t.Helper()
	stack := awscdk.NewStack(NewApp(t), jsii.String("Orders"), nil)
	path := filepath.Join(t.TempDir(), "template.json")
	require.NoError(t, os.WriteFile(path, []byte(`{"Resources": `+resources+`}`), 0o600))
	var template struct {
		Resources map[string]struct {
			Type           string
			Properties     map[string]any
			DeletionPolicy string
		}
	}
	require.NoError(t, readJSON(path, &template))
	for id, r := range template.Resources {
		resource := awscdk.NewCfnResource(stack, jsii.String(id), &awscdk.CfnResourceProps{Type: jsii.String(r.Type), Properties: &r.Properties})
		if r.DeletionPolicy == "Retain" {
			resource.ApplyRemovalPolicy(awscdk.RemovalPolicy_RETAIN, nil)
		}
	}
	return stack
}

// taken is a package whose test TestOrders has a golden file of a stack with resources.
func taken(t *testing.T, resources string) *goldenFiles {
	t.Helper()
	golden := emptyPackage(t)
	t.Setenv(updateVariable, "1")
	require.Empty(t, failure(t, "TestOrders", func(tb testing.TB) { golden.snapshot(tb, orders(t, resources)) }))
	t.Setenv(updateVariable, "")
	return golden
}

// again is what TestOrders says when the stack has resources.
func again(t *testing.T, golden *goldenFiles, resources string) string {
	t.Helper()
	return failure(t, "TestOrders", func(tb testing.TB) { golden.snapshot(tb, orders(t, resources)) })
}

func TestASnapshotThatIsWrittenPasses(t *testing.T) {
	golden := taken(t, `{"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": 5, "Tags": [{"Key": "a<b", "Value": "1"}]}}}`)

	content, err := os.ReadFile(filepath.Join(golden.folder, "testdata", "snapshots", "TestOrders", "Orders.json"))
	require.NoError(t, err)
	assert.Equal(t, `{
  "Resources": {
    "Queue": {
      "Properties": {
        "DelaySeconds": 5,
        "Tags": [
          {
            "Key": "a<b",
            "Value": "1"
          }
        ]
      },
      "Type": "AWS::SQS::Queue"
    }
  }
}
`, string(content))
	assert.Empty(t, again(t, golden, `{"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"Tags": [{"Key": "a<b", "Value": "1"}], "DelaySeconds": 5}}}`))
}

func TestAQueueThatIsReplaced(t *testing.T) {
	golden := taken(t, `{"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": 5, "QueueName": "orders"}}}`)

	message := again(t, golden, `{"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": 5, "QueueName": "orders.fifo", "FifoQueue": true}}}`)

	assert.Equal(t, `testkit: the template of stack Orders is not what testdata/snapshots/TestOrders/Orders.json says.

Deployed, this change does to what cannot be made again:
  - REPLACES AWS::SQS::Queue Queue by a new one (FifoQueue changes from absent to true; QueueName changes from "orders" to "orders.fifo"). The old one is deleted, and with it its messages.

--- testdata/snapshots/TestOrders/Orders.json
+++ now
@@ Resources.Queue.Properties (AWS::SQS::Queue)
     "Queue": {
       "Properties": {
         "DelaySeconds": 5,
-        "QueueName": "orders"
+        "FifoQueue": true,
+        "QueueName": "orders.fifo"
       },
       "Type": "AWS::SQS::Queue"
     }

If it should be so, write the file anew:

  TESTKIT_UPDATE=1 go test -run '^TestOrders$' github.com/mediasupplychain/cdk/testkit
`, message)
}

func TestATableThatIsDeletedAndOneThatIsRetained(t *testing.T) {
	golden := taken(t, `{
		"Assets": {"Type": "AWS::DynamoDB::Table"},
		"Audit": {"Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Retain"},
		"Role": {"Type": "AWS::IAM::Role"}}`)

	message := again(t, golden, `{"Role": {"Type": "AWS::IAM::Role"}}`)

	assert.Contains(t, message, `Deployed, this change does to what cannot be made again:
  - DELETES AWS::DynamoDB::Table Assets, and with it its items.
  - LETS GO of AWS::DynamoDB::Table Audit: it stays in the account, no longer part of the stack (DeletionPolicy: Retain).

--- testdata/snapshots/TestOrders/Orders.json
+++ now
@@ Resources
 {
   "Resources": {
-    "Assets": {
-      "Type": "AWS::DynamoDB::Table"
-    },
-    "Audit": {
`)
}

func TestAChangeInPlaceIsADifferenceAlone(t *testing.T) {
	golden := taken(t, `{"Rule": {"Type": "AWS::Events::Rule", "Properties": {"Targets": [{"Id": "a"}, {"Id": "b"}]}}}`)

	message := again(t, golden, `{"Rule": {"Type": "AWS::Events::Rule", "Properties": {"Targets": [{"Id": "a"}, {"Id": "c"}]}}}`)

	assert.NotContains(t, message, "Deployed")
	assert.Contains(t, message, `says.

--- testdata/snapshots/TestOrders/Orders.json
+++ now
@@ Resources.Rule.Properties.Targets[1] (AWS::Events::Rule)
`)
}

func TestASnapshotThatIsNotThereYetFails(t *testing.T) {
	golden := emptyPackage(t)

	assert.Equal(t, `testkit: there is no testdata/snapshots/TestOrders/Orders.json yet. Write it, read it, and commit it:

  TESTKIT_UPDATE=1 go test -run '^TestOrders$' github.com/mediasupplychain/cdk/testkit
`, again(t, golden, `{}`))
}

func TestAGoldenFileThatIsNoTemplate(t *testing.T) {
	golden := taken(t, `{"Role": {"Type": "AWS::IAM::Role"}}`)
	path := filepath.Join(golden.folder, "testdata", "snapshots", "TestOrders", "Orders.json")
	require.NoError(t, os.WriteFile(path, []byte("<<<<<<< HEAD\n"), 0o600))

	assert.Contains(t, again(t, golden, `{"Role": {"Type": "AWS::IAM::Role"}}`),
		"What the change does to deployed resources is not known: testdata/snapshots/TestOrders/Orders.json is "+
			"not a CloudFormation template: invalid character '<' looking for beginning of value.\n")
}

func TestAGoldenFileWithCarriageReturnsIsTheSame(t *testing.T) {
	golden := taken(t, `{"Role": {"Type": "AWS::IAM::Role"}}`)
	path := filepath.Join(golden.folder, "testdata", "snapshots", "TestOrders", "Orders.json")
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, []byte(strings.ReplaceAll(string(content), "\n", "\r\n")), 0o600))

	assert.Empty(t, again(t, golden, `{"Role": {"Type": "AWS::IAM::Role"}}`))
}

func TestTheUpdateVariableIsABoolean(t *testing.T) {
	golden := emptyPackage(t)
	t.Setenv(updateVariable, "please")

	assert.Equal(t, `testkit: TESTKIT_UPDATE is "please"; set it to 1 to write golden files, or unset it to compare them`,
		again(t, golden, `{}`))
}

// code is a stack with a function whose code is content, its version, and a nested stack.
func code(t testing.TB, content string, memory float64) awscdk.Stack {
	t.Helper()
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "bootstrap"), []byte(content), 0o600))
	app := awscdk.NewApp(&awscdk.AppProps{ // as a user's main makes it: with analytics, paths and asset metadata
		Outdir:         jsii.String(t.TempDir()),
		PostCliContext: &map[string]any{"aws:cdk:enable-path-metadata": true, "aws:cdk:enable-asset-metadata": true},
	})
	stack := awscdk.NewStack(app, jsii.String("Orders"), &awscdk.StackProps{
		Env: &awscdk.Environment{Account: jsii.String("111122223333"), Region: jsii.String("eu-west-1")},
	})
	function := awslambda.NewFunction(stack, jsii.String("Function"), &awslambda.FunctionProps{
		Runtime:    awslambda.Runtime_PROVIDED_AL2023(),
		Handler:    jsii.String("bootstrap"),
		Code:       awslambda.Code_FromAsset(jsii.String(folder), nil),
		MemorySize: jsii.Number(memory),
	})
	awslambda.NewAlias(stack, jsii.String("Live"), &awslambda.AliasProps{AliasName: jsii.String("live"), Version: function.CurrentVersion()})
	nested := awscdk.NewNestedStack(stack, jsii.String("Inner"), nil)
	awssqs.NewQueue(nested, jsii.String("Queue"), &awssqs.QueueProps{DeliveryDelay: awscdk.Duration_Seconds(jsii.Number(len(content)))})
	return stack
}

func TestChangedCodeIsNoDifference(t *testing.T) {
	golden := emptyPackage(t)
	compare := func(stack awscdk.Stack) string {
		return failure(t, "TestCode", func(tb testing.TB) { golden.snapshot(tb, stack) })
	}
	t.Setenv(updateVariable, "1")
	require.Empty(t, compare(code(t, "one", 128)))
	t.Setenv(updateVariable, "")

	content, err := os.ReadFile(filepath.Join(golden.folder, "testdata", "snapshots", "TestCode", "Orders.json"))
	require.NoError(t, err)
	for _, churn := range []string{"aws:cdk:path", "aws:asset", "AWS::CDK::Metadata", "CDKMetadataAvailable", "Bootstrap", `"Rules"`, `"Parameters"`} {
		assert.NotContains(t, string(content), churn)
	}
	assert.NotRegexp(t, `[0-9a-f]{32}`, string(content))
	assert.Contains(t, string(content), `"S3Key": "<asset>.zip"`)
	assert.Regexp(t, `"FunctionCurrentVersion[0-9A-F]{8}<hash>": {`, string(content))
	assert.Regexp(t, `"FunctionVersion": {\n +"Fn::GetAtt": \[\n +"FunctionCurrentVersion[0-9A-F]{8}<hash>",`, string(content))

	assert.Empty(t, compare(code(t, "another", 128)))
	assert.Contains(t, compare(code(t, "another", 256)), `-        "MemorySize": 128,`+"\n"+`+        "MemorySize": 256,`)
}

func TestANestedStackHasASnapshotOfItsOwn(t *testing.T) {
	golden := emptyPackage(t)
	stack := awscdk.NewStack(NewApp(t), jsii.String("Outer"), nil)
	nested := awscdk.NewNestedStack(stack, jsii.String("Inner"), nil)
	awssqs.NewQueue(nested, jsii.String("Queue"), nil)
	t.Setenv(updateVariable, "1")

	require.Empty(t, failure(t, "TestNested", func(tb testing.TB) {
		golden.snapshot(tb, stack)
		golden.snapshot(tb, nested)
	}))

	folder := filepath.Join(golden.folder, "testdata", "snapshots", "TestNested")
	outer, err := os.ReadFile(filepath.Join(folder, "Outer.json"))
	require.NoError(t, err)
	inner, err := os.ReadFile(filepath.Join(folder, "Outer", "Inner.json"))
	require.NoError(t, err)
	assert.Contains(t, string(outer), "AWS::CloudFormation::Stack")
	assert.Contains(t, string(outer), "/<asset>.json")
	assert.NotContains(t, string(outer), "AWS::SQS::Queue")
	assert.Contains(t, string(inner), "AWS::SQS::Queue")
}

func TestAMaskOfTheUser(t *testing.T) {
	golden := emptyPackage(t)
	compare := func(description string) string {
		return failure(t, "TestMasked", func(tb testing.TB) {
			golden.snapshot(tb, orders(t, `{"Rule": {"Type": "AWS::Events::Rule", "Properties": {"Description": "`+description+`"}}}`),
				Masked(regexp.MustCompile(`build \d+`), "build <number>"))
		})
	}
	t.Setenv(updateVariable, "1")
	require.Empty(t, compare("Orders, build 7"))
	t.Setenv(updateVariable, "")

	assert.Empty(t, compare("Orders, build 8"))
	assert.Contains(t, compare("Returns, build 8"), `+        "Description": "Returns, build <number>"`)
}

func TestAMaskThatLosesAKeyIsRefused(t *testing.T) {
	golden := emptyPackage(t)

	assert.Equal(t, `testkit: two keys are "Role" once masked; make the mask more specific`,
		failure(t, "TestMasked", func(tb testing.TB) {
			golden.snapshot(tb, orders(t, `{"Role1": {"Type": "AWS::IAM::Role"}, "Role2": {"Type": "AWS::IAM::Role"}}`),
				Masked(regexp.MustCompile(`Role\d`), "Role"))
		}))
}

func TestTwoSnapshotsOfOneStackNeedNames(t *testing.T) {
	golden := taken(t, `{}`)

	message := failure(t, "TestOrders", func(tb testing.TB) {
		stack := orders(t, `{}`)
		golden.snapshot(tb, stack)
		golden.snapshot(tb, stack)
	})

	assert.Equal(t, "testkit: testdata/snapshots/TestOrders/Orders.json is compared twice in this test; "+
		"give one of the snapshots a name: testkit.Named(…)", message)
	t.Setenv(updateVariable, "1")
	assert.Empty(t, failure(t, "TestOrders", func(tb testing.TB) {
		stack := orders(t, `{}`)
		golden.snapshot(tb, stack)
		golden.snapshot(tb, stack, Named("again"))
	}))
	assert.FileExists(t, filepath.Join(golden.folder, "testdata", "snapshots", "TestOrders", "again.json"))
}

func TestTwoTestsWhoseFilesAreOneOnSomeFileSystems(t *testing.T) {
	golden := taken(t, `{}`)

	assert.Equal(t, "testkit: testdata/snapshots/Testorders/Orders.json is compared by test TestOrders too; rename one of the tests",
		failure(t, "Testorders", func(tb testing.TB) { golden.snapshot(tb, orders(t, `{}`)) }))
}

func TestAFileNameFitsEachFileSystem(t *testing.T) {
	golden := emptyPackage(t)
	t.Setenv(updateVariable, "1")

	require.Empty(t, failure(t, `TestOrders/a:b,_"c"`, func(tb testing.TB) { golden.snapshot(tb, orders(t, `{}`)) }))

	assert.FileExists(t, filepath.Join(golden.folder, "testdata", "snapshots", "TestOrders", "a-b-_-c-", "Orders.json"))
}

func TestALongDifferenceIsCut(t *testing.T) {
	lines := strings.Repeat("line\n", 400)

	diff := unified("before", "now", "", lines, noHeading)

	assert.Equal(t, 301, strings.Count(diff, "\n"))
	assert.True(t, strings.HasSuffix(diff, "+line\n… and 103 lines more\n"), diff[len(diff)-100:])
}
