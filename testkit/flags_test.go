package testkit

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"
	"github.com/stretchr/testify/assert"
)

const disableCloudWatchRole = "@aws-cdk/aws-apigateway:disableCloudWatchRole"

// api is a stack whose template depends on the flag disableCloudWatchRole.
func api(stack awscdk.Stack) {
	awsapigateway.NewRestApi(stack, jsii.String("Api"), nil).Root().AddMethod(jsii.String("GET"), nil, nil)
}

func TestATemplateThatDependsOnNoFlag(t *testing.T) {
	SameWithFlags(t, func(stack awscdk.Stack) { awssqs.NewQueue(stack, jsii.String("Queue"), nil) })
}

func TestATemplateThatDependsOnAFlag(t *testing.T) {
	message := failure(t, "TestApi", func(tb testing.TB) { SameWithFlags(tb, api) })

	assert.Contains(t, message, `testkit: the template depends on feature flags:
  @aws-cdk/aws-apigateway:disableCloudWatchRole

--- without feature flags
+++ with the recommended feature flags
`)
	assert.Contains(t, message, `-      "Type": "AWS::ApiGateway::Account",`)
}

func TestAFlagThatIsForced(t *testing.T) {
	SameWithFlags(t, api, disableCloudWatchRole)
}

func TestAnExceptionThatIsNotNeeded(t *testing.T) {
	queue := func(stack awscdk.Stack) { awssqs.NewQueue(stack, jsii.String("Queue"), nil) }

	assert.Equal(t, "testkit: @aws-cdk/aws-apigateway:disableCloudWatchRole makes no difference to this template; "+
		"leave it out of the exceptions\ntestkit: @aws-cdk/core:noSuch is no recommended feature flag",
		failure(t, "TestQueue", func(tb testing.TB) {
			SameWithFlags(tb, queue, disableCloudWatchRole, "@aws-cdk/core:noSuch")
		}))
}
