package eventrules

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
)

// ruleDefaults try for as long as EventBridge can, because what is in the
// dead-letter queue needs somebody to look at it. They are EventBridge's own
// values, written into the template so that they can be read there.
func ruleDefaults() RuleProps {
	return RuleProps{
		RetryAttempts: jsii.Number(185),
		MaxEventAge:   awscdk.Duration_Hours(jsii.Number(24)),
	}
}
