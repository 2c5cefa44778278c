// Package example is what the stacks of the examples have in common.
package example

import (
	"fmt"
	"strconv"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// Architecture of the examples' functions: arm64, unless the context value
// "architecture" says x86_64, as a local cloud on such a machine needs it:
//
//	cdk deploy --context architecture=x86_64
func Architecture(scope constructs.Construct) awslambda.Architecture {
	if scope.Node().TryGetContext(jsii.String("architecture")) == "x86_64" {
		return awslambda.Architecture_X86_64()
	}
	return awslambda.Architecture_ARM_64()
}

// PartnerAccount is the id of the AWS account that the partner uses: the context
// value "partnerAccount" of the example's cdk.json.
func PartnerAccount(scope constructs.Construct) *string {
	account, ok := scope.Node().TryGetContext(jsii.String("partnerAccount")).(string)
	if !ok {
		panic(`the context value "partnerAccount" must be the id of the partner's AWS account, for example: cdk deploy --context partnerAccount=111122223333`)
	}
	return jsii.String(account)
}

// Output defines an output of the stack that scope is in, by exactly this name.
func Output(scope constructs.Construct, name, description string, value *string) {
	awscdk.NewCfnOutput(awscdk.Stack_Of(scope), jsii.String(name), &awscdk.CfnOutputProps{
		Value: value, Description: jsii.String(description),
	})
}

// Number is the number in a context value, which the CDK CLI gives as text.
func Number(name string, value any) float64 {
	number, err := strconv.ParseFloat(fmt.Sprint(value), 64)
	if err != nil {
		panic(fmt.Sprintf("the context value %q must be a number, got %v", name, value))
	}
	return number
}
