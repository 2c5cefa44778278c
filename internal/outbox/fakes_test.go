package outbox

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/smithy-go"

	"github.com/mediasupplychain/cdk/internal/chaintest"
	"github.com/mediasupplychain/cdk/internal/wire"
)

const (
	machine = "arn:aws:states:eu-west-1:111122223333:stateMachine:Pipeline"
	deadURL = "https://sqs.eu-west-1.amazonaws.com/111122223333/outbox-dead"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func fails(code string) error { return &smithy.GenericAPIError{Code: code, Message: "said the test"} }

// world is what the outbox acts on. Each call is written down as one line.
type world struct {
	mu    sync.Mutex
	calls []string
	fault func(call string) error // before a call; nil is none

	executions map[string]bool   // name → runs still
	tokens     map[string]string // token → the answer, "" while it waits
	events     []busEvent
	letters    []string
}

func newWorld() *world { return &world{executions: map[string]bool{}, tokens: map[string]string{}} }

func (w *world) call(format string, args ...any) error {
	line := fmt.Sprintf(format, args...)
	if w.fault != nil {
		if err := w.fault(line); err != nil {
			return err
		}
	}
	w.calls = append(w.calls, line)
	return nil
}

func (w *world) StartExecution(_ context.Context, in *sfn.StartExecutionInput, _ ...func(*sfn.Options)) (*sfn.StartExecutionOutput, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.call("StartExecution %s %s", *in.Name, *in.Input); err != nil {
		return nil, err
	}
	if _, known := w.executions[*in.Name]; known {
		return nil, fails("ExecutionAlreadyExists")
	}
	w.executions[*in.Name] = true
	return &sfn.StartExecutionOutput{}, nil
}

func (w *world) StopExecution(_ context.Context, in *sfn.StopExecutionInput, _ ...func(*sfn.Options)) (*sfn.StopExecutionOutput, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.call("StopExecution %s", *in.ExecutionArn); err != nil {
		return nil, err
	}
	name := (*in.ExecutionArn)[len("arn:aws:states:eu-west-1:111122223333:execution:Pipeline:"):]
	if _, known := w.executions[name]; !known {
		return nil, fails("ExecutionDoesNotExist")
	}
	w.executions[name] = false
	return &sfn.StopExecutionOutput{}, nil
}

func (w *world) answer(call, token, answer string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.call("%s %s %s", call, token, answer); err != nil {
		return err
	}
	if given, known := w.tokens[token]; !known || given != "" {
		return fails("TaskTimedOut")
	}
	w.tokens[token] = answer
	return nil
}

func (w *world) SendTaskSuccess(_ context.Context, in *sfn.SendTaskSuccessInput, _ ...func(*sfn.Options)) (*sfn.SendTaskSuccessOutput, error) {
	return &sfn.SendTaskSuccessOutput{}, w.answer("SendTaskSuccess", *in.TaskToken, *in.Output)
}

func (w *world) SendTaskFailure(_ context.Context, in *sfn.SendTaskFailureInput, _ ...func(*sfn.Options)) (*sfn.SendTaskFailureOutput, error) {
	return &sfn.SendTaskFailureOutput{}, w.answer("SendTaskFailure", *in.TaskToken, *in.Error+": "+*in.Cause)
}

func (w *world) SendTaskHeartbeat(_ context.Context, in *sfn.SendTaskHeartbeatInput, _ ...func(*sfn.Options)) (*sfn.SendTaskHeartbeatOutput, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.call("SendTaskHeartbeat %s", *in.TaskToken); err != nil {
		return nil, err
	}
	if given, known := w.tokens[*in.TaskToken]; !known || given != "" {
		return nil, fails("TaskTimedOut")
	}
	return &sfn.SendTaskHeartbeatOutput{}, nil
}

func (w *world) PutEvents(_ context.Context, in *eventbridge.PutEventsInput, _ ...func(*eventbridge.Options)) (*eventbridge.PutEventsOutput, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range in.Entries {
		if err := w.call("PutEvents %s %s", *e.Source, *e.DetailType); err != nil {
			return nil, err
		}
		var event busEvent
		if err := json.Unmarshal([]byte(*e.Detail), &event); err != nil {
			return nil, err
		}
		if err := event.Validate(); err != nil {
			return nil, err
		}
		w.events = append(w.events, event)
	}
	return &eventbridge.PutEventsOutput{}, nil
}

func (w *world) SendMessage(_ context.Context, in *sqs.SendMessageInput, _ ...func(*sqs.Options)) (*sqs.SendMessageOutput, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.call("SendMessage %s", *in.QueueUrl); err != nil {
		return nil, err
	}
	w.letters = append(w.letters, *in.MessageAttributes[wire.AttributeReason].StringValue+"\n"+*in.MessageBody)
	return &sqs.SendMessageOutput{}, nil
}

// told lists what the bus was told, in order, each once.
func (w *world) told() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []string
	for _, e := range w.events {
		line := e.What + " " + e.Fate
		if e.Stage != "" {
			line += fmt.Sprintf(" %s %d", e.Stage, e.Attempt)
		}
		if !slices.Contains(all, line) {
			all = append(all, line)
		}
	}
	return all
}

func newHandler(table *chaintest.Table, w *world) *Handler {
	return &Handler{
		Actor: &Actor{
			Table: "state", StateMachine: machine, Bus: "chain", Name: "trailers",
			States:      func() States { return w },
			EventBridge: func() EventBridge { return w },
			DynamoDB:    func() DynamoDB { return table },
		},
		DeadLetters: &DeadLetters{Client: func() SQS { return w }, QueueURL: deadURL},
		Now:         func() time.Time { return noon },
		Sleep:       func(context.Context, time.Duration) error { return nil },
		Random:      func() float64 { return 0 },
		Log:         slog.New(slog.DiscardHandler),
	}
}

// stream turns what was written into the records that Lambda gets.
type stream struct {
	table *chaintest.Table
	sent  int
}

func (s *stream) take() events.DynamoDBEvent {
	var e events.DynamoDBEvent
	for _, change := range s.table.Stream() {
		s.sent++
		e.Records = append(e.Records, change.Record(s.sent, noon))
	}
	return e
}
