package consumer

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/internal/function"
	"github.com/mediasupplychain/cdk/internal/queue"
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

// timeout of the function in seconds, nil where its value is not known. Of an
// imported function, nothing is.
func (p *Props) timeout() (seconds *float64, imported bool) {
	if p.Function == nil {
		if p.FunctionProps == nil {
			return jsii.Number(function.Timeout), false
		}
		return secondsOr(p.FunctionProps.Timeout, function.Timeout), false
	}
	f := owned(p.Function)
	if f == nil {
		return nil, true
	}
	return secondsOr(f.Timeout(), defaultTimeout), false
}

// secondsOr gives the seconds of a duration, nil for a token, or those of none.
func secondsOr(d awscdk.Duration, none float64) *float64 {
	switch {
	case d == nil:
		return jsii.Number(none)
	case *d.IsUnresolved():
		return nil
	}
	return jsii.Number(queue.Seconds(d))
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
