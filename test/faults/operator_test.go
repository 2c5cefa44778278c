package faults

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/mediasupplychain/cdk/test/drive"
)

// operator looks after the dead-letter queues. Poison stays; a message that was
// only unlucky too often goes back to its queue, once the queue that it came
// from takes it, and must then be applied.
type operator struct {
	client *sqs.Client
	queues map[string]deadLetters // by source

	guard    sync.Mutex
	poison   map[string]map[string]int // marker, source, how often
	redriven []string
	strange  []string
}

// deadLetters is a dead-letter queue, and the queue that it is of; none for that
// of the outbox.
type deadLetters struct{ url, source string }

// watch finds the queues: DeadLetterQueueUrls names the sources.
func watch(ctx context.Context, client *sqs.Client, chain *drive.SupplyChain) (*operator, error) {
	text, err := chain.Deployment().Output("DeadLetterQueueUrls")
	if err != nil {
		return nil, err
	}
	var urls map[string]string
	if err := json.Unmarshal([]byte(text), &urls); err != nil {
		return nil, err
	}
	o := &operator{client: client, queues: map[string]deadLetters{}, poison: map[string]map[string]int{}}
	for source, url := range urls {
		o.queues[source] = deadLetters{url: url}
	}
	for _, url := range chain.Deployment().PhysicalIDs("AWS::SQS::Queue") {
		got, err := client.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{
			QueueUrl: &url, AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameRedrivePolicy}})
		if err != nil {
			return nil, err
		}
		var policy struct {
			DeadLetterTargetARN string `json:"deadLetterTargetArn"`
		}
		if text := got.Attributes[string(types.QueueAttributeNameRedrivePolicy)]; text == "" {
			continue
		} else if err := json.Unmarshal([]byte(text), &policy); err != nil {
			return nil, err
		}
		for source, queue := range o.queues {
			if nameOf(queue.url, "/") == nameOf(policy.DeadLetterTargetARN, ":") {
				queue.source = url
				o.queues[source] = queue
			}
		}
	}
	return o, nil
}

func nameOf(id, separator string) string { return id[strings.LastIndex(id, separator)+1:] }

// work looks at the queues until the context ends.
func (o *operator) work(ctx context.Context) {
	for ctx.Err() == nil {
		if err := o.round(ctx); err != nil && ctx.Err() == nil {
			o.guard.Lock()
			o.strange = append(o.strange, err.Error())
			o.guard.Unlock()
			return
		}
		select {
		case <-ctx.Done():
		case <-time.After(2 * time.Second):
		}
	}
}

func (o *operator) round(ctx context.Context) error {
	for source, queue := range o.queues {
		err := drive.Drain(ctx, o.client, queue.url, func(message types.Message) error { return o.look(ctx, source, queue, message) })
		if err != nil {
			return fmt.Errorf("dead-letter queue of %s: %w", source, err)
		}
	}
	return nil
}

// look decides what to do with a message: poison is left out for good, so that
// it is seen once; all else goes back.
func (o *operator) look(ctx context.Context, source string, queue deadLetters, message types.Message) error {
	body := aws.ToString(message.Body)
	o.guard.Lock()
	switch start := strings.Index(body, "poison-"); {
	case start >= 0 && source != "outbox":
		marker := body[start : start+strings.IndexAny(body[start:], `"\`)]
		if o.poison[marker] == nil {
			o.poison[marker] = map[string]int{}
		}
		o.poison[marker][source]++
		o.guard.Unlock()
	case queue.source == "":
		o.strange = append(o.strange, fmt.Sprintf("in the dead-letter queue of %s: %s", source, body))
		o.guard.Unlock()
	default:
		o.redriven = append(o.redriven, source+": "+body)
		o.guard.Unlock()
		return o.redrive(ctx, queue, message, body)
	}
	return nil
}

func (o *operator) redrive(ctx context.Context, queue deadLetters, message types.Message, body string) error {
	input := &sqs.SendMessageInput{QueueUrl: aws.String(queue.source), MessageBody: &body, MessageAttributes: message.MessageAttributes}
	if strings.HasSuffix(queue.source, ".fifo") {
		group := message.Attributes[string(types.MessageSystemAttributeNameMessageGroupId)]
		again := "again-" + strconv.Itoa(len(o.redriven)) + "-" + aws.ToString(message.MessageId)
		input.MessageGroupId, input.MessageDeduplicationId = &group, &again
	}
	_, err := o.client.SendMessage(ctx, input)
	return err
}

// found is where a poisonous message is, and how many copies of it are.
func (o *operator) found(marker string) (sources []string, copies int) {
	o.guard.Lock()
	defer o.guard.Unlock()
	for source, number := range o.poison[marker] {
		sources, copies = append(sources, source), copies+number
	}
	slices.Sort(sources)
	return sources, copies
}
