package sqslambda

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
)

func alarmsDefaults() AlarmsProps {
	return AlarmsProps{
		// Long enough for the retries of one message, which are normal; a queue whose
		// oldest message waits longer is not being read, or not fast enough.
		OldestMessage: awscdk.Duration_Minutes(jsii.Number(15)),
	}
}
