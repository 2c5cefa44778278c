package receiver

import (
	"context"
	"sync"
	"time"
)

// How long what was read is used, and how often it may be read. An instance
// reads one value at most once in minPause, however many requests ask for it.
const (
	cacheLife = 5 * time.Minute  // so a change is seen within this
	staleLife = 60 * time.Minute // a value that cannot be read anew is used on for this long
	minPause  = 10 * time.Second // between two reads of one value
	errorLife = 1 * time.Second  // a failed first read is not tried again before
)

// cache keeps what was read from a slow or metered store, by key.
type cache[V any] struct {
	load func(ctx context.Context, key string) (V, error)
	now  func() time.Time

	mu      sync.Mutex
	entries map[string]*entry[V]
}

type entry[V any] struct {
	value  V
	err    error     // of the first read; nil once a value was read
	loaded time.Time // when value was read
	tried  time.Time // when the last read began
}

// get returns the value, read anew where it is older than cacheLife.
func (c *cache[V]) get(ctx context.Context, key string) (V, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	e := c.entries[key]
	switch {
	case e == nil:
		return c.read(ctx, key, now)
	case e.err != nil && now.Sub(e.tried) < errorLife:
		return e.value, e.err
	case e.err != nil, now.Sub(e.loaded) >= staleLife:
		return c.read(ctx, key, now)
	case now.Sub(e.loaded) >= cacheLife && now.Sub(e.tried) >= minPause:
		return c.read(ctx, key, now)
	}
	return e.value, nil
}

// refresh reads the value anew though its life is not over, unless it was
// read less than minPause ago. It reports whether it did.
func (c *cache[V]) refresh(ctx context.Context, key string) (value V, read bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	if e := c.entries[key]; e != nil && now.Sub(e.tried) < minPause {
		return e.value, false, e.err
	}
	value, err = c.read(ctx, key, now)
	return value, true, err
}

// read loads the value. While an older one may still be used, a failure is not
// one: the store's outage must not become ours.
func (c *cache[V]) read(ctx context.Context, key string, now time.Time) (V, error) {
	value, err := c.load(ctx, key)
	e := c.entries[key]
	switch {
	case err == nil:
		c.put(key, &entry[V]{value: value, loaded: now, tried: now})
		return value, nil
	case e != nil && e.err == nil && now.Sub(e.loaded) < staleLife:
		e.tried = now
		return e.value, nil
	case ctx.Err() == nil: // not the request's own deadline, which says nothing about the next one
		c.put(key, &entry[V]{err: err, tried: now})
	}
	return value, err
}

func (c *cache[V]) put(key string, e *entry[V]) {
	if c.entries == nil {
		c.entries = map[string]*entry[V]{}
	}
	c.entries[key] = e
}
