// Package main is the function that processes the rights platform's events.
package main

import "github.com/mediasupplychain/cdk/examples/internal/received"

func main() { received.Start(received.FromEventBridge) }
