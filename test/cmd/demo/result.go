package main

import (
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
)

// result is what became of the events sent through one pattern.
type result struct {
	Name     string // of the example
	Sent     int    // taken over or refused by AWS
	Arrived  int    // processed by the consumer
	Parked   int    // in the dead-letter queue, with the reason beside it
	Refused  int    // not let in: forged webhooks
	outOf    int    // arrived out of order, where order is promised
	expected outcome
}

type outcome struct{ arrived, parked, refused int }

func (r result) problem() error {
	got := outcome{r.Arrived, r.Parked, r.Refused}
	switch {
	case got != r.expected:
		return fmt.Errorf("%s: arrived %d of %d, parked %d of %d, refused %d of %d", r.Name,
			r.Arrived, r.expected.arrived, r.Parked, r.expected.parked, r.Refused, r.expected.refused)
	case r.Sent != r.Arrived+r.Parked+r.Refused:
		return fmt.Errorf("%s: %d sent, but %d accounted for", r.Name, r.Sent, r.Arrived+r.Parked+r.Refused)
	case r.outOf != 0:
		return fmt.Errorf("%s: %d events out of order", r.Name, r.outOf)
	}
	return nil
}

func table(out io.Writer, results []result) error {
	writer := tabwriter.NewWriter(out, 0, 0, 3, ' ', tabwriter.AlignRight)
	_, _ = fmt.Fprintln(writer, "pattern\tsent\tarrived\tparked (poison)\trefused (forged)\tlost\t")
	var total result
	for _, r := range results {
		row(writer, r)
		total.Sent += r.Sent
		total.Arrived += r.Arrived
		total.Parked += r.Parked
		total.Refused += r.Refused
	}
	total.Name = "all"
	row(writer, total)
	return writer.Flush()
}

func row(out io.Writer, r result) {
	_, _ = fmt.Fprintf(out, "%s\t%d\t%d\t%d\t%d\t%d\t\n", r.Name, r.Sent, r.Arrived, r.Parked, r.Refused,
		r.Sent-r.Arrived-r.Parked-r.Refused)
}

// verdict is an error unless every event ended where it should.
func verdict(results []result) error {
	var problems []error
	for _, r := range results {
		problems = append(problems, r.problem())
	}
	return errors.Join(problems...)
}
