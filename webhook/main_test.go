package webhook_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/testkit"
	"github.com/mediasupplychain/cdk/webhook"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// newEndpoint is an endpoint with a bus; edit changes its properties.
func newEndpoint(stack awscdk.Stack, edit func(*webhook.EndpointProps)) *webhook.Endpoint {
	p := &webhook.EndpointProps{EventBus: awsevents.NewEventBus(stack, jsii.String("Bus"), nil)}
	if edit != nil {
		edit(p)
	}
	return webhook.NewEndpoint(stack, jsii.String("Webhooks"), p)
}
