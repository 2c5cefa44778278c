package faults

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"golang.org/x/sync/errgroup"

	"github.com/mediasupplychain/cdk/test/drive"
)

// partner is how a source's payloads tell what an event needs.
type partner struct {
	name     string // its events' source is "/partners/" and this
	id       string // the field that makes an event another one
	time     string
	now      func(time.Time) any
	callback func(fields map[string]any, id string)
	key      func(fields map[string]any) string // the event's id
	asset    string                             // the field that holds the asset
}

func field(name string) func(map[string]any) string {
	return func(fields map[string]any) string { return fmt.Sprint(fields[name]) }
}

func rfc3339(t time.Time) any { return t.UTC().Format(time.RFC3339Nano) }

func at(name string) func(map[string]any, string) {
	return func(fields map[string]any, id string) { fields[name] = id }
}

// partners are those of examples/supplychain, as its README and the payloads in
// its testdata have them.
var partners = map[string]partner{
	"masters": {name: "mam", id: "messageId", time: "registeredAt", now: rfc3339, key: field("messageId"), asset: "asset"},
	"rights":  {name: "rights", id: "decisionId", time: "decidedAt", now: rfc3339, key: field("decisionId"), asset: "titleId", callback: at("requestId")},
	"editing": {name: "cuttingroom", id: "changeId", time: "lockedAt", now: rfc3339, key: field("changeId"), asset: "title", callback: at("order")},
	"packaging": {
		name: "transcodefarm", id: "jobId", time: "timestamp", now: func(t time.Time) any { return t.UnixMilli() }, asset: "userMetadata",
		key: func(f map[string]any) string { return fmt.Sprintf("%v:%v:%v", f["jobId"], f["status"], f["timestamp"]) },
		callback: func(f map[string]any, id string) {
			f["userMetadata"].(map[string]any)["callbackId"] = id
		},
	},
	"qc": {
		name: "qc", id: "job_id", time: "occurred_at", now: func(t time.Time) any { return float64(t.UnixMilli()) / 1000 },
		key:   func(f map[string]any) string { return fmt.Sprintf("%v:%v", f["job_id"], f["event"]) },
		asset: "media", callback: at("reference"),
	},
	"delivery": {
		name: "signiant", id: "transferId", time: "eventTimestamp", now: rfc3339, asset: "payload",
		key: func(f map[string]any) string {
			return fmt.Sprintf("%v/%v/%v", f["transferId"], f["partNumber"], f["eventType"])
		},
	},
	"distribution": {name: "mux", id: "id", time: "created_at", now: rfc3339, key: field("id"), asset: "data"},
	"review":       {name: "approval", id: "id", time: "time", now: rfc3339, key: field("id"), asset: "assetId", callback: at("callbackId")},
}

// sent is an event on its way.
type sent struct {
	*event
	key      string // by which the supply chain knows it
	occurred time.Time
	message  drive.Event
}

// player plays a title's script.
type player struct {
	*title
	*stage
	runs  []string // ids, in the order of the script
	sent  map[*event]*sent
	clock time.Time
}

// stage is what all players share.
type stage struct {
	chain    *drive.SupplyChain
	bus      *bus
	states   *sfn.Client
	machine  string
	patience time.Duration

	guard    sync.Mutex
	messages int // that AWS or the webhook has acknowledged
	refused  int // calls of a webhook that it did not acknowledge, and that were made again
}

func (s *stage) play(ctx context.Context, t *title) (*player, error) {
	p := &player{title: t, stage: s, sent: map[*event]*sent{}}
	for i, step := range t.steps {
		if err := p.step(ctx, step); err != nil {
			return p, fmt.Errorf("%s: step %d of %d, %s: %w", t.asset, i+1, len(t.steps), step.what, err)
		}
	}
	return p, nil
}

func (p *player) step(ctx context.Context, s *step) error {
	if s.asked != nil {
		if _, err := p.bus.wait(ctx, p.patience, requestOf(p.runs[s.asked.run], s.asked.stage, s.asked.number)); err != nil {
			return err
		}
	}
	if s.over > 0 {
		if _, err := p.bus.wait(ctx, p.patience, endOf(p.runs[s.over-1])); err != nil {
			return err
		}
	}
	if s.stop {
		return p.stop(ctx)
	}
	inTurn := slices.SortedFunc(slices.Values(s.events), func(a, b *event) int { return a.n - b.n })
	for _, e := range inTurn { // each occurs after the one before, in whatever order they are sent
		if err := p.prepare(e); err != nil {
			return err
		}
	}
	group, sending := errgroup.WithContext(ctx)
	for _, e := range s.events {
		for range 1 + e.copies {
			group.Go(func() error { return p.send(sending, p.sent[e]) })
		}
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return p.settle(ctx, s)
}

// settle waits for what becomes of a step's events, and finds out the ids of runs.
func (p *player) settle(ctx context.Context, s *step) error {
	for _, e := range slices.Concat(s.events, s.places) {
		if len(e.fates) == 0 {
			continue // a duplicate, poison, or not taken: nothing is told
		}
		key := fateOf(p.sent[e].key)
		if e.parked && !slices.Contains(s.places, e) {
			key = parkedOf(p.sent[e].key)
		}
		if _, err := p.bus.wait(ctx, p.patience, key); err != nil {
			return err
		}
	}
	for _, e := range s.events {
		if e.starts {
			run, err := p.bus.wait(ctx, p.patience, runOf(p.sent[e].key))
			if err != nil {
				return err
			}
			p.runs = append(p.runs, run)
		}
	}
	return nil
}

func (p *player) stop(ctx context.Context) error {
	arn := strings.Replace(p.machine, ":stateMachine:", ":execution:", 1) + ":" + p.runs[len(p.runs)-1]
	_, err := p.states.StopExecution(ctx, &sfn.StopExecutionInput{ExecutionArn: &arn, Error: aws.String("Operator"), Cause: aws.String("stopped by hand")})
	return err
}

// prepare makes the payload.
func (p *player) prepare(e *event) error {
	if e.again != nil {
		p.sent[e] = p.sent[e.again]
		return nil
	}
	one := &sent{event: e, occurred: p.now()}
	if e.older != nil {
		one.occurred = p.sent[e.older].occurred.Add(-250 * time.Millisecond)
	}
	who := partners[e.source]
	set := drive.Fields{
		who.id:   fmt.Sprintf("%s-%02d-%s", e.source, e.n, p.asset),
		who.time: who.now(one.occurred),
	}
	for name, value := range e.fields {
		if !strings.HasPrefix(name, "%") {
			set[name] = value
		}
	}
	asset, file := p.asset, e.file
	if e.kind == elsewhere {
		asset = "nobody-knows-" + p.asset
	}
	if file == "editing-sequence-rejected" {
		file = "editing-sequence-locked" // the detail type tells them apart
	}
	message, err := p.chain.Payload(file, asset, set)
	if err != nil {
		return err
	}
	if err := p.shape(one, &message); err != nil {
		return err
	}
	one.message = message
	p.sent[e] = one
	return nil
}

// shape makes the payload what the script says.
func (p *player) shape(one *sent, message *drive.Event) error {
	e, who := one.event, partners[one.source]
	var fields map[string]any
	decoder := json.NewDecoder(bytes.NewReader(message.Payload))
	decoder.UseNumber()
	if err := decoder.Decode(&fields); err != nil {
		return err
	}
	one.key = "/partners/" + who.name + " " + who.key(fields)
	message.Asset = p.asset
	switch {
	case e.file == "editing-sequence-rejected":
		message.Type = "Sequence Rejected"
	case e.kind == commented:
		message.Type = "Comment Added"
	}
	if e.about != nil {
		callback, err := p.bus.wait(context.Background(), 0, requestOf(p.runs[e.about.run], e.about.stage, e.about.number))
		if err != nil {
			return err
		}
		who.callback(fields, callback)
	}
	if e.large {
		fields["attachment"] = strings.Repeat("0123456789", 7<<10)
	}
	if e.poison() {
		fields["remark"] = p.marker(e)
	}
	if e.kind == noAsset {
		delete(fields, who.asset)
	}
	payload, err := json.Marshal(fields)
	if e.kind == notJSON {
		payload = payload[:len(payload)-1]
	}
	message.Payload = payload
	return err
}

// marker is by what a poisonous payload is found in a dead-letter queue.
func (p *player) marker(e *event) string { return fmt.Sprintf("poison-%02d-%s", e.n, p.asset) }

// now is later at each call, in full milliseconds, which all partners can tell.
func (p *player) now() time.Time {
	now := time.Now().Truncate(time.Millisecond)
	if !now.After(p.clock) {
		now = p.clock.Add(time.Millisecond)
	}
	p.clock = now
	return now
}

// errForged is for a webhook that takes what nobody has signed.
var errForged = errors.New("a forged event was acknowledged")

// send sends until it is acknowledged, as partners do.
func (p *player) send(ctx context.Context, one *sent) error {
	if one.kind == forged {
		return p.forge(ctx, one)
	}
	message := one.message
	message.ID = drive.NewAsset(p.asset) // another message about the same event, where the way looks at that
	for try := 0; ; try++ {
		err := p.chain.SendEvent(ctx, one.file, message)
		p.guard.Lock()
		if err == nil {
			p.messages++
			p.guard.Unlock()
			return nil
		}
		p.refused++
		p.guard.Unlock()
		if try == 20 || !strings.Contains(err.Error(), " answered ") {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(500 * time.Millisecond):
		}
	}
}

// forge calls a webhook with what its partner did not sign.
func (p *player) forge(ctx context.Context, one *sent) error {
	return drive.Eventually(ctx, 10*time.Second, "a forged request is refused", func(ctx context.Context) (bool, string, error) {
		status, err := p.chain.Forge(ctx, one.file, one.message)
		if err == nil && status < 300 {
			err = errForged
		}
		// 5xx is the endpoint's own trouble under faults: the caller tries again.
		return status < 500, fmt.Sprintf("answered %d", status), err
	})
}
