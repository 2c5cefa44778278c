package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/examples/internal/received"
	"github.com/mediasupplychain/cdk/sqsbatch"
)

// objects are an S3 bucket, by key.
type objects map[string][]byte

func (o objects) GetObject(_ context.Context, in *s3.GetObjectInput, _ ...func(*s3.Options)) (*s3.GetObjectOutput, error) {
	content, ok := o[*in.Key]
	if !ok {
		return nil, errors.New("S3 is not there")
	}
	return &s3.GetObjectOutput{Body: io.NopCloser(bytes.NewReader(content))}, nil
}

// record is the message that a rule sends for an event whose detail is given.
func record(detail string) sqsbatch.Record {
	body := `{"version": "0", "id": "6a7e8feb", "source": "/partners/mux", "detail": ` + detail + `}`
	return sqsbatch.Record{SQSMessage: events.SQSMessage{MessageId: "1", Body: body}}
}

const attributes = `{"specversion":"1.0","id":"ev-1","source":"/partners/mux","subject":"the-vendors-id"`

func TestThePayloadIsThePartnersJSONWithThePartnersIDOfTheEvent(t *testing.T) {
	event, err := reader{}.read(t.Context(), record(attributes+`,"data":{"n":1.50}}`))

	require.NoError(t, err)
	assert.Equal(t, received.Event{ID: "ev-1", Source: "/partners/mux", Asset: "the-vendors-id", Payload: []byte(`{"n":1.50}`)}, event)
}

func TestTheAssetThatThePayloadNamesComesBeforeThePartnersOwn(t *testing.T) {
	event, err := reader{}.read(t.Context(), record(attributes+`,"data":{"assetId":"title-1"}}`))

	require.NoError(t, err)
	assert.Empty(t, event.Asset, "left to the payload")
}

func TestALargePayloadIsReadFromTheBucket(t *testing.T) {
	content := []byte(`{"n":1}`)
	stored := reader{objects{"partners/mux/x": content}}

	event, err := stored.read(t.Context(), record(reference(content)))

	require.NoError(t, err)
	assert.Equal(t, string(content), string(event.Payload))
}

func reference(content []byte) string {
	sum := sha256.Sum256(content)
	return fmt.Sprintf(`%s,"dataref":"s3://bucket/partners/mux/x","datasha256":%q,"datasize":%d}`, attributes, hex.EncodeToString(sum[:]), len(content))
}

func TestWhatIsRetriedAndWhatIsNot(t *testing.T) {
	large := []byte(`"` + strings.Repeat("x", largestPayload) + `"`)
	for name, c := range map[string]struct {
		objects   objects
		detail    string
		want      string
		permanent bool
	}{
		"S3 fails for now":     {nil, reference(nil), "dataref: get s3://bucket/partners/mux/x: S3 is not there", false},
		"another object":       {objects{"partners/mux/x": []byte("{}")}, reference([]byte("[]")), "dataref: the data differs from its digest: s3://bucket/partners/mux/x", true},
		"larger than the item": {objects{"partners/mux/x": large}, reference(large), "the payload has 399362 bytes, more than the 399360 that an item of the table has room for", true},
		"no CloudEvent":        {nil, `{"assetId":"title-1"}`, "not a CloudEvent 1.0 with id and source", true},
		"no object":            {nil, `[]`, "not a CloudEvent: json: cannot unmarshal array into Go value of type struct { SpecVersion string; ID string; Source string; Subject string }", true},
		"no data":              {nil, attributes + `}`, "dataref: the event has no data and no dataref", false},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := reader{c.objects}.read(t.Context(), record(c.detail))
			require.EqualError(t, err, c.want)
			assert.Equal(t, c.permanent, sqsbatch.IsPermanent(err))
		})
	}
}
