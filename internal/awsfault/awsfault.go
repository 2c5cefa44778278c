// Package awsfault tells AWS errors that pass from those that never do.
package awsfault

import (
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
)

// never are codes of errors by which a service refuses the request itself: the
// same request is refused again. What is not listed passes: throttling, a
// service's own trouble, a cut connection, and a missing permission too, which
// somebody can give while the request waits.
var never = []string{
	"ValidationException", "SerializationException", // DynamoDB, Step Functions, EventBridge
	"InvalidArn", "InvalidName", "InvalidExecutionInput", "InvalidOutput", "InvalidToken", // Step Functions
	"StateMachineDoesNotExist",
	"ResourceNotFoundException",                                             // EventBridge: the bus
	"InvalidArgument", "MalformedDetail", "NotAuthorizedForSourceException", // EventBridge, of one entry
	"InvalidMessageContents", "QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue", // SQS
	"NoSuchBucket", "NoSuchKey", "EntityTooLarge", // S3
}

// Never reports whether err can never pass, however often the request is made.
func Never(err error) bool {
	var canceled *types.TransactionCanceledException
	if errors.As(err, &canceled) {
		return slices.ContainsFunc(canceled.CancellationReasons, func(r types.CancellationReason) bool {
			return r.Code != nil && (*r.Code == "ValidationError" || *r.Code == "ItemCollectionSizeLimitExceeded")
		})
	}
	var api smithy.APIError
	return errors.As(err, &api) && slices.Contains(never, api.ErrorCode())
}
