package webhook_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatchactions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"

	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/internal/cdktest"
	"github.com/mediasupplychain/cdk/testkit"
	"github.com/mediasupplychain/cdk/webhook"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// newEndpoint is an endpoint with a bus; edit changes its properties.
func newEndpoint(stack awscdk.Stack, edit func(*webhook.EndpointProps)) *webhook.Endpoint {
	p := &webhook.EndpointProps{EventBus: awsevents.NewEventBus(stack, jsii.String("Bus"), nil)}
	if edit != nil {
		edit(p)
	}
	return webhook.NewEndpoint(stack, jsii.String("Webhooks"), p)
}

// configurationOf is what the function reads, by path. Values that are known at
// deployment only are as in [tokenOf].
func configurationOf(t testing.TB, stack awscdk.Stack) map[string]any {
	t.Helper()
	for _, secret := range cdktest.All(t, stack, "AWS::SecretsManager::Secret") {
		if text := secret["SecretString"]; text != nil {
			var document struct{ Partners map[string]any }
			require.NoError(t, json.Unmarshal([]byte(flat(t, text)), &document))
			return document.Partners
		}
	}
	t.Fatal("the template has no configuration")
	return nil
}

// tokenOf is a value as [configurationOf] shows it.
func tokenOf(t testing.TB, stack awscdk.Stack, value *string) string {
	t.Helper()
	return flat(t, cdktest.Resolved(t, stack, value))
}

// flat writes Fn::Join as a text, and other functions as "<JSON>" in it.
func flat(t testing.TB, value any) string {
	t.Helper()
	switch v := value.(type) {
	case string:
		return v
	case map[string]any:
		join, ok := v["Fn::Join"].([]any)
		if !ok {
			return "<" + strings.ReplaceAll(cdktest.JSON(t, v), `"`, "'") + ">"
		}
		var all strings.Builder
		for _, part := range join[1].([]any) {
			all.WriteString(flat(t, part))
		}
		return all.String()
	}
	t.Fatalf("neither a text nor a function: %v", value)
	return ""
}

func alarmAction(stack awscdk.Stack) awscloudwatch.IAlarmAction {
	if topic := stack.Node().TryFindChild(jsii.String("Operators")); topic != nil {
		return awscloudwatchactions.NewSnsAction(topic.(awssns.ITopic))
	}
	return awscloudwatchactions.NewSnsAction(awssns.NewTopic(stack, jsii.String("Operators"), nil))
}
