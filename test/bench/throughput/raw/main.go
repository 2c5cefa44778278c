// Package main is a CDK app with a pipeline as a team writes it by hand, for one
// purpose: three partner stages, two sources, and what an event must do exactly
// once. It uses the CDK's own constructs, and nothing of this library.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awseventstargets"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambdaeventsources"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctionstasks"
	"github.com/aws/jsii-runtime-go"
)

func main() {
	defer jsii.Close()
	built, err := os.MkdirTemp("", "raw-pipeline-")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(built) }() // the assembly has a copy
	app := awscdk.NewApp(nil)
	pipeline{awscdk.NewStack(app, jsii.String("Raw"), nil), built}.define()
	app.Synth(nil)
}

type pipeline struct {
	stack awscdk.Stack
	built string
}

func (p pipeline) define() {
	table := awsdynamodb.NewTable(p.stack, jsii.String("Table"), &awsdynamodb.TableProps{
		PartitionKey:        &awsdynamodb.Attribute{Name: jsii.String("pk"), Type: awsdynamodb.AttributeType_STRING},
		SortKey:             &awsdynamodb.Attribute{Name: jsii.String("sk"), Type: awsdynamodb.AttributeType_STRING},
		BillingMode:         awsdynamodb.BillingMode_PAY_PER_REQUEST,
		Stream:              awsdynamodb.StreamViewType_NEW_AND_OLD_IMAGES,
		TimeToLiveAttribute: jsii.String("expiresAt"),
		RemovalPolicy:       awscdk.RemovalPolicy_DESTROY,
	})
	machine := p.machine(table)
	bus := awsevents.NewEventBus(p.stack, jsii.String("Bus"), nil)
	seen := awssqs.NewQueue(p.stack, jsii.String("Seen"), nil)
	awsevents.NewRule(p.stack, jsii.String("All"), &awsevents.RuleProps{
		EventBus:     bus,
		EventPattern: &awsevents.EventPattern{Source: awsevents.Match_Prefix(jsii.String(""))},
		Targets:      &[]awsevents.IRuleTarget{awseventstargets.NewSqsQueue(seen, nil)},
	})

	starts, answers, ends := p.source("Starts", "start", table), p.source("Answers", "answer", table), p.source("Ends", "end", table)
	awsevents.NewRule(p.stack, jsii.String("Ended"), &awsevents.RuleProps{
		EventPattern: &awsevents.EventPattern{
			Source: jsii.Strings("aws.states"),
			Detail: &map[string]any{"stateMachineArn": []any{machine.StateMachineArn()}, "status": []string{"SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"}},
		},
		Targets: &[]awsevents.IRuleTarget{awseventstargets.NewSqsQueue(ends, nil)},
	})

	outbox := p.function("Outbox", "outbox", map[string]*string{"STATE_MACHINE": machine.StateMachineArn(), "BUS": bus.EventBusName()})
	machine.GrantStartExecution(outbox)
	machine.GrantTaskResponse(outbox)
	bus.GrantPutEventsTo(outbox, nil)
	outbox.AddEventSource(awslambdaeventsources.NewDynamoEventSource(table, &awslambdaeventsources.DynamoEventSourceProps{
		StartingPosition: awslambda.StartingPosition_TRIM_HORIZON, BatchSize: jsii.Number(100),
		Filters: &[]*map[string]any{awslambda.FilterCriteria_Filter(&map[string]any{
			"dynamodb": map[string]any{"Keys": map[string]any{"pk": map[string]any{"S": []any{map[string]string{"prefix": "ASSET#"}}}}},
		})},
	}))
	for name, value := range map[string]*string{
		"StartsUrl": starts.QueueUrl(), "AnswersUrl": answers.QueueUrl(), "SeenUrl": seen.QueueUrl(),
		"PipelineArn": machine.StateMachineArn(), "TableName": table.TableName(),
	} {
		awscdk.NewCfnOutput(p.stack, jsii.String(name), &awscdk.CfnOutputProps{Value: value})
	}
}

// machine asks three partners, one after another.
func (p pipeline) machine(table awsdynamodb.Table) awsstepfunctions.StateMachine {
	var all awsstepfunctions.Chain
	for n := 1; n <= 3; n++ {
		name := fmt.Sprintf("stage%02d", n)
		ask := awsstepfunctionstasks.NewCallAwsService(p.stack, jsii.String(name), &awsstepfunctionstasks.CallAwsServiceProps{
			Service: jsii.String("dynamodb"), Action: jsii.String("updateItem"), IamResources: &[]*string{table.TableArn()},
			IntegrationPattern: awsstepfunctions.IntegrationPattern_WAIT_FOR_TASK_TOKEN,
			TaskTimeout:        awsstepfunctions.Timeout_Duration(awscdk.Duration_Hours(jsii.Number(24))),
			ResultPath:         awsstepfunctions.JsonPath_DISCARD(),
			Parameters: &map[string]any{
				"TableName": table.TableName(),
				"Key": map[string]any{
					"pk": map[string]any{"S": awsstepfunctions.JsonPath_Format(jsii.String("ASSET#{}"), awsstepfunctions.JsonPath_StringAt(jsii.String("$.asset")))},
					"sk": map[string]any{"S": "STAGE#" + name},
				},
				"UpdateExpression":         "SET #token = :token, #stage = :stage, #asset = :asset, #at = :at",
				"ExpressionAttributeNames": map[string]string{"#token": "token", "#stage": "stage", "#asset": "asset", "#at": "requestedAt"},
				"ExpressionAttributeValues": map[string]any{
					":token": map[string]any{"S": awsstepfunctions.JsonPath_TaskToken()}, ":stage": map[string]any{"S": name},
					":asset": map[string]any{"S": awsstepfunctions.JsonPath_StringAt(jsii.String("$.asset"))},
					":at":    map[string]any{"S": awsstepfunctions.JsonPath_StringAt(jsii.String("$$.State.EnteredTime"))},
				},
			},
		})
		if all == nil {
			all = awsstepfunctions.Chain_Start(ask)
		} else {
			all = all.Next(ask)
		}
	}
	return awsstepfunctions.NewStateMachine(p.stack, jsii.String("Machine"), &awsstepfunctions.StateMachineProps{
		DefinitionBody: awsstepfunctions.DefinitionBody_FromChainable(all),
	})
}

// source is a queue, its dead-letter queue, and the function that reads it.
func (p pipeline) source(id, kind string, table awsdynamodb.Table) awssqs.Queue {
	queue := awssqs.NewQueue(p.stack, jsii.String(id), &awssqs.QueueProps{
		VisibilityTimeout: awscdk.Duration_Seconds(jsii.Number(180)),
		DeadLetterQueue:   &awssqs.DeadLetterQueue{Queue: awssqs.NewQueue(p.stack, jsii.String(id+"Dead"), nil), MaxReceiveCount: jsii.Number(5)},
	})
	intake := p.function(id+"Intake", "intake", map[string]*string{"KIND": jsii.String(kind), "TABLE": table.TableName()})
	table.GrantWriteData(intake)
	intake.AddEventSource(awslambdaeventsources.NewSqsEventSource(queue, &awslambdaeventsources.SqsEventSourceProps{
		BatchSize: jsii.Number(10), ReportBatchItemFailures: jsii.Bool(true), MaxConcurrency: jsii.Number(10),
	}))
	return queue
}

func (p pipeline) function(id, main string, environment map[string]*string) awslambda.Function {
	architecture, goarch := awslambda.Architecture_ARM_64(), "arm64"
	if p.stack.Node().TryGetContext(jsii.String("architecture")) == "x86_64" {
		architecture, goarch = awslambda.Architecture_X86_64(), "amd64"
	}
	folder := filepath.Join(p.built, main)
	return awslambda.NewFunction(p.stack, jsii.String(id), &awslambda.FunctionProps{
		Runtime: awslambda.Runtime_PROVIDED_AL2023(), Handler: jsii.String("bootstrap"), Architecture: architecture,
		MemorySize: jsii.Number(256), Timeout: awscdk.Duration_Seconds(jsii.Number(30)), Environment: &environment,
		Code: awslambda.Code_FromCustomCommand(jsii.String(folder), jsii.Strings(
			"env", "GOOS=linux", "GOARCH="+goarch, "CGO_ENABLED=0",
			"go", "build", "-trimpath", "-ldflags=-s -w", "-tags=lambda.norpc", "-o", filepath.Join(folder, "bootstrap"), "./"+main,
		), nil),
	})
}
