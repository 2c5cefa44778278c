// Package differential holds package signature against the vendors' own Go
// libraries, over random requests. It lives in the test module, so that these
// libraries are no dependency of those who import the constructs.
package differential
