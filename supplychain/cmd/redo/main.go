// Command redo does what an asset's items in the state table ask for again: it
// starts the run, answers the tasks, asks the partners, and puts the history on
// the bus. Use it once the reason is gone for which the outbox put something
// aside. What was done before changes nothing; events come again with the same
// ids.
//
//	go run github.com/mediasupplychain/cdk/supplychain/cmd/redo@latest -table NAME -pipeline ARN -bus NAME -chain NAME -asset ID
//
// Table, pipeline and bus are outputs of the example's stack; the chain's name is
// what the sources of its events end with ("/supplychains/NAME"). It takes the credentials
// and the Region of the environment, as the AWS CLI does.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"github.com/mediasupplychain/cdk/internal/outbox"
)

func main() {
	if err := run(context.Background(), os.Args[1:], os.Stdout); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "redo:", err) // there is nowhere else to tell it
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("redo", flag.ContinueOnError)
	actor := &outbox.Actor{}
	flags.StringVar(&actor.Table, "table", "", "name of the state table")
	flags.StringVar(&actor.StateMachine, "pipeline", "", "ARN of the pipeline")
	flags.StringVar(&actor.Bus, "bus", "", "name of the supply chain's bus")
	flags.StringVar(&actor.Name, "chain", "", "name of the supply chain, as its events' source has it")
	asset := flags.String("asset", "", "id of the asset")
	since := flags.Duration("since", 24*time.Hour, "how far back the history is put on the bus again")
	if err := flags.Parse(args); err != nil {
		return err
	}
	var missing []error
	flags.VisitAll(func(f *flag.Flag) {
		if f.Value.String() == "" {
			missing = append(missing, fmt.Errorf("-%s is required", f.Name))
		}
	})
	if err := errors.Join(missing...); err != nil {
		return err
	}
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return err
	}
	table := dynamodb.NewFromConfig(cfg)
	actor.States = func() outbox.States { return sfn.NewFromConfig(cfg) }
	actor.EventBridge = func() outbox.EventBridge { return eventbridge.NewFromConfig(cfg) }
	actor.DynamoDB = func() outbox.DynamoDB { return table }

	done, err := actor.Redo(ctx, table, *asset, time.Now().Add(-*since))
	for _, d := range done {
		result := "done"
		if d.Err != nil {
			result = d.Err.Error()
		}
		if _, err := fmt.Fprintf(out, "%-16s %s: %s\n", d.Effect, d.Item, result); err != nil {
			return err
		}
	}
	return err
}
