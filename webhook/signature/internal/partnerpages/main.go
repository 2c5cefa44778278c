// Command partnerpages writes docs/partners: one page for each preset of package
// signature, from the preset's data and the comment above it.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: partnerpages DIRECTORY-OF-PACKAGE-SIGNATURE DIRECTORY-OF-PAGES")
		os.Exit(2)
	}
	if err := write(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "partnerpages:", err)
		os.Exit(1)
	}
}

func write(source, target string) error {
	pages, err := render(source)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(target, 0o755); err != nil {
		return err
	}
	for name, text := range pages {
		if err := os.WriteFile(filepath.Join(target, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
