package throughput

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"golang.org/x/sync/errgroup"

	"github.com/mediasupplychain/cdk/test/drive"
	"github.com/mediasupplychain/cdk/test/localcloud"
)

// Line is a deployed pipeline: where its events go in, and what it tells.
type Line struct {
	Name    string
	Stages  int
	Machine string // ARN of its state machine
	Table   string // name of its table

	starts, answers, seen string // URLs of queues
	queues                *sqs.Client
	states                *sfn.Client
}

// NewLine finds a pipeline among the stacks of a deployment.
func NewLine(cloud *localcloud.Cloud, deployment *localcloud.Deployment, stack string, stages int) (*Line, error) {
	outputs := deployment.Outputs[stack]
	for _, name := range []string{"StartsUrl", "AnswersUrl", "SeenUrl", "PipelineArn", "TableName"} {
		if outputs[name] == "" {
			return nil, fmt.Errorf("stack %s has no output %s", stack, name)
		}
	}
	return &Line{
		Name: stack, Stages: stages, Machine: outputs["PipelineArn"], Table: outputs["TableName"],
		starts: outputs["StartsUrl"], answers: outputs["AnswersUrl"], seen: outputs["SeenUrl"],
		queues: sqs.NewFromConfig(cloud.Config()), states: sfn.NewFromConfig(cloud.Config()),
	}, nil
}

// batch is how many messages one call of SQS takes.
const batch = 10

// receivers is how many of the partners listen at a time.
const receivers = 4

// Result is what came of a number of assets.
type Result struct {
	Took   time.Duration  // from the first start until all was told on the bus
	Events int            // that went in: a start and an answer to each stage, for each asset
	Told   map[string]int // events on the bus by what they tell
}

// PerSecond is how many events went through in a second.
func (r Result) PerSecond() float64 { return float64(r.Events) / r.Took.Seconds() }

// Run announces assets, answers all that partners are asked, and waits until all
// has been told that [Line.Expected] says, of which each run's completion is a part.
func (l *Line) Run(ctx context.Context, name string, assets int, patience time.Duration) (Result, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	began := time.Now()
	r := &run{Line: l, assets: assets, left: sum(l.Expected(assets)), told: map[string]int{}, seen: map[string]bool{}, over: make(chan struct{})}
	group, ctx := errgroup.WithContext(ctx)
	for range receivers {
		group.Go(func() error { return r.listen(ctx) })
	}
	group.Go(func() error { return r.announce(ctx, name) })
	if err := group.Wait(); err != nil {
		return Result{}, fmt.Errorf("%s: %d assets, told %v: %w", l.Name, assets, r.told, err)
	}
	return Result{Took: time.Since(began), Events: assets * (l.Stages + 1), Told: r.told}, nil
}

type run struct {
	*Line
	assets int
	over   chan struct{}

	guard sync.Mutex
	left  int // events that are still to be told
	told  map[string]int
	seen  map[string]bool // what was told already, since a bus may tell it twice
}

func (r *run) announce(ctx context.Context, name string) error {
	for from := 0; from < r.assets; from += batch {
		var bodies []any
		for n := from; n < min(from+batch, r.assets); n++ {
			asset := fmt.Sprintf("%s-%05d", name, n)
			bodies = append(bodies, map[string]string{"id": "master-" + asset, "assetId": asset})
		}
		if err := r.send(ctx, r.starts, bodies); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) send(ctx context.Context, url string, bodies []any) error {
	if len(bodies) == 0 {
		return nil
	}
	var entries []sqstypes.SendMessageBatchRequestEntry
	for n, body := range bodies {
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		entries = append(entries, sqstypes.SendMessageBatchRequestEntry{Id: aws.String(strconv.Itoa(n)), MessageBody: aws.String(string(text))})
	}
	out, err := r.queues.SendMessageBatch(ctx, &sqs.SendMessageBatchInput{QueueUrl: &url, Entries: entries})
	if err == nil && len(out.Failed) > 0 {
		err = fmt.Errorf("%d messages were not taken", len(out.Failed))
	}
	return err
}

// told is an event on the bus, of either pipeline.
type told struct {
	Detail struct {
		What, Subject, Stage string
		Data                 struct {
			Job struct {
				CallbackID string `json:"callbackId"`
			}
		}
	}
}

// listen answers what partners are asked, until all has been told.
func (r *run) listen(ctx context.Context) error {
	for {
		select {
		case <-r.over:
			return nil
		default:
		}
		out, err := r.queues.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: &r.Line.seen, MaxNumberOfMessages: batch, WaitTimeSeconds: 1})
		if err != nil {
			return err
		}
		var answers []any
		var done []sqstypes.DeleteMessageBatchRequestEntry
		for n, message := range out.Messages {
			var event told
			if err := json.Unmarshal([]byte(*message.Body), &event); err != nil {
				return fmt.Errorf("%s: %w", *message.Body, err)
			}
			if answer := r.note(event); answer != nil {
				answers = append(answers, answer)
			}
			done = append(done, sqstypes.DeleteMessageBatchRequestEntry{Id: aws.String(strconv.Itoa(n)), ReceiptHandle: message.ReceiptHandle})
		}
		if err := r.send(ctx, r.answers, answers); err != nil {
			return err
		}
		if len(done) > 0 {
			if _, err := r.queues.DeleteMessageBatch(ctx, &sqs.DeleteMessageBatchInput{QueueUrl: &r.Line.seen, Entries: done}); err != nil {
				return err
			}
		}
	}
}

// note counts what was told, and is the answer to it, if it asks.
func (r *run) note(event told) any {
	d := event.Detail
	r.guard.Lock()
	defer r.guard.Unlock()
	key := d.What + " " + d.Subject + " " + d.Stage
	if r.seen[key] {
		return nil
	}
	r.seen[key] = true
	r.told[d.What]++
	r.left--
	if r.left == 0 {
		close(r.over)
	}
	if d.What == "stage.requested" {
		return map[string]string{
			"id": "answer-" + d.Subject + "-" + d.Stage, "assetId": d.Subject, "stage": d.Stage, "status": "done", "callbackId": d.Data.Job.CallbackID,
		}
	}
	return nil
}

// Expected is what a pipeline tells of assets that go through all its stages.
func (l *Line) Expected(assets int) map[string]int {
	return map[string]int{
		"run.started": assets, "run.completed": assets,
		"stage.requested": assets * l.Stages, "stage.completed": assets * l.Stages,
	}
}

func sum(counts map[string]int) int {
	all := 0
	for _, n := range counts {
		all += n
	}
	return all
}

// Executions counts the executions of the pipeline by their status.
func (l *Line) Executions(ctx context.Context) (map[types.ExecutionStatus]int, error) {
	all, err := drive.Executions(ctx, l.states, l.Machine)
	if err != nil {
		return nil, err
	}
	counts := map[types.ExecutionStatus]int{}
	for _, execution := range all {
		counts[execution.Status]++
	}
	return counts, nil
}
