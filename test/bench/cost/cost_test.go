package cost_test

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamotypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/internal/chaincost"
	"github.com/mediasupplychain/cdk/test/bench/throughput"
	"github.com/mediasupplychain/cdk/test/drive"
	"github.com/mediasupplychain/cdk/test/faultproxy"
	"github.com/mediasupplychain/cdk/test/localcloud"
)

const (
	assets   = 5
	patience = 5 * time.Minute
)

// BenchmarkCost takes assets through supply chains of different lengths, and
// counts what their functions call and through which states their executions go.
func BenchmarkCost(b *testing.B) {
	proxy, err := faultproxy.Start(nil)
	require.NoError(b, err)
	b.Cleanup(func() { assert.NoError(b, proxy.Close()) })
	cloud := start(b, proxy.Endpoint())
	require.NoError(b, proxy.Forward(cloud.Endpoint))
	directory, err := filepath.Abs("../throughput/library")
	require.NoError(b, err)
	deployment, err := cloud.DeployApp(b.Context(), "library", directory)
	require.NoError(b, err)
	for _, stages := range []int{3, 8, 20} {
		line, err := throughput.NewLine(cloud, deployment, fmt.Sprintf("Stages%d", stages), stages)
		require.NoError(b, err)
		b.Run(fmt.Sprintf("%d stages", stages), func(b *testing.B) {
			for b.Loop() {
				count(b, proxy, sfn.NewFromConfig(cloud.Config()), line)
			}
		})
	}
}

func count(b *testing.B, proxy *faultproxy.Proxy, states *sfn.Client, line *throughput.Line) {
	b.Helper()
	told, err := chaincost.Count(b.Context(), line.Stages)
	require.NoError(b, err)
	proxy.Reset()
	_, err = line.Run(b.Context(), fmt.Sprintf("cost-%d", time.Now().UnixNano()), assets, patience)
	require.NoError(b, err)

	calls, all := map[string]int{}, 0
	for operation, count := range proxy.Counts() {
		assert.Zero(b, count.Calls%assets, operation)
		calls[operation.Name] = count.Calls / assets
		all += count.Calls
	}
	assert.Equal(b, told.Calls, calls, "the calls of docs/cost.md, and those that passed the proxy, for one asset")
	list, err := states.ListExecutions(b.Context(), &sfn.ListExecutionsInput{StateMachineArn: &line.Machine, MaxResults: assets})
	require.NoError(b, err)
	for _, execution := range list.Executions {
		entered := statesEntered(b, states, execution.ExecutionArn)
		assert.Equal(b, chaincost.Transitions(line.Stages), 1+entered, "with the start of the execution")
		assert.LessOrEqual(b, 1+entered, line.Stages+3)
	}
	b.ReportMetric(float64(all)/assets, "calls/asset")
	b.ReportMetric(float64(all)/float64(assets*(line.Stages+1)), "calls/event")
	b.ReportMetric(float64(chaincost.Transitions(line.Stages)), "transitions/asset")
}

// BenchmarkPolling counts the state transitions of a pipeline that looks once a
// minute whether its partner is done, as one writes it without callbacks.
func BenchmarkPolling(b *testing.B) {
	cloud := start(b, "")
	states := sfn.NewFromConfig(cloud.Config())
	machine := polling(b, cloud, states)
	for _, polls := range []int{10, 60, 1440} {
		b.Run(fmt.Sprintf("%d minutes", polls), func(b *testing.B) {
			for b.Loop() {
				entered := statesEntered(b, states, poll(b, states, machine, polls))
				assert.Equal(b, chaincost.PollingTransitions(1, polls), 1+entered, "with the start of the execution")
				b.ReportMetric(float64(1+entered), "transitions/asset")
			}
		})
	}
}

// pollingDefinition asks one partner, and looks into the table of statuses each
// minute. The look counts itself, which stands in for a partner that takes as long
// as the input says.
const pollingDefinition = `{
  "StartAt": "Ask",
  "States": {
    "Ask": {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:dynamodb:putItem", "ResultPath": null, "Next": "Wait",
      "Parameters": {"TableName": "Statuses", "Item": {"job": {"S.$": "$.job"}, "looks": {"N": "0"}}}},
    "Wait": {"Type": "Wait", "Seconds": 60, "Next": "Look"},
    "Look": {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:dynamodb:updateItem", "ResultPath": "$.look", "Next": "Done?",
      "Parameters": {"TableName": "Statuses", "Key": {"job": {"S.$": "$.job"}}, "UpdateExpression": "ADD looks :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}}, "ReturnValues": "ALL_NEW"}},
    "Done?": {"Type": "Choice", "Default": "Wait",
      "Choices": [{"Variable": "$.look.Attributes.looks.N", "StringEqualsPath": "$.looks", "Next": "Over"}]},
    "Over": {"Type": "Succeed"}
  }
}`

func polling(b *testing.B, cloud *localcloud.Cloud, states *sfn.Client) *string {
	b.Helper()
	skipWaits(b, cloud)
	_, err := dynamodb.NewFromConfig(cloud.Config()).CreateTable(b.Context(), &dynamodb.CreateTableInput{
		TableName: aws.String("Statuses"), BillingMode: dynamotypes.BillingModePayPerRequest,
		AttributeDefinitions: []dynamotypes.AttributeDefinition{{AttributeName: aws.String("job"), AttributeType: dynamotypes.ScalarAttributeTypeS}},
		KeySchema:            []dynamotypes.KeySchemaElement{{AttributeName: aws.String("job"), KeyType: dynamotypes.KeyTypeHash}},
	})
	require.NoError(b, err)
	machine, err := states.CreateStateMachine(b.Context(), &sfn.CreateStateMachineInput{
		Name: aws.String("Polling"), Definition: aws.String(pollingDefinition),
		RoleArn: aws.String("arn:aws:iam::" + localcloud.AccountID + ":role/polling"),
	})
	require.NoError(b, err)
	return machine.StateMachineArn
}

// skipWaits makes Wait states take no time.
func skipWaits(b *testing.B, cloud *localcloud.Cloud) {
	b.Helper()
	request, err := http.NewRequestWithContext(b.Context(), http.MethodPost, cloud.Endpoint+"/_ministack/config",
		strings.NewReader(`{"stepfunctions._SFN_WAIT_SCALE": 0}`))
	require.NoError(b, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(b, err)
	require.NoError(b, response.Body.Close())
	require.Equal(b, http.StatusOK, response.StatusCode)
}

func poll(b *testing.B, states *sfn.Client, machine *string, polls int) *string {
	b.Helper()
	job := fmt.Sprintf("job-%d", time.Now().UnixNano())
	started, err := states.StartExecution(b.Context(), &sfn.StartExecutionInput{
		StateMachineArn: machine, Input: aws.String(fmt.Sprintf(`{"job": %q, "looks": "%d"}`, job, polls)),
	})
	require.NoError(b, err)
	require.NoError(b, drive.Eventually(b.Context(), patience, "the execution ends", func(ctx context.Context) (bool, string, error) {
		out, err := states.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: started.ExecutionArn})
		if err != nil {
			return false, "", err
		}
		return out.Status == types.ExecutionStatusSucceeded, string(out.Status) + " " + aws.ToString(out.Cause), nil
	}))
	return started.ExecutionArn
}

// statesEntered counts the states that an execution went through.
func statesEntered(b *testing.B, states *sfn.Client, execution *string) int {
	b.Helper()
	entered := 0
	pages := sfn.NewGetExecutionHistoryPaginator(states, &sfn.GetExecutionHistoryInput{ExecutionArn: execution})
	for pages.HasMorePages() {
		page, err := pages.NextPage(b.Context())
		require.NoError(b, err)
		for _, event := range page.Events {
			if strings.HasSuffix(string(event.Type), "StateEntered") {
				entered++
			}
		}
	}
	return entered
}

func start(b *testing.B, handlerEndpoint string) *localcloud.Cloud {
	b.Helper()
	cloud, err := localcloud.Start(b.Context(), localcloud.Options{HandlerEndpoint: handlerEndpoint})
	require.NoError(b, err)
	b.Cleanup(func() { assert.NoError(b, cloud.Stop()) })
	return cloud
}
