package outbox

import (
	"errors"
	"fmt"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mediasupplychain/cdk/internal/chain"
	"github.com/mediasupplychain/cdk/internal/chainstore"
	"github.com/mediasupplychain/cdk/internal/chaintest"
	"github.com/mediasupplychain/cdk/internal/wire"
)

// execution is an execution of the pipeline: two stages, two attempts each. It
// makes the pipeline's writes, waits for its token, and follows the table where
// a condition fails, as the definition does.
type execution struct {
	name    string
	at      int // stage
	attempt int
	token   string // of the task that waits; empty: the request is to be made
	status  chain.RunStatus
}

var simulated = chain.Plan{SecondStart: chain.Supersede, Stages: []chain.StagePlan{{Name: "qc"}, {Name: "delivery"}}}

// simulation is the whole of a supply chain, each part of which moves only when
// it is told to, with faults at any call.
type simulation struct {
	*rapid.T
	table      *chaintest.Table
	world      *world
	outbox     *Handler
	stream     stream
	pending    events.DynamoDBEvent
	executions map[string]*execution
	now        time.Time
	tokens     int
	faults     bool
	inbox      []chain.Event // sent, and not acknowledged
	closings   []chain.Closing
	sent       map[chain.EventKey]bool
}

var errFault = errors.New("injected")

// drawFault is asked before and after calls.
func (s *simulation) drawFault(string) error {
	if s.faults && rapid.IntRange(0, 9).Draw(s.T, "fault") == 0 {
		return errFault
	}
	return nil
}

func (s *simulation) tick() { s.now = s.now.Add(time.Second) }

func (s *simulation) send(kind chain.Kind, stage string, id int) {
	e := chain.Event{
		Key: chain.EventKey{Source: "/partners/p", ID: strconv.Itoa(id)}, Kind: kind, Type: "media.x.y.v1", Asset: "tt-1", Stage: stage, Partner: "p",
		Occurred: s.now, Canonical: canonicalEvent(strconv.Itoa(id)),
	}
	s.sent[e.Key] = true
	s.inbox = append(s.inbox, e)
}

// deliver delivers one message of the queue, in any order, and again if it was
// not acknowledged or the queue feels like it.
func (s *simulation) deliver() {
	if len(s.inbox) == 0 {
		return
	}
	i := rapid.IntRange(0, len(s.inbox)-1).Draw(s.T, "message")
	e := s.inbox[i]
	e.Recorded = s.now
	_, err := s.store().Apply(s.Context(), e)
	again := s.faults && rapid.IntRange(0, 4).Draw(s.T, "twice") == 0
	if err == nil && !again {
		s.inbox = append(s.inbox[:i], s.inbox[i+1:]...)
	}
}

func (s *simulation) store() *chainstore.Store {
	store := chainstore.New("state", simulated, 0, func() chainstore.DynamoDB { return s.table })
	store.Sleep, store.Random = s.outbox.Sleep, s.outbox.Random
	return store
}

// close delivers one status change.
func (s *simulation) close() {
	if len(s.closings) == 0 {
		return
	}
	c := s.closings[0]
	c.Recorded = s.now
	if _, err := s.store().Close(s.Context(), c); err == nil {
		s.closings = s.closings[1:]
	}
}

// act runs the outbox once, on the records that failed before those that are new.
func (s *simulation) act() {
	if len(s.pending.Records) == 0 {
		s.pending = s.stream.take()
	}
	if s.faults && rapid.IntRange(0, 9).Draw(s.T, "new process") == 0 {
		s.outbox = s.fresh() // it remembers nothing
	}
	if len(s.pending.Records) > 0 && s.outbox.Handle(s.Context(), s.pending) == nil {
		s.pending = events.DynamoDBEvent{}
	}
}

func (s *simulation) fresh() *Handler {
	h := newHandler(s.table, s.world)
	h.Now = func() time.Time { return s.now }
	return h
}

// step moves one execution by one state. Step Functions' own calls have no faults
// here: it tries them again itself.
func (s *simulation) step(x *execution, timeout bool) {
	if !s.world.executions[x.name] && x.status == "" {
		x.status = chain.RunAborted // stopped from outside
	}
	if x.status != "" {
		return
	}
	fault, lost := s.table.Fault, s.table.Lost
	s.table.Fault, s.table.Lost = nil, nil
	defer func() { s.table.Fault, s.table.Lost = fault, lost }()
	p := chaintest.Pipeline{Table: s.table, Asset: "tt-1", Run: x.name, Now: func() time.Time { return s.now }}
	stage := simulated.Stages[x.at].Name
	switch {
	case x.token == "":
		s.tokens++
		token := fmt.Sprintf("token-%d", s.tokens)
		s.world.tokens[token] = ""
		if !p.Request(stage, "p", token, x.attempt, time.Hour, 0) {
			s.end(x, chain.RunFailed) // superseded
			return
		}
		x.token = token
	case s.world.tokens[x.token] != "":
		s.proceed(x, p, strings.HasPrefix(s.world.tokens[x.token], "StageFailed"))
	case timeout:
		s.timeOut(x, p)
	}
}

// timeOut is the path of States.Timeout: the table says whether it counts.
func (s *simulation) timeOut(x *execution, p chaintest.Pipeline) {
	stage := simulated.Stages[x.at].Name
	s.world.tokens[x.token] = "timed out"
	key := chainstore.StageKey("tt-1", stage)
	slot := chainstore.StageOf(s.table.Item(key.PK, key.SK))
	over := x.attempt < 2 && p.TimedOut(stage, x.attempt) || x.attempt == 2 && p.Over(stage, x.attempt)
	require.False(s.T, over && slot.Outcome != nil, "an answer that took effect was timed out")
	switch {
	case over && x.attempt < 2:
		x.attempt, x.token = x.attempt+1, ""
		return
	case over:
		s.end(x, chain.RunFailed)
		return
	}
	switch {
	case slot.Run != x.name:
		s.end(x, chain.RunFailed)
	case slot.Outcome == nil:
		s.Fatalf("the condition failed, and there is no answer: %+v", slot)
	default:
		s.proceed(x, p, slot.Status == chain.StageFailed)
	}
}

// proceed goes on after an answer.
func (s *simulation) proceed(x *execution, p chaintest.Pipeline, failed bool) {
	stage := simulated.Stages[x.at].Name
	switch {
	case failed && x.attempt < 2:
		p.Again(stage, x.attempt)
		x.attempt, x.token = x.attempt+1, ""
	case failed:
		s.end(x, chain.RunFailed)
	case x.at+1 == len(simulated.Stages):
		s.end(x, chain.RunCompleted)
	default:
		x.at, x.attempt, x.token = x.at+1, 1, ""
	}
}

func (s *simulation) end(x *execution, status chain.RunStatus) {
	x.status = status
	s.world.executions[x.name] = false
	s.closings = append(s.closings, chain.Closing{
		Key: chain.EventKey{Source: "aws.states", ID: x.name}, Asset: "tt-1", Run: x.name, Status: status, Occurred: s.now,
	})
}

func (s *simulation) running() []*execution {
	var all []*execution
	for name := range s.world.executions {
		if s.executions[name] == nil {
			s.executions[name] = &execution{name: name, attempt: 1}
		}
	}
	for _, x := range s.executions {
		if x.status == "" {
			all = append(all, x)
		}
	}
	sort.Slice(all, func(i, j int) bool { return all[i].name < all[j].name })
	return all
}

// Whatever is early, late, twice, in conflict or interrupted: in the end no
// execution hangs, no run is called active that has none, each event that was
// acknowledged has exactly one fate, and all of the history is on the bus.
func TestNothingIsLostHangsOrHappensTwice(t *testing.T) {
	ended, answered := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		s := &simulation{T: t, table: chaintest.NewTable(), world: newWorld(), executions: map[string]*execution{}, now: noon, faults: true, sent: map[chain.EventKey]bool{}}
		s.stream.table = s.table
		s.outbox = s.fresh()
		s.table.Fault, s.table.Lost = s.drawFault, s.drawFault
		s.world.fault = s.drawFault
		s.send(chain.Start, "", 1)
		for n := range rapid.IntRange(10, 60).Draw(t, "steps") {
			s.tick()
			switch rapid.IntRange(0, 9).Draw(t, "who") {
			case 0:
				if rapid.IntRange(0, 3).Draw(t, "another start") == 0 {
					s.send(chain.Start, "", 100+n)
				}
			case 1, 2:
				kind := rapid.SampledFrom([]chain.Kind{chain.Complete, chain.Complete, chain.Fail, chain.Progress}).Draw(t, "kind")
				s.send(kind, rapid.SampledFrom([]string{"qc", "delivery"}).Draw(t, "stage"), 200+n)
			case 3, 4, 5:
				s.deliver()
			case 6, 7:
				s.act()
			case 8:
				s.close()
			default:
				for _, x := range s.running() {
					s.step(x, rapid.IntRange(0, 5).Draw(t, "timeout") == 0)
				}
			}
		}
		s.drain()
		s.check()
		ended += len(s.executions)
		answered += strings.Count(strings.Join(s.world.calls, "\n"), "SendTask")
	})
	require.Positive(t, ended, "no execution ran: the test shows nothing")
	require.Positive(t, answered, "no task was answered: the test shows nothing")
}

// drain lets everything come to its end, without faults, all that waits timing out.
func (s *simulation) drain() {
	s.faults = false
	for range 200 {
		s.tick()
		for len(s.inbox) > 0 {
			s.deliver()
		}
		s.act()
		for _, x := range s.running() {
			s.step(x, false)
		}
		if len(s.pending.Records) == 0 {
			if s.pending = s.stream.take(); len(s.pending.Records) > 0 {
				continue
			}
			for _, x := range s.running() {
				s.step(x, true)
			}
		}
		for len(s.closings) > 0 {
			s.close()
		}
		if s.pending.Records == nil && len(s.running()) == 0 {
			if s.pending = s.stream.take(); len(s.pending.Records) == 0 {
				return
			}
		}
	}
	s.Fatalf("it does not come to an end: %v", s.running())
}

func (s *simulation) check() {
	fates := map[chain.EventKey]string{}
	published, slots := map[string]bool{}, []chain.Stage{}
	for _, e := range s.world.events {
		published[e.What+" "+e.Fate+" "+e.ID] = true
	}
	for _, item := range s.table.Items() {
		i := chainstore.Item(item)
		sk := i.Text(wire.KeySort)
		switch {
		case strings.HasPrefix(sk, wire.PrefixEntry):
			e := chainstore.EntryOf(i)
			if e.Event.Source == "/partners/p" && e.Fate != "" {
				require.Empty(s.T, fates[e.Event], "event %v has a second fate %s", e.Event, e.Fate)
				fates[e.Event] = string(e.Fate)
			}
			id, fate := e.ID, string(e.Fate)
			if len(e.Canonical) > 0 {
				id = e.Event.ID
			}
			if fate == "" {
				fate = wire.FateApplied
			}
			require.True(s.T, published[e.What+" "+fate+" "+id], "%s %s is not on the bus", e.What, id)
		case strings.HasPrefix(sk, wire.PrefixRun):
			r := chainstore.RunOf(i)
			require.NotEqual(s.T, chain.RunRunning, r.Status, "run %s is called running", r.ID)
			x := s.executions[r.ID]
			require.NotNil(s.T, x, "run %s never had an execution", r.ID)
			if r.Status != chain.RunSuperseded {
				require.Equal(s.T, x.status, r.Status)
			}
		case strings.HasPrefix(sk, wire.PrefixStage):
			require.False(s.T, i.Has(wire.AttrWaitingOn), "%s is among those that wait", sk)
			slots = append(slots, chainstore.StageOf(i))
		}
	}
	for key := range s.sent {
		require.NotEmpty(s.T, fates[key], "event %v has no fate", key)
	}
	require.Empty(s.T, s.world.letters)
	s.agree(slots)
}

// agree sees to it that how the last run ended is what the table says of its
// stages: an answer that counts there counted in the execution, and none else.
func (s *simulation) agree(slots []chain.Stage) {
	for _, slot := range slots {
		x := s.executions[slot.Run]
		switch {
		case x.status == chain.RunCompleted:
			require.Equal(s.T, chain.StageCompleted, slot.Status, "%s of a completed run", slot.Name)
		case slot.Name == "qc" && slot.Status == chain.StageCompleted:
			require.Equal(s.T, 1, x.at, "qc is completed, and the execution went on")
		}
	}
}
