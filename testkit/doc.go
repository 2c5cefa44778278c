// Package testkit tests what a CDK app in Go synthesizes.
package testkit
