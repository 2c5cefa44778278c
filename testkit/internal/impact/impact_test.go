package impact_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/testkit/internal/impact"
)

func TestReport(t *testing.T) {
	for _, c := range []struct {
		name, before, after, want string
	}{
		{
			name:   "a property that changes in place, and a new resource",
			before: `{"Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 30}}}}`,
			after: `{"Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 60}},
				"New": {"Type": "AWS::SQS::Queue"}}}`,
			want: "",
		},
		{
			name: "stateful first, then the worst first",
			before: `{"Resources": {
				"Alias": {"Type": "AWS::Lambda::Alias"},
				"Queue": {"Type": "AWS::SQS::Queue"},
				"Table": {"Type": "AWS::DynamoDB::Table"}}}`,
			after: `{"Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"FifoQueue": true}}}}`,
			want: `Deployed, this change does to what cannot be made again:
  - DELETES AWS::DynamoDB::Table Table, and with it its items.
  - REPLACES AWS::SQS::Queue Queue by a new one (FifoQueue changes from absent to true). The old one is deleted, and with it its messages.
Deployed, this change does to other resources:
  - DELETES AWS::Lambda::Alias Alias.
`,
		},
		{
			name:   "deletion policies",
			before: `{"Resources": {"A": {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain"}, "B": {"Type": "AWS::RDS::DBCluster", "DeletionPolicy": "Snapshot"}}}`,
			after:  `{"Resources": {}}`,
			want: `Deployed, this change does to what cannot be made again:
  - DELETES AWS::RDS::DBCluster B after a snapshot.
  - LETS GO of AWS::S3::Bucket A: it stays in the account, no longer part of the stack (DeletionPolicy: Retain).
`,
		},
		{
			name: "update replace policies",
			before: `{"Resources": {
				"A": {"Type": "AWS::S3::Bucket", "UpdateReplacePolicy": "Retain", "Properties": {"BucketName": "a"}},
				"B": {"Type": "AWS::RDS::DBCluster", "UpdateReplacePolicy": "Snapshot", "Properties": {"DatabaseName": "a"}},
				"C": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "a"}}}}`,
			after: `{"Resources": {
				"A": {"Type": "AWS::S3::Bucket", "UpdateReplacePolicy": "Retain", "Properties": {"BucketName": "b"}},
				"B": {"Type": "AWS::RDS::DBCluster", "UpdateReplacePolicy": "Snapshot", "Properties": {"DatabaseName": "b"}},
				"C": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "b"}}}}`,
			want: `Deployed, this change does to what cannot be made again:
  - REPLACES AWS::S3::Bucket A by a new one (BucketName changes from "a" to "b"). The old one stays in the account, no longer part of the stack (UpdateReplacePolicy: Retain).
  - REPLACES AWS::RDS::DBCluster B by a new one (DatabaseName changes from "a" to "b"). The old one is deleted after a snapshot.
Deployed, this change does to other resources:
  - REPLACES AWS::IAM::Role C by a new one (RoleName changes from "a" to "b").
`,
		},
		{
			name:   "another type under the same logical id",
			before: `{"Resources": {"Inbox": {"Type": "AWS::SNS::Topic"}}}`,
			after:  `{"Resources": {"Inbox": {"Type": "AWS::SQS::Queue"}}}`,
			want: `Deployed, this change does to what cannot be made again:
  - FAILS on AWS::SNS::Topic Inbox, which becomes AWS::SQS::Queue: CloudFormation does not change a resource's type. Give the new construct another id.
`,
		},
		{
			name:   "a renamed construct",
			before: `{"Resources": {"Orders1": {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": 5}}}}`,
			after:  `{"Resources": {"Orders2": {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": 5}}}}`,
			want: `Deployed, this change does to what cannot be made again:
  - DELETES AWS::SQS::Queue Orders1, and with it its messages. The new Orders2 is its like: a construct that is renamed or moved is a new resource.
`,
		},
		{
			name:   "two resources that it may have become are none",
			before: `{"Resources": {"A": {"Type": "AWS::IAM::Role"}}}`,
			after:  `{"Resources": {"B": {"Type": "AWS::IAM::Role"}, "C": {"Type": "AWS::IAM::Role"}}}`,
			want: `Deployed, this change does to other resources:
  - DELETES AWS::IAM::Role A.
`,
		},
		{
			name:   "a change that replaces some values only",
			before: `{"Resources": {"DB": {"Type": "AWS::RDS::DBInstance", "Properties": {"Engine": "mysql"}}}}`,
			after:  `{"Resources": {"DB": {"Type": "AWS::RDS::DBInstance", "Properties": {"Engine": "postgres"}}}}`,
			want: `Deployed, this change does to what cannot be made again:
  - MAY REPLACE AWS::RDS::DBInstance DB by a new one, depending on the values (Engine changes from "mysql" to "postgres"). The old one is deleted, and with it its data.
`,
		},
		{
			name: "a property below another, in an object and in an array",
			before: `{"Resources": {"Lens": {"Type": "AWS::S3::StorageLens", "Properties": {"StorageLensConfiguration": {"Id": "a"}}},
				"Table": {"Type": "AWS::DynamoDB::GlobalTable", "Properties": {"GlobalSecondaryIndexes": [{"KeySchema": [{"AttributeName": "a"}]}]}}}}`,
			after: `{"Resources": {"Lens": {"Type": "AWS::S3::StorageLens", "Properties": {"StorageLensConfiguration": {"Id": "b"}}},
				"Table": {"Type": "AWS::DynamoDB::GlobalTable", "Properties": {"GlobalSecondaryIndexes": [{"KeySchema": [{"AttributeName": "b"}]}, {}]}}}}`,
			want: `Deployed, this change does to what cannot be made again:
  - MAY REPLACE AWS::DynamoDB::GlobalTable Table by a new one, depending on the values (GlobalSecondaryIndexes[].KeySchema[].AttributeName changes from "a" to "b"). The old one is deleted, and with it its items.
Deployed, this change does to other resources:
  - REPLACES AWS::S3::StorageLens Lens by a new one (StorageLensConfiguration.Id changes from "a" to "b").
`,
		},
		{
			name: "what refers to a replaced resource where it cannot change",
			before: `{"Resources": {
				"Bus": {"Type": "AWS::Events::EventBus", "Properties": {"Name": "a"}},
				"Archive": {"Type": "AWS::Events::Archive", "Properties": {"SourceArn": {"Fn::GetAtt": ["Bus", "Arn"]}}},
				"Rule": {"Type": "AWS::Events::Rule", "Properties": {"EventBusName": {"Fn::Sub": "${Bus}"}}},
				"Function": {"Type": "AWS::Lambda::Function", "Properties": {"Environment": {"Variables": {"BUS": {"Ref": "Bus"}}}}}}}`,
			after: `{"Resources": {
				"Bus": {"Type": "AWS::Events::EventBus", "Properties": {"Name": "b"}},
				"Archive": {"Type": "AWS::Events::Archive", "Properties": {"SourceArn": {"Fn::GetAtt": ["Bus", "Arn"]}}},
				"Rule": {"Type": "AWS::Events::Rule", "Properties": {"EventBusName": {"Fn::Sub": "${Bus}"}}},
				"Function": {"Type": "AWS::Lambda::Function", "Properties": {"Environment": {"Variables": {"BUS": {"Ref": "Bus"}}}}}}}`,
			want: `Deployed, this change does to what cannot be made again:
  - REPLACES AWS::Events::Archive Archive by a new one (SourceArn refers to Bus, which is replaced). The old one is deleted, and with it its events.
  - REPLACES AWS::Events::EventBus Bus by a new one (Name changes from "a" to "b"). The old one is deleted, and with it the address that others send events to.
Deployed, this change does to other resources:
  - REPLACES AWS::Events::Rule Rule by a new one (EventBusName refers to Bus, which is replaced).
`,
		},
		{
			name:   "a long value is cut",
			before: `{"Resources": {"R": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": {"Fn::Join": ["", ["0123456789012345678901234567890123456789", "0123456789012345678901234567890123456789", "0123456789"]]}}}}}`,
			after:  `{"Resources": {"R": {"Type": "AWS::IAM::Role"}}}`,
			want: `Deployed, this change does to other resources:
  - REPLACES AWS::IAM::Role R by a new one (RoleName changes from {"Fn::Join":["",["0123456789012345678901234567890123456789","012345678901234567890123456789012345678… to absent).
`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			report, err := impact.Report([]byte(c.before), []byte(c.after))

			require.NoError(t, err)
			assert.Equal(t, c.want, report)
		})
	}
}

func TestWhatIsNoTemplateIsAnError(t *testing.T) {
	_, err := impact.Report([]byte("nothing"), []byte("{}"))

	assert.EqualError(t, err, "not a CloudFormation template: invalid character 'o' in literal null (expecting 'u')")
}
