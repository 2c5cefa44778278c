// Command outbox is the Lambda function on the table's stream. It does what the
// table says: starts executions, answers their tasks, tells the bus.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"log"
	"os"
	"strings"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	eventtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"golang.org/x/sync/errgroup"
)

type outbox struct {
	states       *sfn.Client
	bus          *eventbridge.Client
	stateMachine *string
	busName      *string
}

func main() {
	loaded, err := config.LoadDefaultConfig(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	o := &outbox{
		states: sfn.NewFromConfig(loaded), bus: eventbridge.NewFromConfig(loaded),
		stateMachine: aws.String(os.Getenv("STATE_MACHINE")), busName: aws.String(os.Getenv("BUS")),
	}
	lambda.Start(o.handle)
}

// handle does the records of each asset in order, and 16 assets at a time.
func (o *outbox) handle(ctx context.Context, event events.DynamoDBEvent) error {
	byAsset := map[string][]events.DynamoDBEventRecord{}
	for _, record := range event.Records {
		key := record.Change.Keys["pk"].String()
		byAsset[key] = append(byAsset[key], record)
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(16)
	for _, records := range byAsset {
		group.Go(func() error {
			for _, record := range records {
				if err := o.record(ctx, record.Change); err != nil {
					return err // the whole batch comes again
				}
			}
			return nil
		})
	}
	return group.Wait()
}

func (o *outbox) record(ctx context.Context, change events.DynamoDBStreamRecord) error {
	key := change.Keys["sk"].String()
	was, is := texts(change.OldImage), texts(change.NewImage)
	switch {
	case key == "RUN" && is["status"] == "Running" && was["status"] != "Running":
		return o.start(ctx, is)
	case strings.HasPrefix(key, "STAGE#"):
		return o.stage(ctx, was, is)
	case strings.HasPrefix(key, "H#"):
		return o.tell(ctx, is["what"], is["asset"], is["stage"], is["event"])
	}
	return nil
}

func (o *outbox) start(ctx context.Context, run map[string]string) error {
	input, err := json.Marshal(map[string]string{"asset": run["asset"], "run": run["run"]})
	if err != nil {
		return err
	}
	_, err = o.states.StartExecution(ctx, &sfn.StartExecutionInput{
		StateMachineArn: o.stateMachine, Name: aws.String(run["run"]), Input: aws.String(string(input))})
	var exists *types.ExecutionAlreadyExists
	if errors.As(err, &exists) {
		return nil
	}
	return err
}

// stage tells the partner of a new request, and the execution of a new answer.
func (o *outbox) stage(ctx context.Context, was, is map[string]string) error {
	if is["token"] != was["token"] && is["result"] == "" {
		return o.tell(ctx, "stage.requested", is["asset"], is["stage"], "{}")
	}
	if is["token"] == "" || is["result"] == "" || was["token"] == is["token"] && was["result"] != "" {
		return nil
	}
	_, err := o.states.SendTaskSuccess(ctx, &sfn.SendTaskSuccessInput{TaskToken: aws.String(is["token"]), Output: aws.String(is["result"])})
	var timedOut *types.TaskTimedOut
	var unknown *types.TaskDoesNotExist
	if errors.As(err, &timedOut) || errors.As(err, &unknown) {
		return nil
	}
	return err
}

func (o *outbox) tell(ctx context.Context, what, asset, stage, event string) error {
	detail, err := json.Marshal(map[string]any{"what": what, "subject": asset, "stage": stage, "event": json.RawMessage(event)})
	if err != nil {
		return err
	}
	out, err := o.bus.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: []eventtypes.PutEventsRequestEntry{{
		EventBusName: o.busName, Source: aws.String("raw.pipeline"), DetailType: aws.String(what), Detail: aws.String(string(detail)),
	}}})
	if err == nil && out.FailedEntryCount > 0 {
		err = errors.New(aws.ToString(out.Entries[0].ErrorMessage))
	}
	return err
}

func texts(image map[string]events.DynamoDBAttributeValue) map[string]string {
	all := map[string]string{}
	for name, value := range image {
		if value.DataType() == events.DataTypeString {
			all[name] = value.String()
		}
	}
	return all
}
