// Package dataref reads what webhook.Endpoint put beside an event because it
// was too large for the bus or queue. It is for the Lambda functions that
// consume the events.
//
//	data, err := dataref.Data(ctx, s3client, []byte(detail)) // the partner's bytes, whether in the event or in S3
package dataref

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// ErrDigest says that the stored data is not what the event describes.
var ErrDigest = errors.New("dataref: the data differs from its digest")

// Getter is the one method needed of an S3 client.
type Getter interface {
	GetObject(context.Context, *s3.GetObjectInput, ...func(*s3.Options)) (*s3.GetObjectOutput, error)
}

// URL is how an event refers to an object.
func URL(bucket, key string) string { return "s3://" + bucket + "/" + key }

// event is the part of a CloudEvent that says where its data is.
type event struct {
	Data       json.RawMessage `json:"data"`
	DataBase64 []byte          `json:"data_base64"`
	Ref        string          `json:"dataref"`
	SHA256     string          `json:"datasha256"` // hexadecimal
	Size       int64           `json:"datasize"`   // in bytes
}

// Data returns the partner's bytes of an event in CloudEvents JSON: of the
// event itself, or of the object that it refers to, and then only if they have
// the size and the digest that the event states ([ErrDigest] if not).
func Data(ctx context.Context, client Getter, document []byte) ([]byte, error) {
	var e event
	if err := json.Unmarshal(document, &e); err != nil {
		return nil, fmt.Errorf("dataref: read event: %w", err)
	}
	switch {
	case e.Ref != "":
		return e.fetch(ctx, client)
	case e.Data != nil:
		return e.Data, nil
	case e.DataBase64 != nil:
		return e.DataBase64, nil
	}
	return nil, errors.New("dataref: the event has no data and no dataref")
}

func (e event) fetch(ctx context.Context, client Getter) ([]byte, error) {
	bucket, key, ok := strings.Cut(strings.TrimPrefix(e.Ref, "s3://"), "/")
	if !strings.HasPrefix(e.Ref, "s3://") || !ok || bucket == "" || key == "" {
		return nil, fmt.Errorf("dataref: %q is not a URL of the form s3://bucket/key", e.Ref)
	}
	object, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: &bucket, Key: &key})
	if err != nil {
		return nil, fmt.Errorf("dataref: get %s: %w", e.Ref, err)
	}
	defer func() { _ = object.Body.Close() }()
	// One byte more than stated shows that there is more, whatever is stored.
	data, err := io.ReadAll(io.LimitReader(object.Body, e.Size+1))
	if err != nil {
		return nil, fmt.Errorf("dataref: read %s: %w", e.Ref, err)
	}
	sum := sha256.Sum256(data)
	want, err := hex.DecodeString(e.SHA256)
	if err != nil || int64(len(data)) != e.Size || subtle.ConstantTimeCompare(sum[:], want) != 1 {
		return nil, fmt.Errorf("%w: %s", ErrDigest, e.Ref)
	}
	return data, nil
}
