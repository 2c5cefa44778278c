package faults

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"golang.org/x/sync/errgroup"

	"github.com/mediasupplychain/cdk/supplychain/state"
	"github.com/mediasupplychain/cdk/test/drive"
)

// verification compares what is with what has to be, and lists every difference.
type verification struct {
	*stage
	operator *operator
	claims   map[string]string // fate by event
	guard    sync.Mutex
	wrong    []string
}

func (v *verification) fail(format string, arguments ...any) {
	v.guard.Lock()
	defer v.guard.Unlock()
	v.wrong = append(v.wrong, fmt.Sprintf(format, arguments...))
}

func text(item map[string]types.AttributeValue, name string) string {
	if value, is := item[name].(*types.AttributeValueMemberS); is {
		return value.Value
	}
	return ""
}

// readClaims reads what became of every event that was taken in.
func (v *verification) readClaims(ctx context.Context, client *dynamodb.Client, table string) error {
	v.claims = map[string]string{}
	pages := dynamodb.NewScanPaginator(client, &dynamodb.ScanInput{
		TableName: &table, ConsistentRead: aws.Bool(true), FilterExpression: aws.String("sk = :claim"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":claim": &types.AttributeValueMemberS{Value: "CLAIM"}},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, item := range page.Items {
			source, id, _ := strings.Cut(strings.TrimPrefix(text(item, "pk"), "CLAIM#"), "#")
			v.claims[source+" "+id] = text(item, "fate")
		}
	}
	return nil
}

// readExecutions reads how every execution stands.
func (v *verification) readExecutions(ctx context.Context) (map[string]string, error) {
	all, err := drive.Executions(ctx, v.states, v.machine)
	if err != nil {
		return nil, err
	}
	status := map[string]string{}
	for _, execution := range all {
		status[*execution.Name] = string(execution.Status)
	}
	return status, nil
}

// title checks everything about one title.
func (v *verification) title(ctx context.Context, p *player, executions map[string]string) error {
	v.fates(p)
	asset, err := v.chain.State.Asset(ctx, p.asset)
	if err != nil {
		return err
	}
	runs, err := v.runsOf(ctx, p.asset)
	if err != nil {
		return err
	}
	v.state(p, asset, runs)
	v.hanging(p, runs, executions)
	history, err := v.chain.History(ctx, p.asset)
	if err != nil {
		return err
	}
	v.history(p, history)
	v.announced(p, history)
	for _, run := range p.runs {
		if err := v.onceEach(ctx, p.asset, run); err != nil {
			return err
		}
	}
	return nil
}

func (v *verification) runsOf(ctx context.Context, asset string) ([]state.Run, error) {
	var runs []state.Run
	for run, err := range v.chain.State.Runs(ctx, asset) {
		if err != nil {
			return nil, err
		}
		runs = append(runs, run)
	}
	slices.Reverse(runs) // the oldest first
	return runs, nil
}

// fates: every event has exactly one end, and it is the right one.
func (v *verification) fates(p *player) {
	for _, e := range p.events {
		if e.again != nil {
			continue
		}
		one := p.sent[e]
		if one == nil {
			v.fail("%s: event %d, %s, was never sent", p.asset, e.n, e.file)
			continue
		}
		fate, claimed := v.claims[one.key]
		parked, _ := v.operator.found(p.marker(e))
		switch {
		case e.kind == forged:
			if claimed {
				v.fail("%s: forged event %s is %s", p.asset, one.key, fate)
			}
		case e.poison():
			if claimed || !slices.Equal(parked, []string{deadLetterSource(e.source)}) {
				v.fail("%s: poison %d of %s: claimed %v, in the dead-letter queues of %q", p.asset, e.n, e.source, claimed, parked)
			}
		case !claimed:
			v.fail("%s: event %d %s is lost; want %q", p.asset, e.n, one.key, e.fates)
		case !slices.Contains(e.fates, fate):
			v.fail("%s: event %d %s is %s; want %q", p.asset, e.n, one.key, fate, e.fates)
		}
	}
	if p.race != nil {
		v.photo(p)
	}
}

// photo: of two contrary answers exactly one takes effect.
func (v *verification) photo(p *player) {
	applied := 0
	for e := range p.sent {
		if len(e.fates) == 2 && v.claims[p.sent[e].key] == "applied" {
			applied++
		}
	}
	if applied != 1 {
		v.fail("%s: %d of two contrary answers took effect", p.asset, applied)
	}
}

// deadLetterSource is the name of the source in DeadLetterQueueUrls.
func deadLetterSource(source string) string {
	if source == "review" {
		return "approvals"
	}
	return source
}

// expected is the end that the model says, or the other end of the race.
func (v *verification) expected(p *player) *titleModel {
	model := &p.model
	if p.race != nil && v.claims[p.sent[p.race.failed].key] == "applied" {
		run := model.run()
		run.status, run.stages["distribution"].status = "Failed", "Failed"
	}
	return model
}

// state: runs and stages are what the model says.
func (v *verification) state(p *player, asset state.Asset, runs []state.Run) {
	model := v.expected(p)
	var want, got []string
	for _, run := range model.runs {
		want = append(want, run.status)
	}
	for _, run := range runs {
		got = append(got, run.Status)
	}
	if !slices.Equal(want, got) {
		v.fail("%s: its runs are %q; want %q", p.asset, got, want)
		return
	}
	if active := asset.Active != nil; active != model.active() || active && asset.Active.ID != p.runs[len(p.runs)-1] {
		v.fail("%s: active run %v; want %v", p.asset, asset.Active, model.active())
	}
	for _, name := range slices.Sorted(maps.Keys(model.run().stages)) {
		want, got := model.run().stages[name], asset.Stages[name]
		if got.Status != want.status || got.Attempt != want.attempt {
			v.fail("%s: stage %s is %s, attempt %d; want %s, attempt %d", p.asset, name, got.Status, got.Attempt, want.status, want.attempt)
		}
	}
}

// executionStatus is how the execution of a run stands. One that was superseded
// is stopped; it may have seen so itself before.
var executionStatus = map[string][]string{
	"Running": {"RUNNING"}, "Completed": {"SUCCEEDED"}, "Failed": {"FAILED"}, "Aborted": {"ABORTED"}, "Superseded": {"ABORTED", "FAILED"},
}

// hanging: no execution runs but those that wait for a partner.
func (v *verification) hanging(p *player, runs []state.Run, executions map[string]string) {
	for _, run := range runs {
		if !slices.Contains(executionStatus[run.Status], executions[run.ID]) {
			v.fail("%s: the execution of run %s is %q, and the run is %s", p.asset, run.ID, executions[run.ID], run.Status)
		}
	}
}

// history: each event has its line, once; nothing is told twice.
func (v *verification) history(p *player, history []state.Entry) {
	lines, starts := map[string]int{}, 0
	for _, entry := range history {
		if entry.What == "run.started" && entry.Fate == "applied" {
			starts++
		}
		if entry.Fate != "" {
			lines[entry.Event.Source+" "+entry.Event.ID]++
		} else {
			lines[strings.Join([]string{entry.What, entry.Run, entry.Stage, strconv.Itoa(entry.Attempt)}, " ")]++
		}
	}
	for line, times := range lines {
		if times != 1 {
			v.fail("%s: %s is in the history %d times", p.asset, line, times)
		}
	}
	if starts != len(p.model.runs) {
		v.fail("%s: %d runs have started; want %d", p.asset, starts, len(p.model.runs))
	}
	for e, one := range p.sent {
		placed := len(e.fates) > 0 && e.kind != elsewhere
		if placed && lines[one.key] == 0 {
			v.fail("%s: event %s is not in the history", p.asset, one.key)
		}
	}
}

// announced: each line of the history was on the bus, those of a source that
// keeps order in that order, and none of a run before it had started.
func (v *verification) announced(p *player, history []state.Entry) {
	heard := v.bus.order(p.asset)
	place := map[string]int{}
	for i, id := range heard {
		place[id] = i
	}
	last, started := -1, -1
	for _, entry := range history {
		id := entry.Event.Source + " " + entry.Event.ID
		if entry.Canonical == nil && (entry.Fate == "" || entry.Event.Source == "aws.states") {
			id = own + " " + entry.ID
		}
		at, is := place[id]
		switch {
		case !is:
			v.fail("%s: %s %s was never on the bus", p.asset, entry.What, id)
		case entry.Event.Source == "/partners/mam" && entry.Canonical != nil:
			if at < last {
				v.fail("%s: %s was on the bus before what its source sent before", p.asset, id)
			}
			last = at
			if entry.What == "run.started" && entry.Fate == "applied" {
				started = at
			}
		case entry.Fate == "" && entry.What != "run.superseded" && entry.What != "stage.canceled" && entry.Run == p.runs[len(p.runs)-1] && len(p.runs) == 1 && at < started:
			v.fail("%s: %s of a run that had not started", p.asset, id)
		}
	}
}

// onceEach: the execution entered each of its states once. None of them is part
// of a loop, so a task that ended twice would be two.
func (v *verification) onceEach(ctx context.Context, asset, run string) error {
	entered := map[string]int{}
	pages := sfn.NewGetExecutionHistoryPaginator(v.states, &sfn.GetExecutionHistoryInput{
		ExecutionArn: aws.String(strings.Replace(v.machine, ":stateMachine:", ":execution:", 1) + ":" + run), MaxResults: 1000,
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, event := range page.Events {
			if event.StateEnteredEventDetails != nil {
				entered[aws.ToString(event.StateEnteredEventDetails.Name)]++
			}
		}
	}
	if entered["metadata"] == 0 {
		v.fail("%s: the execution of run %s has not begun", asset, run)
	}
	for name, times := range entered {
		if times != 1 {
			v.fail("%s: the execution of run %s entered %s %d times", asset, run, name, times)
		}
	}
	return nil
}

// invented: nothing is claimed that nobody sent.
func (v *verification) invented(players []*player) {
	sent := map[string]bool{}
	for _, p := range players {
		for _, one := range p.sent {
			sent[one.key] = true
		}
	}
	for key, fate := range v.claims {
		if !sent[key] && !strings.HasPrefix(key, "aws.states ") {
			v.fail("event %s is %s, and nobody sent it", key, fate)
		}
	}
}

// all checks all titles.
func (v *verification) all(ctx context.Context, players []*player) error {
	var executions map[string]string
	// An execution that was stopped a moment ago may still say that it runs.
	err := drive.Eventually(ctx, v.patience, "executions of runs that are over", func(ctx context.Context) (bool, string, error) {
		var err error
		if executions, err = v.readExecutions(ctx); err != nil {
			return false, "", err
		}
		var hanging []string
		for _, p := range players {
			for i, run := range p.runs {
				if p.model.runs[i].status != "Running" && executions[run] == "RUNNING" {
					hanging = append(hanging, p.asset+" "+run)
				}
			}
		}
		return len(hanging) == 0, fmt.Sprintf("%d still run: %.300q", len(hanging), hanging), nil
	})
	if err != nil {
		v.fail("%v", err)
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(8)
	for _, p := range players {
		group.Go(func() error { return v.title(ctx, p, executions) })
	}
	return group.Wait()
}
