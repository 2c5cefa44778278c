// Package chaincost counts what a supply chain costs: API calls, write and read units,
// events and state transitions of an asset on its way through all stages. The
// handlers are the real ones, on a table in memory; the benchmark compares with what
// passes a proxy on the local cloud. docs/cost.md has the figures.
package chaincost
