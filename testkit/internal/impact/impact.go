// Package impact says in words which resources CloudFormation deletes or replaces when one template is deployed over
// another.
package impact

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/mediasupplychain/cdk/testkit/internal/replacement"
)

// kind is what becomes of a resource, the worst first.
type kind int

const (
	refused kind = iota // CloudFormation rejects the deployment
	deleted
	replaced
	maybeReplaced
	released // kept in the account, no longer part of the stack
)

// change is what becomes of one resource of the old template.
type change struct {
	id     string
	old    resource
	next   resource // the zero resource where it is gone
	kind   kind
	causes []string // why a resource is replaced
	twin   string   // the new logical id of what looks like the deleted resource
}

// Report says what deploying the template after over the template before deletes, replaces, or cannot do: what is
// stateful first, a line each. It is empty where all stays, or is changed in place.
func Report(before, after []byte) (string, error) {
	old, err := parse(before)
	if err != nil {
		return "", err
	}
	next, err := parse(after)
	if err != nil {
		return "", err
	}

	changes := slices.Concat(gone(old, next), kept(old, next))
	slices.SortFunc(changes, func(a, b change) int {
		return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.id, b.id))
	})
	var report strings.Builder
	section := func(title string, stateful bool) {
		for _, c := range changes {
			if replacement.Of(c.old.Type).Stateful == stateful {
				report.WriteString(title)
				fmt.Fprintf(&report, "  - %s\n", c)
				title = ""
			}
		}
	}
	section("Deployed, this change does to what cannot be made again:\n", true)
	section("Deployed, this change does to other resources:\n", false)
	return report.String(), nil
}

// gone lists the resources of the old template whose logical id the new one lacks.
func gone(old, next template) []change {
	var changes []change
	for id, was := range old.Resources {
		if _, stays := next.Resources[id]; stays {
			continue
		}
		c := change{id: id, old: was, kind: deleted, twin: twin(was, old, next)}
		if keeps(was.DeletionPolicy) {
			c.kind = released
		}
		changes = append(changes, c)
	}
	return changes
}

// twin is the logical id of the one resource that only the new template has and that equals was; empty where there is
// none or more than one.
func twin(was resource, old, next template) string {
	var twins []string
	for id, candidate := range next.Resources {
		_, existed := old.Resources[id]
		if !existed && candidate.Type == was.Type && reflect.DeepEqual(candidate.Properties, was.Properties) {
			twins = append(twins, id)
		}
	}
	if len(twins) != 1 {
		return ""
	}
	return twins[0]
}

// kept lists those resources of both templates that CloudFormation replaces, or whose change it refuses.
func kept(old, next template) []change {
	changes := map[string]*change{}
	for id, was := range old.Resources {
		is, stays := next.Resources[id]
		if !stays {
			continue
		}
		c := &change{id: id, old: was, next: is}
		if is.Type != was.Type {
			c.kind = refused
			changes[id] = c
			continue
		}
		var found comparison
		found.compare("", was.Properties, is.Properties, replacement.Of(was.Type).Effects)
		if found.effect != replacement.None {
			c.kind, c.causes = kindOf(found.effect), found.causes
			changes[id] = c
		}
	}
	spread(old, next, changes)

	var list []change
	for _, c := range changes {
		list = append(list, *c)
	}
	return list
}

// spread adds the resources that are replaced because they name, where they cannot change, one that is replaced. Each
// resource it adds can be the reason for the next.
func spread(old, next template, changes map[string]*change) {
	for again := true; again; {
		again = false
		for _, id := range slices.Sorted(maps.Keys(next.Resources)) {
			was, existed := old.Resources[id]
			if _, known := changes[id]; known || !existed {
				continue
			}
			is := next.Resources[id]
			var found comparison
			found.follow("", is.Properties, replacement.Of(is.Type).Effects, changes)
			if found.effect != replacement.None {
				changes[id] = &change{id: id, old: was, next: is, kind: kindOf(found.effect), causes: found.causes}
				again = true
			}
		}
	}
}

func kindOf(effect replacement.Effect) kind {
	if effect == replacement.Always {
		return replaced
	}
	return maybeReplaced
}

// keeps says whether a DeletionPolicy or UpdateReplacePolicy leaves the resource in the account.
func keeps(policy any) bool {
	return policy == "Retain" || policy == "RetainExceptOnCreate"
}
