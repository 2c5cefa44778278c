package snsfifo

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"
)

func topicDefaults() awssns.TopicProps {
	return awssns.TopicProps{
		// Partners publish over the internet.
		EnforceSSL: jsii.Bool(true),
	}
}

func keyDefaults() *awskms.KeyProps {
	return &awskms.KeyProps{
		// Costs nothing extra and asks nothing of publishers.
		EnableKeyRotation: jsii.Bool(true),
		Description:       jsii.String("Encrypts what is published to an SNS FIFO topic until it is delivered"),
	}
}

// queueDefaults hold where no function of the construct says otherwise.
func queueDefaults() *awssqs.QueueProps {
	return &awssqs.QueueProps{
		// Long enough for a function that takes 30 seconds, by the rule of six times.
		VisibilityTimeout: awscdk.Duration_Minutes(jsii.Number(3)),
	}
}

// blockGroupDefaults keep a message that blocks its group for as long as SQS
// can: when it expires it is lost, and the group goes on without it.
func blockGroupDefaults() *awssqs.QueueProps {
	return &awssqs.QueueProps{RetentionPeriod: awscdk.Duration_Days(jsii.Number(14))}
}

func subscriberAlarmsDefaults() SubscriberAlarmsProps {
	return SubscriberAlarmsProps{
		// Long enough for the retries of one message, which are normal; a queue whose
		// oldest message waits longer is not being read, or a group of it is blocked.
		OldestMessage: awscdk.Duration_Minutes(jsii.Number(15)),
	}
}
