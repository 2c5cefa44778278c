package eventbridgesaas

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
)

// removalPolicy keeps the bus: deleting it also ends the partner's event source
// after two weeks, which no deployment brings back.
const removalPolicy = awscdk.RemovalPolicy_RETAIN

func alarmsDefaults() AlarmsProps {
	return AlarmsProps{
		// A partner that is quiet at night should not wake anybody.
		Silence: awscdk.Duration_Hours(jsii.Number(24)),
	}
}
