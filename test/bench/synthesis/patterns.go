package synthesis

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/custombus"
	"github.com/mediasupplychain/cdk/snsfifo"
	"github.com/mediasupplychain/cdk/sqslambda"
)

// A pattern defines itself as child id of scope.
type pattern func(scope constructs.Construct, id string)

// kind is a pattern written with this library and with the CDK alone. Both give
// the same template, to the letter.
type kind struct {
	name             string
	library, cdkOnly pattern
}

// kinds are what an app is made of, in turn.
var kinds = []kind{
	{"consumer", consumer, cdkConsumer},
	{"topic", topic, cdkTopic},
	{"bus", bus, cdkBus},
}

// whole is what composes them.
var whole = kind{"supplychain", supplyChain, cdkChain}

// handler is never compiled here: the apps bundle nothing.
const handler = "./handler"

func consumer(scope constructs.Construct, id string) {
	sqslambda.NewConsumer(scope, jsii.String(id), &sqslambda.ConsumerProps{
		GoPackage:      jsii.String(handler),
		MaxConcurrency: jsii.Number(5),
	})
}

func topic(scope constructs.Construct, id string) {
	topic := snsfifo.NewTopic(scope, jsii.String(id), &snsfifo.TopicProps{
		PublisherAccounts: jsii.Strings("111122223333"),
	})
	snsfifo.NewSubscriber(scope, jsii.String(id+"Subscriber"), &snsfifo.SubscriberProps{
		Topic:     topic.Topic,
		GoPackage: jsii.String(handler),
	})
}

func bus(scope constructs.Construct, id string) {
	inbox := awssqs.NewQueue(scope, jsii.String(id+"Inbox"), nil)
	bus := custombus.NewBus(scope, jsii.String(id), nil)
	bus.AddRule(jsii.String("Finished"), &custombus.RuleProps{
		Pattern: finished(),
		Targets: &[]custombus.Target{&custombus.QueueTarget{Queue: inbox}},
	})
}

func finished() *awsevents.EventPattern {
	return &awsevents.EventPattern{
		Source:     jsii.Strings("com.example.transcode"),
		DetailType: jsii.Strings("Job finished"),
	}
}

// define puts n patterns into a stack.
func define(stack awscdk.Stack, patterns []pattern, n int) {
	for i := range n {
		patterns[i%len(patterns)](stack, "Pattern"+string(rune('A'+i/26))+string(rune('A'+i%26)))
	}
}
