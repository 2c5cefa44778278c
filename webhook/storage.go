package webhook

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/internal/props"
	"github.com/mediasupplychain/cdk/internal/wire"
)

// needTable defines the table that remembers event ids, once.
func (e *Endpoint) needTable() {
	if e.Table != nil {
		return
	}
	e.Table = awsdynamodb.NewTable(e, jsii.String("Table"), props.Merge(tableDefaults(), e.props.TableProps,
		&awsdynamodb.TableProps{
			PartitionKey:        &awsdynamodb.Attribute{Name: jsii.String(wire.AttributeClaimKey), Type: awsdynamodb.AttributeType_STRING},
			TimeToLiveAttribute: jsii.String(wire.AttributeClaimExpiresAt),
		}))
	e.permissions.allow(e.Table.TableArn(), "RememberEvents", "dynamodb:DeleteItem", "dynamodb:PutItem")
	e.permissions.encrypt(e.Table.EncryptionKey())
	e.Function.AddEnvironment(jsii.String(wire.EnvWebhookClaimsTable), e.Table.TableName(), nil)
}

// needBucket defines the bucket for the data of large events, once.
func (e *Endpoint) needBucket() {
	if e.Bucket != nil {
		return
	}
	if e.Bucket = e.props.ExistingBucket; e.Bucket == nil {
		e.Bucket = awss3.NewBucket(e, jsii.String("Bucket"), props.Merge(bucketDefaults(), e.props.BucketProps))
	}
	e.permissions.allow(e.Bucket.ArnForObjects(jsii.String("*")), "StoreData", "s3:PutObject")
	e.permissions.encrypt(e.Bucket.EncryptionKey())
	e.Function.AddEnvironment(jsii.String(wire.EnvWebhookBucket), e.Bucket.BucketName(), nil)
}
