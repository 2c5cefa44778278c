package alarm

import (
	"errors"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/internal/props"
)

// Scope checks what a construct's AddAlarms was given, together with problems,
// and defines the construct that holds the alarms, child Alarms of self. The
// method is named as in "sqslambda.Consumer.AddAlarms".
func Scope(self constructs.Construct, method string, action awscloudwatch.IAlarmAction, problems ...error) constructs.Construct {
	id := jsii.String("Alarms")
	problems = append([]error{props.Required("action", action)}, problems...)
	if self.Node().TryFindChild(id) != nil {
		problems = append(problems, errors.New("the alarms exist already: add further actions to the ones that the first call returned"))
	}
	props.Check(self, id, method, problems...)
	return constructs.NewConstruct(self, id)
}
