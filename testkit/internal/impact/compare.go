package impact

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/mediasupplychain/cdk/testkit/internal/replacement"
)

// comparison collects why a resource is replaced.
type comparison struct {
	effect replacement.Effect
	causes []string
}

func (c *comparison) add(effect replacement.Effect, cause string) {
	c.effect = max(c.effect, effect)
	c.causes = append(c.causes, cause)
}

// compare adds each difference between old and new at a path whose change replaces the resource. A nil value is one that
// is absent.
func (c *comparison) compare(path string, old, next any, effects map[string]replacement.Effect) {
	if reflect.DeepEqual(old, next) {
		return
	}
	if effect := effects[path]; effect != replacement.None {
		c.add(effect, fmt.Sprintf("%s changes from %s to %s", path, show(old), show(next)))
		return
	}
	switch old := old.(type) {
	case map[string]any:
		if next, ok := next.(map[string]any); ok {
			for _, key := range keys(old, next) {
				c.compare(join(path, key), old[key], next[key], effects)
			}
		}
	case []any:
		if next, ok := next.([]any); ok {
			for i := range min(len(old), len(next)) { // one that is added or taken away changes no other
				c.compare(path+"[]", old[i], next[i], effects)
			}
		}
	}
}

// follow adds each reference to a replaced resource at a path whose change replaces this resource too.
func (c *comparison) follow(path string, value any, effects map[string]replacement.Effect, changes map[string]*change) {
	if effect := effects[path]; effect != replacement.None {
		for id := range references(value) {
			target, ok := changes[id]
			switch {
			case !ok || target.kind == refused:
			case target.kind == maybeReplaced:
				c.add(replacement.Maybe, fmt.Sprintf("%s refers to %s, which may be replaced", path, id))
			default:
				c.add(effect, fmt.Sprintf("%s refers to %s, which is replaced", path, id))
			}
		}
		return
	}
	switch value := value.(type) {
	case map[string]any:
		for _, key := range keys(value, nil) {
			c.follow(join(path, key), value[key], effects, changes)
		}
	case []any:
		for _, element := range value {
			c.follow(path+"[]", element, effects, changes)
		}
	}
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// keys lists the keys of both maps in order.
func keys(a, b map[string]any) []string {
	all := slices.AppendSeq(slices.Collect(maps.Keys(a)), maps.Keys(b))
	slices.Sort(all)
	return slices.Compact(all)
}

// show is a value on one line, cut where it is long.
func show(value any) string {
	if value == nil {
		return "absent"
	}
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return fmt.Sprint(value)
	}
	const longest = 100
	if line := []rune(strings.TrimSpace(text.String())); len(line) > longest {
		return string(line[:longest]) + "…"
	}
	return strings.TrimSpace(text.String())
}
