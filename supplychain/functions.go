package supplychain

import (
	"errors"
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/internal/function"
)

// codes of the supply chain's own functions.
type codes struct{ intake, outbox, watch awslambda.Code }

// compile builds them, so that a compiler's error is one of the problems.
func (p *SupplyChainProps) compile(scope constructs.Construct) (codes, error) {
	var c codes
	var all []error
	for name, code := range map[string]*awslambda.Code{"intake": &c.intake, "outbox": &c.outbox, "watch": &c.watch} {
		built, err := function.HandlerCode(scope, name, p.FunctionProps)
		if err != nil {
			all = append(all, fmt.Errorf("function %s: %w", name, err))
		}
		*code = built
	}
	return c, errors.Join(all...)
}

// function defines a function of the supply chain, and what it may do, as
// children id, id + "Logs" and id + "Policy".
func (c *SupplyChain) function(id, what string, code awslambda.Code, variables map[string]*string, statements []awsiam.PolicyStatement) (function.Function, awsiam.Policy) {
	tracing := &awslambda.FunctionProps{Description: jsii.String(what)}
	if c.props.Tracing != nil && *c.props.Tracing {
		tracing.Tracing = awslambda.Tracing_ACTIVE
	}
	required := &awslambda.FunctionProps{Code: code, Environment: function.Environment(c.userEnvironment(), variables)}
	made := function.New(c, id, tracing, c.props.FunctionProps, required)
	policy := awsiam.NewPolicy(c, jsii.String(id+"Policy"), &awsiam.PolicyProps{
		Roles: &[]awsiam.IRole{made.Function.Role()}, Statements: &statements,
	})
	return made, policy
}

func (c *SupplyChain) userEnvironment() *map[string]*string {
	if c.props.FunctionProps == nil {
		return nil
	}
	return c.props.FunctionProps.Environment
}

// executionsOf is the ARN of all executions of the pipeline.
func (c *SupplyChain) executionsOf() *string {
	return awscdk.Stack_Of(c).FormatArn(&awscdk.ArnComponents{
		Service: jsii.String("states"), Resource: jsii.String("execution"),
		ResourceName: jsii.String(*c.Pipeline.StateMachineName() + ":*"), ArnFormat: awscdk.ArnFormat_COLON_RESOURCE_NAME,
	})
}
