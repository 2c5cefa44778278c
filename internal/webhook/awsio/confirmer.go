package awsio

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/mediasupplychain/cdk/webhook/confirm"
)

// Lambda is the one method used of its client.
type Lambda interface {
	Invoke(context.Context, *lambda.InvokeInput, ...func(*lambda.Options)) (*lambda.InvokeOutput, error)
}

// Confirmer asks a Lambda function.
type Confirmer struct {
	Client func() Lambda
}

// Confirm invokes the function and waits for its answer.
func (c Confirmer) Confirm(ctx context.Context, functionARN string, request []byte) (bool, error) {
	out, err := c.Client().Invoke(ctx, &lambda.InvokeInput{FunctionName: &functionARN, Payload: request})
	switch {
	case err != nil:
		return false, fmt.Errorf("invoke %s: %w", functionARN, err)
	case out.FunctionError != nil:
		return false, fmt.Errorf("invoke %s: it ended with an error (%s)", functionARN, *out.FunctionError)
	}
	var reply confirm.Reply
	if err := json.Unmarshal(out.Payload, &reply); err != nil {
		return false, fmt.Errorf("invoke %s: it did not answer with a confirm.Reply", functionARN)
	}
	return reply.Accept, nil
}
