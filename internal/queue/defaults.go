package queue

import (
	"math"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"
)

// MaxReceiveCount is how often a message is received before it is parked: AWS
// advises at least 5, since throttling of the function counts as a receive
// (Lambda developer guide, "Using Lambda with Amazon SQS").
const MaxReceiveCount = 5

// maxVisibility is the longest visibility timeout of SQS, in seconds.
const maxVisibility = 12 * 60 * 60

// MaxRetention is the longest that SQS keeps a message, in seconds.
const MaxRetention = 14 * 24 * 60 * 60

// Defaults are the properties of every queue of the library.
func Defaults() awssqs.QueueProps {
	return awssqs.QueueProps{
		// Costs nothing, and lets AWS services send; the key alias/aws/sqs does not.
		Encryption: awssqs.QueueEncryption_SQS_MANAGED,
		EnforceSSL: jsii.Bool(true),
	}
}

// DeadLetterDefaults keep messages for as long as SQS can: somebody has to look.
func DeadLetterDefaults() awssqs.QueueProps {
	p := Defaults()
	p.RetentionPeriod = awscdk.Duration_Days(jsii.Number(14))
	return p
}

// Visibility is the timeout, in seconds, for a queue that feeds a function of
// that timeout: six times as long plus the batching window, at most 12 hours
// (Lambda developer guide, "Configuring a queue to use with Lambda").
func Visibility(function float64, window awscdk.Duration) float64 {
	seconds := 6 * function
	if window != nil && !*window.IsUnresolved() {
		seconds += Seconds(window)
	}
	return math.Ceil(min(seconds, maxVisibility))
}

// Seconds of a duration that is no token, with their fraction.
func Seconds(d awscdk.Duration) float64 {
	return *d.ToSeconds(&awscdk.TimeConversionOptions{Integral: jsii.Bool(false)})
}
