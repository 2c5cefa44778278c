package supplychain_test

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
	"github.com/stretchr/testify/assert"

	"github.com/mediasupplychain/cdk/custombus"
	"github.com/mediasupplychain/cdk/internal/cdktest"
	"github.com/mediasupplychain/cdk/mediaevent"
	"github.com/mediasupplychain/cdk/supplychain"
	"github.com/mediasupplychain/cdk/testkit"
)

// refused is what a supply chain with these properties panics with, below the
// first line.
func refused(t *testing.T, p *supplychain.SupplyChainProps) string {
	t.Helper()
	err := cdktest.Problem(t, testkit.NewStack(t), func(scope constructs.Construct, id *string) { supplychain.NewSupplyChain(scope, id, p) })
	text, found := strings.CutPrefix(err.Error(), "supplychain.SupplyChain \"Stack/Bad\": invalid properties:\n")
	assert.True(t, found, err.Error())
	return text
}

func TestStagesAreRequired(t *testing.T) {
	assert.Equal(t, "- Stages is required", refused(t, nil))
	assert.Equal(t, "- Stages is required", refused(t, &supplychain.SupplyChainProps{Stages: &[]supplychain.Stage{}}))
}

func TestEveryProblemOfTheSupplyChain(t *testing.T) {
	stack := testkit.NewStack(t)
	p := &supplychain.SupplyChainProps{
		Stages:        &[]supplychain.Stage{supplychain.Partner("qc", nil)},
		SecondStart:   "Ignore",
		Name:          jsii.String("my chain"),
		ClaimHorizon:  minutes(1),
		WatchInterval: awscdk.Duration_Seconds(jsii.Number(90)),
		TableProps: &awsdynamodb.TableProps{
			PartitionKey: &awsdynamodb.Attribute{Name: jsii.String("id"), Type: awsdynamodb.AttributeType_STRING}, TimeToLiveAttribute: jsii.String("ttl"),
		},
		ExistingBucket:     awss3.NewBucket(stack, jsii.String("Bucket"), nil),
		BucketProps:        &awss3.BucketProps{},
		ExistingBus:        bus(stack, "Bus"),
		BusProps:           &custombus.BusProps{},
		FunctionProps:      &awslambda.FunctionProps{Code: awslambda.Code_FromInline(jsii.String("x"))},
		OutboxMappingProps: &awslambda.EventSourceMappingProps{ReportBatchItemFailures: jsii.Bool(true)},
		PipelineProps:      &awsstepfunctions.StateMachineProps{StateMachineType: awsstepfunctions.StateMachineType_EXPRESS},
	}
	assert.Equal(t, `- SecondStart must be Refuse, Queue or Supersede, got "Ignore"
- Name must be a letter or digit and up to 63 letters, digits, dots, underscores and hyphens, got "my chain"
- ClaimHorizon must be between 3600 and 31536000 seconds, got 60
- WatchInterval must be whole minutes, got 90 seconds
- TableProps.PartitionKey must be unset: the supply chain decides it
- TableProps.TimeToLiveAttribute must be unset: the supply chain decides it
- ExistingBucket and BucketProps exclude each other: set one of them
- ExistingBus and BusProps exclude each other: set one of them
- FunctionProps.Code must be unset: the functions are the library's
- OutboxMappingProps.ReportBatchItemFailures must be unset: the supply chain decides it
- PipelineProps.StateMachineType must be unset: the supply chain decides it`, refused(t, p))
}

func TestEveryProblemOfTheStages(t *testing.T) {
	stages := []supplychain.Stage{
		nil,
		supplychain.Function("meta-data", nil),
		supplychain.Partner("qc", &supplychain.PartnerStageProps{
			Partner:   jsii.String("approval"),
			Request:   &map[string]any{"from": supplychain.Output("delivery", "uri"), "bad": supplychain.Started("a b")},
			Timeout:   minutes(10),
			Heartbeat: minutes(10),
			WarnAfter: minutes(11),
			Attempts:  jsii.Number(6),
			When:      supplychain.Result("review", "x").Is("y"),
		}),
		supplychain.Partner("qc", &supplychain.PartnerStageProps{Timeout: awscdk.Duration_Days(jsii.Number(366)), OnExhausted: supplychain.Approve(supplychain.Partner("other", nil))}),
		supplychain.Approval("review", &supplychain.ApprovalStageProps{
			Deciders: &[]*string{}, EscalateTo: jsii.Strings("a b"), OnRejected: supplychain.Approve(supplychain.Approval("again", nil)),
		}),
		supplychain.Parallel("checks", &supplychain.ParallelStageProps{Branches: &[][]supplychain.Stage{{}}}),
		supplychain.Task("notify", &supplychain.TaskStageProps{Output: jsii.String("said")}),
	}
	assert.Equal(t, `- stage 1 is nil
- Function("meta-data"): the name must be a letter and up to 47 letters, digits and underscores
- Function("meta-data"): Function is required
- Partner("qc"): Request: the path "$.data.output.a b" has the key "a b": a key must be letters, digits and underscores
- Partner("qc"): Request: the path "$.results.delivery.data.output.uri" reads the result of "delivery", which is no stage before this one: there is ["meta-data"]
- Partner("qc"): Heartbeat must be shorter than Timeout, got 600 and 600 seconds
- Partner("qc"): WarnAfter must not be longer than Timeout, got 660 and 600 seconds
- Partner("qc"): Attempts must be between 1 and 5, got 6
- Partner("qc"): Partner must not be "approval", which stands for the people of approvals
- Partner("qc"): When: the path "$.results.review" reads the result of "review", which is no stage before this one: there is ["meta-data"]
- Partner("qc"): Timeout must be between 1 and 31536000 seconds, got 31622400
- Partner("qc"): OnExhausted: Approve must be given an Approval, got the stage "other"
- Approval("review"): Deciders must name at least one person, or be unset for anybody
- Approval("review"): EscalateTo[0] must be 1 to 256 printable ASCII characters without blanks, got "a b"
- Approval("review"): EscalateTo has no effect without EscalateAfter: set EscalateAfter or leave EscalateTo out
- Approval("review"): OnRejected must be FailRun or Continue: to ask somebody else, set EscalateAfter and EscalateTo
- Parallel("checks"): Branches must be 2 to 8, got 1
- Parallel("checks"): Branches[0] must have at least one stage
- Task("notify"): Chain is required
- Task("notify"): Output must be a JSONPath such as "$.Payload", got "said"
- Stages has several with the name "qc": names must be unique, those of a Parallel and of approvals too`, refused(t, &supplychain.SupplyChainProps{Stages: &stages}))
}

func TestTheFirstStageHasNoResultToRead(t *testing.T) {
	stages := []supplychain.Stage{supplychain.Approval("review", &supplychain.ApprovalStageProps{When: supplychain.Severity("qc").Is("high")})}
	assert.Equal(t, `- Approval("review"): When: the path "$.results.qc" reads the result of "qc", which is no stage before this one: there is none`,
		refused(t, &supplychain.SupplyChainProps{Stages: &stages}))
}

func TestASeverityThatNoPartnerTellsIsNotWaitedFor(t *testing.T) {
	severity := supplychain.Severity("qc")
	stages := []supplychain.Stage{
		supplychain.Partner("qc", nil),
		supplychain.Approval("review", &supplychain.ApprovalStageProps{When: severity.IsOneOf("high", "severe", "")}),
	}
	assert.Equal(t, `- Approval("review"): When: the severity of "qc" must be one of ["critical" "high" "medium" "low" "resolved"], got "severe"`,
		refused(t, &supplychain.SupplyChainProps{Stages: &stages}))
}

func TestATokenIsNoTimeout(t *testing.T) {
	token := awscdk.Duration_Seconds(awscdk.Token_AsNumber(map[string]string{"Ref": "Timeout"}))
	stages := []supplychain.Stage{supplychain.Partner("qc", &supplychain.PartnerStageProps{Timeout: token})}
	assert.Equal(t, `- Partner("qc"): Timeout must be known at synthesis, got a token`, refused(t, &supplychain.SupplyChainProps{Stages: &stages}))
}

func TestStagesThatATransactionHolds(t *testing.T) {
	var stages []supplychain.Stage
	for i := range 46 {
		stages = append(stages, supplychain.Partner(fmt.Sprintf("stage%d", i), nil))
	}
	assert.Equal(t, "- Stages must be at most 45, got 46: a start writes all of them in one transaction of DynamoDB", refused(t, &supplychain.SupplyChainProps{Stages: &stages}))
}

// refusedSource is what AddSource panics with, below the first line.
func refusedSource(t *testing.T, name string, p *supplychain.SourceProps) string {
	t.Helper()
	stack := testkit.NewStack(t)
	c := newChain(stack, supplychain.Partner("qc", nil), supplychain.Approval("review", nil))
	err := cdktest.Problems(t, func() { c.AddSource(name, p) })
	assert.Nil(t, c.Node().FindChild(jsii.String("Sources")).Node().TryFindChild(jsii.String(name)), "something was defined")
	text, found := strings.CutPrefix(err.Error(), fmt.Sprintf("supplychain.Source \"Stack/Chain/Sources/%s\": invalid properties:\n", name))
	assert.True(t, found, err.Error())
	return text
}

func TestEveryProblemOfASource(t *testing.T) {
	stack := testkit.NewStack(t)
	events := bus(stack, "Events")
	mapping := &mediaevent.Mapping{Partner: "qc", Type: "$.type", AssetID: "$.asset[", Rules: []mediaevent.Rule{
		{Type: mediaevent.Words{"done"}, Do: mediaevent.Complete("qc")}, {Type: mediaevent.Words{"error"}, Do: mediaevent.Fail("delivery")},
	}}
	assert.Equal(t, `- the name must be a letter and up to 63 letters, digits, underscores and hyphens, got "1st"
- Topic and Bus exclude each other: set one of them
- Mapping and Mappings exclude each other: set one of them
- Mapping.AssetID "$.asset[": must be a JSONPath (RFC 9535), such as $.asset.id or $.files[0].name: unexpected eof at position 9
- Mapping.Rules[1].Do names the stage "delivery", which the pipeline has not: name one of ["qc" "review"]
- Pattern is required
- Fifo is for a queue that the partner sends to: leave it out with Topic, Bus, Webhook and ExistingQueue
- Envelope must be one of ["raw" "sns" "eventbridge" "cloudevent" "webhook"], got "soap"
- FunctionProps.Code must be unset: the function is the library's`, refusedSource(t, "1st", &supplychain.SourceProps{
		Topic: fifoTopic(stack), Bus: events, Mapping: mapping, Mappings: &[]mediaevent.Mapping{}, Fifo: jsii.Bool(true), Envelope: "soap",
		FunctionProps: &awslambda.FunctionProps{Code: awslambda.Code_FromInline(jsii.String("x"))},
	}))
	assert.Equal(t, `- one of Mapping, Mappings is required
- Pattern has no effect without Bus: set Bus or leave Pattern out`, refusedSource(t, "qc", &supplychain.SourceProps{Pattern: everyEvent()}))
	assert.Equal(t, `- Pattern.Source matches only an asterisk: patterns have no such wildcard; leave the field out, or use awsevents.Match_Wildcard, Match_Prefix or Match_Exists`,
		refusedSource(t, "qc", &supplychain.SourceProps{Bus: events, Pattern: &awsevents.EventPattern{Source: jsii.Strings("*")}, Mapping: answers("qc")}))
	assert.Equal(t, `- the supply chain has a source "approvals" already`, refusedSource(t, "approvals", &supplychain.SourceProps{Mapping: answers("qc")}))
}

func TestAMappingThatIsTooLargeForTheEnvironment(t *testing.T) {
	random := rand.New(rand.NewSource(1)) //nolint:gosec // words that do not compress, the same in each run
	mapping := answers("qc")
	for range 400 {
		mapping.Rules[0].Status = append(mapping.Rules[0].Status, fmt.Sprintf("%016x", random.Uint64()))
	}
	text := refusedSource(t, "qc", &supplychain.SourceProps{Mapping: mapping})
	assert.Regexp(t, `^- Mapping takes 5\d\d\d bytes, but the environment of a Lambda function has room for 3\d\d\d: split the source, one for each kind of event$`, text)
}

func TestProblemsOfTheQueueAreSaidByItsConstruct(t *testing.T) {
	stack := testkit.NewStack(t)
	c := newChain(stack, supplychain.Partner("qc", nil))
	err := cdktest.Problems(t, func() {
		c.AddSource("qc", &supplychain.SourceProps{
			ExistingQueue: awssqs.NewQueue(stack, jsii.String("Queue"), nil), MaxReceiveCount: jsii.Number(3), Mapping: answers("qc"),
		})
	})
	assert.ErrorContains(t, err, "sqslambda.Consumer \"Stack/Chain/Sources/qc/Consumer\": invalid properties:\n- ExistingQueue and MaxReceiveCount exclude each other: set one of them")
}
