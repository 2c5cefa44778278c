package e2e

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/test/drive"
)

// Nothing is granted that is not needed: of each function of the supply chain,
// each action is taken away in turn. What needs it does not happen then, the
// function's log says why, and it does happen as soon as the action is granted
// again: what was refused meanwhile is not lost.
func TestEachGrantOfTheSupplyChainIsNeeded(t *testing.T) {
	g := prepareGrants(t)
	g.hurry(t)
	for _, grant := range g.grants {
		handler := handlerOf(grant.RoleID)
		if notShownBy(handler, grant.Action) != "" {
			continue
		}
		i := slices.IndexFunc(proofs, func(p proof) bool { return p.handler == handler && p.action == grant.Action })
		if i < 0 {
			t.Errorf("nothing shows what %s needs %s for", grant.RoleID, grant)
			continue
		}
		t.Run(handler+"/"+grant.Action, func(t *testing.T) { g.show(t, grant, proofs[i]) })
	}
}

// The intakes of all sources are one function with the same grants, but for
// those that only some sources need; so what is shown of one is shown of all.
func TestTheIntakeThatIsShownHasTheGrantsOfAll(t *testing.T) {
	g := prepareGrants(t)
	shown := map[string]bool{}
	for _, grant := range g.grants {
		if handlerOf(grant.RoleID) == "intake" {
			shown[grant.Action] = true
		}
	}
	require.NotEmpty(t, shown)
	others := 0
	for _, grant := range g.all {
		if handlerOf(grant.RoleID) == "other intake" {
			others++
			assert.True(t, shown[grant.Action], "%s of %s", grant, grant.RoleID)
		}
	}
	assert.Positive(t, others)
}

// handlerOf tells by the logical id of a role whose it is.
func handlerOf(roleID string) string {
	for _, known := range []struct{ prefix, handler string }{
		{"ChainSourcesqc", "intake"}, // a source that has all that a source can
		{"ChainSources", "other intake"},
		{"ChainApprovals", "other intake"},
		{"ChainExecutions", "intake of executions"},
		{"ChainOutbox", "outbox"},
		{"ChainWatch", "watch"},
		{"ChainPipeline", "pipeline"},
		{"Webhooks", "webhook"},
		{"Metadata", "a stage's function"},
	} {
		if strings.HasPrefix(roleID, known.prefix) {
			return known.handler
		}
	}
	return roleID
}

// notShownBy says why the absence of a granted action cannot be seen here, ""
// where it can.
func notShownBy(handler, action string) string {
	switch handler {
	case "other intake":
		return "see TestTheIntakeThatIsShownHasTheGrantsOfAll"
	case "webhook":
		return "see TestEachGrantOfTheWebhookFunctionIsNeeded"
	case "pipeline":
		return "the local cloud does not check the role of a state machine"
	}
	if handler == "outbox" && slices.Contains([]string{"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"}, action) {
		return "called by the event source mapping, whose role it does not check"
	}
	return notShown[action]
}

// batchOfMessages is what the local cloud calls sqs:SendMessage of a batch.
const batchOfMessages = "sqs:SendMessageBatch"

// grants is the supply chain whose grants are looked at.
type grants struct {
	chain    *drive.SupplyChain
	operator *drive.Operator
	inside   *drive.Inside
	handlers map[string]drive.Handler // by the logical id of the role
	all      []drive.Grant
	grants   []drive.Grant // without those of the CDK's own and other sources
}

func prepareGrants(t *testing.T) *grants {
	t.Helper()
	chain, cloud := openChain(t), strict(t)
	g := &grants{chain: chain, operator: drive.NewOperator(cloud, chain.Deployment()), handlers: map[string]drive.Handler{}}
	var err error
	g.inside, err = drive.NewInside(cloud, chain)
	require.NoError(t, err)
	handlers, err := g.operator.Handlers(t.Context())
	require.NoError(t, err)
	for _, handler := range handlers {
		g.handlers[handler.RoleID] = handler
	}
	g.all, err = g.operator.Grants(t.Context())
	require.NoError(t, err)
	for _, grant := range g.all {
		if strings.HasPrefix(grant.RoleID, "Custom") {
			continue // a custom resource of the CDK's own
		}
		g.grants = append(g.grants, grant)
	}
	return g
}

// show shows that a grant is needed.
func (g *grants) show(t *testing.T, grant drive.Grant, p proof) {
	s := p.prepare(t, g)
	handler, known := g.handlers[grant.RoleID]
	require.True(t, known, "the function of %s", grant.RoleID)
	require.False(t, s.effect(t), "%s: before", p.effect)
	revoked := time.Now()
	restore, err := g.operator.Revoke(t.Context(), grant)
	require.NoError(t, err)
	t.Cleanup(func() { _ = restore(context.WithoutCancel(t.Context())) }) // also where the test ends early

	s.cause(t)
	require.NoError(t, drive.Eventually(t.Context(), patience, p.effect+" or is denied", func(ctx context.Context) (bool, string, error) {
		denied, err := g.operator.Denied(ctx, handler, revoked, grant.Action)
		return denied || err == nil && s.effect(t), "neither", err
	}))
	assert.False(t, s.effect(t), "%s without %s: it is not needed", p.effect, grant)

	require.NoError(t, restore(t.Context()))
	if s.again {
		s.cause(t)
	}
	require.NoError(t, drive.Eventually(t.Context(), patience, p.effect+" after all", func(context.Context) (bool, string, error) {
		return s.effect(t), "not yet", nil
	}))
}

// hurry sets short pauses between the deliveries of a message, for this test.
func (g *grants) hurry(t *testing.T) {
	t.Helper()
	restore, err := g.operator.SetVisibilityTimeout(t.Context(), 2*time.Second)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, restore(context.WithoutCancel(t.Context()))) })
}

// docs/permissions.md has a row for each proof, and names none that is not there.
func TestThePermissionsPageNamesEachProof(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "permissions.md"))
	require.NoError(t, err)
	var want []string
	for _, p := range proofs {
		want = append(want, "| `"+strings.ReplaceAll(p.handler, " ", "_")+"/"+p.action+"`: "+p.effect+" |")
	}
	got := regexp.MustCompile("\\| `[a-z_]+/\\w+:\\w+`: [^|]* \\|").FindAllString(string(page), -1)
	assert.ElementsMatch(t, want, got)
}
