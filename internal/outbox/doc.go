// Package outbox does what the state table says. It reads the table's stream,
// where a change can come late and more than once but is never lost, and every
// effect is one that can be done again: so each is done, and none is invented.
//
// Order is kept per asset. What fails for now fails the invocation, so that the
// stream's records come again; what was done meanwhile is remembered, and would
// change nothing if it were not.
package outbox
