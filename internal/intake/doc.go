// Package intake takes the events of one source into the state table: it finds
// out what a partner's payload means, and writes that in one transaction. It
// touches no second system but the bucket for large payloads, which it writes
// first, under the payload's digest, so that there is nothing to half-do.
package intake
