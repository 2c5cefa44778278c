package drive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/mediasupplychain/cdk/test/localcloud"
)

// Parked is a message in the dead-letter queue of the example's consumer.
type Parked struct {
	// Body is the message as the consumer got it: the partner's JSON, or the
	// envelope around it.
	Body string

	// Attributes are the message's own, such as the reason it was parked for.
	Attributes map[string]string

	// System are the attributes that SQS gives it, such as MessageGroupId.
	System map[string]string
}

// Parked lists the messages that are, or were when they were looked for before,
// in the dead-letter queue and whose body mentions the text. They are taken out
// of the queue to be looked at once only.
func (e *Example) Parked(ctx context.Context, mentions string) ([]Parked, error) {
	e.parkedGuard.Lock()
	defer e.parkedGuard.Unlock()
	if err := e.drainDeadLetters(ctx); err != nil {
		return nil, fmt.Errorf("dead-letter queue: %w", err)
	}
	var found []Parked
	for _, message := range e.parked {
		if strings.Contains(message.Body, mentions) {
			found = append(found, message)
		}
	}
	return found, nil
}

func (e *Example) drainDeadLetters(ctx context.Context) error {
	url, err := e.Output("DeadLetterQueueUrl")
	if err != nil {
		return err
	}
	return Drain(ctx, e.queues, url, func(message sqstypes.Message) error {
		e.parked = append(e.parked, parkedMessage(message))
		return nil
	})
}

// Drain takes every message that is there out of a queue.
func Drain(ctx context.Context, client *sqs.Client, url string, take func(sqstypes.Message) error) error {
	for {
		batch, err := client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
			QueueUrl:                    aws.String(url),
			MaxNumberOfMessages:         10,
			MessageAttributeNames:       []string{"All"},
			MessageSystemAttributeNames: []sqstypes.MessageSystemAttributeName{sqstypes.MessageSystemAttributeNameAll},
		})
		if err != nil || len(batch.Messages) == 0 {
			return err
		}
		for _, message := range batch.Messages {
			if err := take(message); err != nil {
				return err
			}
			_, err := client.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: aws.String(url), ReceiptHandle: message.ReceiptHandle})
			if err != nil {
				return err
			}
		}
	}
}

func parkedMessage(message sqstypes.Message) Parked {
	parked := Parked{Body: aws.ToString(message.Body), Attributes: map[string]string{}, System: message.Attributes}
	for name, value := range message.MessageAttributes {
		parked.Attributes[name] = aws.ToString(value.StringValue)
	}
	return parked
}

// SetVisibilityTimeout changes, on every queue of the example, how long a message
// that was not processed stays away before it is delivered again: six times the
// function's timeout by default, which is long for a test. The function returned
// changes it back.
func (e *Example) SetVisibilityTimeout(ctx context.Context, timeout time.Duration) (restore func(context.Context) error, err error) {
	return setVisibilityTimeout(ctx, e.queues, e.Deployment, timeout)
}

func setVisibilityTimeout(ctx context.Context, client *sqs.Client, deployment *localcloud.Deployment, timeout time.Duration) (restore func(context.Context) error, err error) {
	const name = string(sqstypes.QueueAttributeNameVisibilityTimeout)
	before := map[string]string{}
	for _, url := range deployment.PhysicalIDs("AWS::SQS::Queue") {
		got, err := client.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{
			QueueUrl: aws.String(url), AttributeNames: []sqstypes.QueueAttributeName{sqstypes.QueueAttributeNameVisibilityTimeout}})
		if err != nil {
			return nil, fmt.Errorf("visibility timeout of %s: %w", url, err)
		}
		before[url] = got.Attributes[name]
		if err := setQueueAttribute(ctx, client, url, name, strconv.Itoa(int(timeout.Seconds()))); err != nil {
			return nil, err
		}
	}
	return func(ctx context.Context) error {
		var err error
		for url, value := range before {
			err = errors.Join(err, setQueueAttribute(ctx, client, url, name, value))
		}
		return err
	}, nil
}

func setQueueAttribute(ctx context.Context, client *sqs.Client, url, name, value string) error {
	_, err := client.SetQueueAttributes(ctx, &sqs.SetQueueAttributesInput{
		QueueUrl: aws.String(url), Attributes: map[string]string{name: value}})
	if err != nil {
		return fmt.Errorf("set %s of %s: %w", name, url, err)
	}
	return nil
}

// WaitUntilQuiet waits until no queue of the example holds a message that is
// waiting or being processed, dead-letter queues aside.
func (e *Example) WaitUntilQuiet(ctx context.Context, patience time.Duration) error {
	return waitUntilQuiet(ctx, patience, e.queues, e.Deployment)
}

// waitUntilQuiet looks at the queues that a function consumes: those that have a
// dead-letter queue.
func waitUntilQuiet(ctx context.Context, patience time.Duration, client *sqs.Client, deployment *localcloud.Deployment) error {
	return Eventually(ctx, patience, deployment.Example+": queues empty", func(ctx context.Context) (bool, string, error) {
		for _, url := range deployment.PhysicalIDs("AWS::SQS::Queue") {
			got, err := client.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{
				QueueUrl: aws.String(url), AttributeNames: []sqstypes.QueueAttributeName{sqstypes.QueueAttributeNameAll}})
			if err != nil {
				return false, "", err
			}
			if got.Attributes[string(sqstypes.QueueAttributeNameRedrivePolicy)] == "" {
				continue
			}
			waiting, inFlight := got.Attributes["ApproximateNumberOfMessages"], got.Attributes["ApproximateNumberOfMessagesNotVisible"]
			if waiting != "0" || inFlight != "0" {
				return false, fmt.Sprintf("%s waiting and %s in flight in %s", waiting, inFlight, url), nil
			}
		}
		return true, "", nil
	})
}

// LimitReceives changes how often a message of the example's queues is delivered
// before SQS parks it.
func (e *Example) LimitReceives(ctx context.Context, times int) error {
	return limitReceives(ctx, e.queues, e.Deployment, times)
}

func limitReceives(ctx context.Context, client *sqs.Client, deployment *localcloud.Deployment, times int) error {
	const name = string(sqstypes.QueueAttributeNameRedrivePolicy)
	for _, url := range deployment.PhysicalIDs("AWS::SQS::Queue") {
		got, err := client.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{
			QueueUrl: aws.String(url), AttributeNames: []sqstypes.QueueAttributeName{sqstypes.QueueAttributeNameRedrivePolicy}})
		if err != nil {
			return fmt.Errorf("redrive policy of %s: %w", url, err)
		}
		if got.Attributes[name] == "" {
			continue // a dead-letter queue
		}
		policy := map[string]any{}
		if err := json.Unmarshal([]byte(got.Attributes[name]), &policy); err != nil {
			return fmt.Errorf("redrive policy of %s: %w", url, err)
		}
		policy["maxReceiveCount"] = times
		text, err := json.Marshal(policy)
		if err != nil {
			return err
		}
		if err := setQueueAttribute(ctx, client, url, name, string(text)); err != nil {
			return err
		}
	}
	return nil
}
