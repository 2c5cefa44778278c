package queue

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/internal/props"
)

// NewDeadLetter defines a dead-letter queue as child id of scope, for what no
// queue of ours is in front of: rules, topics, subscriptions. The layers
// override [DeadLetterDefaults] in turn.
func NewDeadLetter(scope constructs.Construct, id string, layers ...*awssqs.QueueProps) awssqs.Queue {
	return awssqs.NewQueue(scope, jsii.String(id), encrypted(props.Merge(DeadLetterDefaults(), layers...)))
}
