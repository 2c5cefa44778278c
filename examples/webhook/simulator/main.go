// Command simulator sends webhooks to the example as its partners do, signed
// with the secrets that the deployed example has for them.
//
//	go run ./examples/webhook/simulator -list
//	go run ./examples/webhook/simulator
//	go run ./examples/webhook/simulator -partner /mux -event video.asset.ready -asset long-take
//
// It needs AWS credentials that may read the secrets, and two things of the
// deployment: the outputs file of the CDK CLI and, where the endpoint is
// reached under another address than the output WebhookUrl says, as on the local
// cloud, that address. After `make up EXAMPLE=webhook` and
// `set -a; . .local/env; set +a`, both are known.
//
// It exits with 1 unless every request was answered with 2xx.
package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/mediasupplychain/cdk/examples/webhook/client"
	"github.com/mediasupplychain/cdk/examples/webhook/partners"
)

func main() {
	if err := run(context.Background(), os.Args[1:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "simulator:", err)
		os.Exit(1)
	}
}

// options are what the command line says.
type options struct {
	outputs, base, partner string
	message                partners.Message
	age                    time.Duration
	times                  int
	forge, list            bool
}

func parse(arguments []string) (options, error) {
	o := options{message: partners.Message{Extra: map[string]any{}}}
	flags := flag.NewFlagSet("simulator", flag.ContinueOnError)
	flags.StringVar(&o.outputs, "outputs", ".local/outputs.json", "outputs `file` of the CDK CLI")
	flags.StringVar(&o.base, "base", os.Getenv("WEBHOOK_BASE_URL"), "`URL` of the endpoint, if it is not the output WebhookUrl; $WEBHOOK_BASE_URL")
	flags.StringVar(&o.partner, "partner", "", "`path` of the partner, such as /mux; all partners without it")
	flags.StringVar(&o.message.Event, "event", "", "`name` of the partner's payload; all its payloads without it")
	flags.StringVar(&o.message.Asset, "asset", "", "`id` of the asset instead of the documented one")
	flags.StringVar(&o.message.ID, "id", "", "`id` of the event; a new one without it")
	poison := flags.Bool("poison", false, "send an event that can never be processed")
	fail := flags.Int("fail", 0, "send an event whose processing fails `n` times first")
	flags.DurationVar(&o.age, "age", 0, "sign a time so long ago, such as 10m")
	flags.IntVar(&o.times, "times", 1, "send each request `n` times")
	flags.BoolVar(&o.forge, "forge", false, "sign with a secret that is not the partner's")
	flags.BoolVar(&o.list, "list", false, "list the partners and their events, and send nothing")
	if err := flags.Parse(arguments); err != nil {
		return o, err
	}
	if *poison {
		o.message.Extra["poison"] = true
	}
	if *fail > 0 {
		o.message.Extra["failTimes"] = *fail
	}
	switch {
	case flags.NArg() > 0:
		return o, fmt.Errorf("%q is not an option", flags.Arg(0))
	case o.message.Event != "" && o.partner == "":
		return o, errors.New("-event needs the -partner whose event it is")
	}
	return o, nil
}

func run(ctx context.Context, arguments []string, out io.Writer) error {
	o, err := parse(arguments)
	if err != nil {
		return err
	}
	if o.list {
		for _, partner := range partners.All() {
			say(out, "%-12s %-32s %s", partner.Path, partner.Product, strings.Join(partner.Payloads(), ", "))
		}
		return nil
	}
	endpoint, err := open(ctx, o)
	if err != nil {
		return err
	}
	senders, err := endpoint.Partners(ctx)
	if err != nil {
		return err
	}
	return o.send(ctx, out, senders)
}

// open finds the deployed example.
func open(ctx context.Context, o options) (client.Endpoint, error) {
	content, err := os.ReadFile(o.outputs)
	if err != nil {
		return client.Endpoint{}, fmt.Errorf("outputs of the CDK CLI: %w; deploy the example first, or name its file with -outputs", err)
	}
	var stacks map[string]struct{ WebhookURL, PartnerSecrets string }
	if err := json.Unmarshal(content, &stacks); err != nil {
		return client.Endpoint{}, fmt.Errorf("%s: %w", o.outputs, err)
	}
	deployed, ok := stacks["WebhookExample"]
	if !ok {
		return client.Endpoint{}, fmt.Errorf("%s has no stack WebhookExample", o.outputs)
	}
	if o.base == "" {
		o.base = deployed.WebhookURL
	}
	cfg, err := config.LoadDefaultConfig(ctx)
	return client.Endpoint{
		BaseURL: o.base, PartnerSecrets: deployed.PartnerSecrets,
		Secrets: secretsmanager.NewFromConfig(cfg), HTTP: http.DefaultClient,
	}, err
}

// send sends what was asked for, and goes on after an answer that is not 2xx.
func (o options) send(ctx context.Context, out io.Writer, senders []client.Partner) error {
	if o.partner != "" {
		if _, err := partners.Find(o.partner); err != nil {
			return err
		}
	}
	refused := 0
	for _, partner := range senders {
		if o.partner != "" && o.partner != partner.Path {
			continue
		}
		events := partner.Payloads()
		if o.message.Event != "" {
			events = []string{o.message.Event}
		}
		for _, event := range events {
			m := o.message
			if m.Event = event; m.ID == "" {
				m.ID = strings.ToLower(rand.Text())
			}
			n, err := o.sendOne(ctx, out, partner, m)
			if err != nil {
				return err
			}
			refused += n
		}
	}
	if refused > 0 {
		return fmt.Errorf("%d requests were not answered with 2xx", refused)
	}
	return nil
}

func (o options) sendOne(ctx context.Context, out io.Writer, partner client.Partner, m partners.Message) (refused int, err error) {
	if o.forge {
		partner = partner.Stranger()
	}
	request, err := partner.Request(m, time.Now().Add(-o.age))
	if err != nil {
		return 0, err
	}
	for range o.times {
		answer, err := partner.Call(ctx, request)
		if err != nil {
			return refused, err
		}
		if answer.Status/100 != 2 {
			refused++
		}
		say(out, "%s %s: %d %s", partner.Path, m.Event, answer.Status, answer.Body)
	}
	return refused, nil
}

func say(out io.Writer, format string, arguments ...any) {
	_, _ = fmt.Fprintf(out, format+"\n", arguments...)
}
