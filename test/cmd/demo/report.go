package main

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"html/template"
	"os"
	"path/filepath"
	"strings"
	"time"
)

//go:embed report.html.tmpl
var reportText string

// report is what the demo leaves behind: one HTML file that needs nothing else.
type report struct {
	Made      time.Time
	Clean     journey
	Rough     journey
	Counts    counts
	Troubles  []trouble
	Resources []resource
	Patterns  []result
	Problem   error // why the demo failed; nil when all is well
}

// verdict is an error unless every event has one end and every trouble its own.
func (r report) verdict() error {
	problems := []error{r.Counts.verdict(), unshown(r.Troubles), verdict(r.Patterns)}
	for _, j := range []journey{r.Clean, r.Rough} {
		if j.Ended != "completed" {
			problems = append(problems, fmt.Errorf("%s: the run should have completed, but it is %q", j.Asset, j.Ended))
		}
	}
	return errors.Join(problems...)
}

// Total is the counts' last row.
func (r report) Total() count { return r.Counts.total() }

// Ends are the counts' columns.
func (r report) Ends() []string { return r.Counts.ends() }

// Problems are the lines of the problem.
func (r report) Problems() []string {
	if r.Problem == nil {
		return nil
	}
	return strings.Split(r.Problem.Error(), "\n")
}

var reportTemplate = template.Must(template.New("report").Funcs(template.FuncMap{
	"seconds": func(s *float64) string {
		if s == nil {
			return "–"
		}
		return fmt.Sprintf("%.2f s", *s)
	},
	"offset":  func(s float64) string { return fmt.Sprintf("%.2f s", s) },
	"percent": func(p float64) string { return fmt.Sprintf("%.2f", p) },
	"sum":     count.sum,
	"lost":    func(c count) int { return c.Sent - c.sum() },
	"ended":   func(c count, end string) int { return c.Ends[end] },
}).Parse(reportText))

// html is the report's text.
func (r report) html() ([]byte, error) {
	var text bytes.Buffer
	err := reportTemplate.Execute(&text, r)
	return text.Bytes(), err
}

// write writes the report to a file.
func (r report) write(path string) error {
	text, err := r.html()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o600)
}
