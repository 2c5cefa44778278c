package outbox

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/mediasupplychain/cdk/internal/wire"
)

// DeadLetters keeps what can never be done, with the reason, for a person to
// look at. What it says is in the table still: supplychain/cmd/redo does it
// again once the reason is gone.
type DeadLetters struct {
	Client   func() SQS
	QueueURL string
}

// deadLetter is the body of a message.
type deadLetter struct {
	Effect  kind                        `json:"effect"`
	Reason  string                      `json:"reason"`
	EventID string                      `json:"eventId"`
	Key     map[string]string           `json:"key"`
	Record  *events.DynamoDBEventRecord `json:"record,omitempty"` // left out where the message would be too large
}

// maxBody is what SQS took at its narrowest, with the attributes beside it.
const maxBody = 250 << 10

func (d *DeadLetters) put(ctx context.Context, r events.DynamoDBEventRecord, e effect, because error) error {
	letter := deadLetter{
		Effect: e.kind, Reason: because.Error(), EventID: r.EventID,
		Key: map[string]string{wire.KeyPartition: e.key.PK, wire.KeySort: e.key.SK}, Record: withoutToken(r),
	}
	body, err := json.Marshal(letter)
	if err == nil && len(body) > maxBody {
		letter.Record = nil
		body, err = json.Marshal(letter)
	}
	if err != nil {
		return fmt.Errorf("encode dead letter: %w", err)
	}
	text, dataType, reason := string(body), "String", cut(letter.Reason)
	_, err = d.Client().SendMessage(ctx, &sqs.SendMessageInput{
		QueueUrl: &d.QueueURL, MessageBody: &text,
		MessageAttributes: map[string]types.MessageAttributeValue{wire.AttributeReason: {DataType: &dataType, StringValue: &reason}},
	})
	if err != nil {
		return fmt.Errorf("put aside: %w", err)
	}
	return nil
}

const maxReason = 1024

func cut(reason string) string {
	if reason == "" {
		return "an error without a text"
	}
	return strings.ToValidUTF8(reason[:min(len(reason), maxReason)], "")
}

// withoutToken is the record without the task token, which is a secret.
func withoutToken(r events.DynamoDBEventRecord) *events.DynamoDBEventRecord {
	for _, image := range []*map[string]events.DynamoDBAttributeValue{&r.Change.OldImage, &r.Change.NewImage} {
		*image = maps.Clone(*image)
		delete(*image, wire.AttrToken)
	}
	return &r
}
