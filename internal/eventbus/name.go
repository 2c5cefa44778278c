package eventbus

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// Name is a name for the bus of self: the stack's name and the construct's
// path, with a hash. CloudFormation gives buses no name of their own. The CDK's
// default leaves the stack's name out, so that two deployments of one stack to
// an account would want the same bus.
func Name(self constructs.Construct) *string {
	return awscdk.Names_UniqueResourceName(self, &awscdk.UniqueResourceNameOptions{
		Separator: jsii.String("-"), MaxLength: jsii.Number(maxName),
	})
}

// maxName leaves room for a rule's name beside it in logs and metrics; the
// service takes 256 characters.
const maxName = 128
