package intake

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// S3 are the methods used of its client.
type S3 interface {
	PutObject(context.Context, *s3.PutObjectInput, ...func(*s3.Options)) (*s3.PutObjectOutput, error)
	GetObject(context.Context, *s3.GetObjectInput, ...func(*s3.Options)) (*s3.GetObjectOutput, error)
}

// Bucket keeps payloads in an S3 bucket.
type Bucket struct {
	Client func() S3
	Name   string
}

const (
	scheme = "s3://"
	// maxPayload bounds what is read into memory: more than API Gateway takes
	// (10 MB, "Quotas for REST APIs").
	maxPayload = 16 << 20
)

// Put keeps a payload under its key.
func (b Bucket) Put(ctx context.Context, key, contentType string, payload []byte) (string, error) {
	if contentType == "" {
		contentType = "application/json"
	}
	_, err := b.Client().PutObject(ctx, &s3.PutObjectInput{
		Bucket: &b.Name, Key: &key, Body: bytes.NewReader(payload), ContentType: &contentType,
	})
	if err != nil {
		return "", fmt.Errorf("keep payload %s: %w", key, err)
	}
	return scheme + b.Name + "/" + key, nil
}

// Get reads the object that ref names, in whichever bucket: that of a webhook
// endpoint is another than ours.
func (b Bucket) Get(ctx context.Context, ref string) ([]byte, error) {
	bucket, key, ok := strings.Cut(strings.TrimPrefix(ref, scheme), "/")
	if !ok || !strings.HasPrefix(ref, scheme) || bucket == "" || key == "" {
		return nil, fmt.Errorf("%w: %q", errRef, ref)
	}
	out, err := b.Client().GetObject(ctx, &s3.GetObjectInput{Bucket: &bucket, Key: &key})
	if err != nil {
		return nil, fmt.Errorf("fetch payload %s: %w", ref, err)
	}
	defer func() { _ = out.Body.Close() }() // nothing is written: a failed Close loses nothing
	payload, err := io.ReadAll(io.LimitReader(out.Body, maxPayload+1))
	if err != nil {
		return nil, fmt.Errorf("fetch payload %s: %w", ref, err)
	}
	if len(payload) > maxPayload {
		return nil, fmt.Errorf("%w: %s is larger than %d bytes", errRef, ref, maxPayload)
	}
	return payload, nil
}
