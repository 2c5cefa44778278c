package supplychain

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/internal/props"
	"github.com/mediasupplychain/cdk/internal/wire"
)

func (c *SupplyChain) defineTable() {
	required := &awsdynamodb.TableProps{
		PartitionKey:        textKey(wire.KeyPartition),
		SortKey:             textKey(wire.KeySort),
		Stream:              awsdynamodb.StreamViewType_NEW_AND_OLD_IMAGES,
		TimeToLiveAttribute: jsii.String(wire.AttrExpiresAt),
	}
	if c.props.EncryptionKey != nil {
		required.Encryption = awsdynamodb.TableEncryption_CUSTOMER_MANAGED
		required.EncryptionKey = c.props.EncryptionKey
	}
	c.Table = awsdynamodb.NewTable(c, jsii.String("Table"), props.Merge(tableDefaults(), c.props.TableProps, required))
	c.addIndex(wire.IndexWaiting, wire.AttrWaitingOn, wire.AttrRequestedAt, wire.WaitingAttributes())
	c.addIndex(wire.IndexTimeline, wire.AttrTimeline, wire.AttrTimelineAt, wire.TimelineAttributes())
}

// addIndex adds an index of the items that have its keys, which are few: those
// that wait, and those that failed.
func (c *SupplyChain) addIndex(name, partition, sort string, attributes []string) {
	c.Table.AddGlobalSecondaryIndex(&awsdynamodb.GlobalSecondaryIndexProps{
		IndexName:        jsii.String(name),
		PartitionKey:     textKey(partition),
		SortKey:          textKey(sort),
		ProjectionType:   awsdynamodb.ProjectionType_INCLUDE,
		NonKeyAttributes: jsii.Strings(without(attributes, partition, sort)...),
	})
}

// without leaves out keys, which an index has anyway and does not take twice.
func without(attributes []string, keys ...string) []string {
	var all []string
	for _, attribute := range attributes {
		if attribute != keys[0] && attribute != keys[1] {
			all = append(all, attribute)
		}
	}
	return all
}

func textKey(name string) *awsdynamodb.Attribute {
	return &awsdynamodb.Attribute{Name: jsii.String(name), Type: awsdynamodb.AttributeType_STRING}
}

func (c *SupplyChain) defineBucket() {
	if c.Bucket = c.props.ExistingBucket; c.Bucket != nil {
		return
	}
	var key *awss3.BucketProps
	if c.props.EncryptionKey != nil {
		key = &awss3.BucketProps{
			Encryption: awss3.BucketEncryption_KMS, EncryptionKey: c.props.EncryptionKey, BucketKeyEnabled: jsii.Bool(true),
		}
	}
	c.Bucket = awss3.NewBucket(c, jsii.String("Bucket"), props.Merge(bucketDefaults(), key, c.props.BucketProps))
}
