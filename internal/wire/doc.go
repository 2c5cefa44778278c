// Package wire holds the names that constructs and Lambda handlers agree on:
// environment variables, message attributes, metrics. It imports nothing, so
// that both sides can import it.
package wire
