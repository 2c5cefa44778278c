package drive

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

// Deliver hands an event to the example's consumer as the only message of a
// batch, past its queue, and reports whether the consumer took it. So the same
// message can be delivered again although it was processed, as SQS may.
func (e *Example) Deliver(ctx context.Context, event Event) (taken bool, err error) {
	functions := e.Deployment.PhysicalIDs("AWS::Lambda::Function")
	if len(functions) != 1 {
		return false, fmt.Errorf("%s has %d functions, want the consumer only", e.Pattern.Example, len(functions))
	}
	batch, err := json.Marshal(events.SQSEvent{Records: []events.SQSMessage{{
		MessageId:  event.ID,
		Body:       string(event.Payload),
		Attributes: map[string]string{"ApproximateReceiveCount": "1"},
	}}})
	if err != nil {
		return false, err
	}
	result, err := lambda.NewFromConfig(e.Cloud.Config()).Invoke(ctx, &lambda.InvokeInput{FunctionName: aws.String(functions[0]), Payload: batch})
	if err != nil {
		return false, fmt.Errorf("invoke %s: %w", functions[0], err)
	}
	if result.FunctionError != nil {
		return false, nil
	}
	var response events.SQSEventResponse
	if err := json.Unmarshal(result.Payload, &response); err != nil {
		return false, fmt.Errorf("answer of %s: %w", functions[0], err)
	}
	return len(response.BatchItemFailures) == 0, nil
}
