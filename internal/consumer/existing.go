package consumer

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/internal/function"
	"github.com/mediasupplychain/cdk/internal/props"
)

// owned gives the function of this app that f is, or that f is an alias or a
// version of. It is nil for an imported one, of which little is known.
func owned(f awslambda.IFunction) awslambda.Function {
	switch f := f.(type) {
	case awslambda.Function:
		return f
	case awslambda.Alias:
		return owned(f.Lambda())
	case awslambda.Version:
		return owned(f.Lambda())
	}
	return nil
}

// timeout of the function, nil where it is unknown.
func (p *Props) timeout() awscdk.Duration {
	if p.Function == nil {
		return props.Merge(function.Defaults(), p.FunctionProps).Timeout
	}
	f := owned(p.Function)
	if f == nil {
		return nil
	}
	if t := f.Timeout(); t != nil {
		return t
	}
	return awscdk.Duration_Seconds(jsii.Number(defaultTimeout))
}

// reservedConcurrency of the function, nil where there is none or it is unknown.
func (p *Props) reservedConcurrency() *float64 {
	if p.FunctionProps != nil {
		return known(p.FunctionProps.ReservedConcurrentExecutions)
	}
	f := owned(p.Function)
	if f == nil {
		return nil
	}
	var cfn awslambda.CfnFunction
	jsii.UnsafeCast(f.Node().DefaultChild(), &cfn)
	return known(cfn.ReservedConcurrentExecutions())
}

func known(n *float64) *float64 {
	if n == nil || *awscdk.Token_IsUnresolved(n) {
		return nil
	}
	return n
}
