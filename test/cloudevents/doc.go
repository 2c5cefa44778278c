// Package cloudevents holds the canonical media event against what others say
// a CloudEvent is: the CloudEvents SDK, and the published JSON Schemas. Its
// tests need modules that the library itself does without.
package cloudevents

//go:generate go run ./mediaeventschema
