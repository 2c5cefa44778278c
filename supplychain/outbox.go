package supplychain

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/internal/props"
	"github.com/mediasupplychain/cdk/internal/queue"
	"github.com/mediasupplychain/cdk/internal/wire"
)

func (c *SupplyChain) defineOutbox(code awslambda.Code) {
	var key *awssqs.QueueProps
	if c.props.EncryptionKey != nil {
		key = &awssqs.QueueProps{EncryptionMasterKey: c.props.EncryptionKey}
	}
	c.OutboxDeadLetterQueue = queue.NewDeadLetter(c, "OutboxDeadLetterQueue", key)

	made, policy := c.function("Outbox", "Does what the state table of a supply chain says", code, map[string]*string{
		wire.EnvChainTable:         c.words.tableName,
		wire.EnvChainPlan:          jsii.String(c.plan),
		wire.EnvChainName:          jsii.String(c.Name),
		wire.EnvChainStateMachine:  c.words.pipelineARN,
		wire.EnvChainBus:           c.Bus.Name,
		wire.EnvDeadLetterQueueURL: c.OutboxDeadLetterQueue.QueueUrl(),
	}, c.outboxStatements())
	c.Outbox, c.OutboxLogs = made.Function, made.LogGroup

	c.OutboxMapping = awslambda.NewEventSourceMapping(c, jsii.String("OutboxMapping"), props.Merge(streamDefaults(),
		c.props.OutboxMappingProps, &awslambda.EventSourceMappingProps{
			Target:         c.Outbox,
			EventSourceArn: c.Table.TableStreamArn(),
			Filters:        &[]*map[string]any{outboxFilter()},
			OnFailure:      &onFailure{c.OutboxDeadLetterQueue.QueueArn()},
		}))
	// Lambda looks at what the function may do when the mapping is made.
	c.OutboxMapping.Node().AddDependency(policy)
}

// outboxFilter lets through what has an effect: stages, runs and history. Claims,
// jobs and heads have none, and would cost an invocation.
func outboxFilter() *map[string]any {
	return awslambda.FilterCriteria_Filter(&map[string]any{
		"eventName": []string{"INSERT", "MODIFY"},
		"dynamodb": map[string]any{"Keys": map[string]any{wire.KeySort: map[string]any{"S": []any{
			map[string]string{"prefix": wire.PrefixStage}, map[string]string{"prefix": wire.PrefixRun}, map[string]string{"prefix": wire.PrefixEntry},
		}}}},
	})
}

// onFailure is where Lambda tells of records that it gave up on. The CDK's own
// would add a statement to the function's role, which has it already.
type onFailure struct{ arn *string }

// Bind implements awslambda.IEventSourceDlq.
func (o *onFailure) Bind(awslambda.IEventSourceMapping, awslambda.IFunction) *awslambda.DlqDestinationConfig {
	return &awslambda.DlqDestinationConfig{Destination: o.arn}
}

func (c *SupplyChain) outboxStatements() []awsiam.PolicyStatement {
	all := []awsiam.PolicyStatement{
		// DynamoDB developer guide, "IAM policy to allow an AWS Lambda function to access DynamoDB stream records".
		allow("ReadStream", []string{"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"},
			jsii.String(*c.words.tableARN+"/stream/*")),
		allow("WriteHistory", outboxActions, c.words.tableARN),
		allow("PutEvents", []string{"events:PutEvents"}, c.Bus.Bus.EventBusArn()),
		allow("PutAside", []string{"sqs:SendMessage"}, c.OutboxDeadLetterQueue.QueueArn()),
	}
	return append(append(all, c.effects()...), c.useTableKey()...)
}

// effects are what the outbox does to executions.
func (c *SupplyChain) effects() []awsiam.PolicyStatement {
	return []awsiam.PolicyStatement{
		allow("RunPipeline", []string{
			"states:SendTaskFailure", "states:SendTaskHeartbeat", "states:SendTaskSuccess", "states:StartExecution",
		}, c.words.pipelineARN),
		allow("StopSuperseded", []string{"states:StopExecution"}, c.executionsOf()),
	}
}
