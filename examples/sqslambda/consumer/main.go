// Package main is the function that processes the farm's job updates.
package main

import "github.com/mediasupplychain/cdk/examples/internal/received"

func main() { received.Start(received.Direct) }
