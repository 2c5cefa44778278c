package drive

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/mediasupplychain/cdk/supplychain/state"
	"github.com/mediasupplychain/cdk/test/localcloud"
	"github.com/mediasupplychain/cdk/webhook/signature"
)

// SupplyChain is the deployed example of a whole supply chain, as its partners
// and those who watch over it see it.
type SupplyChain struct {
	// State reads the state table.
	State *state.Table

	deployment *localcloud.Deployment
	queues     *sqs.Client
	ways       map[string]way
	testdata   string

	guard     sync.Mutex // of what follows
	parked    map[string][]Parked
	audited   map[string]int
	announced []Announcement
}

// OpenSupplyChain deploys the example to a local cloud, with these context values.
func OpenSupplyChain(ctx context.Context, cloud *localcloud.Cloud, set ...localcloud.Context) (*SupplyChain, error) {
	project, err := localcloud.FindProject()
	if err != nil {
		return nil, err
	}
	directory, err := project.ExampleDirectory("supplychain")
	if err != nil {
		return nil, err
	}
	deployment, err := cloud.Deploy(ctx, "supplychain", set...)
	if err != nil {
		return nil, err
	}
	table, err := deployment.Output("TableName")
	if err != nil {
		return nil, err
	}
	c := &SupplyChain{
		State:      state.New(table, dynamodb.NewFromConfig(cloud.Config())),
		deployment: deployment,
		queues:     sqs.NewFromConfig(cloud.Config()),
		testdata:   filepath.Join(directory, "testdata"),
		parked:     map[string][]Parked{},
		audited:    map[string]int{},
	}
	c.ways, err = supplyChainWays(ctx, cloud, deployment)
	return c, err
}

// Deployment is the example on the local cloud: its outputs, its resources.
func (c *SupplyChain) Deployment() *localcloud.Deployment { return c.deployment }

// A way is how one source's payloads reach the supply chain, and where in them
// their id and their time are.
type way struct {
	sender
	id, time string // names of fields
	now      func(time.Time) any
}

// supplyChainWays are the ways by the name of the source, with which the names
// of the payloads' files begin.
func supplyChainWays(ctx context.Context, cloud *localcloud.Cloud, deployment *localcloud.Deployment) (map[string]way, error) {
	value := map[string]string{}
	for _, name := range []string{"FifoTopicArn", "PartnerBusName", "CustomBusName", "SupplyChainBusName", "IngestQueueUrl", "WebhookUrl", "PartnerSecrets"} {
		var err error
		if value[name], err = deployment.Output(name); err != nil {
			return nil, err
		}
	}
	events := eventbridge.NewFromConfig(cloud.Config())
	hook := func(path string, scheme *signature.Scheme) (sender, error) {
		var secrets map[string]string
		if err := json.Unmarshal([]byte(value["PartnerSecrets"]), &secrets); err != nil {
			return nil, fmt.Errorf("output PartnerSecrets: %w", err)
		}
		stored, err := secretsmanager.NewFromConfig(cloud.Config()).GetSecretValue(ctx,
			&secretsmanager.GetSecretValueInput{SecretId: aws.String(secrets[path])})
		if err != nil {
			return nil, fmt.Errorf("secret of %s: %w", path, err)
		}
		secret, err := signature.ParseSecrets(aws.ToString(stored.SecretString))
		return hook{cloud.HTTPClient(), strings.TrimSuffix(value["WebhookUrl"], "/") + path, scheme, secret}, err
	}
	qc, err := hook("/qc", signature.StandardWebhooks())
	if err != nil {
		return nil, err
	}
	delivery, err := hook("/delivery", signature.StandardWebhooks())
	if err != nil {
		return nil, err
	}
	distribution, err := hook("/distribution", signature.Mux())
	if err != nil {
		return nil, err
	}
	return map[string]way{
		"masters":      {topic{sns.NewFromConfig(cloud.Config()), value["FifoTopicArn"]}, "messageId", "registeredAt", rfc3339},
		"rights":       {bus{events, value["PartnerBusName"], localRights, anyDetailType}, "decisionId", "decidedAt", rfc3339},
		"editing":      {bus{events, value["CustomBusName"], "com.example.cuttingroom", "Sequence Locked"}, "changeId", "lockedAt", rfc3339},
		"packaging":    {queue{sqs.NewFromConfig(cloud.Config()), value["IngestQueueUrl"]}, "jobId", "timestamp", milliseconds},
		"qc":           {qc, "job_id", "occurred_at", seconds},
		"delivery":     {delivery, "transferId", "eventTimestamp", rfc3339},
		"distribution": {distribution, "id", "created_at", rfc3339},
		"review":       {bus{events, value["SupplyChainBusName"], "review-tool", "media.approval.decided.v1"}, "id", "time", rfc3339},
	}, nil
}

// supplyChainSource is the source of what the supply chain puts on its bus.
const supplyChainSource = "media.supplychain"

// localRights stands in for the source of the rights platform: nobody but the
// partner can put events with its own.
const localRights = "local.partner/example.com/studio/clearances"

func rfc3339(now time.Time) any      { return now.UTC().Format(time.RFC3339Nano) }
func milliseconds(now time.Time) any { return now.UnixMilli() }
func seconds(now time.Time) any      { return float64(now.UnixMilli()) / 1000 }

// hook calls a signed webhook.
type hook struct {
	client  *http.Client
	url     string
	scheme  *signature.Scheme
	secrets signature.Secrets
}

func (h hook) send(ctx context.Context, event Event) error {
	status, err := h.call(ctx, event, nil)
	if err != nil {
		return err
	}
	if status < 200 || status > 299 {
		return fmt.Errorf("%s answered %d", h.url, status)
	}
	return nil
}

// call signs the event, adds the tail to what was signed, and returns how the
// endpoint answered.
func (h hook) call(ctx context.Context, event Event, tail []byte) (status int, err error) {
	signed, err := h.scheme.Sign(signature.Request{
		Method: http.MethodPost, URL: h.url, Header: http.Header{"Content-Type": {"application/json"}}, Body: event.Payload,
	}, h.secrets, time.Now())
	if err != nil {
		return 0, err
	}
	request, err := http.NewRequestWithContext(ctx, signed.Method, signed.URL, bytes.NewReader(append(bytes.Clone(signed.Body), tail...)))
	if err != nil {
		return 0, err
	}
	request.Header = signed.Header
	response, err := h.client.Do(request)
	if err != nil {
		return 0, err
	}
	return response.StatusCode, response.Body.Close()
}

// Fields are fields to set in a payload, besides those that it has.
type Fields map[string]any

// Payload is one of the example's payloads, about another asset: with an id of
// its own for each asset, and the time that it is now.
func (c *SupplyChain) Payload(file, asset string, set Fields) (Event, error) {
	way, err := c.way(file)
	if err != nil {
		return Event{}, err
	}
	text, err := os.ReadFile(filepath.Join(c.testdata, file+".json"))
	if err != nil {
		return Event{}, err
	}
	text = bytes.ReplaceAll(text, []byte("title-4711"), []byte(asset))
	text = bytes.ReplaceAll(text, []byte("TITLE-4711"), []byte(strings.ToUpper(asset)))
	fields := map[string]any{}
	if err := json.Unmarshal(text, &fields); err != nil {
		return Event{}, fmt.Errorf("%s: %w", file, err)
	}
	fields[way.id] = fmt.Sprintf("%v-%s", fields[way.id], asset)
	fields[way.time] = way.now(time.Now())
	for name, value := range set {
		fields[name] = value
	}
	payload, err := json.Marshal(fields)
	return Event{Asset: asset, ID: NewAsset(asset), Payload: payload}, err
}

func (c *SupplyChain) way(file string) (way, error) {
	source, _, _ := strings.Cut(file, "-")
	way, known := c.ways[source]
	if !known {
		return way, fmt.Errorf("%s: no way of the source %q", file, source)
	}
	return way, nil
}

// Send sends one of the example's payloads about an asset, as its source does.
func (c *SupplyChain) Send(ctx context.Context, file, asset string, set Fields) error {
	event, err := c.Payload(file, asset, set)
	if err != nil {
		return err
	}
	return c.SendEvent(ctx, file, event)
}

// SendEvent sends an event by the way of a file's source.
func (c *SupplyChain) SendEvent(ctx context.Context, file string, event Event) error {
	way, err := c.way(file)
	if err != nil {
		return err
	}
	if err := way.send(ctx, event); err != nil {
		return fmt.Errorf("send %s: %w", file, err)
	}
	return nil
}

// History is the history of an asset, the oldest entry first.
func (c *SupplyChain) History(ctx context.Context, asset string) ([]state.Entry, error) {
	var all []state.Entry
	for entry, err := range c.State.History(ctx, asset) {
		if err != nil {
			return nil, err
		}
		all = append(all, entry)
	}
	return all, nil
}

// WaitForAsset waits until an asset stands as wanted.
func (c *SupplyChain) WaitForAsset(ctx context.Context, patience time.Duration, id, what string, wanted func(state.Asset) bool) error {
	return Eventually(ctx, patience, id+": "+what, func(ctx context.Context) (bool, string, error) {
		asset, err := c.State.Asset(ctx, id)
		if err != nil {
			return false, err.Error(), ctx.Err() // nobody has told of it yet
		}
		return wanted(asset), describe(asset), nil
	})
}

// describe is how an asset stands, for people.
func describe(asset state.Asset) string {
	var text strings.Builder
	for name, run := range map[string]*state.Run{"active": asset.Active, "last": asset.Last} {
		if run != nil {
			fmt.Fprintf(&text, "%s run %s, ", name, run.Status)
		}
	}
	for name, stage := range asset.Stages {
		fmt.Fprintf(&text, "%s %s, ", name, stage.Status)
	}
	return cmp.Or(strings.TrimSuffix(text.String(), ", "), "nothing known")
}

// Parked lists the messages that are, or were when they were looked for before,
// in the dead-letter queue of a source, "outbox" among them, and whose body
// mentions the text.
func (c *SupplyChain) Parked(ctx context.Context, source, mentions string) ([]Parked, error) {
	text, err := c.deployment.Output("DeadLetterQueueUrls")
	if err != nil {
		return nil, err
	}
	var urls map[string]string
	if err := json.Unmarshal([]byte(text), &urls); err != nil {
		return nil, fmt.Errorf("output DeadLetterQueueUrls: %w", err)
	}
	if urls[source] == "" {
		return nil, fmt.Errorf("no dead-letter queue of %q", source)
	}
	c.guard.Lock()
	defer c.guard.Unlock()
	err = Drain(ctx, c.queues, urls[source], func(message sqstypes.Message) error {
		c.parked[source] = append(c.parked[source], parkedMessage(message))
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("dead-letter queue of %s: %w", source, err)
	}
	var found []Parked
	for _, message := range c.parked[source] {
		if strings.Contains(message.Body, mentions) {
			found = append(found, message)
		}
	}
	return found, nil
}

// WaitUntilQuiet waits until every event that was sent has been looked at.
func (c *SupplyChain) WaitUntilQuiet(ctx context.Context, patience time.Duration) error {
	return waitUntilQuiet(ctx, patience, c.queues, c.deployment)
}

// Forge calls the webhook of a file's source with a body that was changed after
// it was signed, and returns how the endpoint answered.
func (c *SupplyChain) Forge(ctx context.Context, file string, event Event) (status int, err error) {
	way, err := c.way(file)
	if err != nil {
		return 0, err
	}
	hook, is := way.sender.(hook)
	if !is {
		return 0, fmt.Errorf("%s does not come by a webhook", file)
	}
	return hook.call(ctx, event, []byte(" "))
}
