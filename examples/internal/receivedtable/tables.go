// Package receivedtable is the CDK side of package received: the tables that the
// examples' consumers write to.
package receivedtable

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/examples/internal/example"
	names "github.com/mediasupplychain/cdk/examples/internal/receivednames"
)

// Tables are what a consumer of an example writes to.
type Tables struct {
	constructs.Construct

	// Received holds an item for each event, and nothing else.
	Received awsdynamodb.Table

	// Bookkeeping holds how many events each asset has, and which are there already.
	Bookkeeping awsdynamodb.Table
}

// New defines the tables, and the stack's output ReceivedTableName.
func New(scope constructs.Construct, id string) *Tables {
	t := &Tables{}
	constructs.NewConstruct_Override(t, scope, jsii.String(id))
	t.Received = table(t, "Events", &awsdynamodb.Attribute{Name: jsii.String(names.Position), Type: awsdynamodb.AttributeType_STRING})
	t.Bookkeeping = table(t, "Bookkeeping", nil)
	example.Output(scope, "ReceivedTableName", "What the consumer received, in order of processing for each asset", t.Received.TableName())
	return t
}

// Environment tells a consumer where the tables are.
func (t *Tables) Environment() *map[string]*string {
	return &map[string]*string{
		names.EnvTable:       t.Received.TableName(),
		names.EnvBookkeeping: t.Bookkeeping.TableName(),
	}
}

// GrantConsumer lets a consumer write what it receives. The permissions for a
// transaction are those for what is in it.
func (t *Tables) GrantConsumer(consumer awsiam.IGrantable) {
	t.Received.Grant(consumer, jsii.String("dynamodb:PutItem"), jsii.String("dynamodb:UpdateItem"))
	t.Bookkeeping.Grant(consumer, jsii.String("dynamodb:GetItem"), jsii.String("dynamodb:PutItem"), jsii.String("dynamodb:UpdateItem"))
}

func table(scope constructs.Construct, id string, sort *awsdynamodb.Attribute) awsdynamodb.Table {
	table := awsdynamodb.NewTable(scope, jsii.String(id), &awsdynamodb.TableProps{
		PartitionKey:                     &awsdynamodb.Attribute{Name: jsii.String(names.Asset), Type: awsdynamodb.AttributeType_STRING},
		SortKey:                          sort,
		BillingMode:                      awsdynamodb.BillingMode_PAY_PER_REQUEST,
		PointInTimeRecoverySpecification: &awsdynamodb.PointInTimeRecoverySpecification{PointInTimeRecoveryEnabled: jsii.Bool(true)},
		RemovalPolicy:                    awscdk.RemovalPolicy_DESTROY, // an example leaves nothing behind
	})
	example.Suppress(table, example.Rules{
		"DynamoDBInBackupPlan": "An example's table lives as long as it is being tried; point-in-time recovery covers a mistake until then.",
	})
	return table
}
