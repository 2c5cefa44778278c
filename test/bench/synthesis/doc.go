// Package synthesis measures what the constructs cost at synthesis: against the
// same template written with the CDK alone, and what a handler in Go adds that
// was compiled before.
package synthesis
