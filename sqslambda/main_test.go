package sqslambda_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/sqslambda"
	"github.com/mediasupplychain/cdk/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// goPackage is the least that a consumer needs. The tests' apps do not compile it.
func goPackage() *string { return jsii.String("./testdata/consumer") }

// ownFunction is a function as a user defines it, with CDK's own construct.
func ownFunction(scope constructs.Construct, id string, timeout float64) awslambda.Function {
	return awslambda.NewFunction(scope, jsii.String(id), &awslambda.FunctionProps{
		Runtime: awslambda.Runtime_PYTHON_3_13(),
		Handler: jsii.String("index.handler"),
		Code:    awslambda.Code_FromInline(jsii.String("def handler(event, context): pass")),
		Timeout: awscdk.Duration_Seconds(jsii.Number(timeout)),
	})
}

func newConsumer(stack awscdk.Stack, p *sqslambda.ConsumerProps) *sqslambda.Consumer {
	return sqslambda.NewConsumer(stack, jsii.String("Renditions"), p)
}
