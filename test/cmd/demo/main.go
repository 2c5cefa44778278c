// Command demo sends partner payloads through every pattern of the library on a
// local cloud, and shows what arrived and what was parked.
//
// It exits with 1 when something that was sent is nowhere to be found.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
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
	cloud, err := localcloud.Start(ctx, localcloud.Options{Progress: out})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, cloud.Stop()) }()

	var results []result
	for _, pattern := range drive.Patterns() {
		say(out, "\n== %s: %s", pattern.Example, pattern.Story)
		example, err := drive.Open(ctx, cloud, pattern)
		if err != nil {
			return err
		}
		result, err := show(ctx, out, example)
		if err != nil {
			return fmt.Errorf("%s: %w", pattern.Example, err)
		}
		results = append(results, result)
	}
	say(out, "\n== What was sent and what became of it\n")
	if err := table(out, results); err != nil {
		return err
	}
	say(out, "\nFinished in %.0f s.", time.Since(started).Seconds())
	return verdict(results)
}

func say(out io.Writer, format string, arguments ...any) {
	_, _ = fmt.Fprintf(out, format+"\n", arguments...)
}
