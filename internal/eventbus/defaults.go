package eventbus

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
)

// archiveRetention is long enough to find out what was done wrong with last
// month's deliveries and replay them, and short enough not to keep partners'
// data for no reason, as the service does by default: for ever.
func archiveRetention() awscdk.Duration { return awscdk.Duration_Days(jsii.Number(30)) }
