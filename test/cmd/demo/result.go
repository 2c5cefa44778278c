package main

import (
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
)

// result is what became of the events sent through one pattern.
type result struct {
	pattern  string
	sent     int // taken over or refused by AWS
	arrived  int // processed by the consumer
	parked   int // in the dead-letter queue, with the reason beside it
	refused  int // not let in: forged webhooks
	outOf    int // arrived out of order, where order is promised
	expected counts
}

type counts struct{ arrived, parked, refused int }

func (r result) problem() error {
	got := counts{r.arrived, r.parked, r.refused}
	switch {
	case got != r.expected:
		return fmt.Errorf("%s: arrived %d of %d, parked %d of %d, refused %d of %d", r.pattern,
			r.arrived, r.expected.arrived, r.parked, r.expected.parked, r.refused, r.expected.refused)
	case r.sent != r.arrived+r.parked+r.refused:
		return fmt.Errorf("%s: %d sent, but %d accounted for", r.pattern, r.sent, r.arrived+r.parked+r.refused)
	case r.outOf != 0:
		return fmt.Errorf("%s: %d events out of order", r.pattern, r.outOf)
	}
	return nil
}

func table(out io.Writer, results []result) error {
	writer := tabwriter.NewWriter(out, 0, 0, 3, ' ', tabwriter.AlignRight)
	_, _ = fmt.Fprintln(writer, "pattern\tsent\tarrived\tparked (poison)\trefused (forged)\tlost\t")
	var total result
	for _, r := range results {
		row(writer, r)
		total.sent += r.sent
		total.arrived += r.arrived
		total.parked += r.parked
		total.refused += r.refused
	}
	total.pattern = "all"
	row(writer, total)
	return writer.Flush()
}

func row(out io.Writer, r result) {
	_, _ = fmt.Fprintf(out, "%s\t%d\t%d\t%d\t%d\t%d\t\n", r.pattern, r.sent, r.arrived, r.parked, r.refused,
		r.sent-r.arrived-r.parked-r.refused)
}

// verdict is an error unless every event ended where it should.
func verdict(results []result) error {
	var problems []error
	for _, r := range results {
		problems = append(problems, r.problem())
	}
	return errors.Join(problems...)
}
