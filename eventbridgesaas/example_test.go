package eventbridgesaas_test

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatchactions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/custombus"
	"github.com/mediasupplychain/cdk/eventbridgesaas"
)

// A rights platform announces cleared rights, and its silence is noticed.
func Example() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("Rights"), nil)
	inbox := awssqs.NewQueue(stack, jsii.String("Inbox"), nil)
	operators := awssns.NewTopic(stack, jsii.String("Operators"), nil)

	bus := eventbridgesaas.NewPartnerBus(stack, jsii.String("Platform"), &eventbridgesaas.PartnerBusProps{
		EventSourceName: jsii.String("aws.partner/example.com/acme/rights"),
	})
	bus.AddRule(jsii.String("Cleared"), &eventbridgesaas.RuleProps{
		Pattern: &awsevents.EventPattern{DetailType: jsii.Strings("Rights cleared")},
		Targets: &[]eventbridgesaas.Target{&eventbridgesaas.QueueTarget{Queue: inbox}},
	})
	bus.AddAlarms(awscloudwatchactions.NewSnsAction(operators), &eventbridgesaas.AlarmsProps{
		Silence: awscdk.Duration_Days(jsii.Number(3)),
	})

	fmt.Println(*bus.Node().Path())
	// Output: Rights/Platform
}

// Other teams' accounts get the partner's events from a custom bus.
func ExamplePartnerBus_ForwardTo() {
	stack := awscdk.NewStack(awscdk.NewApp(nil), jsii.String("Rights"), nil)
	partner := eventbridgesaas.NewPartnerBus(stack, jsii.String("Platform"), &eventbridgesaas.PartnerBusProps{
		EventSourceName: jsii.String("aws.partner/example.com/acme/rights"),
	})
	shared := custombus.NewBus(stack, jsii.String("Shared"), nil)

	partner.ForwardTo(jsii.String("Share"), shared.Bus, nil)
	shared.ForwardTo(jsii.String("Distribution"), jsii.String("arn:aws:events:eu-west-1:111122223333:event-bus/rights"),
		&awsevents.EventPattern{DetailType: jsii.Strings("Rights cleared")})

	fmt.Println(*shared.Node().Path())
	// Output: Rights/Shared
}
