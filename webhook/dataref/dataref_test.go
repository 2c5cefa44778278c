package dataref_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/webhook/dataref"
)

// bucket holds one object.
type bucket struct {
	content string
	err     error
	asked   []string
}

func (b *bucket) GetObject(_ context.Context, in *s3.GetObjectInput, _ ...func(*s3.Options)) (*s3.GetObjectOutput, error) {
	b.asked = append(b.asked, *in.Bucket+" "+*in.Key)
	if b.err != nil {
		return nil, b.err
	}
	return &s3.GetObjectOutput{Body: io.NopCloser(bytes.NewReader([]byte(b.content)))}, nil
}

// The digest is that of: printf '{"id": 1}' | sha256sum.
const (
	stored   = `{"id": 1}`
	digest   = "354aaef7a5f6ecbb2faee49fbe47a24e024cb62b3183b853a1ecc01e01920e49"
	document = `{"specversion":"1.0","dataref":"s3://events/partners/mux/ab","datasize":9,"datasha256":"DIGEST"}`
)

func TestDataInTheEvent(t *testing.T) {
	for event, want := range map[string]string{
		`{"data":{"b": 1,"a":"\u00e9"}}`: `{"b": 1,"a":"\u00e9"}`,
		`{"data":null}`:                  `null`,
		`{"data_base64":"PGEvPg=="}`:     `<a/>`,
		`{"data_base64":""}`:             ``,
	} {
		got, err := dataref.Data(context.Background(), nil, []byte(event))
		require.NoError(t, err)
		assert.Equal(t, want, string(got))
	}
}

func TestDataBesideTheEvent(t *testing.T) {
	b := &bucket{content: stored}
	got, err := dataref.Data(context.Background(), b, []byte(withDigest(digest)))
	require.NoError(t, err)
	assert.Equal(t, stored, string(got))
	assert.Equal(t, []string{"events partners/mux/ab"}, b.asked)
}

func TestDataThatIsNotWhatTheEventDescribes(t *testing.T) {
	for name, c := range map[string]struct{ content, digest string }{
		"changed":         {`{"id": 2}`, digest},
		"longer":          {stored + " ", digest},
		"shorter":         {`{"id":1}`, digest},
		"another digest":  {stored, "00" + digest[2:]},
		"half a digest":   {stored, digest[:32]},
		"no digest":       {stored, ""},
		"not hexadecimal": {stored, "x" + digest[1:]},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := dataref.Data(context.Background(), &bucket{content: c.content}, []byte(withDigest(c.digest)))
			require.ErrorIs(t, err, dataref.ErrDigest)
			assert.EqualError(t, err, "dataref: the data differs from its digest: s3://events/partners/mux/ab")
		})
	}
}

func TestErrors(t *testing.T) {
	for event, want := range map[string]string{
		`x`:                             "dataref: read event: invalid character 'x' looking for beginning of value",
		`{}`:                            "dataref: the event has no data and no dataref",
		`{"dataref":"https://a/b"}`:     `dataref: "https://a/b" is not a URL of the form s3://bucket/key`,
		`{"dataref":"s3://bucket"}`:     `dataref: "s3://bucket" is not a URL of the form s3://bucket/key`,
		`{"dataref":"s3:///key"}`:       `dataref: "s3:///key" is not a URL of the form s3://bucket/key`,
		`{"dataref":"s3://bucket/key"}`: "dataref: get s3://bucket/key: NoSuchKey",
	} {
		_, err := dataref.Data(context.Background(), &bucket{err: errors.New("NoSuchKey")}, []byte(event))
		assert.EqualError(t, err, want)
	}
}

func withDigest(d string) string {
	return string(bytes.Replace([]byte(document), []byte("DIGEST"), []byte(d), 1))
}
