// Package main is the function that processes the events of all webhook partners.
package main

import (
	"context"
	"log"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/mediasupplychain/cdk/examples/internal/received"
)

func main() {
	cfg, err := config.LoadDefaultConfig(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	received.Start(reader{objects: s3.NewFromConfig(cfg)}.read)
}
