package rules_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/test/rules"
	"github.com/mediasupplychain/cdk/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func TestAQueueWithoutDeadLettersIsFoundByEachPackThatCares(t *testing.T) {
	app, queue := queueApp(t)
	queue.ApplyRemovalPolicy(awscdk.RemovalPolicy_DESTROY)

	findings, err := rules.Check(app)

	require.NoError(t, err)
	assert.Equal(t, []string{"AwsSolutions-SQS3", "AwsSolutions-SQS4"}, ruleIDs(findings))
}

func TestASuppressionNeedsAReason(t *testing.T) {
	app, queue := queueApp(t)
	suppress(queue, map[string]string{
		"AwsSolutions-SQS3": "This queue is itself a dead-letter queue: what lands in it is looked at by a person.",
		"AwsSolutions-SQS4": "TODO: decide about TLS before we ship this to the customer.",
	})

	findings, err := rules.Check(app)

	require.NoError(t, err)
	require.Len(t, findings, 1)
	assert.Equal(t, "AwsSolutions-SQS4", findings[0].Rule)
	assert.Equal(t, `the reason of its suppression says "TODO": "TODO: decide about TLS before we ship this to the customer."`, findings[0].Problem)
}

func TestASuppressionNeedsASentence(t *testing.T) {
	app, queue := queueApp(t)
	suppress(queue, map[string]string{
		"AwsSolutions-SQS3": "This queue is itself a dead-letter queue: what lands in it is looked at by a person.",
		"AwsSolutions-SQS4": "Handled by someone else.",
	})

	findings, err := rules.Check(app)

	require.NoError(t, err)
	require.Len(t, findings, 1)
	assert.Equal(t, `the reason of its suppression has fewer than 8 words: "Handled by someone else."`, findings[0].Problem)
}

func queueApp(t *testing.T) (awscdk.App, awssqs.Queue) {
	t.Helper()
	app := testkit.NewApp(t)
	stack := awscdk.NewStack(app, jsii.String("Stack"), nil)
	return app, awssqs.NewQueue(stack, jsii.String("Queue"), nil)
}

func suppress(queue awssqs.Queue, reasons map[string]string) {
	var suppressions []any
	for id, reason := range reasons {
		suppressions = append(suppressions, map[string]any{"id": id, "reason": reason})
	}
	var resource awscdk.CfnResource
	jsii.UnsafeCast(queue.Node().DefaultChild(), &resource)
	resource.AddMetadata(jsii.String("cdk_nag"), map[string]any{"rules_to_suppress": suppressions})
}

func ruleIDs(findings []rules.Finding) []string {
	var ids []string
	for _, finding := range findings {
		ids = append(ids, finding.Rule)
	}
	return ids
}
