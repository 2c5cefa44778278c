package supplychain_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/internal/cdktest"
	"github.com/mediasupplychain/cdk/mediaevent"
	"github.com/mediasupplychain/cdk/supplychain"
	"github.com/mediasupplychain/cdk/testkit"
	"github.com/mediasupplychain/cdk/webhook"
)

func TestEachWayIntoTheSupplyChain(t *testing.T) {
	stack := testkit.NewStack(t)
	c := newChain(stack, supplychain.Partner("qc", nil))
	events := bus(stack, "Events")
	endpoint := webhook.NewEndpoint(stack, jsii.String("Webhooks"), &webhook.EndpointProps{EventBus: events})
	existing := awssqs.NewQueue(stack, jsii.String("Existing"), &awssqs.QueueProps{VisibilityTimeout: minutes(3)})
	pattern := &awsevents.EventPattern{Source: jsii.Strings("editing")}

	for name, test := range map[string]struct {
		props    *supplychain.SourceProps
		envelope string
		fifo     bool
	}{
		"topic":    {&supplychain.SourceProps{Topic: fifoTopic(stack)}, "raw", true},
		"queue":    {&supplychain.SourceProps{SenderAccounts: jsii.Strings("111122223333")}, "raw", false},
		"fifo":     {&supplychain.SourceProps{Fifo: jsii.Bool(true)}, "raw", true},
		"existing": {&supplychain.SourceProps{ExistingQueue: existing, Envelope: mediaevent.SNSEnvelope}, "sns", false},
		"bus":      {&supplychain.SourceProps{Bus: events, Pattern: pattern}, "eventbridge", false},
		"webhook":  {&supplychain.SourceProps{Webhook: endpoint.AddPartner("/mux", webhook.Mux(nil))}, "webhook", false},
	} {
		test.props.Mapping = answers("qc")
		s := c.AddSource(name, test.props)
		assert.Equal(t, test.fifo, *s.Queue.Fifo(), name)
		assert.Equal(t, test.props.Bus != nil || test.props.Webhook != nil, s.Rule != nil, name)
		assert.Equal(t, test.props.Topic != nil, s.Subscriber != nil, name)
		t.Cleanup(func() {
			v := variables(t, s.Function)
			assert.Equal(t, test.envelope, v["CHAIN_ENVELOPE"], name)
			assert.Equal(t, name, v["CHAIN_SOURCE"])
			assert.Equal(t, "partner", v["CHAIN_SOURCE_KIND"])
			mappings, err := mediaevent.Decode(v["CHAIN_MAPPINGS"].(string))
			require.NoError(t, err)
			assert.Equal(t, []mediaevent.Mapping{*answers("qc")}, mappings)
			assert.Equal(t, map[string]any{"MaximumConcurrency": 10}, cdktest.PropertiesOf(t, s.Mapping)["ScalingConfig"], name)
		})
	}
}

func TestAWebhookPartnersEventsComeFromItsBusAndItsBucket(t *testing.T) {
	stack := testkit.NewStack(t)
	c := newChain(stack, supplychain.Partner("qc", nil))
	events := bus(stack, "Events")
	endpoint := webhook.NewEndpoint(stack, jsii.String("Webhooks"), &webhook.EndpointProps{EventBus: events})
	s := c.AddSource("mux", &supplychain.SourceProps{Webhook: endpoint.AddPartner("/mux", webhook.Mux(nil)), Mapping: answers("qc")})

	rule := cdktest.PropertiesOf(t, s.Rule.Rule)
	assert.Equal(t, map[string]any{"source": []any{"/partners/mux"}}, rule["EventPattern"])
	assert.Equal(t, cdktest.Resolved(t, stack, events.EventBusName()), rule["EventBusName"])
	assert.Contains(t, cdktest.Statements(t, cdktest.PropertiesOf(t, s.Policy)), map[string]any{
		"Sid": "ReadPayloads", "Effect": "Allow", "Action": "s3:GetObject", "Resource": joined(cdktest.Resolved(t, stack, endpoint.Bucket.BucketArn()), "/*"),
	})
}

func TestTheIntakeMayDoWhatItNeedsAndNoMore(t *testing.T) {
	stack := testkit.NewStack(t)
	c := newChain(stack, supplychain.Partner("qc", nil))
	s := c.AddSource("qc", &supplychain.SourceProps{Mapping: answers("qc")})

	assert.Equal(t, []map[string]any{
		{"Effect": "Allow", "Action": []any{"sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"}, "Resource": cdktest.Resolved(t, stack, s.Queue.QueueArn())},
		{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": cdktest.Resolved(t, stack, s.DeadLetterQueue.QueueArn())},
		{
			"Sid": "ApplyEvents", "Effect": "Allow", "Resource": cdktest.Resolved(t, stack, c.Table.TableArn()),
			"Action": []any{"dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"},
		},
		{"Sid": "StorePayloads", "Effect": "Allow", "Action": "s3:PutObject", "Resource": joined(cdktest.Resolved(t, stack, c.Bucket.BucketArn()), "/*")},
	}, cdktest.Statements(t, cdktest.PropertiesOf(t, s.Policy)))
}

// Only what a partner tells of its jobs is looked up by them.
func TestOnlyAnIntakeThatKnowsJobsReadsThem(t *testing.T) {
	stack := testkit.NewStack(t)
	c := newChain(stack, supplychain.Partner("qc", nil), supplychain.Approval("review", &supplychain.ApprovalStageProps{Subject: jsii.String("Fit to air?")}))
	jobs := answers("qc")
	jobs.JobID = "$.jobId"
	for name, test := range map[string]struct {
		source *supplychain.Source
		want   []any
	}{
		"with jobs":    {c.AddSource("jobs", &supplychain.SourceProps{Mapping: jobs}), []any{"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"}},
		"one with":     {c.AddSource("both", &supplychain.SourceProps{Mappings: &[]mediaevent.Mapping{*masters(), *jobs}}), []any{"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"}},
		"without jobs": {c.AddSource("none", &supplychain.SourceProps{Mapping: masters()}), []any{"dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"}},
		"approvals":    {c.Approvals, []any{"dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"}},
		"executions":   {c.Executions, []any{"dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"}},
	} {
		assert.Contains(t, cdktest.Statements(t, cdktest.PropertiesOf(t, test.source.Policy)), map[string]any{
			"Sid": "ApplyEvents", "Effect": "Allow", "Resource": cdktest.Resolved(t, stack, c.Table.TableArn()), "Action": test.want,
		}, name)
	}
}

func TestASourceAddsAtMostTwelveResources(t *testing.T) {
	for name, test := range map[string]struct {
		define func(awscdk.Stack) *supplychain.SourceProps
		want   int
	}{
		"topic": {func(stack awscdk.Stack) *supplychain.SourceProps {
			return &supplychain.SourceProps{Topic: fifoTopic(stack)}
		}, 12},
		"queue": {func(awscdk.Stack) *supplychain.SourceProps { return &supplychain.SourceProps{} }, 9},
		"fifo": {func(awscdk.Stack) *supplychain.SourceProps {
			return &supplychain.SourceProps{Fifo: jsii.Bool(true)}
		}, 9},
		"bus": {func(stack awscdk.Stack) *supplychain.SourceProps {
			return &supplychain.SourceProps{Bus: bus(stack, "Events"), Pattern: everyEvent()}
		}, 10},
		"webhook": {func(stack awscdk.Stack) *supplychain.SourceProps {
			endpoint := webhook.NewEndpoint(stack, jsii.String("Webhooks"), &webhook.EndpointProps{EventBus: bus(stack, "Events")})
			return &supplychain.SourceProps{Webhook: endpoint.AddPartner("/mux", webhook.Mux(nil))}
		}, 10},
	} {
		count := func(add bool) int {
			stack := testkit.NewStack(t)
			c := newChain(stack, supplychain.Partner("qc", nil))
			p := test.define(stack)
			p.Mapping = answers("qc")
			if add {
				c.AddSource("source", p)
			}
			return len(cdktest.Resources(t, stack))
		}
		added := count(true) - count(false)
		assert.Equal(t, test.want, added, "%s: the package's documentation tells it too", name)
		assert.LessOrEqual(t, added, 12, name)
	}
}

func TestOverridesOfASource(t *testing.T) {
	stack := testkit.NewStack(t)
	c := newChain(stack, supplychain.Partner("qc", nil))
	payloads := awss3.NewBucket(stack, jsii.String("Payloads"), nil)
	given := supplychain.SourceProps{
		Mappings:             &[]mediaevent.Mapping{*answers("qc"), *masters()},
		MaxConcurrency:       jsii.Number(50),
		MaxReceiveCount:      jsii.Number(8),
		QueueProps:           &awssqs.QueueProps{RetentionPeriod: awscdk.Duration_Days(jsii.Number(7))},
		DeadLetterQueueProps: &awssqs.QueueProps{RetentionPeriod: awscdk.Duration_Days(jsii.Number(10))},
		FunctionProps:        &awslambda.FunctionProps{MemorySize: jsii.Number(512), Environment: &map[string]*string{"LOG_LEVEL": jsii.String("DEBUG")}},
		PayloadBucket:        payloads,
	}
	before := given
	s := c.AddSource("partners", &given)

	assert.Equal(t, before, given)
	queue := cdktest.PropertiesOf(t, s.Queue)
	assert.Equal(t, 604800, queue["MessageRetentionPeriod"])
	assert.Equal(t, 8, queue["RedrivePolicy"].(map[string]any)["maxReceiveCount"])
	assert.Equal(t, 864000, cdktest.PropertiesOf(t, s.DeadLetterQueue)["MessageRetentionPeriod"])
	assert.Equal(t, 512, cdktest.PropertiesOf(t, s.Function)["MemorySize"])
	assert.Equal(t, "DEBUG", variables(t, s.Function)["LOG_LEVEL"])
	assert.Equal(t, map[string]any{"MaximumConcurrency": 50}, cdktest.PropertiesOf(t, s.Mapping)["ScalingConfig"])
	assert.Contains(t, cdktest.JSON(t, cdktest.PropertiesOf(t, s.Policy)), "ReadPayloads")
}

func TestPeoplesDecisionsComeFromTheSupplyChainsOwnBus(t *testing.T) {
	stack := testkit.NewStack(t)
	c := newChain(stack, supplychain.Approval("review", nil))

	rule := cdktest.PropertiesOf(t, c.Approvals.Rule.Rule)
	assert.Equal(t, map[string]any{"detail-type": []any{"media.approval.decided.v1"}}, rule["EventPattern"])
	mappings, err := mediaevent.Decode(variables(t, c.Approvals.Function)["CHAIN_MAPPINGS"].(string))
	require.NoError(t, err)
	mapper, err := mediaevent.NewMapper(mappings...)
	require.NoError(t, err)

	for detail, want := range map[string]mediaevent.ActionKind{
		`{"assetId":"title-1","stage":"review","decision":"approved","person":"ada"}`: mediaevent.DoComplete,
		`{"assetId":"title-1","stage":"review","decision":"rejected","person":"ada"}`: mediaevent.DoFail,
	} {
		message, err := mediaevent.Unwrap(mediaevent.EventBridgeEnvelope, []byte(`{"id":"e1","source":"review-tool","detail-type":"media.approval.decided.v1","time":"2026-11-24T10:00:00Z","detail":`+detail+`}`))
		require.NoError(t, err)
		events := mapper.Map(message)
		require.Len(t, events, 1)
		assert.Equal(t, mediaevent.Mapped, events[0].Outcome)
		assert.Equal(t, mediaevent.Action{Kind: want, Stage: "review"}, events[0].Action)
		assert.Equal(t, "title-1", events[0].AssetID)
		assert.Equal(t, "ada", events[0].Event.Data.Participant.ID)
	}
	assert.Nil(t, newChain(testkit.NewStack(t), supplychain.Partner("qc", nil)).Approvals, "nobody is asked")
}

func TestRulesOfTheBus(t *testing.T) {
	stack := testkit.NewStack(t)
	c := newChain(stack, supplychain.Partner("qc", nil), supplychain.Function("metadata", &supplychain.FunctionStageProps{Function: ownFunction(stack, "Metadata")}))
	target := func() supplychain.Target { return &supplychain.BusTarget{Bus: c.Bus.Bus} }
	effect := []any{map[string]any{"exists": false}, "applied"}

	rules := map[string]*supplychain.Rule{
		`{"what":["stage.requested"],"stage":["qc"]`:                                            c.OnStageRequested("qc", target()),
		`{"what":["stage.canceled"],"stage":["qc"]`:                                             c.OnStageCanceled("qc", target()),
		`{"what":["stage.completed"],"stage":["metadata"]`:                                      c.OnStageCompleted("metadata", target()),
		`{"what":["stage.failed"],"stage":["qc"]`:                                               c.OnStageFailed("qc", target()),
		`{"what":["stage.warned"],"stage":["qc"]`:                                               c.OnStageLate("qc", target()),
		`{"what":["run.completed","run.failed","run.timed-out","run.aborted","run.superseded"]`: c.OnRunEnded("Ended", target()),
	}
	for detail, rule := range rules {
		properties := cdktest.PropertiesOf(t, rule.Rule)
		assert.JSONEq(t, fmt.Sprintf(`{"source":["media.supplychain"],"detail":%s,"fate":%s}}`, detail, cdktest.JSON(t, effect)), cdktest.JSON(t, properties["EventPattern"]))
		assert.Equal(t, cdktest.Resolved(t, stack, c.Bus.Bus.EventBusName()), properties["EventBusName"])
		dead := properties["Targets"].([]any)[0].(map[string]any)["DeadLetterConfig"]
		assert.Equal(t, map[string]any{"Arn": cdktest.Resolved(t, stack, rule.DeadLetterQueue.QueueArn())}, dead)
	}

	err := cdktest.Problems(t, func() { c.OnStageRequested("metadata", target()) })
	assert.EqualError(t, err, `supplychain.SupplyChain.OnStageRequested "Stack/Chain/Rules/Requested-metadata": invalid properties:
- stage must be one of ["qc"], got "metadata"`)
}

func TestAPipelineThatCannotGetOnIsSaid(t *testing.T) {
	stack := testkit.NewStack(t)
	c := newChain(stack, supplychain.Partner("qc", nil), supplychain.Partner("delivery", nil), supplychain.Approval("review", nil))
	c.AddSource("qc", &supplychain.SourceProps{Mapping: answers("qc")})

	warnings := strings.Join(cdktest.Warnings(t, stack), "\n")
	assert.Contains(t, warnings, "No source starts a run: none of the mappings has a rule that does mediaevent.Start().")
	assert.Contains(t, warnings, `No source can complete the stage "delivery": none of the mappings has a rule that does mediaevent.Complete("delivery"), so each run waits there until the timeout.`)
	assert.NotContains(t, warnings, `stage "qc"`)
	assert.NotContains(t, warnings, `stage "review"`)
}

func TestACompletePipelineHasNoWarning(t *testing.T) {
	stack := testkit.NewStack(t)
	c := newChain(stack, supplychain.Partner("qc", nil))
	c.AddSource("masters", &supplychain.SourceProps{Mapping: masters()})
	c.AddSource("qc", &supplychain.SourceProps{Mapping: &mediaevent.Mapping{
		Partner: "qc", JobID: "$.job", Rules: []mediaevent.Rule{{Do: mediaevent.Complete("")}},
	}})
	assert.Empty(t, cdktest.Warnings(t, stack))
}
