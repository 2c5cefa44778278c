// Package function defines the Lambda functions of all constructs: a Go
// executable, a log group with retention, and code from one of three places.
package function

import (
	"errors"
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/internal/golambda"
	"github.com/mediasupplychain/cdk/internal/props"
)

// Function is a new Lambda function and where it logs to.
type Function struct {
	Function awslambda.Function

	// LogGroup is nil where the user's properties name a log group or set
	// LogRetention.
	LogGroup awslogs.LogGroup
}

// New defines a function as child id of scope, and its log group as child
// id + "Logs". The layers override [Defaults] in turn.
func New(scope constructs.Construct, id string, layers ...*awslambda.FunctionProps) Function {
	var f Function
	p := props.Merge(Defaults(), layers...)
	if p.LogGroup == nil && p.LogRetention == "" { //nolint:staticcheck // deprecated, and still what a user may have set
		defaults := logGroupDefaults()
		f.LogGroup = awslogs.NewLogGroup(scope, jsii.String(id+"Logs"), &defaults)
		p.LogGroup = f.LogGroup
	}
	f.Function = awslambda.NewFunction(scope, jsii.String(id), p)
	return f
}

// Environment lays variables over the ones of user, which win. It gives nil
// when there are none at all, and leaves user as it was.
func Environment(user *map[string]*string, variables map[string]*string) *map[string]*string {
	all := map[string]*string{}
	for name, value := range variables {
		if value != nil {
			all[name] = value
		}
	}
	if user != nil {
		for name, value := range *user {
			all[name] = value
		}
	}
	if len(all) == 0 {
		return nil
	}
	return &all
}

// GoCode compiles a main package of the user's. The error names the property
// that asked for it.
func GoCode(scope constructs.Construct, property, pkg string, user *awslambda.FunctionProps) (awslambda.Code, error) {
	arch, err := goArch(user)
	if err != nil {
		return nil, err
	}
	code, err := golambda.Code(scope, golambda.Spec{Package: pkg, Arch: arch})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", property, err)
	}
	return code, nil
}

// HandlerCode compiles the main package internal/lambda/name of this library.
func HandlerCode(scope constructs.Construct, name string, user *awslambda.FunctionProps) (awslambda.Code, error) {
	arch, err := goArch(user)
	if err != nil {
		return nil, err
	}
	return golambda.HandlerCode(scope, "internal/lambda/"+name, arch)
}

func goArch(user *awslambda.FunctionProps) (string, error) {
	if user == nil || user.Architecture == nil {
		return "arm64", nil
	}
	switch name := *user.Architecture.Name(); name {
	case "arm64":
		return "arm64", nil
	case "x86_64":
		return "amd64", nil
	default:
		return "", errors.New("FunctionProps.Architecture must be ARM_64 or X86_64, got " + name)
	}
}
