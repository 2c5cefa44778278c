package chaincost

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"github.com/mediasupplychain/cdk/internal/chain"
	"github.com/mediasupplychain/cdk/internal/chainstore"
	"github.com/mediasupplychain/cdk/internal/chaintest"
	"github.com/mediasupplychain/cdk/internal/intake"
	"github.com/mediasupplychain/cdk/internal/outbox"
	"github.com/mediasupplychain/cdk/internal/telemetry"
	"github.com/mediasupplychain/cdk/internal/wire"
	"github.com/mediasupplychain/cdk/mediaevent"
	"github.com/mediasupplychain/cdk/sqsbatch"
)

// Counts is what one asset costs that goes through all stages.
type Counts struct {
	Messages  int // of queues: from outside, and that the execution has ended
	Batches   int // of the stream, when the assets do not share any
	Calls     map[string]int
	Write     int     // write request units
	Read      float64 // read request units
	Published int     // events on the bus
	Stored    int     // bytes that stay in the table; claims do not
}

// The mappings of the supply chain that is counted, as
// test/bench/throughput/library deploys it.
var (
	masters = mediaevent.Mapping{Partner: "mam", EventID: "$.id", AssetID: "$.assetId", Rules: []mediaevent.Rule{{Do: mediaevent.Start()}}}
	answers = mediaevent.Mapping{
		Partner: "partners", EventID: "$.id", AssetID: "$.assetId", Stage: "$.stage", CallbackID: "$.callbackId", Status: "$.status",
		Rules: []mediaevent.Rule{{Status: mediaevent.Words{"done"}, Do: mediaevent.Complete("")}},
	}
)

// line is a supply chain in memory.
type line struct {
	table  *table
	counts Counts
	now    time.Time
	stages []string
	plan   chain.Plan
	outbox *outbox.Handler
	ids    int

	run       string
	callbacks map[string]string // stage → callback id of the request
	tasks     map[string]bool   // tokens that were answered
}

const asset = "title-2026-000004711"

// Count takes an asset through a supply chain with that many partner stages.
func Count(ctx context.Context, stages int) (Counts, error) {
	l := newLine(stages)
	if err := l.deliver(ctx, masters, map[string]string{"id": l.id(), "assetId": asset}); err != nil {
		return Counts{}, err
	}
	if l.run == "" {
		return Counts{}, errors.New("no execution was started")
	}
	for n, stage := range l.stages {
		pipeline := chaintest.Pipeline{Table: l.table.Table, Asset: asset, Run: l.run, Now: l.tick}
		token := strings.Repeat("A", 640) + strconv.Itoa(n) // about as long as those of AWS
		if !pipeline.Request(stage, "partners", token, 1, 24*time.Hour, 12*time.Hour) {
			return Counts{}, fmt.Errorf("the request of %s was not taken", stage)
		}
		if err := l.stream(ctx, l.table.settle(false)); err != nil {
			return Counts{}, err
		}
		answer := map[string]string{"id": l.id(), "assetId": asset, "stage": stage, "status": "done", "callbackId": l.callbacks[stage]}
		if err := l.deliver(ctx, answers, answer); err != nil {
			return Counts{}, err
		}
		if !l.tasks[token] {
			return Counts{}, fmt.Errorf("the task of %s was not answered", stage)
		}
	}
	if err := l.end(ctx); err != nil {
		return Counts{}, err
	}
	for _, i := range l.table.Items() {
		if !strings.HasPrefix(text(i[wire.KeyPartition]), "S"+wire.PrefixClaim) {
			l.counts.Stored += size(i)
		}
	}
	l.counts.Calls, l.counts.Write, l.counts.Read = l.table.calls, l.table.write, float64(l.table.read)/2
	return l.counts, nil
}

func newLine(stages int) *line {
	l := &line{
		table: &table{Table: chaintest.NewTable(), calls: map[string]int{}}, now: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC),
		callbacks: map[string]string{}, tasks: map[string]bool{}, plan: chain.Plan{SecondStart: chain.Refuse},
	}
	for n := range stages {
		name := fmt.Sprintf("stage%02d", n+1)
		l.stages = append(l.stages, name)
		l.plan.Stages = append(l.plan.Stages, chain.StagePlan{Name: name})
	}
	l.outbox = &outbox.Handler{
		Actor: &outbox.Actor{
			Table: "state", StateMachine: "arn:aws:states:us-east-1:111122223333:stateMachine:Pipeline", Bus: "chain", Name: "Stages",
			States:      func() outbox.States { return states{line: l} },
			EventBridge: func() outbox.EventBridge { return bus{l} },
			DynamoDB:    func() outbox.DynamoDB { return l.table },
		},
		Now: l.tick, Sleep: chainstore.Sleep, Random: func() float64 { return 0 }, Log: slog.New(slog.DiscardHandler),
	}
	return l
}

func (l *line) tick() time.Time {
	l.now = l.now.Add(time.Second)
	return l.now
}

// id is as long as a UUID.
func (l *line) id() string {
	l.ids++
	return fmt.Sprintf("0191e2b4-7a52-7c3e-9d1f-%012d", l.ids)
}

// deliver delivers a message of a source to its intake, and what came of it to the outbox.
func (l *line) deliver(ctx context.Context, mapping mediaevent.Mapping, body any) error {
	mapper, err := mediaevent.NewMapper(mapping)
	if err != nil {
		return err
	}
	partner := &intake.Partner{Common: l.common(), Envelope: mediaevent.RawEnvelope, Mapper: mapper, Store: l.store()}
	return l.handle(ctx, partner.Handler(partner.Process, sqsbatch.WithoutMetrics()), body)
}

// end delivers the event of an execution that has succeeded.
func (l *line) end(ctx context.Context) error {
	input, err := json.Marshal(map[string]any{wire.InputAsset: asset, wire.InputRun: l.run})
	if err != nil {
		return err
	}
	ended := &intake.Executions{Common: l.common(), Store: l.store()}
	return l.handle(ctx, ended.Handler(ended.Process, sqsbatch.WithoutMetrics()), map[string]any{
		"source": "aws.states", "detail-type": "Step Functions Execution Status Change", "detail": map[string]any{
			"executionArn": "arn:aws:states:us-east-1:111122223333:execution:Pipeline:" + l.run, "name": l.run, "status": "SUCCEEDED",
			"stopDate": l.now.UnixMilli(), "input": string(input),
		},
	})
}

func (l *line) handle(ctx context.Context, handler func(context.Context, events.SQSEvent) (events.SQSEventResponse, error), body any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	l.counts.Messages++
	response, err := handler(ctx, events.SQSEvent{Records: []events.SQSMessage{{
		MessageId: l.id(), Body: string(text), EventSourceARN: "arn:aws:sqs:us-east-1:111122223333:source",
		Attributes: map[string]string{"ApproximateReceiveCount": "1", "SentTimestamp": strconv.FormatInt(l.tick().UnixMilli(), 10)},
	}}})
	if err != nil {
		return err
	}
	if len(response.BatchItemFailures) > 0 {
		return fmt.Errorf("the intake did not take %s", text)
	}
	return l.stream(ctx, l.table.settle(true))
}

func (l *line) common() intake.Common {
	return intake.Common{Source: "source", Now: l.tick, Log: slog.New(slog.DiscardHandler), Metrics: (*telemetry.Metrics)(nil)}
}

func (l *line) store() *chainstore.Store {
	return chainstore.New("state", l.plan, 0, func() chainstore.DynamoDB { return l.table })
}

// stream gives the outbox what was changed, as the filter of its mapping lets
// through, and then what it changed itself.
func (l *line) stream(ctx context.Context, changes []chaintest.Change) error {
	for len(changes) > 0 {
		var event events.DynamoDBEvent
		for _, change := range changes {
			record := change.Record(l.ids, l.now)
			l.ids++
			sort := record.Change.Keys[wire.KeySort].String()
			if slices.ContainsFunc([]string{wire.PrefixStage, wire.PrefixRun, wire.PrefixEntry}, func(p string) bool { return strings.HasPrefix(sort, p) }) {
				event.Records = append(event.Records, record)
			}
		}
		if len(event.Records) > 0 {
			l.counts.Batches++
			if err := l.outbox.Handle(ctx, event); err != nil {
				return err
			}
		}
		changes = l.table.settle(false)
	}
	return nil
}

// states is Step Functions, which is not asked for anything else on the way.
type states struct {
	outbox.States
	*line
}

// StartExecution implements the method of the client.
func (s states) StartExecution(_ context.Context, in *sfn.StartExecutionInput, _ ...func(*sfn.Options)) (*sfn.StartExecutionOutput, error) {
	s.table.calls["StartExecution"]++
	s.run = *in.Name
	return &sfn.StartExecutionOutput{}, nil
}

// SendTaskSuccess implements the method of the client.
func (s states) SendTaskSuccess(_ context.Context, in *sfn.SendTaskSuccessInput, _ ...func(*sfn.Options)) (*sfn.SendTaskSuccessOutput, error) {
	s.table.calls["SendTaskSuccess"]++
	s.tasks[*in.TaskToken] = true
	return &sfn.SendTaskSuccessOutput{}, nil
}

// bus is EventBridge.
type bus struct{ *line }

// PutEvents implements the method of the client.
func (b bus) PutEvents(_ context.Context, in *eventbridge.PutEventsInput, _ ...func(*eventbridge.Options)) (*eventbridge.PutEventsOutput, error) {
	b.table.calls["PutEvents"]++
	b.counts.Published += len(in.Entries)
	for _, entry := range in.Entries {
		var event struct {
			What, Stage string
			Data        mediaevent.Data
		}
		if err := json.Unmarshal([]byte(*entry.Detail), &event); err != nil {
			return nil, err
		}
		if event.What == wire.WhatStageRequested {
			b.callbacks[event.Stage] = event.Data.Job.CallbackID
		}
	}
	return &eventbridge.PutEventsOutput{}, nil
}
