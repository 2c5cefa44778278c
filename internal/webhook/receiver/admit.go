package receiver

import (
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/mediasupplychain/cdk/internal/webhook/partner"
)

// secretSegment is how the API spells the last segment of a path that holds a
// secret.
const secretSegment = "/{secret}"

// partnerPath is the partner a resource of the API belongs to.
func partnerPath(resource string) string { return strings.TrimSuffix(resource, secretSegment) }

// admit refuses what needs no look at the body.
func admit(c *partner.Config, r *apiRequest) error {
	if !fromAllowedAddress(c.SourceIPRanges, r.Context.Identity.SourceIP) {
		return &rejection{status: c.Ack().RejectStatus, reason: "source_ip"}
	}
	if methods := partner.Methods(c.Scheme); !slices.Contains(methods, r.Method) {
		return &rejection{status: http.StatusMethodNotAllowed, reason: "method", allow: strings.Join(methods, ", ")}
	}
	if r.exceeds(c.MaxBodySize) {
		return tooLarge(c)
	}
	return nil
}

func tooLarge(c *partner.Config) error {
	return &rejection{
		status: http.StatusRequestEntityTooLarge, reason: "too_large",
		cause: fmt.Errorf("the body has more than %d bytes", c.MaxBodySize),
	}
}

func fromAllowedAddress(ranges []netip.Prefix, source string) bool {
	if len(ranges) == 0 {
		return true
	}
	address, err := netip.ParseAddr(source)
	return err == nil && slices.ContainsFunc(ranges, func(p netip.Prefix) bool { return p.Contains(address.Unmap()) })
}
