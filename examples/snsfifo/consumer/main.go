// Package main is the function that processes the vendor's results.
package main

import "github.com/mediasupplychain/cdk/examples/internal/received"

func main() { received.Start(received.Direct) }
