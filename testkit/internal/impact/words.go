package impact

import (
	"fmt"
	"strings"

	"github.com/mediasupplychain/cdk/testkit/internal/replacement"
)

// String is the change as the end of the sentence "Deployed, this change …".
func (c change) String() string {
	name := c.old.Type + " " + c.id
	switch c.kind {
	case refused:
		return fmt.Sprintf("FAILS on %s, which becomes %s: CloudFormation does not change a resource's type. "+
			"Give the new construct another id.", name, c.next.Type)
	case deleted:
		return fmt.Sprintf("DELETES %s%s.%s", name, c.loss(c.old.DeletionPolicy), c.moved())
	case released:
		return fmt.Sprintf("LETS GO of %s: it stays in the account, no longer part of the stack (DeletionPolicy: %v).%s",
			name, c.old.DeletionPolicy, c.moved())
	case maybeReplaced:
		return fmt.Sprintf("MAY REPLACE %s by a new one, depending on the values (%s).%s",
			name, strings.Join(c.causes, "; "), c.fate())
	default:
		return fmt.Sprintf("REPLACES %s by a new one (%s).%s", name, strings.Join(c.causes, "; "), c.fate())
	}
}

// fate says what then becomes of the replaced resource.
func (c change) fate() string {
	if policy := c.next.UpdateReplacePolicy; keeps(policy) {
		return fmt.Sprintf(" The old one stays in the account, no longer part of the stack (UpdateReplacePolicy: %v).", policy)
	}
	if loss := c.loss(c.next.UpdateReplacePolicy); loss != "" {
		return " The old one is deleted" + loss + "."
	}
	return ""
}

// loss says what goes with a deleted resource; nothing where it is not stateful.
func (c change) loss(policy any) string {
	switch {
	case policy == "Snapshot":
		return " after a snapshot"
	case replacement.Of(c.old.Type).Stateful:
		return ", and with it " + replacement.Loss(c.old.Type)
	}
	return ""
}

// moved points at what the deleted resource may have become.
func (c change) moved() string {
	if c.twin == "" {
		return ""
	}
	return fmt.Sprintf(" The new %s is its like: a construct that is renamed or moved is a new resource.", c.twin)
}
