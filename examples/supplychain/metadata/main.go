// Package main is the function of the stage "metadata": it looks up what the
// company knows about a title. Here, it makes something up.
package main

import (
	"context"
	"strings"

	"github.com/aws/aws-lambda-go/lambda"
)

// run is the part of a run's state that the stage needs.
type run struct {
	Asset string `json:"asset"`
	Data  struct {
		Output struct {
			MasterURI string `json:"masterUri"`
		} `json:"output"`
	} `json:"data"`
}

// metadata is what the stage's later stages, and partners, are told.
type metadata struct {
	Title     string `json:"title"`
	Synopsis  string `json:"synopsis"`
	MasterURI string `json:"masterUri"`
}

func main() { lambda.Start(enrich) }

func enrich(_ context.Context, r run) (metadata, error) {
	title := strings.ReplaceAll(r.Asset, "-", " ")
	return metadata{
		Title:     strings.ToUpper(title[:1]) + title[1:],
		Synopsis:  "What happens in " + title + ", from camera to screen.",
		MasterURI: r.Data.Output.MasterURI,
	}, nil
}
