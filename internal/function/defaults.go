package function

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/jsii-runtime-go"
)

// Timeout of a function, in seconds, that says nothing about it. A partner's
// event is handled in milliseconds; this leaves room for slow calls.
const Timeout = 30

// Defaults are the properties of a function that runs a Go executable.
func Defaults() awslambda.FunctionProps {
	return awslambda.FunctionProps{
		Runtime: awslambda.Runtime_PROVIDED_AL2023(),
		Handler: jsii.String("bootstrap"), // what the runtime starts, by its documentation
		// Cheaper per millisecond than x86_64, and Go runs on both alike.
		Architecture: awslambda.Architecture_ARM_64(),
		// A Go handler needs 20 MB; the rest buys CPU, which comes in proportion to memory.
		MemorySize: jsii.Number(256),
		Timeout:    awscdk.Duration_Seconds(jsii.Number(Timeout)),
		// The service's own lines as JSON, like the handlers' (log/slog).
		LoggingFormat: awslambda.LoggingFormat_JSON,
	}
}

// logGroupDefaults keep logs for long enough to look into last month's
// delivery, not for ever as CloudWatch does.
func logGroupDefaults() awslogs.LogGroupProps {
	return awslogs.LogGroupProps{Retention: awslogs.RetentionDays_ONE_MONTH}
}
