// Package cost counts on the local cloud what a supply chain costs, and compares
// with what docs/cost.md tells, which internal/chaincost counts in memory.
package cost
