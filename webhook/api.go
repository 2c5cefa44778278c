package webhook

import (
	"fmt"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/internal/props"
)

// defineAPI defines the API and its stage, without partners.
func (e *Endpoint) defineAPI() {
	logs := accessLogDefaults()
	e.AccessLogs = awslogs.NewLogGroup(e, jsii.String("AccessLogs"), props.Merge(logs, e.props.AccessLogProps))
	e.API = awsapigateway.NewRestApi(e, jsii.String("Api"), props.Merge(apiDefaults(), e.props.RestAPIProps,
		&awsapigateway.RestApiProps{
			// Every body comes as the bytes that were sent.
			BinaryMediaTypes: jsii.Strings("*/*"),
			DeployOptions:    e.stage(),
			Policy:           e.resourcePolicy(),
		}))
	e.URL, e.root = e.API.Url(), e.API.Root()
	e.answerForTheAPI()
	e.integration = awsapigateway.NewIntegration(&awsapigateway.IntegrationProps{
		Type:                  awsapigateway.IntegrationType_AWS_PROXY,
		IntegrationHttpMethod: jsii.String("POST"), // how Lambda is invoked, whatever the request's
		Uri: awscdk.Fn_Sub(jsii.String("arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Function}/invocations"),
			&map[string]*string{"Function": e.Function.FunctionArn()}),
	})
	// One permission for the API: the CDK's own integration adds two for each
	// method, and a function's policy has 20 KB.
	e.Function.AddPermission(jsii.String("Api"), &awslambda.Permission{
		Principal: awsiam.NewServicePrincipal(jsii.String("apigateway.amazonaws.com"), nil),
		SourceArn: e.API.ArnForExecuteApi(jsii.String("*"), jsii.String("/*"), jsii.String("*")),
	})
}

func (e *Endpoint) stage() *awsapigateway.StageOptions {
	var given *awsapigateway.StageOptions
	if e.props.RestAPIProps != nil {
		given = e.props.RestAPIProps.DeployOptions
	}
	if given != nil && given.MethodOptions != nil {
		e.overrides = len(*given.MethodOptions)
	}
	return props.Merge(stageDefaults(), given, &awsapigateway.StageOptions{
		AccessLogDestination: awsapigateway.NewLogGroupLogDestination(e.AccessLogs),
		AccessLogFormat:      awsapigateway.AccessLogFormat_Custom(jsii.String(accessLogFormat)),
		DataTraceEnabled:     jsii.Bool(false),
		ThrottlingRateLimit:  e.props.ThrottlingRateLimit,
		ThrottlingBurstLimit: e.props.ThrottlingBurstLimit,
		TracingEnabled:       e.props.Tracing,
	})
}

// accessLogFormat is one line of JSON. The resource stands for the path, which
// may end with a secret; headers and bodies are not there at all.
var accessLogFormat = func() string {
	fields := []string{
		"requestId", "$context.requestId",
		"extendedRequestId", "$context.extendedRequestId",
		"functionRequestId", "$context.integration.requestId",
		"time", "$context.requestTime",
		"sourceIp", "$context.identity.sourceIp",
		"method", "$context.httpMethod",
		"resource", "$context.resourcePath",
		"protocol", "$context.protocol",
		"status", "$context.status",
		"responseLength", "$context.responseLength",
		"responseLatency", "$context.responseLatency",
		"wafStatus", "$context.waf.status",
		"error", "$context.error.responseType",
	}
	var members []string
	for i := 0; i < len(fields); i += 2 {
		members = append(members, fmt.Sprintf("%q:%q", fields[i], fields[i+1]))
	}
	return "{" + strings.Join(members, ",") + "}"
}()

// answerForTheAPI gives the answers to what never reaches the function.
func (e *Endpoint) answerForTheAPI() {
	// API Gateway calls a path it does not know a missing token, and says 403.
	e.API.AddGatewayResponse(jsii.String("UnknownPath"), &awsapigateway.GatewayResponseOptions{
		Type:       awsapigateway.ResponseType_MISSING_AUTHENTICATION_TOKEN(),
		StatusCode: jsii.String("404"),
		Templates:  &map[string]*string{"application/json": jsii.String(`{"message":"Not found"}`)},
	})
	// 429 is a 4xx, after which some partners never try again.
	e.API.AddGatewayResponse(jsii.String("Throttled"), &awsapigateway.GatewayResponseOptions{
		Type:            awsapigateway.ResponseType_THROTTLED(),
		StatusCode:      jsii.String("503"),
		ResponseHeaders: &map[string]*string{"Retry-After": jsii.String("'30'")},
		Templates:       &map[string]*string{"application/json": jsii.String(`{"message":"Try again later"}`)},
	})
}

// addMethod routes a partner's path to the function, with every method: it is
// the function that knows which ones the partner may use.
func (e *Endpoint) addMethod(path string, secretInPath bool) awsapigateway.Resource {
	resource := e.root.ResourceForPath(jsii.String(path))
	if secretInPath {
		resource = resource.AddResource(jsii.String("{secret}"), nil)
	}
	resource.AddMethod(jsii.String("ANY"), e.integration, &awsapigateway.MethodOptions{
		AuthorizationType: awsapigateway.AuthorizationType_NONE, // the signature is the authorization
	})
	return resource
}

// throttle limits a partner's own methods. The stage's limit holds for the
// others, which are refused anyway. API Gateway takes settings for real methods
// only, not for "ANY".
func (e *Endpoint) throttle(resource awsapigateway.Resource, methods []string, rate, burst *float64) {
	if rate == nil && burst == nil {
		return
	}
	var stage awscdk.CfnResource
	jsii.UnsafeCast(e.API.DeploymentStage().Node().DefaultChild(), &stage)
	for _, method := range methods {
		e.overrides++ // the first setting is the stage's own
		setting := map[string]any{
			"ResourcePath": "/" + strings.ReplaceAll(*resource.Path(), "/", "~1"), "HttpMethod": method,
			"LoggingLevel": "OFF", "DataTraceEnabled": false,
		}
		if rate != nil {
			setting["ThrottlingRateLimit"] = *rate
		}
		if burst != nil {
			setting["ThrottlingBurstLimit"] = *burst
		}
		stage.AddPropertyOverride(jsii.String(fmt.Sprintf("MethodSettings.%d", e.overrides)), setting)
	}
}
