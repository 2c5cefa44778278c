// Command baseline is the least that a Lambda function in Go can be: it takes
// its event and answers nothing.
package main

import (
	"context"
	"encoding/json"

	"github.com/aws/aws-lambda-go/lambda"
)

func main() {
	lambda.Start(func(context.Context, json.RawMessage) error { return nil })
}
