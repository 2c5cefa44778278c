package faultproxy_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/test/faultproxy"
)

// upstream is a cloud that takes every call.
type upstream struct {
	*httptest.Server

	guard sync.Mutex
	calls int
}

func startUpstream(t *testing.T) *upstream {
	t.Helper()
	u := &upstream{}
	u.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		_, _ = io.Copy(io.Discard, request.Body)
		u.guard.Lock()
		u.calls++
		u.guard.Unlock()
		if strings.HasPrefix(request.Header.Get("Content-Type"), "application/x-amz-json") {
			w.Header().Set("Content-Type", request.Header.Get("Content-Type"))
			_, _ = io.WriteString(w, `{"FailedEntryCount": 0}`)
		}
	}))
	t.Cleanup(u.Close)
	return u
}

func (u *upstream) carriedOut() int {
	u.guard.Lock()
	defer u.guard.Unlock()
	return u.calls
}

func startProxy(t *testing.T, u *upstream, observe func(faultproxy.Call)) (*faultproxy.Proxy, aws.Config) {
	t.Helper()
	proxy, err := faultproxy.Start(observe)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, proxy.Close()) })
	require.NoError(t, proxy.Forward(u.URL))
	return proxy, aws.Config{
		Region: "us-east-1", BaseEndpoint: aws.String(proxy.Endpoint()), RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
	}
}

func put(ctx context.Context, config aws.Config) error {
	item := map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "a"}}
	_, err := dynamodb.NewFromConfig(config).TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		{Put: &types.Put{TableName: aws.String("t"), Item: item}},
		{Delete: &types.Delete{TableName: aws.String("t"), Key: item}},
	}})
	return err
}

func TestCallsAreCountedByOperation(t *testing.T) {
	proxy, config := startProxy(t, startUpstream(t), nil)

	require.NoError(t, put(t.Context(), config))
	require.NoError(t, put(t.Context(), config))
	_, err := eventbridge.NewFromConfig(config).PutEvents(t.Context(), &eventbridge.PutEventsInput{})
	require.Error(t, err, "the SDK demands entries: nothing is sent")
	_, err = sqs.NewFromConfig(config).ListQueues(t.Context(), &sqs.ListQueuesInput{})
	require.NoError(t, err)
	_, _ = iam.NewFromConfig(config).ListRoles(t.Context(), &iam.ListRolesInput{})               // the query protocol; the answer is no XML
	_, _ = lambda.NewFromConfig(config).ListFunctions(t.Context(), &lambda.ListFunctionsInput{}) // REST
	calls := map[string]int{}
	for operation, count := range proxy.Counts() {
		calls[operation.String()] = count.Calls
		assert.Empty(t, count.Faults, operation)
	}

	assert.Equal(t, map[string]int{
		"dynamodb:TransactWriteItems": 2, "sqs:ListQueues": 1, "iam:ListRoles": 1, "lambda:GET /2015-03-31/functions": 1,
	}, calls)
	proxy.Reset()
	assert.Empty(t, proxy.Counts())
}

func TestEveryCallIsShownWithWhatWasSaid(t *testing.T) {
	var seen []faultproxy.Call
	_, config := startProxy(t, startUpstream(t), func(call faultproxy.Call) { seen = append(seen, call) })

	require.NoError(t, put(t.Context(), config))

	require.Len(t, seen, 1)
	assert.Equal(t, faultproxy.Operation{Service: "dynamodb", Name: "TransactWriteItems"}, seen[0].Operation)
	assert.Equal(t, 1, seen[0].Number)
	assert.Contains(t, string(seen[0].Request), `"TransactItems"`)
	assert.Equal(t, 200, seen[0].Status)
	assert.JSONEq(t, `{"FailedEntryCount": 0}`, string(seen[0].Response))
	assert.Equal(t, faultproxy.None, seen[0].Fault)
	assert.NotEmpty(t, seen[0].Client)
}

// The SDK must take what is injected for the service's own.
func TestFaultsAreThoseThatTheServicesHave(t *testing.T) {
	for _, test := range []struct {
		fault      faultproxy.Fault
		call       func(context.Context, aws.Config) error
		code       string // of the service's error; empty: none came
		carriedOut int
	}{
		{faultproxy.Throttle, put, "ThrottlingException", 0},
		{faultproxy.Conflict, put, "TransactionCanceledException", 0},
		{faultproxy.Broken, put, "InternalServerError", 0},
		{faultproxy.Timeout, put, "", 1},
		{faultproxy.CutBefore, put, "", 0},
		{faultproxy.CutAfter, put, "", 1},
		{faultproxy.Throttle, listQueues, "RequestThrottled", 0},
		{faultproxy.Conflict, listQueues, "RequestThrottled", 0},
	} {
		t.Run(string(test.fault), func(t *testing.T) {
			cloud := startUpstream(t)
			proxy, config := startProxy(t, cloud, nil)
			proxy.Inject(faultproxy.Plan{Rate: 1, Faults: []faultproxy.Fault{test.fault}, Hold: time.Millisecond})

			err := test.call(t.Context(), config)

			require.Error(t, err)
			var api smithy.APIError
			code := ""
			if errors.As(err, &api) {
				code = api.ErrorCode()
			}
			assert.Equal(t, test.code, code, err)
			assert.Equal(t, test.carriedOut, cloud.carriedOut())
			for _, count := range proxy.Counts() {
				assert.Equal(t, map[faultproxy.Fault]int{test.fault: 1}, count.Faults)
			}
			proxy.Inject(faultproxy.Plan{})
			require.NoError(t, test.call(t.Context(), config), "healed")
		})
	}
}

func listQueues(ctx context.Context, config aws.Config) error {
	_, err := sqs.NewFromConfig(config).ListQueues(ctx, &sqs.ListQueuesInput{})
	return err
}

func TestAConflictHasAReasonForEachWrite(t *testing.T) {
	proxy, config := startProxy(t, startUpstream(t), nil)
	proxy.Inject(faultproxy.Plan{Rate: 1, Faults: []faultproxy.Fault{faultproxy.Conflict}})

	var canceled *types.TransactionCanceledException
	require.ErrorAs(t, put(t.Context(), config), &canceled)

	require.Len(t, canceled.CancellationReasons, 2)
	assert.Equal(t, "TransactionConflict", aws.ToString(canceled.CancellationReasons[0].Code))
	assert.Equal(t, "None", aws.ToString(canceled.CancellationReasons[1].Code))
}

func TestTheCallerIsKilledBeforeOrAfterItsCall(t *testing.T) {
	cloud := startUpstream(t)
	proxy, config := startProxy(t, cloud, nil)
	killed := map[faultproxy.Fault]int{}
	proxy.Inject(faultproxy.Plan{KillRate: 1, Kill: func(call faultproxy.Call) { killed[call.Fault]++ }})

	for range 40 {
		require.Error(t, put(t.Context(), config))
	}

	assert.Equal(t, 40, killed[faultproxy.KillBefore]+killed[faultproxy.KillAfter])
	assert.Equal(t, cloud.carriedOut(), killed[faultproxy.KillAfter])
	assert.NotZero(t, killed[faultproxy.KillBefore])
	assert.NotZero(t, killed[faultproxy.KillAfter])
}

func TestASeedDecides(t *testing.T) {
	run := func(seed uint64) (faults []faultproxy.Fault) {
		proxy, config := startProxy(t, startUpstream(t), func(call faultproxy.Call) { faults = append(faults, call.Fault) })
		proxy.Inject(faultproxy.Plan{
			Seed: seed, Rate: 0.3, Hold: time.Millisecond,
			Spare: func(o faultproxy.Operation) bool { return o.Name == "ListQueues" },
		})
		for range 60 {
			_ = put(t.Context(), config)
			require.NoError(t, listQueues(t.Context(), config), "spared")
		}
		return faults
	}

	first := run(7)

	assert.Equal(t, first, run(7))
	assert.NotEqual(t, first, run(8))
	assert.Contains(t, first, faultproxy.None)
}

// A bad moment of a service outlasts the three tries of the SDK.
func TestSomeFaultsComeInBursts(t *testing.T) {
	const burst, calls = 8, 3000
	var faults []faultproxy.Fault
	proxy, config := startProxy(t, startUpstream(t), func(call faultproxy.Call) { faults = append(faults, call.Fault) })
	proxy.Inject(faultproxy.Plan{Seed: 1, Rate: 0.1, Burst: burst, Faults: []faultproxy.Fault{faultproxy.Throttle}})

	for range calls {
		_ = listQueues(t.Context(), config)
	}

	failed, inARow, longest := 0, 0, 0
	for _, fault := range faults {
		if fault == faultproxy.None {
			inARow = 0
			continue
		}
		failed++
		inARow++
		longest = max(longest, inARow)
	}
	assert.InDelta(t, 0.1, float64(failed)/calls, 0.02, "the rate is kept")
	assert.GreaterOrEqual(t, longest, burst)
}

func TestWithoutACloudNothingIsAnswered(t *testing.T) {
	proxy, err := faultproxy.Start(nil)
	require.NoError(t, err)
	defer func() { assert.NoError(t, proxy.Close()) }()

	response, err := http.Get(proxy.Endpoint())

	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	assert.Equal(t, http.StatusServiceUnavailable, response.StatusCode)
}
