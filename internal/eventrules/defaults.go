package eventrules

import (
	"github.com/aws/jsii-runtime-go"
)

// ruleDefaults try for as long as EventBridge can, because what is in the
// dead-letter queue needs somebody to look at it. They are EventBridge's own
// values, written into the template so that they can be read there.
func ruleDefaults() RuleProps {
	return RuleProps{
		RetryAttempts: jsii.Number(185),
	}
}

// maxEventAge, in seconds, is the default of MaxEventAge, 24 hours, for the same
// reason. A number, since a duration would take calls to the CDK to make and to
// read.
const maxEventAge = 24 * 60 * 60
