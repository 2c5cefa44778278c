package awsio

import (
	"bytes"
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/mediasupplychain/cdk/webhook/dataref"
)

// S3 is the one method used of its client.
type S3 interface {
	PutObject(context.Context, *s3.PutObjectInput, ...func(*s3.Options)) (*s3.PutObjectOutput, error)
}

// Bucket keeps payloads in an S3 bucket, encrypted as the bucket says.
type Bucket struct {
	Client func() S3
	Name   string
}

// PutBlob stores the payload and returns its URL.
func (b Bucket) PutBlob(ctx context.Context, key string, data []byte, contentType string) (string, error) {
	_, err := b.Client().PutObject(ctx, &s3.PutObjectInput{
		Bucket: &b.Name, Key: &key, Body: bytes.NewReader(data), ContentType: &contentType,
	})
	if err != nil {
		return "", fmt.Errorf("put object %s: %w", key, err)
	}
	return dataref.URL(b.Name, key), nil
}
