// Package main is the function that processes the editing tool's events.
package main

import "github.com/mediasupplychain/cdk/examples/internal/received"

func main() { received.Start(received.FromEventBridge) }
