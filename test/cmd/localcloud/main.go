// Command localcloud keeps a local cloud running in the background and deploys
// examples to it.
//
//	localcloud up EXAMPLE [NAME=VALUE…]   start it unless it runs, deploy or update the example,
//	                                      with these context values
//	localcloud down                       stop it
//
// It writes .local/env (KEY=value lines for any AWS SDK, the AWS CLI and curl)
// and .local/outputs.json (CDK's outputs file) in the project's folder.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/mediasupplychain/cdk/test/localcloud"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "localcloud:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, arguments []string) error {
	project, err := localcloud.FindProject()
	if err != nil {
		return err
	}
	local := localFiles(filepath.Join(project.Root, localFolder))
	switch {
	case len(arguments) >= 2 && arguments[0] == "up":
		set, err := contextOf(arguments[2:])
		if err != nil {
			return err
		}
		return up(ctx, project, local, arguments[1], set)
	case len(arguments) == 1 && arguments[0] == "down":
		return down(local)
	}
	examples, err := project.Examples()
	if err != nil {
		return err
	}
	return fmt.Errorf("usage: localcloud up EXAMPLE [NAME=VALUE…] | down; the examples are: %s", strings.Join(examples, ", "))
}

// contextOf reads context values for the example's app.
func contextOf(arguments []string) (localcloud.Context, error) {
	set := localcloud.Context{}
	for _, argument := range arguments {
		name, value, is := strings.Cut(argument, "=")
		if !is || name == "" {
			return nil, fmt.Errorf("a context value is given as NAME=VALUE, got %q", argument)
		}
		set[name] = value
	}
	return set, nil
}

const localFolder = ".local"

// localFiles is the folder of everything that belongs to the background cloud.
type localFiles string

func (l localFiles) cloud() string   { return filepath.Join(string(l), "cloud") }
func (l localFiles) env() string     { return filepath.Join(string(l), "env") }
func (l localFiles) outputs() string { return filepath.Join(string(l), "outputs.json") }

func up(ctx context.Context, project localcloud.Project, local localFiles, example string, set localcloud.Context) error {
	if _, err := project.ExampleDirectory(example); err != nil {
		return err // before anything is started
	}
	cloud, isNew, err := localcloud.StartBackground(ctx, local.cloud(), os.Stdout)
	if err != nil {
		return err
	}
	if isNew {
		if err := local.forgetOutputs(); err != nil {
			return err
		}
	}
	deployment, err := cloud.Deploy(ctx, example, set)
	if err != nil {
		return err
	}
	outputs, err := localcloud.MergeOutputs(local.outputs(), deployment.Outputs)
	if err != nil {
		return err
	}
	environment, err := environment(cloud, deployment.Outputs, outputs)
	if err != nil {
		return err
	}
	if err := os.WriteFile(local.env(), []byte(strings.Join(environment, "\n")+"\n"), 0o600); err != nil {
		return err
	}
	fmt.Printf("%s is up. Its outputs: %s/outputs.json. To talk to it: set -a; . %s/env; set +a\n", example, localFolder, localFolder)
	return nil
}

// environment adds to the cloud's own the address under which curl reaches the
// webhook endpoint: the deployed example's, or that of one deployed before.
func environment(cloud *localcloud.Cloud, deployed, all localcloud.Outputs) ([]string, error) {
	lines := cloud.Environment()
	webhook := cmp.Or(deployed.Find("WebhookUrl"), all.Find("WebhookUrl"))
	if webhook == "" {
		return lines, nil
	}
	plain, err := cloud.PlainURL(webhook)
	if err != nil {
		return nil, fmt.Errorf("output WebhookUrl: %w", err)
	}
	return append(lines, "WEBHOOK_BASE_URL="+plain), nil
}

func down(local localFiles) error {
	cloud, err := localcloud.Attach(local.cloud(), os.Stdout)
	switch {
	case errors.Is(err, localcloud.ErrNotRunning):
		fmt.Println(err)
	case err != nil:
		return err
	default:
		if err := cloud.Stop(); err != nil {
			return err
		}
	}
	return errors.Join(os.RemoveAll(local.cloud()), os.RemoveAll(local.env()), local.forgetOutputs())
}

func (l localFiles) forgetOutputs() error { return os.RemoveAll(l.outputs()) }
