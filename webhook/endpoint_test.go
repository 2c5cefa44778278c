package webhook_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/internal/cdktest"
	"github.com/mediasupplychain/cdk/testkit"
	"github.com/mediasupplychain/cdk/webhook"
)

func TestDefaults(t *testing.T) {
	stack := testkit.NewStack(t)
	e := newEndpoint(stack, nil)
	e.AddPartner("/github", webhook.GitHub(nil))

	function := cdktest.PropertiesOf(t, e.Function)
	assert.Equal(t, "provided.al2023", function["Runtime"])
	assert.Equal(t, []any{"arm64"}, function["Architectures"])
	assert.Equal(t, 256, function["MemorySize"])
	assert.Equal(t, 10, function["Timeout"])
	assert.Nil(t, function["TracingConfig"])
	assert.Equal(t, 30, cdktest.PropertiesOf(t, e.LogGroup)["RetentionInDays"])

	api := cdktest.PropertiesOf(t, e.API)
	assert.Equal(t, []any{"*/*"}, api["BinaryMediaTypes"])
	assert.Equal(t, map[string]any{"Types": []any{"REGIONAL"}}, api["EndpointConfiguration"])
	assert.Nil(t, api["Policy"])

	stage := cdktest.One(t, stack, "AWS::ApiGateway::Stage")
	stage.Has(t, "StageName", `"prod"`)
	stage.Has(t, "TracingEnabled", "null")
	stage.Has(t, "MethodSettings", `[{"ResourcePath":"/*","HttpMethod":"*","LoggingLevel":"OFF","DataTraceEnabled":false,
		"ThrottlingRateLimit":500,"ThrottlingBurstLimit":1000}]`)
	assert.Equal(t, 30, cdktest.PropertiesOf(t, e.AccessLogs)["RetentionInDays"])

	assert.Equal(t, map[string]any{
		"AttributeDefinitions":    []any{map[string]any{"AttributeName": "pk", "AttributeType": "S"}},
		"KeySchema":               []any{map[string]any{"AttributeName": "pk", "KeyType": "HASH"}},
		"BillingMode":             "PAY_PER_REQUEST",
		"TimeToLiveSpecification": map[string]any{"AttributeName": "expiresAt", "Enabled": true},
	}, cdktest.PropertiesOf(t, e.Table))

	bucket := cdktest.One(t, stack, "AWS::S3::Bucket")
	bucket.Has(t, "BucketEncryption", `{"ServerSideEncryptionConfiguration":[{"ServerSideEncryptionByDefault":{"SSEAlgorithm":"AES256"}}]}`)
	bucket.Has(t, "PublicAccessBlockConfiguration", `{"BlockPublicAcls":true,"BlockPublicPolicy":true,"IgnorePublicAcls":true,"RestrictPublicBuckets":true}`)
	bucket.Has(t, "LifecycleConfiguration", `{"Rules":[{"ExpirationInDays":90,"Status":"Enabled"}]}`)

	for _, kind := range []string{"AWS::WAFv2::WebACL", "AWS::WAFv2::WebACLAssociation", "AWS::CloudWatch::Alarm"} {
		assert.Empty(t, cdktest.All(t, stack, kind))
	}
	assert.Empty(t, cdktest.Warnings(t, stack))
}

// Bodies and secrets must not be logged, and a path can end with a secret.
func TestAccessLogsHoldIDsOnly(t *testing.T) {
	stack := testkit.NewStack(t)
	e := newEndpoint(stack, nil)
	e.AddPartner("/verbit", webhook.Verbit(nil))
	stage := cdktest.One(t, stack, "AWS::ApiGateway::Stage")
	setting := stage["AccessLogSetting"].(map[string]any)
	assert.Equal(t, cdktest.Resolved(t, stack, e.AccessLogs.LogGroupArn()), setting["DestinationArn"])
	assert.JSONEq(t, `{"requestId":"$context.requestId","extendedRequestId":"$context.extendedRequestId",
		"functionRequestId":"$context.integration.requestId","time":"$context.requestTime","sourceIp":"$context.identity.sourceIp",
		"method":"$context.httpMethod","resource":"$context.resourcePath","protocol":"$context.protocol","status":"$context.status",
		"responseLength":"$context.responseLength","responseLatency":"$context.responseLatency","wafStatus":"$context.waf.status",
		"error":"$context.error.responseType"}`, setting["Format"].(string))
}

func TestWhatNeverReachesTheFunctionIsAnsweredByTheAPI(t *testing.T) {
	stack := testkit.NewStack(t)
	newEndpoint(stack, nil).AddPartner("/mux", webhook.Mux(nil))
	answers := map[any]any{}
	for _, r := range cdktest.All(t, stack, "AWS::ApiGateway::GatewayResponse") {
		answers[r["ResponseType"]] = r["StatusCode"]
		if r["ResponseType"] == "THROTTLED" {
			r.Has(t, "ResponseParameters", `{"gatewayresponse.header.Retry-After":"'30'"}`)
		}
	}
	assert.Equal(t, map[any]any{"MISSING_AUTHENTICATION_TOKEN": "404", "THROTTLED": "503"}, answers)
}

func TestOnePermissionLetsTheAPIInvokeTheFunction(t *testing.T) {
	stack := testkit.NewStack(t)
	e := newEndpoint(stack, nil)
	for _, path := range []string{"/one", "/two", "/three"} {
		e.AddPartner(path, webhook.Mux(nil))
	}
	assert.Equal(t, cdktest.Resource{
		"Action": "lambda:InvokeFunction", "Principal": "apigateway.amazonaws.com",
		"FunctionName": cdktest.Resolved(t, stack, e.Function.FunctionArn()),
		"SourceArn":    cdktest.Resolved(t, stack, e.API.ArnForExecuteApi(jsii.String("*"), jsii.String("/*"), jsii.String("*"))),
	}, cdktest.One(t, stack, "AWS::Lambda::Permission"))
}

func TestOverrides(t *testing.T) {
	stack := testkit.NewStack(t)
	given := &webhook.EndpointProps{
		EventBus: awsevents.NewEventBus(stack, jsii.String("Bus"), nil),
		FunctionProps: &awslambda.FunctionProps{
			Timeout: awscdk.Duration_Seconds(jsii.Number(29)), MemorySize: jsii.Number(512), Architecture: awslambda.Architecture_X86_64(),
			Environment: &map[string]*string{"LOG_LEVEL": jsii.String("DEBUG")},
		},
		RestAPIProps: &awsapigateway.RestApiProps{
			RestApiName: jsii.String("Partners"), CloudWatchRole: jsii.Bool(false), DisableExecuteApiEndpoint: jsii.Bool(true),
			DeployOptions: &awsapigateway.StageOptions{StageName: jsii.String("live"), LoggingLevel: awsapigateway.MethodLoggingLevel_ERROR},
		},
		AccessLogProps:       &awslogs.LogGroupProps{Retention: awslogs.RetentionDays_ONE_YEAR},
		BucketProps:          &awss3.BucketProps{Versioned: jsii.Bool(true)},
		TableProps:           &awsdynamodb.TableProps{PointInTimeRecoverySpecification: &awsdynamodb.PointInTimeRecoverySpecification{PointInTimeRecoveryEnabled: jsii.Bool(true)}},
		ThrottlingRateLimit:  jsii.Number(20),
		ThrottlingBurstLimit: jsii.Number(40),
		MaxBodySize:          jsii.Number(4 << 20),
		InlineLimit:          jsii.Number(64 << 10),
		Tracing:              jsii.Bool(true),
	}
	before := *given
	e := webhook.NewEndpoint(stack, jsii.String("Webhooks"), given)
	e.AddPartner("/github", webhook.GitHub(nil))
	assert.Equal(t, before, *given, "the caller's properties stay as they were")

	function := cdktest.PropertiesOf(t, e.Function)
	assert.Equal(t, 29, function["Timeout"])
	assert.Equal(t, 512, function["MemorySize"])
	assert.Equal(t, []any{"x86_64"}, function["Architectures"])
	assert.Equal(t, map[string]any{"Mode": "Active"}, function["TracingConfig"])
	assert.Equal(t, "DEBUG", function["Environment"].(map[string]any)["Variables"].(map[string]any)["LOG_LEVEL"])
	assert.Equal(t, "Partners", cdktest.PropertiesOf(t, e.API)["Name"])
	assert.Equal(t, true, cdktest.PropertiesOf(t, e.API)["DisableExecuteApiEndpoint"])
	assert.Empty(t, cdktest.All(t, stack, "AWS::ApiGateway::Account"))
	stage := cdktest.One(t, stack, "AWS::ApiGateway::Stage")
	stage.Has(t, "StageName", `"live"`)
	stage.Has(t, "TracingEnabled", "true")
	stage.Has(t, "MethodSettings", `[{"ResourcePath":"/*","HttpMethod":"*","LoggingLevel":"ERROR","DataTraceEnabled":false,
		"ThrottlingRateLimit":20,"ThrottlingBurstLimit":40}]`)
	assert.Equal(t, 365, cdktest.PropertiesOf(t, e.AccessLogs)["RetentionInDays"])
	cdktest.One(t, stack, "AWS::S3::Bucket").Has(t, "VersioningConfiguration", `{"Status":"Enabled"}`)
	assert.Equal(t, map[string]any{"PointInTimeRecoveryEnabled": true}, cdktest.PropertiesOf(t, e.Table)["PointInTimeRecoverySpecification"])
	config := configurationOf(t, stack)["/github"].(map[string]any)
	assert.Equal(t, 4194304, int(config["maxBody"].(float64)))
	assert.Equal(t, 65536, int(config["inline"].(float64)))
}

func TestAnExistingBucket(t *testing.T) {
	stack := testkit.NewStack(t)
	bucket := awss3.Bucket_FromBucketName(stack, jsii.String("Ours"), jsii.String("our-bucket"))
	e := newEndpoint(stack, func(p *webhook.EndpointProps) { p.ExistingBucket = bucket })
	e.AddPartner("/mux", webhook.Mux(nil))
	assert.Empty(t, cdktest.All(t, stack, "AWS::S3::Bucket"))
	assert.Equal(t, "our-bucket", environment(t, e)["WEBHOOK_BUCKET"])
	assert.Contains(t, cdktest.JSON(t, cdktest.PropertiesOf(t, e.Policy)), `:s3:::our-bucket/*`)
}

func TestNothingIsDefinedThatNoPartnerNeeds(t *testing.T) {
	stack := testkit.NewStack(t)
	e := newEndpoint(stack, func(p *webhook.EndpointProps) { p.MaxBodySize = jsii.Number(200 << 10) })
	e.AddPartner("/mux", webhook.Mux(nil)) // signs the time, so no ids are remembered
	assert.Nil(t, e.Table)
	assert.Nil(t, e.Bucket)
	assert.Empty(t, cdktest.All(t, stack, "AWS::S3::Bucket"))
	assert.Empty(t, cdktest.All(t, stack, "AWS::DynamoDB::Table"))
	assert.Equal(t, []string{"ReadConfiguration secretsmanager:GetSecretValue", "ReadSecrets secretsmanager:GetSecretValue", "PutEvents events:PutEvents"}, granted(t, e))
}

// granted lists sid and actions of what the function may do.
func granted(t *testing.T, e *webhook.Endpoint) []string {
	var all []string
	for _, s := range cdktest.Statements(t, cdktest.PropertiesOf(t, e.Policy)) {
		words := []string{s["Sid"].(string)}
		for _, action := range s["Action"].([]any) {
			words = append(words, action.(string))
		}
		all = append(all, strings.Join(words, " "))
	}
	return all
}

func environment(t *testing.T, e *webhook.Endpoint) map[string]any {
	return cdktest.PropertiesOf(t, e.Function)["Environment"].(map[string]any)["Variables"].(map[string]any)
}

func TestTheFunctionMayDoWhatItsPartnersNeedAndNoMore(t *testing.T) {
	stack := testkit.NewStack(t)
	key := awskms.NewKey(stack, jsii.String("Key"), nil)
	queue := awssqs.NewQueue(stack, jsii.String("Queue"), &awssqs.QueueProps{EncryptionMasterKey: key})
	secret := awssecretsmanager.NewSecret(stack, jsii.String("Secret"), &awssecretsmanager.SecretProps{EncryptionKey: key})
	ask := awslambda.NewFunction(stack, jsii.String("Ask"), &awslambda.FunctionProps{
		Runtime: awslambda.Runtime_PYTHON_3_13(), Handler: jsii.String("index.handler"), Code: awslambda.Code_FromInline(jsii.String("pass")),
	})
	bus := awsevents.NewEventBus(stack, jsii.String("Bus"), nil)
	e := webhook.NewEndpoint(stack, jsii.String("Webhooks"), &webhook.EndpointProps{EventBus: bus})
	verbit := webhook.Verbit(secret)
	verbit.Queue, verbit.Confirm = queue, ask
	e.AddPartner("/verbit", verbit)
	e.AddPartner("/mux", webhook.Mux(nil))
	e.AddPartner("/mux-staging", webhook.Mux(secret))
	e.AddPartner("/named", webhook.Mux(awssecretsmanager.Secret_FromSecretNameV2(stack, jsii.String("Named"), jsii.String("partners/mux"))))

	assert.Equal(t, []string{
		"ReadConfiguration secretsmanager:GetSecretValue", "ReadSecrets secretsmanager:GetSecretValue", "Decrypt kms:Decrypt", "SendMessages sqs:SendMessage",
		"Encrypt kms:Decrypt kms:GenerateDataKey", "Confirm lambda:InvokeFunction", "RememberEvents dynamodb:DeleteItem dynamodb:PutItem",
		"StoreData s3:PutObject", "PutEvents events:PutEvents",
	}, granted(t, e))
	resources := map[string]any{}
	for _, s := range cdktest.Statements(t, cdktest.PropertiesOf(t, e.Policy)) {
		resources[s["Sid"].(string)] = s["Resource"]
	}
	arn := func(of *string) any { return cdktest.Resolved(t, stack, of) }
	one := func(of *string) any { return []any{arn(of)} }
	assert.Equal(t, map[string]any{
		"ReadConfiguration": one(e.Configuration.Ref()),
		"ReadSecrets": []any{
			arn(secret.SecretArn()),
			arn(e.Node().FindChild(jsii.String("Partners")).Node().FindChild(jsii.String("mux")).(*webhook.Partner).Secret.SecretArn()),
			arn(jsii.String("arn:" + *stack.Partition() + ":secretsmanager:" + *stack.Region() + ":" + *stack.Account() + ":secret:partners/mux-??????")),
		},
		"Decrypt": one(key.KeyArn()), "Encrypt": one(key.KeyArn()), "SendMessages": one(queue.QueueArn()),
		"Confirm": one(ask.FunctionArn()), "RememberEvents": one(e.Table.TableArn()),
		"StoreData": one(e.Bucket.ArnForObjects(jsii.String("*"))), "PutEvents": one(bus.EventBusArn()),
	}, resources)
}

func TestAFIFOQueue(t *testing.T) {
	stack := testkit.NewStack(t)
	queue := awssqs.NewQueue(stack, jsii.String("Queue"), &awssqs.QueueProps{Fifo: jsii.Bool(true)})
	e := webhook.NewEndpoint(stack, jsii.String("Webhooks"), &webhook.EndpointProps{Queue: queue})
	e.AddPartner("/mux", webhook.Mux(nil))
	config := configurationOf(t, stack)["/mux"].(map[string]any)
	assert.Equal(t, true, config["fifo"])
	assert.Equal(t, tokenOf(t, stack, queue.QueueUrl()), config["queue"])
	assert.Nil(t, config["bus"])
}

func TestSourceIPRangesArePolicy(t *testing.T) {
	stack := testkit.NewStack(t)
	e := newEndpoint(stack, func(p *webhook.EndpointProps) { p.SourceIPRanges = jsii.Strings("203.0.113.0/24", "2001:db8::/32") })
	e.AddPartner("/mux", webhook.Mux(nil))
	assert.Equal(t, map[string]any{"Version": "2012-10-17", "Statement": []any{map[string]any{
		"Sid": "SourceIPRanges", "Effect": "Allow", "Principal": map[string]any{"AWS": "*"}, "Action": "execute-api:Invoke", "Resource": "execute-api:/*",
		"Condition": map[string]any{"IpAddress": map[string]any{"aws:SourceIp": []any{"203.0.113.0/24", "2001:db8::/32"}}},
	}}}, cdktest.PropertiesOf(t, e.API)["Policy"])
}

func TestAWebACLOfYourOwn(t *testing.T) {
	stack := testkit.NewStack(t)
	const acl = "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/ours/a1b2"
	e := newEndpoint(stack, func(p *webhook.EndpointProps) { p.WebACLArn = jsii.String(acl) })
	e.AddPartner("/mux", webhook.Mux(nil))
	assert.Nil(t, e.WebACL)
	assert.Equal(t, map[string]any{"WebACLArn": acl, "ResourceArn": cdktest.Resolved(t, stack, e.API.DeploymentStage().StageArn())},
		cdktest.PropertiesOf(t, e.WebACLAssociation))
}

func TestAddressesAreLimitedByAWebACL(t *testing.T) {
	stack := testkit.NewStack(t)
	e := newEndpoint(stack, func(p *webhook.EndpointProps) { p.RequestsPerAddress = jsii.Number(5000) })
	e.AddPartner("/mux", webhook.Mux(nil))
	assert.Equal(t, cdktest.Resolved(t, stack, e.WebACL.AttrArn()), cdktest.PropertiesOf(t, e.WebACLAssociation)["WebACLArn"])
	acl := cdktest.One(t, stack, "AWS::WAFv2::WebACL")
	acl.Has(t, "Scope", `"REGIONAL"`)
	acl.Has(t, "DefaultAction", `{"Allow":{}}`)
	acl.Has(t, "Rules", `[{"Name":"RequestsPerAddress","Priority":0,"Action":{"Block":{}},
		"Statement":{"RateBasedStatement":{"AggregateKeyType":"IP","Limit":5000,"EvaluationWindowSec":300}},
		"VisibilityConfig":{"CloudWatchMetricsEnabled":true,"MetricName":"RequestsPerAddress","SampledRequestsEnabled":false}}]`)
}

func TestCodeBuiltElsewhere(t *testing.T) {
	stack := testkit.NewStack(t)
	bucket := awss3.Bucket_FromBucketName(stack, jsii.String("Releases"), jsii.String("releases"))
	e := newEndpoint(stack, func(p *webhook.EndpointProps) {
		p.Code = awslambda.Code_FromBucketV2(bucket, jsii.String("webhook.zip"), nil)
	})
	e.AddPartner("/mux", webhook.Mux(nil))
	assert.Equal(t, map[string]any{"S3Bucket": "releases", "S3Key": "webhook.zip"}, cdktest.PropertiesOf(t, e.Function)["Code"])
}

func TestEveryProblemIsReportedAndNothingDefined(t *testing.T) {
	stack := testkit.NewStack(t)
	bus := awsevents.NewEventBus(stack, jsii.String("Bus"), nil)
	err := cdktest.Problem(t, stack, func(scope constructs.Construct, id *string) {
		webhook.NewEndpoint(scope, id, &webhook.EndpointProps{
			EventBus: bus, Queue: awssqs.Queue_FromQueueArn(stack, jsii.String("Queue"), jsii.String("arn:aws:sqs:eu-west-1:111122223333:events")),
			MaxBodySize: jsii.Number(5 << 20), InlineLimit: jsii.Number(1), ExistingBucket: awss3.Bucket_FromBucketName(stack, jsii.String("Ours"), jsii.String("ours")),
			BucketProps: &awss3.BucketProps{}, ThrottlingRateLimit: jsii.Number(0), ThrottlingBurstLimit: jsii.Number(1.5),
			SourceIPRanges: jsii.Strings("203.0.113.7", "203.0.113.7/24", "all"),
			WebACLArn:      jsii.String("arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/ours/a1b2"), RequestsPerAddress: jsii.Number(9),
			TableProps: &awsdynamodb.TableProps{TimeToLiveAttribute: jsii.String("ttl"), SortKey: &awsdynamodb.Attribute{Name: jsii.String("sk"), Type: awsdynamodb.AttributeType_STRING}},
			FunctionProps: &awslambda.FunctionProps{
				Code: awslambda.Code_FromInline(jsii.String("pass")), Timeout: awscdk.Duration_Minutes(jsii.Number(1)),
				Role: awsiam.Role_FromRoleArn(stack, jsii.String("Role"), jsii.String("arn:aws:iam::111122223333:role/ours"), nil),
			},
			RestAPIProps: &awsapigateway.RestApiProps{
				BinaryMediaTypes: jsii.Strings("image/png"), Policy: awsiam.NewPolicyDocument(nil),
				DeployOptions: &awsapigateway.StageOptions{DataTraceEnabled: jsii.Bool(true), ThrottlingRateLimit: jsii.Number(1),
					AccessLogFormat: awsapigateway.AccessLogFormat_Clf()},
			},
		})
	})
	assert.EqualError(t, err, `webhook.Endpoint "Stack/Bad": invalid properties:
- EventBus and Queue exclude each other: set one of them
- MaxBodySize must be between 1 and 4194304, got 5242880
- InlineLimit must be between 1024 and 921600, got 1
- ExistingBucket and BucketProps exclude each other: set one of them
- ThrottlingRateLimit must be between 1 and 1000000, got 0
- ThrottlingBurstLimit must be a whole number, got 1.5
- SourceIPRanges must hold IP ranges such as "203.0.113.0/24" or "198.51.100.7/32", got "203.0.113.7"
- SourceIPRanges must hold IP ranges such as "203.0.113.0/24" or "198.51.100.7/32", got "203.0.113.7/24"
- SourceIPRanges must hold IP ranges such as "203.0.113.0/24" or "198.51.100.7/32", got "all"
- WebACLArn and RequestsPerAddress exclude each other: set one of them
- RequestsPerAddress must be between 10 and 2000000000, got 9
- FunctionProps.Code is set by Endpoint; bring your own with Code
- FunctionProps.Role is set by Endpoint; the function's permissions follow its partners
- FunctionProps.Timeout must be between 1 and 29 seconds, got 60
- TableProps.PartitionKey and SortKey is set by Endpoint; leave them out
- TableProps.TimeToLiveAttribute is set by Endpoint; leave it out
- RestAPIProps.BinaryMediaTypes is set by Endpoint; signatures are over the bytes as they came
- RestAPIProps.Policy is set by Endpoint; SourceIPRanges is the policy; set one of them
- RestAPIProps.DeployOptions.AccessLogDestination and AccessLogFormat is set by Endpoint; use AccessLogProps
- RestAPIProps.DeployOptions.DataTraceEnabled is set by Endpoint; it would log bodies and secrets
- RestAPIProps.DeployOptions.ThrottlingRateLimit and ThrottlingBurstLimit is set by Endpoint; use the properties of that name of EndpointProps`)
}

func TestADestinationIsRequired(t *testing.T) {
	for _, p := range []*webhook.EndpointProps{nil, {}} {
		err := cdktest.Problem(t, testkit.NewStack(t), func(scope constructs.Construct, id *string) { webhook.NewEndpoint(scope, id, p) })
		assert.EqualError(t, err, "webhook.Endpoint \"Stack/Bad\": invalid properties:\n- one of EventBus, Queue is required")
	}
}

func TestTokensPass(t *testing.T) {
	stack := testkit.NewStack(t)
	number := func(name string) *float64 {
		return awscdk.NewCfnParameter(stack, jsii.String(name), &awscdk.CfnParameterProps{Type: jsii.String("Number")}).ValueAsNumber()
	}
	acl := awscdk.NewCfnParameter(stack, jsii.String("Acl"), nil).ValueAsString()
	bus := awsevents.EventBus_FromEventBusArn(stack, jsii.String("Bus"), awscdk.NewCfnParameter(stack, jsii.String("BusArn"), nil).ValueAsString())
	e := webhook.NewEndpoint(stack, jsii.String("Webhooks"), &webhook.EndpointProps{
		EventBus: bus, ThrottlingRateLimit: number("Rate"), WebACLArn: acl,
	})
	e.AddPartner("/mux", webhook.Mux(nil))
	cdktest.One(t, stack, "AWS::WAFv2::WebACLAssociation").Has(t, "WebACLArn", `{"Ref":"Acl"}`)
}

func TestConsumersReadTheBucket(t *testing.T) {
	stack := testkit.NewStack(t)
	role := awsiam.NewRole(stack, jsii.String("Consumer"), &awsiam.RoleProps{AssumedBy: awsiam.NewServicePrincipal(jsii.String("lambda.amazonaws.com"), nil)})
	e := newEndpoint(stack, nil)
	assert.False(t, *e.GrantReadBucket(role).Success(), "there is no bucket yet")
	e.AddPartner("/mux", webhook.Mux(nil))
	assert.True(t, *e.GrantReadBucket(role).Success())
	policy := cdktest.PropertiesOf(t, role.Node().FindChild(jsii.String("DefaultPolicy")))
	statements := cdktest.Statements(t, policy)
	require.Len(t, statements, 1)
	assert.Equal(t, "s3:GetObject", statements[0]["Action"])
	assert.Equal(t, cdktest.Resolved(t, stack, e.Bucket.ArnForObjects(jsii.String("*"))), statements[0]["Resource"])
}

func TestMetrics(t *testing.T) {
	stack := testkit.NewStack(t)
	e := newEndpoint(stack, nil)
	p := e.AddPartner("/mux", webhook.Mux(nil))
	function := e.Function.FunctionName()
	for name, metric := range map[string]awscloudwatch.Metric{
		"Received": e.MetricReceived(nil), "Rejected": e.MetricRejected(nil), "Published": e.MetricPublished(nil),
		"Duplicates": e.MetricDuplicates(nil), "Failed": e.MetricFailed(nil), "Duration": e.MetricDuration(nil),
	} {
		assert.Equal(t, "MediaSupplyChain "+name, *metric.Namespace()+" "+*metric.MetricName())
		assert.Equal(t, map[string]any{"FunctionName": *function}, *metric.Dimensions())
		assert.Equal(t, name == "Duration", *metric.Statistic() == "Average")
	}
	for name, metric := range map[string]awscloudwatch.Metric{
		"Received": p.MetricReceived(nil), "Rejected": p.MetricRejected(nil), "Published": p.MetricPublished(nil), "Failed": p.MetricFailed(nil),
	} {
		assert.Equal(t, "MediaSupplyChain "+name, *metric.Namespace()+" "+*metric.MetricName())
		assert.Equal(t, map[string]any{"FunctionName": *function, "Partner": "/mux"}, *metric.Dimensions())
		assert.Equal(t, "Sum", *metric.Statistic())
	}
	minute := e.MetricRejected(&awscloudwatch.MetricOptions{Period: awscdk.Duration_Minutes(jsii.Number(1)), Statistic: jsii.String("Maximum")})
	assert.Equal(t, "PT1M", *minute.Period().ToIsoString())
	assert.Equal(t, "Maximum", *minute.Statistic())
}

func TestAlarms(t *testing.T) {
	stack := testkit.NewStack(t)
	e := newEndpoint(stack, nil)
	e.AddPartner("/mux", webhook.Mux(nil))
	alarms := e.AddAlarms(alarmAction(stack), &webhook.AlarmsProps{Rejected: jsii.Number(7)})
	for name, c := range map[string]struct {
		properties map[string]any
		namespace  string
		metric     string
		threshold  int
	}{
		"rejected":      {cdktest.PropertiesOf(t, alarms.Rejected), "MediaSupplyChain", "Rejected", 7},
		"failed":        {cdktest.PropertiesOf(t, alarms.Failed), "MediaSupplyChain", "Failed", 1},
		"errors":        {cdktest.PropertiesOf(t, alarms.Errors), "AWS/Lambda", "Errors", 1},
		"server errors": {cdktest.PropertiesOf(t, alarms.ServerErrors), "AWS/ApiGateway", "5XXError", 1},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, c.namespace, c.properties["Namespace"])
			assert.Equal(t, c.metric, c.properties["MetricName"])
			assert.Equal(t, c.threshold, c.properties["Threshold"])
			assert.Equal(t, "Sum", c.properties["Statistic"])
			assert.Equal(t, 300, c.properties["Period"])
			assert.Equal(t, "GreaterThanOrEqualToThreshold", c.properties["ComparisonOperator"])
			assert.Equal(t, "notBreaching", c.properties["TreatMissingData"])
			assert.Len(t, c.properties["AlarmActions"], 1)
		})
	}
}

func TestAlarmsThatTellNobodyAreRefused(t *testing.T) {
	stack := testkit.NewStack(t)
	e := newEndpoint(stack, nil)
	err := cdktest.Problem(t, e, func(constructs.Construct, *string) { e.AddAlarms(nil, &webhook.AlarmsProps{Rejected: jsii.Number(0)}) })
	assert.EqualError(t, err, `webhook.Endpoint.AddAlarms "Stack/Webhooks/Alarms": invalid properties:
- action is required
- Rejected must be between 1 and 1000000000, got 0`)
}

func TestTwoInTheSameStackAndTheIDs(t *testing.T) {
	stack := testkit.NewStack(t)
	bus := awsevents.NewEventBus(stack, jsii.String("Bus"), nil)
	for _, id := range []string{"First", "Second"} {
		e := webhook.NewEndpoint(stack, jsii.String(id), &webhook.EndpointProps{EventBus: bus, RequestsPerAddress: jsii.Number(1000)})
		e.AddPartner("/frameio", webhook.FrameIO(nil))
		e.AddPartner("/captions/verbit", webhook.Verbit(nil))
		e.AddAlarms(alarmAction(stack), nil)
	}
	testkit.LogicalIDs(t, stack)
}

func TestIsAConstruct(t *testing.T) {
	stack := testkit.NewStack(t)
	e := newEndpoint(stack, nil)
	p := e.AddPartner("/mux", webhook.Mux(nil))
	cdktest.IsAConstruct(t, p)
	stack = testkit.NewStack(t)
	e = newEndpoint(stack, nil)
	e.AddPartner("/mux", webhook.Mux(nil))
	cdktest.IsAConstruct(t, e)
}

func TestTheTemplateDoesNotDependOnFeatureFlags(t *testing.T) {
	testkit.SameWithFlags(t, func(stack awscdk.Stack) {
		// A key of this stack would get a policy by the CDK's Secret, which flags change.
		key := awskms.Key_FromKeyArn(stack, jsii.String("Key"), jsii.String("arn:aws:kms:eu-west-1:111122223333:key/a1b2"))
		e := newEndpoint(stack, func(p *webhook.EndpointProps) {
			p.SourceIPRanges, p.RequestsPerAddress = jsii.Strings("203.0.113.0/24"), jsii.Number(1000)
		})
		github := webhook.GitHub(awssecretsmanager.NewSecret(stack, jsii.String("Secret"), &awssecretsmanager.SecretProps{EncryptionKey: key}))
		github.Queue = awssqs.NewQueue(stack, jsii.String("Queue"), &awssqs.QueueProps{EncryptionMasterKey: key})
		e.AddPartner("/github", github)
		e.AddPartner("/captions/verbit", webhook.Verbit(nil))
		e.AddAlarms(alarmAction(stack), nil)
	})
}
