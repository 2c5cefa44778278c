package localcloud

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAdaptTakesOutWhatTheLocalCloudRefuses(t *testing.T) {
	before := `{
		"Resources": {
			"Bus": {"Type": "AWS::Events::EventBus", "DependsOn": "Archive"},
			"Archive": {"Type": "AWS::Events::Archive", "Properties": {"SourceArn": {"Ref": "Bus"}}},
			"Queue": {"Type": "AWS::SQS::Queue", "DependsOn": ["Archive", "Bus"], "DeletionPolicy": "Retain", "Properties": {"DelaySeconds": 5}}
		},
		"Outputs": {
			"ArchiveName": {"Value": {"Fn::Select": [1, {"Fn::Split": ["/", {"Ref": "Archive"}]}]}},
			"QueueUrl": {"Value": {"Ref": "Queue"}}
		}
	}`
	after := `{
		"Resources": {
			"Bus": {"Type": "AWS::Events::EventBus"},
			"Queue": {"Type": "AWS::SQS::Queue", "DependsOn": ["Bus"], "DeletionPolicy": "Retain", "Properties": {"DelaySeconds": 5}}
		},
		"Outputs": {"QueueUrl": {"Value": {"Ref": "Queue"}}}
	}`

	adapted, changes, err := adapt(t, before)

	require.NoError(t, err)
	assert.JSONEq(t, after, adapted)
	assert.Equal(t, []string{
		"Stack: Archive (AWS::Events::Archive) is left out: events are not archived (archives made by API work, replay too)",
		"Stack: output ArchiveName is left out: it refers to Archive",
	}, changes)
}

func TestAdaptTakesOutAlarmsOnMetricMathOnly(t *testing.T) {
	adapted, changes, err := adapt(t, `{"Resources": {
		"Sum": {"Type": "AWS::CloudWatch::Alarm", "Properties": {"Metrics": [{"Id": "sum"}]}},
		"Plain": {"Type": "AWS::CloudWatch::Alarm", "Properties": {"MetricName": "Errors"}}
	}}`)

	require.NoError(t, err)
	assert.JSONEq(t, `{"Resources": {"Plain": {"Type": "AWS::CloudWatch::Alarm", "Properties": {"MetricName": "Errors"}}}}`, adapted)
	assert.Equal(t, []string{"Stack: Sum (AWS::CloudWatch::Alarm) is left out: no alarm on metric math"}, changes)
}

func TestAdaptRefusesAResourceThatNeedsOneTakenOut(t *testing.T) {
	uses := map[string]string{
		"Ref":           `{"Ref": "Destination"}`,
		"GetAtt list":   `{"Fn::GetAtt": ["Destination", "Arn"]}`,
		"GetAtt string": `{"Fn::GetAtt": "Destination.Arn"}`,
		"Sub":           `{"Fn::Sub": "x-${Destination.Arn}"}`,
		"Sub with map":  `{"Fn::Sub": ["x-${Destination}", {}]}`,
	}
	for name, use := range uses {
		t.Run(name, func(t *testing.T) {
			_, _, err := adapt(t, `{"Resources": {
				"Destination": {"Type": "AWS::Events::ApiDestination"},
				"Rule": {"Type": "AWS::Events::Rule", "Properties": {"Targets": [{"Arn": `+use+`}]}}
			}}`)

			assert.EqualError(t, err, "Stack: Rule (AWS::Events::Rule) refers to Destination, which the local cloud cannot have; "+
				"give the example's stack a variant without it for local deployments")
		})
	}
}

func TestAdaptRefersToSecretsByTheirARN(t *testing.T) {
	adapted, changes, err := adapt(t, `{"Resources": {
		"Secret": {"Type": "AWS::SecretsManager::Secret"}, "Queue": {"Type": "AWS::SQS::Queue"},
		"Policy": {"Type": "AWS::IAM::Policy", "Properties": {"Statement": [{"Resource": [{"Ref": "Secret"}, {"Ref": "Queue"}]}]}}
	}, "Outputs": {"Arn": {"Value": {"Fn::Join": ["", ["<", {"Ref": "Secret"}, ">"]]}}}}`)

	require.NoError(t, err)
	assert.JSONEq(t, `{"Resources": {
		"Secret": {"Type": "AWS::SecretsManager::Secret"}, "Queue": {"Type": "AWS::SQS::Queue"},
		"Policy": {"Type": "AWS::IAM::Policy", "Properties": {"Statement": [{"Resource": [{"Fn::GetAtt": ["Secret", "Id"]}, {"Ref": "Queue"}]}]}}
	}, "Outputs": {"Arn": {"Value": {"Fn::Join": ["", ["<", {"Fn::GetAtt": ["Secret", "Id"]}, ">"]]}}}}`, adapted)
	assert.Equal(t, []string{"Stack: Secret (AWS::SecretsManager::Secret) is referred to by Fn::GetAtt Id instead of Ref"}, changes)
}

func TestAdaptTakesTheNameOfARuleFromItsRef(t *testing.T) {
	adapted, changes, err := adapt(t, `{"Resources": {
		"Rule": {"Type": "AWS::Events::Rule"}, "Other": {"Type": "AWS::Events::Rule"},
		"Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": {"Dimensions": [
			{"Name": "RuleName", "Value": {"Fn::Select": [1, {"Fn::Split": ["|", {"Ref": "Rule"}]}]}},
			{"Name": "EventBusName", "Value": {"Fn::Select": [0, {"Fn::Split": ["|", {"Ref": "Rule"}]}]}}]}}
	}, "Outputs": {"Name": {"Value": {"Fn::Join": ["", ["<", {"Fn::Select": [1, {"Fn::Split": ["|", {"Ref": "Rule"}]}]}, ">"]]}}}}`)

	require.NoError(t, err)
	assert.JSONEq(t, `{"Resources": {
		"Rule": {"Type": "AWS::Events::Rule"}, "Other": {"Type": "AWS::Events::Rule"},
		"Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": {"Dimensions": [
			{"Name": "RuleName", "Value": {"Ref": "Rule"}},
			{"Name": "EventBusName", "Value": {"Fn::Select": [0, {"Fn::Split": ["|", {"Ref": "Rule"}]}]}}]}}
	}, "Outputs": {"Name": {"Value": {"Fn::Join": ["", ["<", {"Ref": "Rule"}, ">"]]}}}}`, adapted)
	assert.Equal(t, []string{"Stack: Rule (AWS::Events::Rule) has its name as Ref instead of BUS|NAME"}, changes)
}

func TestAdaptNamesThePunctuationThatASecretMustNotHold(t *testing.T) {
	adapted, changes, err := adapt(t, `{"Resources": {
		"Secret": {"Type": "AWS::SecretsManager::Secret", "Properties": {"GenerateSecretString": {"ExcludePunctuation": true, "PasswordLength": 48}}},
		"Own": {"Type": "AWS::SecretsManager::Secret", "Properties": {"GenerateSecretString": {"PasswordLength": 48}}}
	}}`)

	require.NoError(t, err)
	assert.JSONEq(t, `{"Resources": {
		"Secret": {"Type": "AWS::SecretsManager::Secret", "Properties": {"GenerateSecretString": {
			"ExcludePunctuation": true, "ExcludeCharacters": "!\"#$%&'()*+,-./:;<=>?@[\\]^_`+"`"+`{|}~", "PasswordLength": 48}}},
		"Own": {"Type": "AWS::SecretsManager::Secret", "Properties": {"GenerateSecretString": {"PasswordLength": 48}}}
	}}`, adapted)
	assert.Equal(t, []string{"Stack: Secret (AWS::SecretsManager::Secret) names the punctuation to leave out of the generated secret"}, changes)
}

func TestAdaptLetsRulesSelectTheLocalPartnerSource(t *testing.T) {
	adapted, changes, err := adapt(t, `{"Resources": {
		"Partner": {"Type": "AWS::Events::Rule", "Properties": {"EventPattern": {"source": [{"prefix": "aws.partner/rights"}], "account": ["aws.partner"]}}},
		"Own": {"Type": "AWS::Events::Rule", "Properties": {"EventPattern": {"source": ["my.app"]}}}
	}}`)

	require.NoError(t, err)
	assert.JSONEq(t, `{"Resources": {
		"Partner": {"Type": "AWS::Events::Rule", "Properties": {"EventPattern": {"source": [{"prefix": "local.partner/rights"}], "account": ["aws.partner"]}}},
		"Own": {"Type": "AWS::Events::Rule", "Properties": {"EventPattern": {"source": ["my.app"]}}}
	}}`, adapted)
	assert.Equal(t, []string{
		`Stack: Partner (AWS::Events::Rule) selects the source [{"prefix":"local.partner/rights"}] instead of [{"prefix":"aws.partner/rights"}]`,
	}, changes)
}

func TestAllowPlainHTTPDropsWhatDeniesIt(t *testing.T) {
	parsed, err := parseTemplate([]byte(`{"Resources": {
		"Only": {"Type": "AWS::SQS::QueuePolicy", "Properties": {"PolicyDocument": {"Statement": [
			{"Effect": "Deny", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]}}},
		"Mixed": {"Type": "AWS::SQS::QueuePolicy", "Properties": {"PolicyDocument": {"Statement": [
			{"Effect": "Deny", "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
			{"Effect": "Deny", "Condition": {"Bool": {"aws:ViaAWSService": "false"}}},
			{"Effect": "Allow"}]}}}
	}}`))
	require.NoError(t, err)

	changes := parsed.allowPlainHTTP("Stack")

	assert.JSONEq(t, `{"Resources": {"Mixed": {"Type": "AWS::SQS::QueuePolicy", "Properties": {"PolicyDocument": {"Statement": [
		{"Effect": "Deny", "Condition": {"Bool": {"aws:ViaAWSService": "false"}}},
		{"Effect": "Allow"}]}}}}}`, asJSON(parsed.document))
	assert.Equal(t, []Change{
		{"Stack", "Mixed", "AWS::SQS::QueuePolicy", "does not deny plain HTTP"},
		{"Stack", "Only", "AWS::SQS::QueuePolicy", "does not deny plain HTTP"},
	}, changes)
}

func TestPermitAsCheckedAllowsWhatTheLocalCloudChecks(t *testing.T) {
	parsed, err := parseTemplate([]byte(`{"Resources": {
		"Outbox": {"Type": "AWS::IAM::Policy", "Properties": {"PolicyDocument": {"Statement": [
			{"Sid": "RunPipeline", "Effect": "Allow", "Action": ["states:SendTaskSuccess", "states:StartExecution"], "Resource": {"Ref": "Pipeline"}}]}}},
		"Webhooks": {"Type": "AWS::IAM::Policy", "Properties": {"PolicyDocument": {"Statement": [
			{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "queue"}]}}},
		"Watch": {"Type": "AWS::IAM::Policy", "Properties": {"PolicyDocument": {"Statement": [
			{"Effect": "Allow", "Action": ["dynamodb:Query"], "Resource": "index"}]}}}}}`))
	require.NoError(t, err)

	changes := parsed.permitAsChecked("Stack")

	assert.Equal(t, []Change{
		{"Stack", "Outbox", "AWS::IAM::Policy", "allows answers to the tasks of any state machine"},
		{"Stack", "Webhooks", "AWS::IAM::Policy", "allows sqs:SendMessageBatch where it allows sqs:SendMessage"},
	}, changes)
	text, err := json.Marshal(parsed.document)
	require.NoError(t, err)
	assert.JSONEq(t, `{"Resources": {
		"Outbox": {"Type": "AWS::IAM::Policy", "Properties": {"PolicyDocument": {"Statement": [
			{"Sid": "RunPipeline", "Effect": "Allow", "Action": ["states:StartExecution"], "Resource": {"Ref": "Pipeline"}},
			{"Sid": "AnswerTasks", "Effect": "Allow", "Action": ["states:SendTaskSuccess"], "Resource": "*"}]}}},
		"Webhooks": {"Type": "AWS::IAM::Policy", "Properties": {"PolicyDocument": {"Statement": [
			{"Effect": "Allow", "Action": ["sqs:SendMessage", "sqs:SendMessageBatch"], "Resource": "queue"}]}}},
		"Watch": {"Type": "AWS::IAM::Policy", "Properties": {"PolicyDocument": {"Statement": [
			{"Effect": "Allow", "Action": ["dynamodb:Query"], "Resource": "index"}]}}}}}`, string(text))
}

func TestAdaptKeepsLargeNumbersAsTheyAreWritten(t *testing.T) {
	adapted, _, err := adapt(t, `{"Resources": {"T": {"Type": "AWS::SQS::Queue", "Properties": {"Tag": 12345678901234567890}}}}`)

	require.NoError(t, err)
	assert.Contains(t, adapted, "12345678901234567890")
}

func TestAdaptedTemplateGetsAnAssetHashOfItsOwn(t *testing.T) {
	directory := t.TempDir()
	before := []byte(`{"Resources": {"A": {"Type": "AWS::Events::Archive"}}}`)
	write(t, directory, "Stack.template.json", string(before))
	write(t, directory, "Stack.assets.json", `{"files": {"`+hash(before)+`": {}}}`)
	write(t, directory, "manifest.json", `{"artifacts": {"Stack": {"type": "aws:cdk:other"}, "S": {"type": "aws:cloudformation:stack",
		"properties": {"templateFile": "Stack.template.json", "stackTemplateAssetObjectUrl": "s3://bucket/`+hash(before)+`.json"}}}}`)
	read, err := readAssembly(directory)
	require.NoError(t, err)

	changes, err := read.adapt(false)

	require.NoError(t, err)
	assert.Len(t, changes, 1)
	after := readFile(t, directory, "Stack.template.json")
	assert.Contains(t, readFile(t, directory, "Stack.assets.json"), hash([]byte(after)))
	assert.Contains(t, readFile(t, directory, "manifest.json"), "s3://bucket/"+hash([]byte(after))+".json")
	assert.Equal(t, []string{"A"}, read.stacks[0].original.ofType("AWS::Events::Archive"), "the original is kept for repairs")
}

func TestAssemblyIsDeployedWithTheCredentialsOfTheCLI(t *testing.T) {
	directory := t.TempDir()
	write(t, directory, "Stack.template.json", `{"Resources": {}}`)
	write(t, directory, "Stack.assets.json", `{"files": {"a": {"destinations": {"here": {"bucketName": "b", "assumeRoleArn": "publish"}}}}}`)
	write(t, directory, "manifest.json", `{"artifacts": {"S": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "Stack.template.json",
		"assumeRoleArn": "deploy", "cloudFormationExecutionRoleArn": "execute", "lookupRole": {"arn": "look"}}}}}`)
	read, err := readAssembly(directory)
	require.NoError(t, err)

	_, err = read.adapt(false)

	require.NoError(t, err)
	assert.JSONEq(t, `{"files": {"a": {"destinations": {"here": {"bucketName": "b"}}}}}`, readFile(t, directory, "Stack.assets.json"))
	assert.JSONEq(t, `{"artifacts": {"S": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "Stack.template.json"}}}}`,
		readFile(t, directory, "manifest.json"))
}

func adapt(t *testing.T, content string) (after string, changes []string, err error) {
	t.Helper()
	parsed, err := parseTemplate([]byte(content))
	require.NoError(t, err)
	made, err := parsed.adapt("Stack")
	for _, change := range made {
		changes = append(changes, change.String())
	}
	text, marshalling := json.Marshal(parsed.document)
	require.NoError(t, marshalling)
	return string(text), changes, err
}

func write(t *testing.T, directory, name, content string) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(directory, name), []byte(content), 0o600))
}

func readFile(t *testing.T, directory, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(directory, name))
	require.NoError(t, err)
	return string(content)
}

func TestTheLastContextCounts(t *testing.T) {
	arguments := contextArguments([]Context{{"stageSeconds": "60", "architecture": "arm64"}, {"stageSeconds": "8"}})

	assert.Equal(t, []string{"--context", "architecture=arm64", "--context", "stageSeconds=8"}, arguments)
}
