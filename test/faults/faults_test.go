package faults

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/mediasupplychain/cdk/test/drive"
	"github.com/mediasupplychain/cdk/test/faultproxy"
	"github.com/mediasupplychain/cdk/test/localcloud"
)

// settings are what make test-faults sets by environment variables. Without them
// it is the short cut that runs with all other tests.
type settings struct {
	seed     uint64
	titles   int
	events   int     // of a title, about
	rate     float64 // of calls that fail
	kills    float64 // of calls at which the handler is killed
	together int     // titles at a time
}

func read(t *testing.T) settings {
	number := func(name string, otherwise float64) float64 {
		text := os.Getenv(name)
		if text == "" {
			return otherwise
		}
		value, err := strconv.ParseFloat(text, 64)
		require.NoError(t, err, name)
		return value
	}
	s := settings{
		seed:     uint64(number("FAULTS_SEED", 1)),
		titles:   int(number("FAULTS_ASSETS", 24)),
		events:   int(number("FAULTS_EVENTS", 12)),
		rate:     number("FAULTS_RATE", 0.1),
		kills:    number("FAULTS_KILLS", 0.002),
		together: int(number("FAULTS_TOGETHER", 64)),
	}
	if !canKill() {
		t.Log("no /proc here: handlers are not killed")
		s.kills = 0
	}
	return s
}

func (s settings) String() string {
	return fmt.Sprintf("FAULTS_SEED=%d FAULTS_ASSETS=%d FAULTS_EVENTS=%d FAULTS_RATE=%v FAULTS_KILLS=%v FAULTS_TOGETHER=%d make test-faults",
		s.seed, s.titles, s.events, s.rate, s.kills, s.together)
}

const (
	// patience is how long anything may take: a message whose handler is killed
	// again and again comes back after each visibility timeout.
	patience = 4 * time.Minute
	// visibility replaces the 180 seconds of the example, so that what failed comes
	// back while the test runs.
	visibility = 10 * time.Second
	// burst is how many calls of an operation fail in a row in a service's bad moment:
	// more than the SDK tries.
	burst = 8
	// hold is how long an answer is held back before the connection is cut.
	hold = 300 * time.Millisecond
)

func TestNothingIsLostNorDoneTwice(t *testing.T) {
	if testing.Short() {
		t.Skip("needs the local cloud")
	}
	s := read(t)
	t.Logf("replay: %s", s)
	w := open(t, s)

	players := w.playAll(t)
	w.proxy.Inject(faultproxy.Plan{})
	w.comeToRest(t, players)

	v := &verification{stage: w.stage, operator: w.operator}
	require.NoError(t, v.readClaims(t.Context(), w.table, w.tableName))
	require.NoError(t, v.all(t.Context(), players))
	assert.NoError(t, w.bus.failure)
	assert.Empty(t, w.operator.strange)
	if len(players) == s.titles {
		v.invented(players)
	}
	slices.Sort(v.wrong)
	assert.Empty(t, v.wrong, "replay: %s", s)
	w.report(t, players)
}

// world is a supply chain under faults.
type world struct {
	*stage
	settings  settings
	proxy     *faultproxy.Proxy
	killer    *killer
	operator  *operator
	table     *dynamodb.Client
	tableName string
	began     time.Time
	took      time.Duration
}

func open(t *testing.T, s settings) *world {
	t.Helper()
	proxy, err := faultproxy.Start(nil)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, proxy.Close()) })
	cloud, err := localcloud.Start(t.Context(), localcloud.Options{HandlerEndpoint: proxy.Endpoint(), Progress: t.Output()})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, cloud.Stop()) })
	require.NoError(t, proxy.Forward(cloud.Endpoint))
	chain, err := drive.OpenSupplyChain(t.Context(), cloud)
	require.NoError(t, err)

	w := &world{settings: s, proxy: proxy, killer: &killer{}, table: dynamodb.NewFromConfig(cloud.Config()), began: time.Now()}
	output := func(name string) string {
		value, err := chain.Deployment().Output(name)
		require.NoError(t, err)
		return value
	}
	w.tableName = output("TableName")
	queues := sqs.NewFromConfig(cloud.Config())
	w.stage = &stage{
		chain: chain, bus: newBus(queues, output("AuditQueueUrl")), states: sfn.NewFromConfig(cloud.Config()),
		machine: output("PipelineArn"), patience: patience,
	}
	w.shortenVisibility(t, queues)
	w.operator, err = watch(t.Context(), queues, chain)
	require.NoError(t, err)
	background, stop := context.WithCancel(context.Background())
	var group sync.WaitGroup
	group.Go(func() { w.bus.listen(background) })
	group.Go(func() { w.operator.work(background) })
	t.Cleanup(func() { stop(); group.Wait() }) // before the cloud stops
	return w
}

func (w *world) shortenVisibility(t *testing.T, queues *sqs.Client) {
	t.Helper()
	for _, url := range w.chain.Deployment().PhysicalIDs("AWS::SQS::Queue") {
		_, err := queues.SetQueueAttributes(t.Context(), &sqs.SetQueueAttributesInput{
			QueueUrl: aws.String(url), Attributes: map[string]string{"VisibilityTimeout": strconv.Itoa(int(visibility.Seconds()))}})
		require.NoError(t, err)
	}
}

// playAll plays all titles, some at a time, under faults.
func (w *world) playAll(t *testing.T) []*player {
	t.Helper()
	w.proxy.Reset()
	w.proxy.Inject(faultproxy.Plan{Seed: w.settings.seed, Rate: w.settings.rate, Burst: burst, Hold: hold, KillRate: w.settings.kills, Kill: w.killer.kill})
	players := make([]*player, w.settings.titles)
	var group errgroup.Group
	group.SetLimit(w.settings.together)
	var guard sync.Mutex
	done := 0
	for i := range players {
		group.Go(func() error {
			var err error
			players[i], err = w.play(t.Context(), write(w.settings.seed, i, w.settings.events))
			guard.Lock()
			defer guard.Unlock()
			done++
			if done%25 == 0 {
				t.Logf("%d titles after %s", done, time.Since(w.began).Round(time.Second))
			}
			if err != nil {
				t.Errorf("%v\nreplay: %s", err, w.settings)
				players[i] = nil // those that came to their end are checked all the same
			}
			return nil
		})
	}
	require.NoError(t, group.Wait())
	w.took = time.Since(w.began)
	return slices.DeleteFunc(players, func(p *player) bool { return p == nil })
}

// comeToRest waits until all that was sent has been looked at, duplicates too.
func (w *world) comeToRest(t *testing.T, players []*player) {
	t.Helper()
	require.NoError(t, w.chain.WaitUntilQuiet(t.Context(), w.patience), w.settings)
	for _, p := range players {
		for _, e := range p.events {
			if !e.poison() {
				continue
			}
			require.NoError(t, drive.Eventually(t.Context(), w.patience, "poison is put aside", func(context.Context) (bool, string, error) {
				sources, _ := w.operator.found(p.marker(e))
				return len(sources) > 0, p.marker(e), nil
			}), w.settings)
		}
	}
}

// report says what ran.
func (w *world) report(t *testing.T, players []*player) {
	t.Helper()
	events, copies, fates, steps := 0, 0, map[string]int{}, 0
	for _, p := range players {
		steps += len(p.steps)
		for _, e := range p.events {
			events++
			copies += e.copies
			switch {
			case e.again != nil:
				fates["the same again"]++
			case e.poison():
				fates["poison"]++
			case e.kind == forged:
				fates["forged"]++
			default:
				fates[strings.Join(e.fates, " or ")]++
			}
		}
	}
	calls, faults, operations := 0, map[faultproxy.Fault]int{}, map[string]int{}
	for operation, count := range w.proxy.Counts() {
		calls += count.Calls
		if operation.Service == "s3" {
			operation.Name, _, _ = strings.Cut(operation.Name, " ") // a path is another one for each object
		}
		operations[operation.String()] += count.Calls
		for fault, number := range count.Faults {
			faults[fault] += number
		}
	}
	announced, again := w.bus.repeats()
	t.Logf("seed %d: %d titles, %d events and %d copies of them in %d steps, %s", w.settings.seed, len(players), events, copies, steps, w.took.Round(time.Second))
	t.Logf("expected fates: %s", list(fates))
	t.Logf("%d API calls of handlers, faults: %s", calls, list(faults))
	t.Logf("calls by operation: %s", list(operations))
	t.Logf("handlers killed: %s, gone before %d; webhook calls made again: %d; messages acknowledged: %d", list(w.killer.killed), w.killer.missed, w.refused, w.messages)
	t.Logf("events on the bus: %d, more than once: %d; messages that an operator had to send again: %d", announced, again, len(w.operator.redriven))
	for _, message := range w.operator.redriven {
		t.Logf("  sent again: %.200s", message)
	}
}

func list[K cmp.Ordered](counts map[K]int) string {
	var all []string
	for name, number := range counts {
		all = append(all, fmt.Sprintf("%v %d", name, number))
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}
