package supplychain_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/internal/cdktest"
	"github.com/mediasupplychain/cdk/internal/wire"
	"github.com/mediasupplychain/cdk/supplychain"
	"github.com/mediasupplychain/cdk/testkit"
)

const (
	conditionFailed = "DynamoDb.ConditionalCheckFailedException"
	waitForToken    = ":states:::aws-sdk:dynamodb:updateItem.waitForTaskToken"
)

// one of each kind, with everything that adds states.
func oneOfEach(stack awscdk.Stack) []supplychain.Stage {
	return []supplychain.Stage{
		supplychain.Function("metadata", &supplychain.FunctionStageProps{Function: ownFunction(stack, "Metadata")}),
		supplychain.Partner("rights", nil),
		supplychain.Parallel("checks", &supplychain.ParallelStageProps{Branches: &[][]supplychain.Stage{
			{supplychain.Partner("video", &supplychain.PartnerStageProps{
				Attempts: jsii.Number(3), Heartbeat: minutes(30), OnExhausted: supplychain.Continue(),
			})},
			{supplychain.Partner("audio", &supplychain.PartnerStageProps{
				OnExhausted: supplychain.Approve(supplychain.Approval("audio_waiver", nil)),
			}), supplychain.Partner("captions", nil)},
		}}),
		supplychain.Approval("review", &supplychain.ApprovalStageProps{
			When: supplychain.Severity("video").IsOneOf("high", "critical"), EscalateAfter: minutes(60),
		}),
		supplychain.Task("notify", &supplychain.TaskStageProps{
			Chain: awsstepfunctions.NewPass(stack, jsii.String("Say so"), nil), Output: jsii.String("$.said"),
		}),
	}
}

// all states, those of branches too, by name.
func (m machine) all() map[string]state {
	found := map[string]state{}
	for name, s := range m.States {
		found[name] = s
		branches, _ := s["Branches"].([]any)
		for _, b := range branches {
			inner := machine{States: map[string]state{}}
			for n, one := range b.(map[string]any)["States"].(map[string]any) {
				inner.States[n] = one.(map[string]any)
			}
			maps.Copy(found, inner.all())
		}
	}
	return found
}

// caught is where a state goes on an error.
func (s state) caught(name string) string {
	handlers, _ := s["Catch"].([]any)
	for _, one := range handlers {
		handler := one.(map[string]any)
		if slices.Contains(handler["ErrorEquals"].([]any), any(name)) {
			return handler["Next"].(string)
		}
	}
	return ""
}

func (s state) next() string {
	next, _ := s["Next"].(string)
	return next
}

func (s state) waits() bool {
	resource, _ := s["Resource"].(string)
	return strings.HasSuffix(resource, waitForToken)
}

// goodPath are the states that a run enters where all goes well.
func (m machine) goodPath() []string {
	var path []string
	for name := m.StartAt; name != ""; name = m.States[name].next() {
		path = append(path, name)
	}
	return path
}

func TestAPartnerStageIsOneTransition(t *testing.T) {
	for _, n := range []int{1, 3, 12} {
		stack := testkit.NewStack(t)
		var stages []supplychain.Stage
		var want []string
		for i := range n {
			name := fmt.Sprintf("stage%d", i)
			want = append(want, name)
			stages = append(stages, supplychain.Partner(name, &supplychain.PartnerStageProps{Attempts: jsii.Number(2)}))
		}
		newChain(stack, stages...)
		assert.Equal(t, want, definition(t, stack).goodPath())
	}
}

func TestWhatAddsATransition(t *testing.T) {
	stack := testkit.NewStack(t)
	newChain(stack, oneOfEach(stack)...)
	m := definition(t, stack)

	assert.Equal(t, []string{"metadata", "metadata: done", "rights", "checks", "review: needed?"}, m.goodPath(),
		"a function's result is recorded, branches and conditions are a state each")
	assert.Equal(t, "review: skip", m.States["review: needed?"]["Default"])
	assert.Equal(t, "notify", m.States["review: skip"].next())
	assert.Equal(t, "notify: done", m.States["notify"].next())
	assert.Empty(t, m.States["notify: done"].next())
}

func TestEveryStateThatWaitsEndsByItself(t *testing.T) {
	stack := testkit.NewStack(t)
	newChain(stack, oneOfEach(stack)...)

	waiting := 0
	for name, s := range definition(t, stack).all() {
		if !s.waits() {
			continue
		}
		waiting++
		assert.Positive(t, s["TimeoutSeconds"], name)
		for _, err := range []string{wire.ErrorStageFailed, "States.Timeout", "States.HeartbeatTimeout", conditionFailed} {
			assert.NotEmpty(t, s.caught(err), "%s does not catch %s", name, err)
		}
		assert.Contains(t, s.caught(conditionFailed), "Run is over", name)
	}
	assert.Equal(t, 1+3+1+1+1+2, waiting, "rights, three of video, audio, its waiver, captions, review and its escalation")
}

func TestTimeoutsAndHeartbeats(t *testing.T) {
	stack := testkit.NewStack(t)
	newChain(stack, oneOfEach(stack)...)
	states := definition(t, stack).all()

	assert.EqualValues(t, 86400, states["rights"]["TimeoutSeconds"], "24 hours")
	assert.Nil(t, states["rights"]["HeartbeatSeconds"])
	assert.EqualValues(t, 1800, states["video: ask again 3"]["HeartbeatSeconds"])
	assert.EqualValues(t, 3600, states["review"]["TimeoutSeconds"], "until the escalation")
	assert.EqualValues(t, 259200, states["review: ask again 2"]["TimeoutSeconds"], "3 days from it on")
	assert.EqualValues(t, 900, states["metadata"]["TimeoutSeconds"])
}

var (
	attributeName = regexp.MustCompile(`#[A-Za-z]+`)
	valueName     = regexp.MustCompile(`:[A-Za-z]+`)
)

// DynamoDB refuses a name or value that no expression names, and one that is
// named but not there.
func TestEveryWriteSendsExactlyWhatItsExpressionsName(t *testing.T) {
	stack := testkit.NewStack(t)
	newChain(stack, oneOfEach(stack)...)

	writes := map[string]int{}
	for name, s := range definition(t, stack).all() {
		if !strings.Contains(fmt.Sprint(s["Resource"]), "dynamodb:updateItem") {
			continue
		}
		p := s["Parameters"].(map[string]any)
		expressions := fmt.Sprint(p["UpdateExpression"], " ", p["ConditionExpression"])
		assert.ElementsMatch(t, unique(attributeName.FindAllString(expressions, -1)), slices.Collect(maps.Keys(p["ExpressionAttributeNames"].(map[string]any))), name)
		values := p["ExpressionAttributeValues"].(map[string]any)
		assert.ElementsMatch(t, unique(valueName.FindAllString(expressions, -1)), slices.Collect(maps.Keys(values)), name)
		for key, value := range values {
			assert.NotNil(t, value, "%s: %s", name, key)
		}
		stage, _, _ := strings.Cut(name, ":")
		assert.Equal(t, map[string]any{
			"pk": map[string]any{"S.$": "States.Format('ASSET#{}', $.asset)"}, "sk": map[string]any{"S": "A#STAGE#" + stage},
		}, p["Key"], name)
		writes[p["UpdateExpression"].(string)]++
	}
	assert.Equal(t, map[string]int{
		wire.RequestUpdate: 9, wire.AgainUpdate: 2 + 2 + 1, wire.OverUpdate: 6, wire.DoneUpdate: 4, wire.SkipUpdate: 1,
	}, writes)
}

func unique(texts []string) []string {
	slices.Sort(texts)
	return slices.Compact(texts)
}

func TestAnAttemptThatFailedIsFollowedByTheNext(t *testing.T) {
	stack := testkit.NewStack(t)
	newChain(stack, supplychain.Partner("qc", &supplychain.PartnerStageProps{Attempts: jsii.Number(2)}), supplychain.Partner("delivery", nil))
	s := definition(t, stack).States

	room := s["qc"].caught(wire.ErrorStageFailed)
	assert.Equal(t, "qc: make room 2", room)
	assert.Equal(t, wire.AgainCondition, s[room]["Parameters"].(map[string]any)["ConditionExpression"])
	assert.Equal(t, "qc: ask again 2", s[room].next())
	assert.Equal(t, "qc: ask again 2", s[room].caught(conditionFailed), "it was done before, or the request finds that the run is over")
	assert.Equal(t, "delivery", s["qc: ask again 2"].next())
	assert.Equal(t, "qc: fail the run", s["qc: ask again 2"].caught(wire.ErrorStageFailed))
	assert.Equal(t, state{
		"Type": "Fail", "Error": "StageFailed",
		"Cause": "The stage qc failed, or was not answered in time, in its last attempt. The asset's history says more.",
	}, s["qc: fail the run"])
}

func TestTheTableDecidesWhetherAnAnswerWasInTime(t *testing.T) {
	stack := testkit.NewStack(t)
	newChain(stack, supplychain.Partner("qc", &supplychain.PartnerStageProps{Attempts: jsii.Number(2)}), supplychain.Partner("delivery", nil))
	s := definition(t, stack).States

	first, last := s["qc"].caught("States.Timeout"), s["qc: ask again 2"].caught("States.Timeout")
	assert.Equal(t, []string{"qc: end 1", "qc: end 2"}, []string{first, last})
	assert.Equal(t, wire.AgainUpdate, s[first]["Parameters"].(map[string]any)["UpdateExpression"])
	assert.Equal(t, wire.OverUpdate, s[last]["Parameters"].(map[string]any)["UpdateExpression"])
	for _, end := range []string{first, last} {
		assert.Equal(t, wire.OverCondition, s[end]["Parameters"].(map[string]any)["ConditionExpression"])
		assert.Equal(t, "qc: look", s[end].caught(conditionFailed), "an answer got in first")
	}
	assert.Equal(t, "qc: ask again 2", s[first].next())
	assert.Equal(t, "qc: fail the run", s[last].next())

	look := s["qc: look"]
	assert.Equal(t, true, look["Parameters"].(map[string]any)["ConsistentRead"])
	assert.NotContains(t, cdktest.JSON(t, look), "token", "the token stays in the table")
	assert.Equal(t, "qc: decide", look.next())

	slot := func(run, attempt, status, answered string) map[string]any {
		item := map[string]any{"run": map[string]any{"S": run}, "attempt": map[string]any{"N": attempt}, "status": map[string]any{"S": status}}
		if answered != "" {
			item["answered"] = map[string]any{"S": answered}
		}
		return map[string]any{"run": "run-1", "slot": map[string]any{"Item": item}}
	}
	for name, test := range map[string]struct {
		found map[string]any
		want  string
	}{
		"completed in time":                   {slot("run-1", "1", "Completed", "Completed"), "qc: read answer"},
		"failed in time":                      {slot("run-1", "1", "Failed", "Failed"), "qc: make room 2"},
		"failed in time, the last":            {slot("run-1", "2", "Failed", "Failed"), "qc: fail the run"},
		"the next attempt was begun before":   {slot("run-1", "2", "Expected", ""), "qc: ask again 2"},
		"the last was ended before":           {slot("run-1", "2", "TimedOut", ""), "qc: fail the run"},
		"another run":                         {slot("run-2", "1", "Completed", "Completed"), "Run is over"},
		"no such item":                        {map[string]any{"run": "run-1", "slot": map[string]any{}}, "Run is over"},
		"nothing that this state can be from": {slot("run-1", "1", "Waiting", ""), "Run is over"},
	} {
		assert.Equal(t, test.want, s["qc: decide"].choose(t, test.found), name)
	}
	assert.Equal(t, "States.StringToJson($.slot.Item.result.S)", s["qc: read answer"]["Parameters"].(map[string]any)["answer.$"])
	assert.Equal(t, state{"Type": "Pass", "InputPath": "$.parsed.answer", "ResultPath": "$.results.qc", "Next": "delivery"}, s["qc: take answer"])
}

// choose evaluates a Choice state: the operators that the pipeline uses.
func (s state) choose(t *testing.T, input map[string]any) string {
	t.Helper()
	for _, rule := range s["Choices"].([]any) {
		if holds(t, rule.(map[string]any), input) {
			return rule.(map[string]any)["Next"].(string)
		}
	}
	return s["Default"].(string)
}

func holds(t *testing.T, rule, input map[string]any) bool {
	t.Helper()
	if all, ok := rule["And"].([]any); ok {
		return !slices.ContainsFunc(all, func(one any) bool { return !holds(t, one.(map[string]any), input) })
	}
	found := at(input, rule["Variable"].(string))
	switch {
	case rule["IsPresent"] == true:
		return found != nil
	case rule["StringEquals"] != nil:
		return found == rule["StringEquals"]
	case rule["StringEqualsPath"] != nil:
		return found == at(input, rule["StringEqualsPath"].(string))
	}
	require.Fail(t, "an operator that this test does not know", "%v", rule)
	return false
}

func at(value any, path string) any {
	for _, key := range strings.Split(path, ".")[1:] {
		fields, _ := value.(map[string]any)
		value = fields[key]
	}
	return value
}

func TestOnlyErrorsThatCanPassAreTriedAgain(t *testing.T) {
	stack := testkit.NewStack(t)
	newChain(stack, oneOfEach(stack)...)

	tried := map[string]bool{}
	for name, s := range definition(t, stack).all() {
		retries, _ := s["Retry"].([]any)
		if s["Type"] == "Task" {
			assert.NotEmpty(t, retries, name)
		}
		for _, one := range retries {
			retry := one.(map[string]any)
			assert.Equal(t, "FULL", retry["JitterStrategy"], name)
			assert.Greater(t, retry["BackoffRate"], 1.0, name)
			for _, err := range retry["ErrorEquals"].([]any) {
				tried[err.(string)] = true
			}
		}
	}
	assert.ElementsMatch(t, []string{
		"DynamoDb.ThrottlingException", "DynamoDb.ProvisionedThroughputExceededException", "DynamoDb.RequestLimitExceededException",
		"DynamoDb.TransactionConflictException", "DynamoDb.InternalServerErrorException", "DynamoDb.SdkClientException",
		"Lambda.ServiceException", "Lambda.AWSLambdaException", "Lambda.SdkClientException", "Lambda.TooManyRequestsException",
		"States.TaskFailed", "States.Timeout", // of the user's function, as often as its Attempts say
	}, slices.Collect(maps.Keys(tried)))
}

func TestNamesOfStatesAreUniqueAndShortEnough(t *testing.T) {
	stack := testkit.NewStack(t)
	long := strings.Repeat("x", 48)
	newChain(stack, append(oneOfEach(stack), supplychain.Partner(long, &supplychain.PartnerStageProps{Attempts: jsii.Number(5)}))...)
	for name := range definition(t, stack).all() {
		assert.LessOrEqual(t, len(name), 80, name)
	}
}

func TestResultsOfBranchesAreMerged(t *testing.T) {
	stack := testkit.NewStack(t)
	newChain(stack, oneOfEach(stack)...)
	checks := definition(t, stack).States["checks"]

	assert.Equal(t, map[string]any{
		"asset.$": "$[0].asset", "run.$": "$[0].run", "version.$": "$[0].version", "data.$": "$[0].data",
		"results.$": "States.JsonMerge($[0].results, $[1].results, false)",
	}, checks["ResultSelector"])
	assert.Len(t, checks["Branches"], 2)
}

func TestAStageThatIsNotNeededIsRecorded(t *testing.T) {
	stack := testkit.NewStack(t)
	newChain(stack, oneOfEach(stack)...)
	skip := definition(t, stack).States["review: skip"]

	assert.Equal(t, "$.results.review", skip["ResultPath"])
	assert.Equal(t, map[string]any{"status": "Skipped", "data": map[string]any{}, "ref": "", "cause": "", "event": map[string]any{}}, skip["ResultSelector"])
	assert.Equal(t, "Run is over", skip.caught(conditionFailed))
}

func TestWhatHappensWhenTheLastAttemptFailed(t *testing.T) {
	stack := testkit.NewStack(t)
	newChain(stack, oneOfEach(stack)...)
	states := definition(t, stack).all()

	on := states["video: ask again 3"].caught(wire.ErrorStageFailed)
	assert.Equal(t, "video: go on", on)
	assert.Equal(t, "$.results.video", states[on]["ResultPath"])
	assert.Equal(t, "Failed", states[on]["Parameters"].(map[string]any)["status"])
	assert.Equal(t, true, states[on]["End"], "the end of its branch")

	assert.Equal(t, "audio_waiver", states[states["audio"].caught(wire.ErrorStageFailed)].next())
	assert.Equal(t, "captions", states["audio_waiver"].next())
	assert.Equal(t, "audio_waiver: fail the run", states["audio_waiver"].caught(wire.ErrorStageFailed))
}

func TestNoIsNoAtTheFirstTime(t *testing.T) {
	stack := testkit.NewStack(t)
	newChain(stack, supplychain.Approval("review", &supplychain.ApprovalStageProps{EscalateAfter: minutes(60)}))
	s := definition(t, stack).States

	assert.Equal(t, "review: fail the run", s["review"].caught(wire.ErrorStageFailed), "a rejection is not asked again")
	assert.Equal(t, "review: ask again 2", s[s["review"].caught("States.Timeout")].next(), "silence is")
}

func TestWhatThePartnerIsTold(t *testing.T) {
	stack := testkit.NewStack(t)
	newChain(stack,
		supplychain.Function("metadata", &supplychain.FunctionStageProps{Function: ownFunction(stack, "Metadata")}),
		supplychain.Partner("transcode", &supplychain.PartnerStageProps{
			Partner: jsii.String("render-farm"),
			Request: &map[string]any{"profile": `it's {HD} \ "8"`, "title": supplychain.Result("metadata", "title"), "tracks": []any{supplychain.Started("tracks"), 2}},
		}),
		supplychain.Partner("qc", &supplychain.PartnerStageProps{Request: &map[string]any{"template": "broadcast"}}),
		supplychain.Approval("review", &supplychain.ApprovalStageProps{
			Subject: jsii.String("Severe findings"), Findings: &map[string]any{"worst": supplychain.Severity("qc")},
			Deciders: jsii.Strings("ada"), EscalateAfter: minutes(5), EscalateTo: jsii.Strings("grace"),
		}),
	)
	states := definition(t, stack).States
	values := func(name string) map[string]any {
		return states[name]["Parameters"].(map[string]any)["ExpressionAttributeValues"].(map[string]any)
	}

	assert.Equal(t, map[string]any{"S": "render-farm"}, values("transcode")[":partner"])
	assert.Equal(t, map[string]any{
		"S.$": `States.Format('\{"profile":"it\'s \{HD\} \\\\ \\"8\\"","title":{},"tracks":[{},2]\}', States.JsonToString($.results.metadata.data.title), States.JsonToString($.data.output.tracks))`,
	}, values("transcode")[":request"])
	assert.Equal(t, map[string]any{"S": `{"template":"broadcast"}`}, values("qc")[":request"])
	assert.Equal(t, map[string]any{
		"S.$": `States.Format('\{"deciders":["ada"],"escalated":false,"findings":\{"worst":{}\},"subject":"Severe findings"\}', States.JsonToString($.results.qc.data.severity))`,
	}, values("review")[":request"])
	assert.Contains(t, values("review: ask again 2")[":request"].(map[string]any)["S.$"], `"deciders":["ada","grace"],"escalated":true`)
	assert.Equal(t, map[string]any{"S": "approval"}, values("review")[":partner"])
	assert.Equal(t, map[string]any{"N": "150"}, values("review")[":warn"], "half of the time until the escalation")
	assert.Equal(t, map[string]any{"N": "129600"}, values("review: ask again 2")[":warn"], "half of 3 days")
}

func TestAChainOfTheUsersIsCutOff(t *testing.T) {
	stack := testkit.NewStack(t)
	newChain(stack, oneOfEach(stack)...)
	notify := definition(t, stack).States["notify"]

	assert.Equal(t, "Parallel", notify["Type"])
	assert.Equal(t, "$.results.notify", notify["ResultPath"])
	assert.Equal(t, "$[0].said", notify["ResultSelector"].(map[string]any)["data.$"])
	assert.Equal(t, "notify: failed", notify.caught("States.ALL"))
}

func TestThePipelineMayDoWhatItsStagesNeed(t *testing.T) {
	stack := testkit.NewStack(t)
	function := ownFunction(stack, "Metadata")
	c := newChain(stack,
		supplychain.Function("metadata", &supplychain.FunctionStageProps{Function: function}),
		supplychain.Function("again", &supplychain.FunctionStageProps{Function: function}),
		supplychain.Partner("qc", nil))
	role := cdktest.PropertiesOf(t, c.Pipeline.Role())

	assert.Equal(t, map[string]any{"StringEquals": map[string]any{"aws:SourceAccount": map[string]any{"Ref": "AWS::AccountId"}}},
		role["AssumeRolePolicyDocument"].(map[string]any)["Statement"].([]any)[0].(map[string]any)["Condition"])
	assert.Equal(t, []map[string]any{
		{"Sid": "WriteStages", "Effect": "Allow", "Action": []any{"dynamodb:GetItem", "dynamodb:UpdateItem"}, "Resource": cdktest.Resolved(t, stack, c.Table.TableArn())},
		{"Sid": "InvokeStages", "Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": cdktest.Resolved(t, stack, function.FunctionArn())},
	}, cdktest.Statements(t, cdktest.PropertiesOf(t, c.Pipeline.Role().Node().FindChild(jsii.String("DefaultPolicy"))))[:2])
}

func TestThePipelineLogsNoData(t *testing.T) {
	stack := testkit.NewStack(t)
	c := newChain(stack, supplychain.Partner("qc", nil))

	assert.Equal(t, map[string]any{
		"Level": "ERROR", "IncludeExecutionData": false,
		"Destinations": []any{map[string]any{"CloudWatchLogsLogGroup": map[string]any{"LogGroupArn": cdktest.Resolved(t, stack, c.PipelineLogs.LogGroupArn())}}},
	}, cdktest.PropertiesOf(t, c.Pipeline)["LoggingConfiguration"])
	assert.Equal(t, "STANDARD", cdktest.PropertiesOf(t, c.Pipeline)["StateMachineType"])
}
