package signature_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/webhook/signature"
)

// keysByURL is a KeySource that knows some keys, and notes what it was asked.
type keysByURL struct {
	keys  map[string]string
	asked []string
}

func (k *keysByURL) Key(_ context.Context, url string) (string, error) {
	k.asked = append(k.asked, url)
	if key, ok := k.keys[url]; ok {
		return key, nil
	}
	return "", errors.New("status 404")
}

func TestAdobeEventIsVerifiedWithAFetchedKey(t *testing.T) {
	s := signature.AdobeIO("mine")
	public, private := rsaKeys()
	signed, err := s.Sign(signature.Request{Body: []byte(`{"eventid":"e1","type":"asset_ready","recipientclientid":"mine"}`)},
		signature.Secrets{{Slot: "2", Value: private}}, noon)
	require.NoError(t, err)
	signed.Header.Set("x-adobe-public-key1-path", "/prod/keys/pub-key-gone.pem")
	signed.Header.Set("x-adobe-public-key2-path", "/prod/keys/pub-key-b.pem")

	source := &keysByURL{keys: map[string]string{"https://static.adobeioevents.com/prod/keys/pub-key-b.pem": public}}
	keys, err := s.PublicKeys(t.Context(), signed, source)
	require.NoError(t, err, "one of two keys is enough")
	event, err := s.Verify(signed, keys, noon)
	require.NoError(t, err)
	assert.Equal(t, "e1", event.ID)
	assert.Equal(t, []string{
		"https://static.adobeioevents.com/prod/keys/pub-key-gone.pem", "https://static.adobeioevents.com/prod/keys/pub-key-b.pem",
	}, source.asked)

	signed.Header.Set("x-adobe-public-key2-path", "/prod/keys/pub-key-gone.pem")
	_, err = s.PublicKeys(t.Context(), signed, source)
	assert.EqualError(t, err, "signature: adobe-io: fetch public key 1: status 404\nsignature: adobe-io: fetch public key 2: status 404")
}

func TestNoRequestChoosesAnotherKeyHost(t *testing.T) {
	s := signature.AdobeIO("mine")
	for _, path := range []string{
		"https://evil.example/prod/keys/k.pem", "//evil.example/prod/keys/k.pem", "@evil.example/prod/keys/k.pem", ".evil.example/prod/keys/k.pem",
		"/prod/keys/../../other.pem", "/prod/keys/k.pem?x=1", "/prod/keys/k.pem#x", "/prod/keys/%2e%2e/k.pem", "/dev/keys/k.pem", "/prod/keys//k.pem",
		`/prod/keys/\evil.example`, "/prod/keys/k.pem\r\nHost: evil.example", ":443/prod/keys/k.pem", "/prod/keys/" + strings.Repeat("k", 2000), "",
	} {
		source := &keysByURL{}
		r := &signature.Request{Header: http.Header{"X-Adobe-Public-Key1-Path": {path}, "X-Adobe-Public-Key2-Path": {path}}}
		_, err := s.PublicKeys(t.Context(), r, source)
		require.ErrorIs(t, err, signature.ErrMalformed, path)
		assert.Empty(t, source.asked, path)
	}
}

func TestOnlySchemesWithKeysFetchThem(t *testing.T) {
	_, err := signature.Mux().PublicKeys(t.Context(), &signature.Request{}, &keysByURL{})
	assert.ErrorIs(t, err, signature.ErrScheme)
}

func TestShortOrForeignKeysAreNotUsed(t *testing.T) {
	s := signature.AdobeIO("mine")
	_, private := rsaKeys()
	signed, err := s.Sign(signature.Request{Body: []byte(`{}`)}, signature.Plain(private), noon)
	require.NoError(t, err)
	for name, key := range map[string]string{"no PEM": "x", "a private key": private, "1024 bits": shortRSAPublicKey} {
		_, err := s.Verify(signed, signature.Plain(key), noon)
		assert.ErrorIs(t, err, signature.ErrSecret, name)
	}
}

// shortRSAPublicKey is a key of 1024 bits, which can be factored.
const shortRSAPublicKey = `-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDdlatRjRjogo3WojgGHFHYLugd
UWAY9iR3fy4arWNA1KoS8kVw33cJibXr8bvwUAUparCwlvdbH6dvEOfou0/gCFQs
HUfQrSDv+MuSUMAe8jzKE4qW+jK+xQU9a03GUnKHkkle+Q0pX/g6jXZ7r1/xAK5D
o2kQ+X5xK9cipRgEKwIDAQAB
-----END PUBLIC KEY-----`

func TestCachedKeysAskOncePerLife(t *testing.T) {
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		_, _ = io.WriteString(w, "key of "+r.URL.Path)
	}))
	defer server.Close()
	now := noon
	cache := &signature.CachedKeys{Now: func() time.Time { return now }}

	for range 3 {
		key, err := cache.Key(t.Context(), server.URL+"/a")
		require.NoError(t, err)
		assert.Equal(t, "key of /a", key)
	}
	assert.Equal(t, 1, asked)

	now = now.Add(time.Hour)
	_, err := cache.Key(t.Context(), server.URL+"/a")
	require.NoError(t, err)
	assert.Equal(t, 2, asked, "older than an hour")
}

func TestCachedKeysFollowNoRedirectAndReadNoEndlessKey(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/long" {
			_, _ = io.WriteString(w, strings.Repeat("k", 1<<20))
			return
		}
		http.Redirect(w, r, "/long", http.StatusFound)
	}))
	defer server.Close()
	cache := &signature.CachedKeys{}

	_, err := cache.Key(t.Context(), server.URL+"/redirect")
	require.EqualError(t, err, "status 302")
	key, err := cache.Key(t.Context(), server.URL+"/long")
	require.NoError(t, err)
	assert.Len(t, key, 16<<10)
}
