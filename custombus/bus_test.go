package custombus_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatchactions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/custombus"
	"github.com/mediasupplychain/cdk/internal/cdktest"
	"github.com/mediasupplychain/cdk/testkit"
)

const eventBridge = `{"Service":"events.amazonaws.com"}`

func newBus(stack awscdk.Stack, p *custombus.BusProps) *custombus.Bus {
	return custombus.NewBus(stack, jsii.String("Edits"), p)
}

// resolved is a token as the template has it.
func resolved(t *testing.T, stack awscdk.Stack, token *string) string {
	t.Helper()
	return cdktest.JSON(t, cdktest.Resolved(t, stack, token))
}

func TestByDefaultABusKeepsEventsForAMonthAndLetsNobodyIn(t *testing.T) {
	stack := testkit.NewStack(t)

	bus := newBus(stack, nil)

	assert.Equal(t, cdktest.Resource{"Name": "Stack-Edits-0BF532FF"}, cdktest.One(t, stack, "AWS::Events::EventBus"))
	archive := cdktest.One(t, stack, "AWS::Events::Archive")
	archive.Has(t, "RetentionDays", "30")
	archive.Has(t, "SourceArn", resolved(t, stack, bus.ARN))
	archive.Has(t, "EventPattern", "null")
	archive.Has(t, "KmsKeyIdentifier", "null")
	assert.Len(t, cdktest.Resources(t, stack), 2)
}

// CDK's own default name leaves the stack's name out.
func TestTwoDeploymentsOfAStackToOneAccountHaveBusesOfTheirOwn(t *testing.T) {
	names := map[string]bool{}
	for _, deployment := range []string{"edits-test", "edits-prod"} {
		stack := awscdk.NewStack(testkit.NewApp(t), jsii.String("Stack"), &awscdk.StackProps{StackName: jsii.String(deployment)})
		names[*newBus(stack, &custombus.BusProps{PublisherAccounts: jsii.Strings("111122223333")}).Name] = true
		names[cdktest.One(t, stack, "AWS::Events::EventBusPolicy")["StatementId"].(string)] = true
	}
	assert.Len(t, names, 4)
}

func TestEachPropertyReachesTheTemplate(t *testing.T) {
	stack := testkit.NewStack(t)
	given := &custombus.BusProps{
		EventBusProps:    &awsevents.EventBusProps{EventBusName: jsii.String("edits"), Description: jsii.String("What editors did")},
		ArchiveRetention: awscdk.Duration_Days(jsii.Number(0)),
		ArchivePattern:   &awsevents.EventPattern{DetailType: jsii.Strings("Edit locked"), Detail: &map[string]any{"version": []any{1}}},
		SchemaDiscovery:  jsii.Bool(true),
		LogLevel:         awsevents.Level_ERROR,
		LogDetail:        awsevents.IncludeDetail_FULL,
	}
	before := *given

	bus := newBus(stack, given)

	made := cdktest.One(t, stack, "AWS::Events::EventBus")
	made.Has(t, "Name", `"edits"`)
	made.Has(t, "Description", `"What editors did"`)
	made.Has(t, "LogConfig", `{"Level": "ERROR", "IncludeDetail": "FULL"}`)
	archive := cdktest.One(t, stack, "AWS::Events::Archive")
	archive.Has(t, "RetentionDays", "0")
	archive.Has(t, "EventPattern", `{"detail-type": ["Edit locked"], "detail": {"version": [1]}}`)
	discoverer := cdktest.One(t, stack, "AWS::EventSchemas::Discoverer")
	discoverer.Has(t, "SourceArn", resolved(t, stack, bus.ARN))
	discoverer.Has(t, "CrossAccount", "true")
	assert.Equal(t, before, *given)
}

func TestNoArchive(t *testing.T) {
	stack := testkit.NewStack(t)

	bus := newBus(stack, &custombus.BusProps{DisableArchive: jsii.Bool(true)})

	assert.Nil(t, bus.Archive)
	assert.Empty(t, cdktest.All(t, stack, "AWS::Events::Archive"))
}

func TestAnExistingBus(t *testing.T) {
	stack := testkit.NewStack(t)
	theirs := awsevents.EventBus_FromEventBusName(stack, jsii.String("Default"), jsii.String("default"))

	bus := newBus(stack, &custombus.BusProps{ExistingBus: theirs, PublisherAccounts: jsii.Strings("111122223333")})

	assert.Empty(t, cdktest.All(t, stack, "AWS::Events::EventBus"))
	assert.Equal(t, "default", *bus.Name)
	cdktest.One(t, stack, "AWS::Events::EventBusPolicy").Has(t, "EventBusName", `"default"`)
	cdktest.One(t, stack, "AWS::Events::Archive").Has(t, "SourceArn", resolved(t, stack, theirs.EventBusArn()))
}

// The bus refers to the key, so its statements cannot refer to the bus; and the
// archive's calls name no source.
func TestACustomerManagedKey(t *testing.T) {
	const (
		context = `"kms:EncryptionContext:aws:events:event-bus:arn":`
		arn     = `{"Fn::Join":["",["arn:",{"Ref":"AWS::Partition"},":events:",{"Ref":"AWS::Region"},":",{"Ref":"AWS::AccountId"},":event-bus/Stack-Edits-0BF532FF"]]}`
	)
	for name, c := range map[string]struct {
		noArchive bool
		want      []string
	}{
		"with an archive": {false, []string{
			`{"Effect":"Allow","Principal":` + eventBridge + `,"Resource":"*","Action":"kms:DescribeKey"}`,
			`{"Effect":"Allow","Principal":` + eventBridge + `,"Resource":"*",
				"Action":["kms:Decrypt","kms:GenerateDataKey","kms:ReEncryptFrom","kms:ReEncryptTo"],
				"Condition":{"StringEquals":{` + context + arn + `}}}`,
		}},
		"without": {true, []string{
			`{"Effect":"Allow","Principal":` + eventBridge + `,"Resource":"*","Action":"kms:DescribeKey"}`,
			`{"Effect":"Allow","Principal":` + eventBridge + `,"Resource":"*","Action":["kms:Decrypt","kms:GenerateDataKey"],
				"Condition":{"StringEquals":{` + context + arn + `,"aws:SourceArn":` + arn + `,"aws:SourceAccount":{"Ref":"AWS::AccountId"}}}}`,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			stack := testkit.NewStack(t)
			key := awskms.NewKey(stack, jsii.String("Key"), nil)

			bus := newBus(stack, &custombus.BusProps{EncryptionKey: key, DisableArchive: jsii.Bool(c.noArchive)})

			made := cdktest.One(t, stack, "AWS::Events::EventBus")
			made.Has(t, "KmsKeyIdentifier", resolved(t, stack, key.KeyArn()))
			made.Has(t, "DeadLetterConfig", `{"Arn": `+resolved(t, stack, bus.DeadLetterQueue.QueueArn())+`}`)
			for _, archive := range cdktest.All(t, stack, "AWS::Events::Archive") {
				archive.Has(t, "KmsKeyIdentifier", resolved(t, stack, key.KeyArn()))
			}
			statements := cdktest.One(t, stack, "AWS::KMS::Key").Statements(t, "KeyPolicy", eventBridge)
			require.Len(t, statements, len(c.want))
			for i, want := range c.want {
				assert.JSONEq(t, want, statements[i])
			}
			letters := cdktest.One(t, stack, "AWS::SQS::QueuePolicy").Statements(t, "PolicyDocument", eventBridge)
			require.Len(t, letters, 1)
			assert.Contains(t, letters[0], `"aws:SourceArn":`+arn)
			cdktest.One(t, stack, "AWS::SQS::Queue").Has(t, "KmsMasterKeyId", "null")
		})
	}
}

func TestLogsReachTheirGroup(t *testing.T) {
	stack := testkit.NewStack(t)

	bus := newBus(stack, &custombus.BusProps{LogLevel: awsevents.Level_TRACE})

	sources := cdktest.All(t, stack, "AWS::Logs::DeliverySource")
	var kinds []string
	for _, source := range sources {
		kinds = append(kinds, source["LogType"].(string))
		source.Has(t, "ResourceArn", resolved(t, stack, bus.ARN))
		assert.LessOrEqual(t, len(source["Name"].(string)), 60)
	}
	assert.ElementsMatch(t, []string{"ERROR_LOGS", "INFO_LOGS", "TRACE_LOGS"}, kinds)
	cdktest.One(t, stack, "AWS::Logs::DeliveryDestination").Has(t, "DestinationResourceArn", resolved(t, stack, bus.LogGroup.LogGroupArn()))
	cdktest.One(t, stack, "AWS::Logs::LogGroup").Has(t, "RetentionInDays", "30")
	deliveries := 0
	for id, resource := range cdktest.Resources(t, stack) {
		if resource["Type"] == "AWS::Logs::Delivery" {
			deliveries++
			assert.NotEmpty(t, resource["DependsOn"], id)
		}
	}
	assert.Equal(t, 3, deliveries)
	policy := cdktest.JSON(t, cdktest.One(t, stack, "AWS::Logs::ResourcePolicy")["PolicyDocument"])
	assert.Contains(t, policy, `delivery.logs.amazonaws.com`)
	assert.Contains(t, policy, `aws:SourceAccount`)
	assert.Contains(t, policy, `aws:SourceArn`)
}

func TestLogsSwitchedOff(t *testing.T) {
	stack := testkit.NewStack(t)

	bus := newBus(stack, &custombus.BusProps{LogLevel: awsevents.Level_OFF})

	assert.Nil(t, bus.LogGroup)
	cdktest.One(t, stack, "AWS::Events::EventBus").Has(t, "LogConfig", `{"Level": "OFF"}`)
	assert.Len(t, cdktest.Resources(t, stack), 2, "the bus and its archive")
}

func TestLogsOfAnEncryptedBusToAGroupOfTheUsersOwn(t *testing.T) {
	stack := testkit.NewStack(t)
	key := awskms.NewKey(stack, jsii.String("Key"), nil)
	group := awslogs.NewLogGroup(stack, jsii.String("Mine"), nil)

	newBus(stack, &custombus.BusProps{LogLevel: awsevents.Level_INFO, LogGroup: group, EncryptionKey: key})

	assert.Len(t, cdktest.All(t, stack, "AWS::Logs::DeliverySource"), 2)
	assert.Len(t, cdktest.All(t, stack, "AWS::Logs::LogGroup"), 1)
	const condition = `"Condition":{"StringLike":{"kms:EncryptionContext:SourceArn":{"Fn::Join":["",["arn:",{"Ref":"AWS::Partition"},":logs:",{"Ref":"AWS::Region"},":",{"Ref":"AWS::AccountId"},":*"]]}}}`
	made := cdktest.One(t, stack, "AWS::KMS::Key")
	events := made.Statements(t, "KeyPolicy", eventBridge)
	assert.JSONEq(t, `{"Effect":"Allow","Principal":`+eventBridge+`,"Resource":"*","Action":"kms:GenerateDataKey",`+condition+`}`, events[len(events)-1])
	deliveries := made.Statements(t, "KeyPolicy", `{"Service":"delivery.logs.amazonaws.com"}`)
	require.Len(t, deliveries, 1)
	assert.JSONEq(t, `{"Effect":"Allow","Principal":{"Service":"delivery.logs.amazonaws.com"},"Resource":"*","Action":["kms:Decrypt","kms:GenerateDataKey"],`+condition+`}`, deliveries[0])
}

func TestEveryProblemIsReportedAndNothingDefined(t *testing.T) {
	stack := testkit.NewStack(t)
	key := awskms.NewKey(stack, jsii.String("Key"), nil)
	group := awslogs.NewLogGroup(stack, jsii.String("Logs"), nil)
	queue := awssqs.NewQueue(stack, jsii.String("Queue"), nil)

	err := cdktest.Problem(t, stack, func(scope constructs.Construct, id *string) {
		custombus.NewBus(scope, id, &custombus.BusProps{
			ExistingBus: awsevents.EventBus_FromEventBusName(stack, jsii.String("Theirs"), jsii.String("theirs")),
			EventBusProps: &awsevents.EventBusProps{
				KmsKey: key, DeadLetterQueue: queue, LogConfig: &awsevents.LogConfig{}, EventSourceName: jsii.String("aws.partner/a/b"),
			},
			EncryptionKey:          key,
			PublisherAccounts:      jsii.Strings("*"),
			PublisherOrganizations: jsii.Strings("acme"),
			PublisherPrincipals:    jsii.Strings("arn:aws:iam::111122223333:root"),
			DisableArchive:         jsii.Bool(true),
			ArchiveRetention:       awscdk.Duration_Hours(jsii.Number(36)),
			ArchivePattern:         &awsevents.EventPattern{},
			SchemaDiscovery:        jsii.Bool(true),
			LogDetail:              awsevents.IncludeDetail_FULL,
			LogGroup:               group,
		})
	})

	require.EqualError(t, err, `custombus.Bus "Stack/Bad": invalid properties:
- ExistingBus and EventBusProps exclude each other: set one of them
- ExistingBus and EncryptionKey exclude each other: set one of them
- EventBusProps.KmsKey must be unset: set EncryptionKey, which also grants what EventBridge needs
- EventBusProps.DeadLetterQueue must be unset: the bus has one where it has an EncryptionKey, and else no use for it
- EventBusProps.LogConfig must be unset: set LogLevel, which also delivers the logs
- EventBusProps.EventSourceName must be unset: for a partner's event source, use eventbridgesaas.NewPartnerBus
- PublisherAccounts[0] must be an account id of 12 digits, got "*"
- PublisherOrganizations[0] must be an organization id such as "o-a1b2c3d4e5", got "acme"
- PublisherPrincipals[0] must be the ARN of an IAM role or user, got "arn:aws:iam::111122223333:root"
- DisableArchive excludes ArchiveRetention and ArchivePattern: set one of them
- ArchiveRetention must be whole days, got 1.5
- ArchivePattern must name at least one field; for every event, say Source: awsevents.Match_Prefix(jsii.String(""))
- SchemaDiscovery and EncryptionKey exclude each other: EventBridge discovers no schemas on a bus with a customer managed key
- LogDetail has no effect without LogLevel: set LogLevel or leave LogDetail out
- LogGroup has no effect without LogLevel: set LogLevel or leave LogGroup out`)
}

func TestTokensPass(t *testing.T) {
	stack := testkit.NewStack(t)
	account := awscdk.NewCfnParameter(stack, jsii.String("Account"), nil)
	days := awscdk.NewCfnParameter(stack, jsii.String("Days"), &awscdk.CfnParameterProps{Type: jsii.String("Number")})

	newBus(stack, &custombus.BusProps{
		PublisherAccounts: &[]*string{account.ValueAsString()},
		ArchiveRetention:  awscdk.Duration_Days(days.ValueAsNumber()),
	})

	cdktest.One(t, stack, "AWS::Events::Archive").Has(t, "RetentionDays", `{"Ref": "Days"}`)
	assert.Contains(t, cdktest.JSON(t, cdktest.One(t, stack, "AWS::Events::EventBusPolicy")["Statement"]), `{"Ref":"Account"}`)
}

func TestGrantPutEventsTo(t *testing.T) {
	stack := testkit.NewStack(t)
	bus := newBus(stack, nil)
	role := awsiam.NewRole(stack, jsii.String("Editor"), &awsiam.RoleProps{AssumedBy: awsiam.NewAccountRootPrincipal()})

	grant := bus.GrantPutEventsTo(role)

	assert.True(t, *grant.Success())
	cdktest.One(t, stack, "AWS::IAM::Policy").Has(t, "PolicyDocument", `{"Version": "2012-10-17", "Statement": [
		{"Effect": "Allow", "Action": "events:PutEvents", "Resource": `+resolved(t, stack, bus.ARN)+`}
	]}`)
}

// With the CDK's own method, this grants nothing and only warns.
func TestAGrantThatWouldDoNothingIsRefused(t *testing.T) {
	stack := testkit.NewStack(t)
	bus := newBus(stack, nil)

	err := cdktest.Problem(t, bus, func(constructs.Construct, *string) {
		bus.GrantPutEventsTo(awsiam.NewAccountPrincipal(jsii.String("111122223333")))
	})

	require.EqualError(t, err, `custombus.Bus "Stack/Edits/GrantPutEventsTo": invalid properties:
- grantee has no policy of its own, so nothing was granted: let accounts, organizations and principals of other accounts in with AddPublisher`)
	assert.Empty(t, cdktest.All(t, stack, "AWS::Events::EventBusPolicy"))
}

func TestRules(t *testing.T) {
	stack := testkit.NewStack(t)
	bus := newBus(stack, nil)
	inbox := awssqs.NewQueue(stack, jsii.String("Inbox"), nil)

	rule := bus.AddRule(jsii.String("Locked"), &custombus.RuleProps{
		Pattern: &awsevents.EventPattern{DetailType: jsii.Strings("Edit locked")},
		Targets: &[]custombus.Target{&custombus.QueueTarget{Queue: inbox}},
	})

	cdktest.One(t, stack, "AWS::Events::Rule").Has(t, "EventBusName", resolved(t, stack, bus.Bus.EventBusName()))
	assert.Equal(t, "Stack/Edits/Locked", *rule.Node().Path())
	err := cdktest.Problem(t, bus, func(_ constructs.Construct, id *string) { bus.AddRule(id, nil) })
	require.ErrorContains(t, err, "custombus.Rule \"Stack/Edits/Bad\": invalid properties:\n- Pattern is required")
}

func TestForwardTo(t *testing.T) {
	stack := testkit.NewStack(t)
	bus := newBus(stack, nil)
	const theirs = "arn:aws:events:us-east-1:111122223333:event-bus/edits"

	rule := bus.ForwardTo(jsii.String("Partner"), jsii.String(theirs), nil)

	made := cdktest.One(t, stack, "AWS::Events::Rule")
	made.Has(t, "EventPattern", `{"source": [{"prefix": ""}]}`)
	target := made["Targets"].([]any)[0].(map[string]any)
	assert.Equal(t, theirs, target["Arn"])
	assert.JSONEq(t, resolved(t, stack, rule.Role.RoleArn()), cdktest.JSON(t, target["RoleArn"]))
}

func TestMetrics(t *testing.T) {
	bus := newBus(testkit.NewStack(t), nil)

	metric := bus.MetricMatchedEvents(&awscloudwatch.MetricOptions{Period: awscdk.Duration_Hours(jsii.Number(1))})

	assert.Equal(t, "AWS/Events", *metric.Namespace())
	assert.Equal(t, "MatchedEvents", *metric.MetricName())
	assert.Equal(t, map[string]any{"EventBusName": *bus.Bus.EventBusName()}, *metric.Dimensions())
	assert.InDelta(t, 3600.0, *metric.Period().ToSeconds(nil), 0)
}

func TestAlarmsOfTheBusAndOfAllItsRules(t *testing.T) {
	stack := testkit.NewStack(t)
	bus := newBus(stack, &custombus.BusProps{EncryptionKey: awskms.NewKey(stack, jsii.String("Key"), nil)})
	operators := awssns.NewTopic(stack, jsii.String("Operators"), nil)

	bus.ForwardTo(jsii.String("Before"), jsii.String("arn:aws:events:us-east-1:111122223333:event-bus/edits"), nil)
	bus.AddAlarms(awscloudwatchactions.NewSnsAction(operators))
	bus.ForwardTo(jsii.String("After"), jsii.String("arn:aws:events:us-east-1:111122223333:event-bus/edits"), nil)

	alarms := cdktest.All(t, stack, "AWS::CloudWatch::Alarm")
	assert.Len(t, alarms, 5, "one for the bus, two for each rule")
	for _, alarm := range alarms {
		alarm.Has(t, "AlarmActions", `[`+resolved(t, stack, operators.TopicArn())+`]`)
	}
	err := cdktest.Problem(t, bus, func(constructs.Construct, *string) { bus.AddAlarms(nil) })
	require.EqualError(t, err, `custombus.Bus.AddAlarms "Stack/Edits/Alarms": invalid properties:
- action is required
- the alarms exist already: add further actions to the ones that the first call returned`)
}

func TestABusIsAConstruct(t *testing.T) {
	cdktest.IsAConstruct(t, newBus(testkit.NewStack(t), nil))
}

// everything uses each feature of the package at once.
func everything(stack awscdk.Stack) {
	inbox := awssqs.NewQueue(stack, jsii.String("Inbox"), nil)
	for _, id := range []string{"Edits", "Renders"} {
		key := awskms.NewKey(stack, jsii.String(id+"Key"), nil)
		bus := custombus.NewBus(stack, jsii.String(id), &custombus.BusProps{
			EncryptionKey:          key,
			PublisherAccounts:      jsii.Strings("111122223333"),
			PublisherOrganizations: jsii.Strings("o-a1b2c3d4e5"),
			PublisherPrincipals:    jsii.Strings("arn:aws:iam::444455556666:role/editor"),
			LogLevel:               awsevents.Level_TRACE,
		})
		bus.AddPublisher(jsii.String("Assistants"), &custombus.PublisherProps{Accounts: jsii.Strings("777788889999")})
		bus.ForwardTo(jsii.String("Partner"), jsii.String("arn:aws:events:us-east-1:111122223333:event-bus/edits"), nil)
		bus.AddRule(jsii.String("Locked"), &custombus.RuleProps{
			Pattern: &awsevents.EventPattern{DetailType: jsii.Strings("Edit locked")},
			Targets: &[]custombus.Target{&custombus.QueueTarget{Queue: inbox}},
		})
		custombus.NewBus(stack, jsii.String(id+"Schemas"), &custombus.BusProps{SchemaDiscovery: jsii.Bool(true)})
	}
}

func TestTwoOfEverythingAndTheirIDs(t *testing.T) {
	stack := testkit.NewStack(t)
	everything(stack)
	testkit.LogicalIDs(t, stack)
}

func TestFlagsChangeNothing(t *testing.T) { testkit.SameWithFlags(t, everything) }
