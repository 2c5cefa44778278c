package outbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/smithy-go"

	"github.com/mediasupplychain/cdk/internal/chain"
	"github.com/mediasupplychain/cdk/internal/chainstore"
	"github.com/mediasupplychain/cdk/internal/wire"
)

// Actor does effects, each of which can be done again.
type Actor struct {
	Table        string
	StateMachine string // ARN
	Bus          string // name
	Name         string // of the supply chain

	States      func() States
	EventBridge func() EventBridge
	DynamoDB    func() DynamoDB
}

// do does one effect. A nil error means that it is done, now or before, or that
// there is nothing left to do it to.
func (a *Actor) do(ctx context.Context, e effect) error {
	switch e.kind {
	case startExecution:
		return a.start(ctx, e.run)
	case stopExecution:
		return a.stop(ctx, e.run)
	case completeTask:
		result := e.stage.Outcome.Result()
		_, err := a.States().SendTaskSuccess(ctx, &sfn.SendTaskSuccessInput{TaskToken: &e.stage.Request.Token, Output: &result})
		return unless(err, taskOver...)
	case failTask:
		name, cause := wire.ErrorStageFailed, e.stage.Outcome.Cause
		_, err := a.States().SendTaskFailure(ctx, &sfn.SendTaskFailureInput{TaskToken: &e.stage.Request.Token, Error: &name, Cause: &cause})
		return unless(err, taskOver...)
	case heartbeat:
		_, err := a.States().SendTaskHeartbeat(ctx, &sfn.SendTaskHeartbeatInput{TaskToken: &e.stage.Request.Token})
		return unless(err, taskOver...)
	case writeHistory:
		return a.write(ctx, e.entry)
	case leaveIndex:
		return a.leave(ctx, e)
	case publish:
		return a.publish(ctx, e.entry)
	}
	return fmt.Errorf("no effect is called %q", e.kind)
}

// taskOver are the errors for a task that nobody waits for any more. The table
// decided, not the clock: it has the answer, and the execution reads it there.
var taskOver = []string{"TaskTimedOut", "TaskDoesNotExist"}

// unless drops errors by their code.
func unless(err error, codes ...string) error {
	var api smithy.APIError
	if errors.As(err, &api) {
		for _, code := range codes {
			if api.ErrorCode() == code {
				return nil
			}
		}
	}
	return err
}

func (a *Actor) start(ctx context.Context, r chain.Run) error {
	data := r.Data
	if !json.Valid(data) {
		data = json.RawMessage("{}")
	}
	input, err := json.Marshal(map[string]any{
		wire.InputAsset: r.Asset, wire.InputRun: r.ID, wire.InputVersion: r.AssetVersion, wire.InputData: data, wire.InputResults: map[string]any{},
	})
	if err != nil {
		return fmt.Errorf("encode input: %w", err)
	}
	text := string(input)
	_, err = a.States().StartExecution(ctx, &sfn.StartExecutionInput{StateMachineArn: &a.StateMachine, Name: &r.ID, Input: &text})
	return unless(err, "ExecutionAlreadyExists")
}

func (a *Actor) stop(ctx context.Context, r chain.Run) error {
	arn := strings.Replace(a.StateMachine, ":stateMachine:", ":execution:", 1) + ":" + r.ID
	name, cause := "Superseded", r.Cause
	_, err := a.States().StopExecution(ctx, &sfn.StopExecutionInput{ExecutionArn: &arn, Error: &name, Cause: &cause})
	return unless(err, "ExecutionDoesNotExist")
}

// write writes a line of the history once. Its own change in the stream is what
// puts it on the bus.
func (a *Actor) write(ctx context.Context, e chain.Entry) error {
	return chainstore.WriteOnce(ctx, a.DynamoDB(), a.Table, e)
}

const conditionFailed = "ConditionalCheckFailedException"

// leave takes a stage that was answered before it was asked out of the indexes
// of those that wait.
func (a *Actor) leave(ctx context.Context, e effect) error {
	update, condition := "REMOVE #waitingOn, #timeline, #timelineAt ADD #version :one", "#run = :run AND #status <> :waiting AND attribute_exists(#waitingOn)"
	_, err := a.DynamoDB().UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &a.Table, Key: e.key.Item(), UpdateExpression: &update, ConditionExpression: &condition,
		ExpressionAttributeNames: wire.Names(update, condition),
		ExpressionAttributeValues: chainstore.Item{
			":run":     &types.AttributeValueMemberS{Value: e.stage.Run},
			":waiting": &types.AttributeValueMemberS{Value: string(chain.StageWaiting)},
			":one":     &types.AttributeValueMemberN{Value: "1"},
		},
	})
	return unless(err, conditionFailed)
}

// slot reads the stage that a line of the history is about.
func (a *Actor) slot(ctx context.Context, e chain.Entry) (chain.Stage, error) {
	out, err := a.DynamoDB().GetItem(ctx, &dynamodb.GetItemInput{TableName: &a.Table, Key: chainstore.StageKey(e.Asset, e.Stage).Item()})
	if err != nil {
		return chain.Stage{}, err
	}
	return chainstore.StageOf(out.Item), nil
}
