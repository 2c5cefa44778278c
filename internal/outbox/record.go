package outbox

import (
	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/mediasupplychain/cdk/internal/chainstore"
	"github.com/mediasupplychain/cdk/internal/wire"
)

// partition is the record's partition key: all of an asset shares one.
func partition(r events.DynamoDBEventRecord) string {
	if v, ok := r.Change.Keys[wire.KeyPartition]; ok && v.DataType() == events.DataTypeString {
		return v.String()
	}
	return ""
}

// itemOf reads an image of the stream; nil where there is none. Types that the
// table does not use are left out.
func itemOf(image map[string]events.DynamoDBAttributeValue) chainstore.Item {
	if len(image) == 0 {
		return nil
	}
	item := make(chainstore.Item, len(image))
	for name, value := range image {
		if v := valueOf(value); v != nil {
			item[name] = v
		}
	}
	return item
}

func valueOf(v events.DynamoDBAttributeValue) types.AttributeValue {
	switch v.DataType() { //nolint:exhaustive // what follows is for all others
	case events.DataTypeString:
		return &types.AttributeValueMemberS{Value: v.String()}
	case events.DataTypeNumber:
		return &types.AttributeValueMemberN{Value: v.Number()}
	case events.DataTypeMap:
		return &types.AttributeValueMemberM{Value: itemOf(v.Map())}
	}
	return nil
}
