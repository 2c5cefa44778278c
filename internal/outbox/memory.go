package outbox

import "sync"

// remembered is how many records a process remembers: more than a stream
// delivers at once (10,000, "Parameters for DynamoDB event source mappings",
// Lambda developer guide).
const remembered = 20_000

// memory remembers what was done, the newest of it. It spares calls when records
// come again; nothing rests on it.
type memory struct {
	mu    sync.Mutex
	known map[string]struct{}
	ring  []string
	next  int
}

func (m *memory) has(id string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, known := m.known[id]
	return known
}

func (m *memory) add(id string) {
	if id == "" {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known == nil {
		m.known = map[string]struct{}{}
	}
	if len(m.ring) < remembered {
		m.ring = append(m.ring, id)
	} else {
		delete(m.known, m.ring[m.next])
		m.ring[m.next] = id
		m.next = (m.next + 1) % remembered
	}
	m.known[id] = struct{}{}
}
