package chaintest

import (
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/mediasupplychain/cdk/internal/wire"
)

// Record is the change as the table's stream delivers it to Lambda.
func (c Change) Record(id int, at time.Time) events.DynamoDBEventRecord {
	r := events.DynamoDBEventRecord{
		EventID: strconv.Itoa(id), EventName: "MODIFY", EventSource: "aws:dynamodb",
		Change: events.DynamoDBStreamRecord{
			ApproximateCreationDateTime: events.SecondsEpochTime{Time: at}, StreamViewType: "NEW_AND_OLD_IMAGES",
			SequenceNumber: strconv.Itoa(id), OldImage: image(c.Old), NewImage: image(c.New),
		},
	}
	if c.Old == nil {
		r.EventName = "INSERT"
	}
	r.Change.Keys = map[string]events.DynamoDBAttributeValue{
		wire.KeyPartition: attribute(c.New[wire.KeyPartition]), wire.KeySort: attribute(c.New[wire.KeySort]),
	}
	return r
}

func image(i item) map[string]events.DynamoDBAttributeValue {
	if i == nil {
		return nil
	}
	all := map[string]events.DynamoDBAttributeValue{}
	for name, value := range i {
		all[name] = attribute(value)
	}
	return all
}

func attribute(v types.AttributeValue) events.DynamoDBAttributeValue {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return events.NewStringAttribute(v.Value)
	case *types.AttributeValueMemberN:
		return events.NewNumberAttribute(v.Value)
	case *types.AttributeValueMemberM:
		return events.NewMapAttribute(image(v.Value))
	}
	panic(fmt.Sprintf("chaintest: the table uses no %T", v))
}
