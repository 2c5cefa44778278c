package consumer

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"
)

// Limits of the Lambda developer guide, "Lambda parameters for Amazon SQS event
// source mappings" and "Configuring maximum concurrency".
const (
	maxFifoBatch       = 10
	maxBatch           = 10_000
	batchWithoutWindow = 10
	maxWindow          = 300 // seconds
	minConcurrency     = 2
	maxConcurrency     = 1000
	maxTimeout         = 900 // seconds
	defaultTimeout     = 3   // seconds, of a function that says nothing
)

// mappingDefaults are the properties of every mapping of a queue to a function.
func mappingDefaults() awslambda.EventSourceMappingProps {
	return awslambda.EventSourceMappingProps{
		// The most that a FIFO queue gives and a standard queue gives without waiting.
		BatchSize: jsii.Number(10),
		// Without it one bad message brings the whole batch back.
		ReportBatchItemFailures: jsii.Bool(true),
	}
}
