package stack_test

import (
	"testing"

	"github.com/mediasupplychain/cdk/examples/webhook/stack"
	"github.com/mediasupplychain/cdk/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func TestTemplate(t *testing.T) {
	app := testkit.NewApp(t, testkit.WithContextOf(t, "../cdk.json"))
	testkit.Snapshot(t, stack.New(app, "WebhookExample", nil))
}
