package props

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// Warn adds a warning that the CDK CLI prints and that a user can acknowledge by
// its id, "mediasupplychain:" + name. It is for what works but probably is not
// what was meant, and for what somebody else has to do.
func Warn(self constructs.Construct, name, message string) {
	awscdk.Annotations_Of(self).AddWarningV2(jsii.String("mediasupplychain:"+name), jsii.String(message))
}
