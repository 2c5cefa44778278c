package mediaevent

import "strings"

// Identifier names a thing within a scope, in the shape of MovieLabs OMC.
type Identifier struct {
	// Scope says whose id it is: "eidr:title", "eidr:edit", "imf:cpl", "umid",
	// "house", "partner:frameio".
	Scope string `json:"identifierScope"`
	// Value is the id.
	Value string `json:"identifierValue"`
}

// The scopes that the library knows. Any other scope is fine too.
const (
	ScopeEIDRTitle = "eidr:title"
	ScopeEIDREdit  = "eidr:edit"
	ScopeIMFCPL    = "imf:cpl"
	ScopeUMID      = "umid"
	ScopeHouse     = "house"
)

// PartnerScope is the scope of the ids that a partner gives.
func PartnerScope(partner string) string { return "partner:" + partner }

// isEIDRScope reports whether the ids of scope are EIDRs, which can be checked.
func isEIDRScope(scope string) bool { return scope == "eidr" || strings.HasPrefix(scope, "eidr:") }
