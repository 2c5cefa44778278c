// Package main is the function that processes the events of all webhook partners.
package main

import "github.com/mediasupplychain/cdk/examples/internal/received"

func main() { received.Start(received.FromWebhook) }
