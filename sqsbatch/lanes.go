package sqsbatch

import (
	"context"
	"strings"
	"sync"
)

// lane is records that must be processed one after the other, and not beyond
// the first that fails. Lanes do not depend on each other.
type lane []*Result

// lanes divides a batch, by the kind of the queue: in a standard queue each
// record is a lane of its own; in a FIFO queue the batch is one lane, or with
// [WithPerGroup] each message group is one.
func (p *Processor) lanes(results []Result) []lane {
	fifo := isFIFO(results)
	var all []lane
	byKey := map[string]int{}
	for i := range results {
		r := &results[i]
		if !fifo {
			all = append(all, lane{r})
			continue
		}
		key := ""
		if p.perGroup {
			key = r.Record.GroupID()
		}
		n, ok := byKey[key]
		if !ok {
			n = len(all)
			byKey[key] = n
			all = append(all, nil)
		}
		all[n] = append(all[n], r)
	}
	return all
}

// isFIFO goes by the queue's name, which has to end in ".fifo". A message group
// proves nothing: standard queues have them too, for fairness. If any record is
// of a FIFO queue, all are: a batch comes from one queue.
func isFIFO(results []Result) bool {
	for _, r := range results {
		if strings.HasSuffix(r.Record.EventSourceARN, ".fifo") {
			return true
		}
	}
	return false
}

// run calls do for each lane, for p.concurrency of them at a time.
func (p *Processor) run(lanes []lane, do func(lane)) {
	if p.concurrency == 1 {
		for _, l := range lanes {
			do(l)
		}
		return
	}
	var running sync.WaitGroup
	defer running.Wait()
	slots := make(chan struct{}, p.concurrency)
	for _, l := range lanes {
		slots <- struct{}{}
		running.Go(func() {
			defer func() { <-slots }()
			do(l)
		})
	}
}

// inOrder processes a lane up to its first failure or to the end of work. What
// comes after stays [NotTried].
func (p *Processor) inOrder(calls, work context.Context, l lane) {
	for i, r := range l {
		if over(work) {
			return
		}
		p.one(calls, work, r)
		if r.State == Failed {
			for _, later := range l[i+1:] {
				later.Err = &NotTriedError{After: r.Record.MessageId}
			}
			p.backOff(calls, l[i:])
			return
		}
	}
}
