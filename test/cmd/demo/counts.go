package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/mediasupplychain/cdk/supplychain/state"
	"github.com/mediasupplychain/cdk/test/drive"
)

// Ends of events that are no fate in the history.
const (
	duplicate    = "duplicate"     // in the log of the intake
	rejected     = "rejected"      // answered 4xx by the webhook endpoint
	deadLettered = "dead-lettered" // in the dead-letter queue of the source
)

// shownEnds are the columns of the counts; others follow where there are any.
func shownEnds() []string {
	return []string{"applied", "recorded", duplicate, "late", rejected, deadLettered}
}

// count is what was sent through one source, and where the supply chain says
// that it ended.
type count struct {
	Source string
	Way    string
	Sent   int
	Ends   map[string]int
}

func (c count) sum() int {
	n := 0
	for _, ended := range c.Ends {
		n += ended
	}
	return n
}

// counts are those of all sources.
type counts []count

// ends are the columns.
func (c counts) ends() []string {
	all := shownEnds()
	for _, fate := range []string{"queued", "refused", "stale", "repeated", "conflict", "unmatched", "unmapped", "parked"} {
		for _, one := range c {
			if one.Ends[fate] > 0 {
				all = append(all, fate)
				break
			}
		}
	}
	return all
}

func (c counts) total() count {
	total := count{Source: "all", Ends: map[string]int{}}
	for _, one := range c {
		total.Sent += one.Sent
		for end, n := range one.Ends {
			total.Ends[end] += n
		}
	}
	return total
}

// verdict is an error for each source where not every event has one end.
func (c counts) verdict() error {
	var problems []error
	if c.total().Sent == 0 {
		problems = append(problems, errors.New("nothing was sent"))
	}
	for _, one := range c {
		if one.Sent != one.sum() {
			problems = append(problems, fmt.Errorf("%s: %d sent, but %d found: %s", one.Source, one.Sent, one.sum(), describe(one.Ends, c.ends())))
		}
	}
	return errors.Join(problems...)
}

func describe(ends map[string]int, order []string) string {
	var parts []string
	for _, end := range order {
		if ends[end] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", ends[end], end))
		}
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, ", ")
}

func (c counts) table(out io.Writer) error {
	writer := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, _ = fmt.Fprintln(writer, "source\tsent\t=\t"+strings.Join(c.ends(), "\t")+"\tlost\t")
	for _, one := range append(c[:len(c):len(c)], c.total()) {
		cells := []string{one.Source, strconv.Itoa(one.Sent), ""}
		for _, end := range c.ends() {
			cells = append(cells, strconv.Itoa(one.Ends[end]))
		}
		_, _ = fmt.Fprintln(writer, strings.Join(append(cells, strconv.Itoa(one.Sent-one.sum())), "\t")+"\t")
	}
	return writer.Flush()
}

// found is what the supply chain itself tells of the events about the titles.
type found struct {
	histories  map[string][]state.Entry  // by title
	duplicates map[string]int            // by source
	parked     map[string][]drive.Parked // by source
}

const settling = 20 * time.Second

// settle finds what the supply chain tells, once it tells of every event that was
// sent; when it does not after a while, what it tells then.
func (s *story) settle(ctx context.Context) (f found, err error) {
	for deadline := time.Now().Add(settling); ; {
		if f, err = s.find(ctx); err != nil {
			return f, err
		}
		if tally(s.sent, f).verdict() == nil || time.Now().After(deadline) {
			return f, nil
		}
		select {
		case <-ctx.Done():
			return f, ctx.Err()
		case <-time.After(lookInterval):
		}
	}
}

// find reads histories, dead-letter queues and the logs of the intakes.
func (s *story) find(ctx context.Context) (found, error) {
	f := found{histories: map[string][]state.Entry{}, duplicates: map[string]int{}, parked: map[string][]drive.Parked{}}
	for _, title := range []string{s.clean, s.rough} {
		var err error
		if f.histories[title], err = s.chain.History(ctx, title); err != nil {
			return f, err
		}
		for _, p := range allPartners() {
			parked, err := s.chain.Parked(ctx, p.source, title)
			if err != nil {
				return f, err
			}
			f.parked[p.source] = append(f.parked[p.source], parked...)
		}
	}
	return f, s.findDuplicates(ctx, f.duplicates)
}

// findDuplicates counts what the intakes say they have seen before: of a
// duplicate nothing is written to the table.
func (s *story) findDuplicates(ctx context.Context, bySource map[string]int) error {
	handlers, err := s.logs.Handlers(ctx)
	if err != nil {
		return err
	}
	for _, handler := range handlers {
		lines, err := s.logs.Logged(ctx, handler, s.began, `"fate":"duplicate"`)
		if err != nil {
			return err
		}
		for _, line := range lines {
			var said struct {
				Source string `json:"source"`
			}
			if err := json.Unmarshal([]byte(line), &said); err != nil {
				return fmt.Errorf("log of %s: %s: %w", handler.ID, line, err)
			}
			bySource[said.Source]++
		}
	}
	return nil
}

// tally compares what was sent with where the supply chain says that it ended.
func tally(sent []sending, f found) counts {
	var all counts
	for _, p := range allPartners() {
		c := count{Source: p.source, Way: p.Way, Ends: map[string]int{}}
		for _, one := range sent {
			if one.Partner.source != p.source {
				continue
			}
			c.Sent++
			if one.Refused >= 400 && one.Refused < 500 {
				c.Ends[rejected]++
			}
		}
		for _, history := range f.histories {
			for _, entry := range history {
				if entry.Event.Source == p.event && entry.Fate != "" {
					c.Ends[entry.Fate]++
				}
			}
		}
		if n := f.duplicates[p.source]; n > 0 {
			c.Ends[duplicate] = n
		}
		if n := len(f.parked[p.source]); n > 0 {
			c.Ends[deadLettered] = n
		}
		all = append(all, c)
	}
	return all
}
