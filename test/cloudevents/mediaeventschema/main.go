// Command mediaeventschema writes the JSON Schemas of package mediaevent, made
// from its structs and their comments, to mediaevent/schema.
//
//	go generate ./cloudevents   in the folder test
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/mediasupplychain/cdk/test/cloudevents/schemas"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "mediaeventschema:", err)
		os.Exit(1)
	}
}

// run is started in test/cloudevents.
func run() error {
	const dir = "../../mediaevent"
	files, err := schemas.Generate(dir)
	if err != nil {
		return err
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, "schema", name), content, 0o644); err != nil {
			return err
		}
	}
	return nil
}
