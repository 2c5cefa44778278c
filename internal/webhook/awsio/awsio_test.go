package awsio_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	ddb "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	eb "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	sm "github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/internal/webhook/awsio"
	"github.com/mediasupplychain/cdk/internal/webhook/partner"
	"github.com/mediasupplychain/cdk/internal/webhook/receiver"
)

func ptr[T any](v T) *T { return &v }

type secretsManager func(*secretsmanager.GetSecretValueInput) (*secretsmanager.GetSecretValueOutput, error)

func (f secretsManager) GetSecretValue(_ context.Context, in *secretsmanager.GetSecretValueInput, _ ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error) {
	return f(in)
}

func TestReadSecret(t *testing.T) {
	read := func(f secretsManager) (string, error) {
		return awsio.Secrets{Client: func() awsio.SecretsManager { return f }}.ReadSecret(context.Background(), "arn", "AWSPREVIOUS")
	}
	text, err := read(func(in *secretsmanager.GetSecretValueInput) (*secretsmanager.GetSecretValueOutput, error) {
		assert.Equal(t, "arn AWSPREVIOUS", *in.SecretId+" "+*in.VersionStage)
		return &secretsmanager.GetSecretValueOutput{SecretString: ptr("s")}, nil
	})
	require.NoError(t, err)
	assert.Equal(t, "s", text)

	text, err = read(func(*secretsmanager.GetSecretValueInput) (*secretsmanager.GetSecretValueOutput, error) {
		return &secretsmanager.GetSecretValueOutput{SecretBinary: []byte("b")}, nil
	})
	require.NoError(t, err)
	assert.Equal(t, "b", text)

	_, err = read(func(*secretsmanager.GetSecretValueInput) (*secretsmanager.GetSecretValueOutput, error) {
		return nil, fmt.Errorf("operation error: %w", &sm.ResourceNotFoundException{})
	})
	require.ErrorIs(t, err, receiver.ErrNotFound)
	require.EqualError(t, err, "AWSPREVIOUS of arn: not found")

	_, err = read(func(*secretsmanager.GetSecretValueInput) (*secretsmanager.GetSecretValueOutput, error) {
		return nil, errors.New("ThrottlingException")
	})
	assert.EqualError(t, err, "AWSPREVIOUS of arn: ThrottlingException")
}

// table records requests and answers with the next error.
type table struct {
	puts    []*dynamodb.PutItemInput
	deletes []*dynamodb.DeleteItemInput
	err     error
}

func (d *table) PutItem(_ context.Context, in *dynamodb.PutItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	d.puts = append(d.puts, in)
	return &dynamodb.PutItemOutput{}, d.err
}

func (d *table) DeleteItem(_ context.Context, in *dynamodb.DeleteItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error) {
	d.deletes = append(d.deletes, in)
	return &dynamodb.DeleteItemOutput{}, d.err
}

func claimsOf(d *table) awsio.Claims {
	return awsio.Claims{Client: func() awsio.DynamoDB { return d }, Table: "claims", Owner: "me"}
}

var (
	now   = time.Unix(1_790_000_000, 0)
	until = now.Add(9 * time.Second)
)

func text(s string) ddb.AttributeValue   { return &ddb.AttributeValueMemberS{Value: s} }
func number(s string) ddb.AttributeValue { return &ddb.AttributeValueMemberN{Value: s} }

func TestAClaimIsOneConditionalWrite(t *testing.T) {
	d := &table{}
	state, err := claimsOf(d).Claim(context.Background(), "/partners/mux#1", now, until)
	require.NoError(t, err)
	assert.Equal(t, receiver.Claimed, state)
	assert.Equal(t, []*dynamodb.PutItemInput{{
		TableName:           ptr("claims"),
		Item:                map[string]ddb.AttributeValue{"pk": text("/partners/mux#1"), "owner": text("me"), "expiresAt": number("1790000009")},
		ConditionExpression: ptr("attribute_not_exists(#key) OR #end <= :now OR (#owner = :owner AND attribute_not_exists(#published))"),
		ExpressionAttributeNames: map[string]string{
			"#key": "pk", "#end": "expiresAt", "#owner": "owner", "#published": "published"},
		ExpressionAttributeValues:           map[string]ddb.AttributeValue{":now": number("1790000000"), ":owner": text("me")},
		ReturnValuesOnConditionCheckFailure: "ALL_OLD",
	}}, d.puts)
}

func TestWhatIsInTheWayOfAClaim(t *testing.T) {
	for want, item := range map[receiver.ClaimState]map[string]ddb.AttributeValue{
		receiver.InFlight:  {"pk": text("k"), "owner": text("another"), "expiresAt": number("1790000005")},
		receiver.Published: {"pk": text("k"), "owner": text("another"), "published": &ddb.AttributeValueMemberBOOL{Value: true}},
	} {
		d := &table{err: fmt.Errorf("operation error: %w", &ddb.ConditionalCheckFailedException{Item: item})}
		state, err := claimsOf(d).Claim(context.Background(), "k", now, until)
		require.NoError(t, err)
		assert.Equal(t, want, state)
	}
	_, err := claimsOf(&table{err: errors.New("timeout")}).Claim(context.Background(), "k", now, until)
	assert.EqualError(t, err, "timeout")
}

func TestConfirmAndRelease(t *testing.T) {
	d := &table{}
	require.NoError(t, claimsOf(d).Confirm(context.Background(), "k", until))
	assert.Equal(t, []*dynamodb.PutItemInput{{
		TableName: ptr("claims"),
		Item: map[string]ddb.AttributeValue{"pk": text("k"), "owner": text("me"), "expiresAt": number("1790000009"),
			"published": &ddb.AttributeValueMemberBOOL{Value: true}},
	}}, d.puts)

	require.NoError(t, claimsOf(d).Release(context.Background(), "k"))
	assert.Equal(t, []*dynamodb.DeleteItemInput{{
		TableName:                 ptr("claims"),
		Key:                       map[string]ddb.AttributeValue{"pk": text("k")},
		ConditionExpression:       ptr("#owner = :owner AND attribute_not_exists(#published)"),
		ExpressionAttributeNames:  map[string]string{"#owner": "owner", "#published": "published"},
		ExpressionAttributeValues: map[string]ddb.AttributeValue{":owner": text("me")},
	}}, d.deletes)

	d.err = &ddb.ConditionalCheckFailedException{}
	require.NoError(t, claimsOf(d).Release(context.Background(), "k"), "it is somebody else's by now")
	d.err = errors.New("timeout")
	assert.EqualError(t, claimsOf(d).Release(context.Background(), "k"), "timeout")
}

type busClient func(*eventbridge.PutEventsInput) (*eventbridge.PutEventsOutput, error)

func (f busClient) PutEvents(_ context.Context, in *eventbridge.PutEventsInput, _ ...func(*eventbridge.Options)) (*eventbridge.PutEventsOutput, error) {
	return f(in)
}

type queueClient func(*sqs.SendMessageBatchInput) (*sqs.SendMessageBatchOutput, error)

func (f queueClient) SendMessageBatch(_ context.Context, in *sqs.SendMessageBatchInput, _ ...func(*sqs.Options)) (*sqs.SendMessageBatchOutput, error) {
	return f(in)
}

func publisher(b busClient, q queueClient) awsio.Publisher {
	return awsio.Publisher{
		Bus:   awsio.Bus{Client: func() awsio.EventBridge { return b }},
		Queue: awsio.Queue{Client: func() awsio.SQS { return q }},
	}
}

var toBus, toQueue, toFIFO = partner.Destination{Bus: "arn:bus"}, partner.Destination{QueueURL: "https://queue"}, partner.Destination{QueueURL: "https://queue.fifo", FIFO: true}

func event(id string) receiver.Event {
	return receiver.Event{Source: "/partners/mux", ID: id, Type: "video.asset.ready", AssetID: "as-7", Time: now, Document: []byte(`{"id":"` + id + `"}`)}
}

func TestPutEvents(t *testing.T) {
	failed := publisher(func(in *eventbridge.PutEventsInput) (*eventbridge.PutEventsOutput, error) {
		assert.Equal(t, []eb.PutEventsRequestEntry{{
			EventBusName: ptr("arn:bus"), Source: ptr("/partners/mux"), DetailType: ptr("video.asset.ready"), Detail: ptr(`{"id":"1"}`), Time: &now,
		}}, in.Entries)
		return &eventbridge.PutEventsOutput{Entries: []eb.PutEventsResultEntry{{EventId: ptr("e")}}}, nil
	}, nil).Publish(context.Background(), toBus, []receiver.Event{event("1")})
	assert.Equal(t, []error{nil}, failed)
}

// A request that succeeded can hold entries that did not.
func TestFailedEntries(t *testing.T) {
	events := []receiver.Event{event("1"), event("2"), event("3")}
	failed := publisher(func(*eventbridge.PutEventsInput) (*eventbridge.PutEventsOutput, error) {
		return &eventbridge.PutEventsOutput{FailedEntryCount: 1, Entries: []eb.PutEventsResultEntry{
			{EventId: ptr("e")}, {ErrorCode: ptr("ThrottlingException"), ErrorMessage: ptr("Rate exceeded")},
		}}, nil
	}, nil).Publish(context.Background(), toBus, events)
	require.Len(t, failed, 3)
	require.NoError(t, failed[0])
	require.EqualError(t, failed[1], "put event: refused: ThrottlingException")
	require.EqualError(t, failed[2], "put event: the service did not say what became of the event")

	failed = publisher(nil, func(*sqs.SendMessageBatchInput) (*sqs.SendMessageBatchOutput, error) {
		return &sqs.SendMessageBatchOutput{
			Successful: []sqstypes.SendMessageBatchResultEntry{{Id: ptr("2")}},
			Failed:     []sqstypes.BatchResultErrorEntry{{Id: ptr("0"), Code: ptr("InternalError")}, {Id: ptr("99")}, {}},
		}, nil
	}).Publish(context.Background(), toQueue, events)
	require.EqualError(t, failed[0], "send message: refused: InternalError")
	require.EqualError(t, failed[1], "send message: the service did not say what became of the event")
	assert.NoError(t, failed[2])
}

func TestARequestThatFailsAsAWhole(t *testing.T) {
	broken := publisher(
		func(*eventbridge.PutEventsInput) (*eventbridge.PutEventsOutput, error) {
			return nil, errors.New("timeout")
		},
		func(*sqs.SendMessageBatchInput) (*sqs.SendMessageBatchOutput, error) {
			return nil, errors.New("timeout")
		})
	for to, want := range map[partner.Destination]string{toBus: "put event: timeout", toQueue: "send message: timeout"} {
		failed := broken.Publish(context.Background(), to, []receiver.Event{event("1"), event("2")})
		require.Len(t, failed, 2)
		require.EqualError(t, failed[0], want)
		assert.EqualError(t, failed[1], want)
	}
}

func TestALongTypeIsCutForTheBusOnly(t *testing.T) {
	long := event("1")
	long.Type = strings.Repeat("t", 200)
	publisher(func(in *eventbridge.PutEventsInput) (*eventbridge.PutEventsOutput, error) {
		assert.Equal(t, strings.Repeat("t", 128), *in.Entries[0].DetailType)
		return &eventbridge.PutEventsOutput{}, nil
	}, nil).Publish(context.Background(), toBus, []receiver.Event{long})
}

func TestSendMessage(t *testing.T) {
	sent := func(to partner.Destination, e receiver.Event) sqstypes.SendMessageBatchRequestEntry {
		var entry sqstypes.SendMessageBatchRequestEntry
		failed := publisher(nil, func(in *sqs.SendMessageBatchInput) (*sqs.SendMessageBatchOutput, error) {
			assert.Equal(t, to.QueueURL, *in.QueueUrl)
			entry = in.Entries[0]
			return &sqs.SendMessageBatchOutput{Successful: []sqstypes.SendMessageBatchResultEntry{{Id: ptr("0")}}}, nil
		}).Publish(context.Background(), to, []receiver.Event{e})
		assert.Equal(t, []error{nil}, failed)
		return entry
	}
	assert.Equal(t, sqstypes.SendMessageBatchRequestEntry{Id: ptr("0"), MessageBody: ptr(`{"id":"1"}`)}, sent(toQueue, event("1")))

	first := sent(toFIFO, event("1"))
	assert.Equal(t, "as-7", *first.MessageGroupId, "in order for each asset")
	other := event("1")
	other.Source = "/partners/frameio"
	assert.NotEqual(t, *first.MessageDeduplicationId, *sent(toFIFO, other).MessageDeduplicationId, "another partner's event with the same id")
	assert.Equal(t, *first.MessageDeduplicationId, *sent(toFIFO, event("1")).MessageDeduplicationId)
	assert.Len(t, *first.MessageDeduplicationId, 64)

	for _, asset := range []string{"", "Serie één", strings.Repeat("a", 129), "a b"} {
		odd := event("1")
		odd.AssetID = asset
		assert.Len(t, *sent(toFIFO, odd).MessageGroupId, 64, asset)
	}
	noAsset, another := event("1"), event("2")
	noAsset.AssetID, another.AssetID = "", ""
	assert.NotEqual(t, *sent(toFIFO, noAsset).MessageGroupId, *sent(toFIFO, another).MessageGroupId, "events without an asset do not wait for each other")
}

func TestRequestsAreAsLargeAsAllowed(t *testing.T) {
	sizes := func(to partner.Destination, documents ...int) (counts []int) {
		events := make([]receiver.Event, len(documents))
		for i, n := range documents {
			events[i] = event(strconv.Itoa(i))
			events[i].Document = []byte(strings.Repeat("x", n))
		}
		failed := publisher(
			func(in *eventbridge.PutEventsInput) (*eventbridge.PutEventsOutput, error) {
				counts = append(counts, len(in.Entries))
				return nil, errors.New("not now")
			},
			func(in *sqs.SendMessageBatchInput) (*sqs.SendMessageBatchOutput, error) {
				counts = append(counts, len(in.Entries))
				return nil, errors.New("not now")
			}).Publish(context.Background(), to, events)
		assert.Len(t, failed, len(documents))
		return counts
	}
	for _, to := range []partner.Destination{toBus, toQueue} {
		assert.Equal(t, []int{10, 10, 3}, sizes(to, make([]int, 23)...))
		assert.Equal(t, []int{1, 2, 1}, sizes(to, 200<<10, 100<<10, 100<<10, 100<<10))
		assert.Equal(t, []int{1, 1}, sizes(to, 900<<10, 900<<10))
		assert.Empty(t, sizes(to))
	}
}

type objects func(*s3.PutObjectInput) error

func (f objects) PutObject(_ context.Context, in *s3.PutObjectInput, _ ...func(*s3.Options)) (*s3.PutObjectOutput, error) {
	return &s3.PutObjectOutput{}, f(in)
}

func TestPutBlob(t *testing.T) {
	put := func(f objects) (string, error) {
		b := awsio.Bucket{Client: func() awsio.S3 { return f }, Name: "payloads"}
		return b.PutBlob(context.Background(), "partners/mux/ab", []byte("data"), "text/xml")
	}
	url, err := put(func(in *s3.PutObjectInput) error {
		body, err := io.ReadAll(in.Body)
		require.NoError(t, err)
		assert.Equal(t, "payloads partners/mux/ab text/xml data", strings.Join([]string{*in.Bucket, *in.Key, *in.ContentType, string(body)}, " "))
		return nil
	})
	require.NoError(t, err)
	assert.Equal(t, "s3://payloads/partners/mux/ab", url)
	_, err = put(func(*s3.PutObjectInput) error { return errors.New("SlowDown") })
	assert.EqualError(t, err, "put object partners/mux/ab: SlowDown")
}

type functions func(*lambda.InvokeInput) (*lambda.InvokeOutput, error)

func (f functions) Invoke(_ context.Context, in *lambda.InvokeInput, _ ...func(*lambda.Options)) (*lambda.InvokeOutput, error) {
	return f(in)
}

func TestConfirm(t *testing.T) {
	for name, c := range map[string]struct {
		out      lambda.InvokeOutput
		err      error
		accepted bool
		want     string
	}{
		"yes":           {out: lambda.InvokeOutput{Payload: []byte(`{"accept":true}`)}, accepted: true},
		"no":            {out: lambda.InvokeOutput{Payload: []byte(`{"accept":false}`)}},
		"nothing":       {out: lambda.InvokeOutput{Payload: []byte(`null`)}},
		"no reply":      {out: lambda.InvokeOutput{Payload: []byte(`"yes"`)}, want: "invoke arn: it did not answer with a confirm.Reply"},
		"an error":      {out: lambda.InvokeOutput{FunctionError: ptr("Unhandled"), Payload: []byte(`{"accept":true}`)}, want: "invoke arn: it ended with an error (Unhandled)"},
		"not invokable": {err: errors.New("TooManyRequestsException"), want: "invoke arn: TooManyRequestsException"},
	} {
		t.Run(name, func(t *testing.T) {
			f := functions(func(in *lambda.InvokeInput) (*lambda.InvokeOutput, error) {
				assert.Equal(t, "arn {}", *in.FunctionName+" "+string(in.Payload))
				return &c.out, c.err
			})
			accepted, err := awsio.Confirmer{Client: func() awsio.Lambda { return f }}.Confirm(context.Background(), "arn", []byte("{}"))
			assert.Equal(t, c.accepted, accepted)
			if c.want == "" {
				assert.NoError(t, err)
			} else {
				assert.EqualError(t, err, c.want)
			}
		})
	}
}
