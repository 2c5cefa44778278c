package replacement_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/testkit/internal/replacement"
)

func TestEffectOfAChange(t *testing.T) {
	for _, c := range []struct {
		resource, path string
		want           replacement.Effect
	}{
		{"AWS::SQS::Queue", "FifoQueue", replacement.Always},
		{"AWS::SQS::Queue", "VisibilityTimeout", replacement.None},
		{"AWS::DynamoDB::Table", "KeySchema", replacement.Always},
		{"AWS::DynamoDB::Table", "BillingMode", replacement.None},
		{"AWS::Events::Archive", "SourceArn", replacement.Always},
		{"AWS::RDS::DBInstance", "Engine", replacement.Maybe},
		{"AWS::S3::StorageLens", "StorageLensConfiguration.Id", replacement.Always},
		{"Custom::Anything", "Name", replacement.None},
	} {
		assert.Equal(t, c.want, replacement.Of(c.resource).Effects[c.path], "%s %s", c.resource, c.path)
	}
}

func TestStatefulTypes(t *testing.T) {
	for _, stateful := range []string{ // marked by the database, and by this package
		"AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SQS::Queue", "AWS::KMS::Key", "AWS::SecretsManager::Secret",
		"AWS::Logs::LogGroup", "AWS::Cognito::UserPool", "AWS::RDS::DBInstance", "AWS::RDS::DBCluster",
		"AWS::SNS::Topic", "AWS::Events::EventBus", "AWS::Events::Archive", "AWS::StepFunctions::StateMachine",
	} {
		assert.True(t, replacement.Of(stateful).Stateful, stateful)
	}
	for _, stateless := range []string{"AWS::Lambda::Function", "AWS::IAM::Role", "AWS::SNS::Subscription", "Custom::Anything"} {
		assert.False(t, replacement.Of(stateless).Stateful, stateless)
	}
	assert.Equal(t, "its messages", replacement.Loss("AWS::SQS::Queue"))
	assert.Equal(t, "its data", replacement.Loss("AWS::RDS::DBCluster"))
}

func TestTheTableIsSmallEnoughToEmbed(t *testing.T) {
	file, err := os.Stat("replacement.txt")
	require.NoError(t, err)
	assert.Less(t, file.Size(), int64(300<<10))
}
