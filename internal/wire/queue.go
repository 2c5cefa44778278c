package wire

// EnvDeadLetterQueueURL names the environment variable with the URL of the
// queue that permanently failed messages are moved to. A construct that sets
// it also grants sqs:SendMessage on that queue.
const EnvDeadLetterQueueURL = "DEAD_LETTER_QUEUE_URL"

// Message attributes that tell why a message is in the dead-letter queue.
const (
	// AttributeReason holds the error's text.
	AttributeReason = "DeadLetterReason"
	// AttributeOrigin holds where the message was before, as a JSON object.
	AttributeOrigin = "DeadLetterOrigin"
)
