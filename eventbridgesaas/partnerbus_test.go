package eventbridgesaas_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatchactions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/eventbridgesaas"
	"github.com/mediasupplychain/cdk/internal/cdktest"
	"github.com/mediasupplychain/cdk/testkit"
)

const (
	source      = "aws.partner/example.com/acme/rights"
	eventBridge = `{"Service":"events.amazonaws.com"}`
)

// newBus is a bus of the source above with p.
func newBus(stack awscdk.Stack, p eventbridgesaas.PartnerBusProps) *eventbridgesaas.PartnerBus {
	p.EventSourceName = jsii.String(source)
	return eventbridgesaas.NewPartnerBus(stack, jsii.String("Rights"), &p)
}

func resolved(t *testing.T, stack awscdk.Stack, token *string) string {
	t.Helper()
	return cdktest.JSON(t, cdktest.Resolved(t, stack, token))
}

func TestTheNameOfTheEventSourceIsAllItTakes(t *testing.T) {
	stack := testkit.NewStack(t)

	bus := newBus(stack, eventbridgesaas.PartnerBusProps{})

	assert.Equal(t, cdktest.Resource{"Name": source, "EventSourceName": source}, cdktest.One(t, stack, "AWS::Events::EventBus"))
	for _, resource := range cdktest.Resources(t, stack) {
		if resource["Type"] == "AWS::Events::EventBus" {
			assert.Equal(t, "Retain", resource["DeletionPolicy"], "without its bus, the source is deleted")
			assert.Equal(t, "Retain", resource["UpdateReplacePolicy"])
		}
	}
	archive := cdktest.One(t, stack, "AWS::Events::Archive")
	archive.Has(t, "RetentionDays", "30")
	archive.Has(t, "SourceArn", resolved(t, stack, bus.Bus.EventBusArn()))
	archive.Has(t, "EventPattern", "null")
	assert.Len(t, cdktest.Resources(t, stack), 2)
}

func TestEachPropertyReachesTheTemplate(t *testing.T) {
	stack := testkit.NewStack(t)
	given := eventbridgesaas.PartnerBusProps{
		EventBusProps:    &awsevents.EventBusProps{Description: jsii.String("Cleared rights")},
		RemovalPolicy:    awscdk.RemovalPolicy_DESTROY,
		ArchiveRetention: awscdk.Duration_Days(jsii.Number(90)),
		ArchivePattern:   &awsevents.EventPattern{DetailType: jsii.Strings("Rights cleared")},
	}
	before := given

	newBus(stack, given)

	cdktest.One(t, stack, "AWS::Events::EventBus").Has(t, "Description", `"Cleared rights"`)
	for _, resource := range cdktest.Resources(t, stack) {
		if resource["Type"] == "AWS::Events::EventBus" {
			assert.Equal(t, "Delete", resource["DeletionPolicy"])
		}
	}
	archive := cdktest.One(t, stack, "AWS::Events::Archive")
	archive.Has(t, "RetentionDays", "90")
	archive.Has(t, "EventPattern", `{"detail-type": ["Rights cleared"]}`)
	assert.Equal(t, before, given)
	assert.Equal(t, &awsevents.EventBusProps{Description: jsii.String("Cleared rights")}, given.EventBusProps)
}

func TestAnExistingBus(t *testing.T) {
	stack := testkit.NewStack(t)
	kept := awsevents.EventBus_FromEventBusName(stack, jsii.String("Kept"), jsii.String(source))

	bus := newBus(stack, eventbridgesaas.PartnerBusProps{ExistingBus: kept, DisableArchive: jsii.Bool(true)})

	assert.Empty(t, cdktest.Resources(t, stack))
	assert.Nil(t, bus.Archive)
	assert.Equal(t, kept, bus.Bus)
}

func TestACustomerManagedKey(t *testing.T) {
	stack := testkit.NewStack(t)
	key := awskms.NewKey(stack, jsii.String("Key"), nil)

	bus := newBus(stack, eventbridgesaas.PartnerBusProps{EncryptionKey: key})

	made := cdktest.One(t, stack, "AWS::Events::EventBus")
	made.Has(t, "KmsKeyIdentifier", resolved(t, stack, key.KeyArn()))
	made.Has(t, "DeadLetterConfig", `{"Arn": `+resolved(t, stack, bus.DeadLetterQueue.QueueArn())+`}`)
	cdktest.One(t, stack, "AWS::Events::Archive").Has(t, "KmsKeyIdentifier", resolved(t, stack, key.KeyArn()))
	statements := cdktest.One(t, stack, "AWS::KMS::Key").Statements(t, "KeyPolicy", eventBridge)
	require.Len(t, statements, 2)
	assert.Contains(t, statements[1], `:event-bus/aws.partner/example.com/acme/rights"`)
}

func TestEveryProblemIsReportedAndNothingDefined(t *testing.T) {
	stack := testkit.NewStack(t)
	key := awskms.NewKey(stack, jsii.String("Key"), nil)

	err := cdktest.Problem(t, stack, func(scope constructs.Construct, id *string) {
		eventbridgesaas.NewPartnerBus(scope, id, &eventbridgesaas.PartnerBusProps{
			EventSourceName:  jsii.String("aws.partner/example.com"),
			ExistingBus:      awsevents.EventBus_FromEventBusName(stack, jsii.String("Kept"), jsii.String(source)),
			EventBusProps:    &awsevents.EventBusProps{EventBusName: jsii.String("rights"), KmsKey: key},
			EncryptionKey:    key,
			RemovalPolicy:    awscdk.RemovalPolicy_DESTROY,
			DisableArchive:   jsii.Bool(true),
			ArchiveRetention: awscdk.Duration_Hours(jsii.Number(36)),
		})
	})
	missing := cdktest.Problem(t, stack, func(scope constructs.Construct, id *string) { eventbridgesaas.NewPartnerBus(scope, id, nil) })

	require.EqualError(t, err, `eventbridgesaas.PartnerBus "Stack/Bad": invalid properties:
- EventSourceName must be a partner event source, aws.partner/PARTNER/NAMESPACE/NAME, got "aws.partner/example.com"
- ExistingBus and EventBusProps exclude each other: set one of them
- ExistingBus and EncryptionKey exclude each other: set one of them
- ExistingBus and RemovalPolicy exclude each other: set one of them
- EventBusProps.EventBusName and EventSourceName must be unset: the bus has the name of the event source
- EventBusProps.KmsKey and DeadLetterQueue must be unset: set EncryptionKey, which also grants what EventBridge needs
- DisableArchive excludes ArchiveRetention and ArchivePattern: set one of them
- ArchiveRetention must be whole days, got 1.5`)
	require.EqualError(t, missing, `eventbridgesaas.PartnerBus "Stack/Bad": invalid properties:
- EventSourceName is required`)
}

func TestNamesOfEventSources(t *testing.T) {
	for name, good := range map[string]bool{
		"aws.partner/example.com/acme":                true,
		"aws.partner/mongodb.com/stitch.trigger/5f_x": true,
		"aws.partner/example.com/a/b/c/d":             true,
		"aws.partner/example.com/":                    false,
		"aws.partner/example.com/a b":                 false,
		"AWS.partner/example.com/acme":                false,
		"my-bus":                                      false,
	} {
		t.Run(name, func(t *testing.T) {
			define := func(scope constructs.Construct, id *string) {
				eventbridgesaas.NewPartnerBus(scope, id, &eventbridgesaas.PartnerBusProps{EventSourceName: jsii.String(name)})
			}
			stack := testkit.NewStack(t)
			if good {
				assert.NotPanics(t, func() { define(stack, jsii.String("Rights")) })
			} else {
				require.ErrorContains(t, cdktest.Problem(t, stack, define), "EventSourceName must be a partner event source")
			}
		})
	}
}

func TestATokenPasses(t *testing.T) {
	stack := testkit.NewStack(t)
	name := awscdk.NewCfnParameter(stack, jsii.String("Source"), nil)

	bus := eventbridgesaas.NewPartnerBus(stack, jsii.String("Rights"), &eventbridgesaas.PartnerBusProps{EventSourceName: name.ValueAsString()})

	cdktest.One(t, stack, "AWS::Events::EventBus").Has(t, "EventSourceName", `{"Ref": "Source"}`)
	rule := bus.ForwardTo(jsii.String("Shared"), awsevents.NewEventBus(stack, jsii.String("Custom"), nil), nil)
	assert.JSONEq(t, `{"Fn::Select": [1, {"Fn::Split": ["|", `+resolved(t, stack, rule.Rule.RuleName())+`]}]}`,
		cdktest.JSON(t, cdktest.Resolved(t, stack, (*rule.MetricTriggeredRules(nil).Dimensions())["RuleName"])),
		"nobody knows how many slashes the name has")
}

func TestRules(t *testing.T) {
	stack := testkit.NewStack(t)
	bus := newBus(stack, eventbridgesaas.PartnerBusProps{})
	inbox := awssqs.NewQueue(stack, jsii.String("Inbox"), nil)

	rule := bus.AddRule(jsii.String("Cleared"), &eventbridgesaas.RuleProps{
		Pattern: &awsevents.EventPattern{DetailType: jsii.Strings("Rights cleared")},
		Targets: &[]eventbridgesaas.Target{&eventbridgesaas.QueueTarget{Queue: inbox}},
	})

	cdktest.One(t, stack, "AWS::Events::Rule").Has(t, "EventBusName", resolved(t, stack, bus.Bus.EventBusName()))
	assert.JSONEq(t, `{"Fn::Select": [5, {"Fn::Split": ["/", `+resolved(t, stack, rule.Rule.RuleArn())+`]}]}`,
		cdktest.JSON(t, cdktest.Resolved(t, stack, (*rule.MetricTriggeredRules(nil).Dimensions())["RuleName"])),
		"rule/aws.partner/example.com/acme/rights/NAME")
	err := cdktest.Problem(t, bus, func(_ constructs.Construct, id *string) { bus.AddRule(id, nil) })
	require.ErrorContains(t, err, "eventbridgesaas.Rule \"Stack/Rights/Bad\": invalid properties:\n- Pattern is required")
}

// EventBridge takes no policy on a partner bus.
func TestEventsAreSharedThroughACustomBus(t *testing.T) {
	stack := testkit.NewStack(t)
	bus := newBus(stack, eventbridgesaas.PartnerBusProps{})
	shared := awsevents.NewEventBus(stack, jsii.String("Shared"), nil)

	rule := bus.ForwardTo(jsii.String("Share"), shared, nil)

	made := cdktest.One(t, stack, "AWS::Events::Rule")
	made.Has(t, "EventPattern", `{"source": [{"prefix": ""}]}`)
	target := made["Targets"].([]any)[0].(map[string]any)
	assert.JSONEq(t, resolved(t, stack, shared.EventBusArn()), cdktest.JSON(t, target["Arn"]))
	assert.JSONEq(t, resolved(t, stack, rule.Role.RoleArn()), cdktest.JSON(t, target["RoleArn"]))
	assert.Empty(t, cdktest.All(t, stack, "AWS::Events::EventBusPolicy"))
}

func TestGrantsOfItsRules(t *testing.T) {
	stack := testkit.NewStack(t)
	rule := newBus(stack, eventbridgesaas.PartnerBusProps{}).
		ForwardTo(jsii.String("Share"), awsevents.NewEventBus(stack, jsii.String("Shared"), nil), nil)

	grant := rule.GrantConsumeDeadLetters(awsiam.NewRole(stack, jsii.String("Operator"), &awsiam.RoleProps{AssumedBy: awsiam.NewAccountRootPrincipal()}))

	assert.True(t, *grant.Success())
}

func TestMetricEvents(t *testing.T) {
	bus := newBus(testkit.NewStack(t), eventbridgesaas.PartnerBusProps{})

	metric := bus.MetricEvents(&awscloudwatch.MetricOptions{Period: awscdk.Duration_Minutes(jsii.Number(1))})

	assert.Equal(t, "AWS/Events", *metric.Namespace())
	assert.Equal(t, "Events", *metric.MetricName())
	assert.Equal(t, map[string]any{"EventSourceName": source}, *metric.Dimensions())
	assert.Equal(t, "Sum", *metric.Statistic())
	assert.InDelta(t, 60.0, *metric.Period().ToSeconds(nil), 0)
}

func TestTheAlarmRingsWhenThePartnerIsSilent(t *testing.T) {
	stack := testkit.NewStack(t)
	bus := newBus(stack, eventbridgesaas.PartnerBusProps{EncryptionKey: awskms.NewKey(stack, jsii.String("Key"), nil)})
	bus.ForwardTo(jsii.String("Share"), awsevents.NewEventBus(stack, jsii.String("Shared"), nil), nil)
	operators := awssns.NewTopic(stack, jsii.String("Operators"), nil)

	alarms := bus.AddAlarms(awscloudwatchactions.NewSnsAction(operators), &eventbridgesaas.AlarmsProps{Silence: awscdk.Duration_Days(jsii.Number(3))})

	assert.Len(t, cdktest.All(t, stack, "AWS::CloudWatch::Alarm"), 4, "silence, dead letters of the bus, two of the rule")
	silence := cdktest.Resource(cdktest.PropertiesOf(t, alarms.Silence))
	silence.Has(t, "MetricName", `"Events"`)
	silence.Has(t, "Dimensions", `[{"Name": "EventSourceName", "Value": "`+source+`"}]`)
	silence.Has(t, "Period", "3600")
	silence.Has(t, "EvaluationPeriods", "72")
	silence.Has(t, "DatapointsToAlarm", "72")
	silence.Has(t, "ComparisonOperator", `"LessThanThreshold"`)
	silence.Has(t, "Threshold", "1")
	silence.Has(t, "TreatMissingData", `"breaching"`)
	silence.Has(t, "AlarmActions", `[`+resolved(t, stack, operators.TopicArn())+`]`)
	silence.Has(t, "OKActions", `[`+resolved(t, stack, operators.TopicArn())+`]`)
	assert.NotNil(t, alarms.DeadLetters)
}

func TestAlarmProblems(t *testing.T) {
	stack := testkit.NewStack(t)
	bus := newBus(stack, eventbridgesaas.PartnerBusProps{})

	tooLong := cdktest.Problem(t, bus, func(constructs.Construct, *string) {
		bus.AddAlarms(nil, &eventbridgesaas.AlarmsProps{Silence: awscdk.Duration_Days(jsii.Number(8))})
	})
	tooShort := cdktest.Problem(t, bus, func(constructs.Construct, *string) {
		bus.AddAlarms(nil, &eventbridgesaas.AlarmsProps{Silence: awscdk.Duration_Minutes(jsii.Number(90))})
	})

	require.EqualError(t, tooLong, `eventbridgesaas.PartnerBus.AddAlarms "Stack/Rights/Alarms": invalid properties:
- action is required
- Silence in hours must be between 1 and 168, got 192`)
	require.ErrorContains(t, tooShort, "- Silence in hours must be a whole number, got 1.5")
}

func TestAPartnerBusIsAConstruct(t *testing.T) {
	cdktest.IsAConstruct(t, newBus(testkit.NewStack(t), eventbridgesaas.PartnerBusProps{}))
}

func everything(stack awscdk.Stack) {
	inbox := awssqs.NewQueue(stack, jsii.String("Inbox"), nil)
	shared := awsevents.NewEventBus(stack, jsii.String("Shared"), nil)
	operators := awssns.NewTopic(stack, jsii.String("Operators"), nil)
	for _, id := range []string{"Rights", "Assets"} {
		bus := eventbridgesaas.NewPartnerBus(stack, jsii.String(id), &eventbridgesaas.PartnerBusProps{
			EventSourceName: jsii.String("aws.partner/example.com/acme/" + id),
			EncryptionKey:   awskms.NewKey(stack, jsii.String(id+"Key"), nil),
		})
		bus.AddRule(jsii.String("Cleared"), &eventbridgesaas.RuleProps{
			Pattern: &awsevents.EventPattern{DetailType: jsii.Strings("Rights cleared")},
			Targets: &[]eventbridgesaas.Target{&eventbridgesaas.QueueTarget{Queue: inbox}},
		})
		bus.ForwardTo(jsii.String("Share"), shared, nil)
		bus.AddAlarms(awscloudwatchactions.NewSnsAction(operators), nil)
	}
}

func TestTwoOfEverythingAndTheirIDs(t *testing.T) {
	stack := testkit.NewStack(t)
	everything(stack)
	testkit.LogicalIDs(t, stack)
}

func TestFlagsChangeNothing(t *testing.T) { testkit.SameWithFlags(t, everything) }
