// Command demo deploys the examples to a local cloud and shows them at work: two
// titles on their way through a whole supply chain, and each pattern of the
// library alone.
//
// A live board shows how the titles stand; without a terminal, lines. What became
// of every event is in a report, one HTML file in .local/demo. The command exits
// with 1 when something that was sent is nowhere to be found.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/mediasupplychain/cdk/test/drive"
	"github.com/mediasupplychain/cdk/test/localcloud"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer) (err error) {
	started := time.Now()
	project, err := localcloud.FindProject()
	if err != nil {
		return err
	}
	progress := &progress{out: out}
	cloud, err := localcloud.Start(ctx, localcloud.Options{Progress: progress})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, cloud.Stop()) }()

	say(out, "\n== supplychain: a title from camera to screen, and one that meets every trouble")
	report, err := tellStory(ctx, out, cloud, progress)
	if err != nil {
		return err
	}
	// The examples have a partner's bus of the same name, which an account has once.
	if err := cloud.Reset(ctx); err != nil {
		return err
	}
	if report.Patterns, err = showPatterns(ctx, out, cloud, progress); err != nil {
		return err
	}
	report.Problem = report.verdict()
	path := filepath.Join(project.Root, ".local", "demo", "report.html")
	if err := report.write(path); err != nil {
		return err
	}
	say(out, "\nFinished in %.0f s. The report, with the titles' timelines: %s", time.Since(started).Seconds(), path)
	return report.Problem
}

// tellStory sends two titles through the supply chain, and reports what it says
// became of every event.
func tellStory(ctx context.Context, out io.Writer, cloud *localcloud.Cloud, progress *progress) (report, error) {
	story, err := openStory(ctx, out, cloud)
	if err != nil {
		return report{}, err
	}
	progress.summary("supplychain")
	say(out, "\nPartners answer when the supply chain's bus asks them.\n")
	if err := story.tell(ctx); err != nil {
		return report{}, err
	}
	f, err := story.settle(ctx)
	if err != nil {
		return report{}, err
	}
	r := report{
		Made: time.Now(), Clean: journeyOf(story.clean, f.histories[story.clean]), Rough: journeyOf(story.rough, f.histories[story.rough]),
		Counts: tally(story.sent, f), Troubles: troubles(f, story.rough, story.forged),
	}
	if r.Resources, err = resourcesOf(story.chain.Deployment().Outputs["MediaSupplyChain"]); err != nil {
		return r, err
	}
	say(out, "\nWhat became of each trouble:\n")
	for _, t := range r.Troubles {
		say(out, "  %-16s %s", t.Name, t.Became)
	}
	say(out, "\nWhat was sent, and where the supply chain says it ended:\n")
	return r, r.Counts.table(out)
}

// showPatterns sends events through each pattern's own example.
func showPatterns(ctx context.Context, out io.Writer, cloud *localcloud.Cloud, progress *progress) ([]result, error) {
	var results []result
	for _, pattern := range drive.Patterns() {
		say(out, "\n== %s: %s", pattern.Example, pattern.Story)
		example, err := drive.Open(ctx, cloud, pattern)
		if err != nil {
			return nil, err
		}
		progress.summary(pattern.Example)
		result, err := show(ctx, out, example)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", pattern.Example, err)
		}
		results = append(results, result)
	}
	say(out, "\n== The five patterns: what was sent and what became of it\n")
	return results, table(out, results)
}

func say(out io.Writer, format string, arguments ...any) {
	_, _ = fmt.Fprintf(out, format+"\n", arguments...)
}
