package custombus_test

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/custombus"
)

// An editing tool in a partner's account announces finished edits.
func Example() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("Post"), nil)
	inbox := awssqs.NewQueue(stack, jsii.String("Inbox"), nil)

	bus := custombus.NewBus(stack, jsii.String("Edits"), &custombus.BusProps{
		PublisherAccounts: jsii.Strings("111122223333"),
		PublisherSources:  jsii.Strings("com.example.edit"),
	})
	bus.AddRule(jsii.String("Locked"), &custombus.RuleProps{
		Pattern: &awsevents.EventPattern{DetailType: jsii.Strings("Edit locked")},
		Targets: &[]custombus.Target{&custombus.QueueTarget{Queue: inbox}},
	})
	awscdk.NewCfnOutput(stack, jsii.String("PublisherPolicy"), &awscdk.CfnOutputProps{Value: bus.PublisherPolicy()})

	fmt.Println(*bus.Node().Path())
	// Output: Post/Edits
}

// Each group of publishers has conditions of its own.
func ExampleBus_AddPublisher() {
	stack := awscdk.NewStack(awscdk.NewApp(nil), jsii.String("Post"), nil)
	bus := custombus.NewBus(stack, jsii.String("Jobs"), nil)

	policies := bus.AddPublisher(jsii.String("TranscodeFarms"), &custombus.PublisherProps{
		Organizations: jsii.Strings("o-a1b2c3d4e5"),
		Sources:       jsii.Strings("com.example.transcode"),
		DetailTypes:   jsii.Strings("Job finished", "Job failed"),
	})

	fmt.Println(len(policies))
	// Output: 1
}

// Events go on to a partner's bus in another Region.
func ExampleBus_ForwardTo() {
	stack := awscdk.NewStack(awscdk.NewApp(nil), jsii.String("Post"), nil)
	bus := custombus.NewBus(stack, jsii.String("Edits"), nil)

	rule := bus.ForwardTo(jsii.String("Distributor"),
		jsii.String("arn:aws:events:us-east-1:111122223333:event-bus/deliveries"),
		&awsevents.EventPattern{DetailType: jsii.Strings("Edit locked")})

	fmt.Println(*rule.Node().Path(), rule.Role != nil)
	// Output: Post/Edits/Distributor true
}
