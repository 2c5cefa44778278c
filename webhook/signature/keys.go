package signature

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"
)

// KeySource fetches a partner's public key.
type KeySource interface {
	// Key returns the PEM text at the URL.
	Key(ctx context.Context, url string) (string, error)
}

// PublicKeys fetches the keys that a request says it was signed with. They go to
// Verify as secrets. The request chooses the path only: the host is the
// scheme's, so nobody can bring a key of their own.
//
// A key that cannot be fetched is an error only if no other one can be.
func (s *Scheme) PublicKeys(ctx context.Context, r *Request, source KeySource) (Secrets, error) {
	if s.Keys == nil {
		return nil, s.blame(fault("", ErrScheme))
	}
	v := view{Request: r, payload: r.Body}
	var keys Secrets
	var failures []error
	for _, slot := range sortedKeys(s.Keys.Paths) {
		field := s.Keys.Paths[slot]
		url, err := s.Keys.url(&v, field)
		if err != nil {
			failures = append(failures, s.blame(fault(field, err)))
			continue
		}
		key, err := source.Key(ctx, url)
		if err != nil {
			failures = append(failures, fmt.Errorf("signature: %s: fetch public key %s: %w", s.Name, slot, err))
			continue
		}
		keys = append(keys, Secret{Slot: slot, Value: key})
	}
	if len(keys) == 0 {
		return nil, errors.Join(failures...)
	}
	return keys, nil
}

// url builds the key's URL from a path that a stranger wrote.
func (k *KeyLocation) url(v *view, field Field) (string, error) {
	p, err := v.value(field)
	if err != nil {
		return "", err
	}
	clean := strings.Trim(p, letters+"-_./") == "" && path.Clean(p) == p
	if !clean || len(p) > maxPart || !strings.HasPrefix(p, or(k.PathPrefix, "/")) {
		return "", ErrMalformed
	}
	return "https://" + k.Host + p, nil
}

// CachedKeys is a [KeySource] that fetches by HTTPS and remembers keys. It is
// safe for concurrent use. The zero value is ready.
type CachedKeys struct {
	// Client fetches the keys.
	//
	// Default: one that follows no redirect and gives up after 2 seconds.
	Client interface {
		Do(*http.Request) (*http.Response, error)
	}

	// Life is how long a key is remembered.
	//
	// Default: 1 hour. Adobe allows 24 hours at most.
	Life time.Duration

	// Now is the clock.
	//
	// Default: time.Now.
	Now func() time.Time

	mu   sync.Mutex
	keys map[string]cachedKey
}

type cachedKey struct {
	text    string
	fetched time.Time
}

const (
	defaultKeyLife = time.Hour
	keyTimeout     = 2 * time.Second
	maxKeySize     = 16 << 10
	maxCachedKeys  = 16 // a stranger can make up paths: only what exists is kept, and little of it
)

// Key returns the key at the URL, from memory if it was fetched lately.
func (c *CachedKeys) Key(ctx context.Context, url string) (string, error) {
	now := time.Now
	if c.Now != nil {
		now = c.Now
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if k, ok := c.keys[url]; ok && now().Sub(k.fetched) < or(c.Life, defaultKeyLife) {
		return k.text, nil
	}
	text, err := c.fetch(ctx, url)
	if err != nil {
		return "", err
	}
	if c.keys == nil || len(c.keys) >= maxCachedKeys {
		c.keys = map[string]cachedKey{}
	}
	c.keys[url] = cachedKey{text: text, fetched: now()}
	return text, nil
}

func (c *CachedKeys) fetch(ctx context.Context, url string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, keyTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return "", err
	}
	client := c.Client
	if client == nil {
		client = directClient
	}
	response, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("status %d", response.StatusCode)
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, maxKeySize))
	return string(text), err
}

// directClient follows no redirect: a key comes from the pinned host or not at
// all.
var directClient = &http.Client{
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}
