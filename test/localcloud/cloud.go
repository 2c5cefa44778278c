package localcloud

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Region, account and credentials are what every local cloud goes by. They are no
// secrets: ministack takes this key for the root user of account 000000000000.
const (
	Region          = "us-east-1"
	AccountID       = "000000000000"
	AccessKeyID     = "test"
	SecretAccessKey = "test"
)

const (
	startDeadline = 60 * time.Second
	stopDeadline  = 20 * time.Second
	pollInterval  = 50 * time.Millisecond
)

//go:embed launch.py
var launcher []byte

// Options of a local cloud.
type Options struct {
	// Directory keeps the cloud's files and log.
	//
	// Default: a new temporary folder, removed by Stop.
	Directory string

	// EnforcePermissions turns on the checks of IAM and resource policies. What
	// demands TLS is then taken out of deployed policies: the cloud speaks HTTP.
	// And what the cloud checks under other names than AWS is allowed under those.
	//
	// Default: false; every call is allowed.
	EnforcePermissions bool

	// HandlerEndpoint is the endpoint that Lambda functions are told to call,
	// for example a proxy in front of the cloud that injects faults.
	//
	// Default: the cloud itself.
	HandlerEndpoint string

	// Detached lets the cloud outlive this process; stop it by [Attach] and Stop.
	//
	// Default: false; the cloud stops when this process ends, however it ends.
	Detached bool

	// Progress is told what happens, in lines for people.
	//
	// Default: nothing is written.
	Progress io.Writer
}

// Cloud is one running ministack.
type Cloud struct {
	// Endpoint is its URL on 127.0.0.1, of every service.
	Endpoint string

	// Directory keeps its files: ministack.log and the adapted assemblies.
	Directory string

	pid             int
	project         Project
	tools           Tools
	progress        io.Writer
	enforcing       bool
	removeDirectory bool
	exited          chan struct{} // closed when a child of this process has ended; nil when attached
	lifeline        io.Closer     // the child stops when this closes; nil when detached
	bootstrapped    bool
}

// Start starts a local cloud on a free port of 127.0.0.1 and waits until it
// answers.
func Start(ctx context.Context, options Options) (*Cloud, error) {
	cloud, err := prepare(ctx, options)
	if err != nil {
		return nil, err
	}
	started := time.Now()
	if err := cloud.launch(options); err != nil {
		return nil, errors.Join(err, cloud.cleanUp())
	}
	if err := cloud.waitUntilHealthy(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("local cloud at %s: %w\n%s", cloud.Endpoint, err, cloud.lastLogLines()), cloud.Stop())
	}
	cloud.say("local cloud: ministack on %s (process %d, ready in %.1f s)", cloud.Endpoint, cloud.pid, time.Since(started).Seconds())
	return cloud, nil
}

func prepare(ctx context.Context, options Options) (*Cloud, error) {
	project, err := FindProject()
	if err != nil {
		return nil, err
	}
	tools, err := project.Tools()
	if err != nil {
		return nil, err
	}
	port, err := freePort(ctx)
	if err != nil {
		return nil, err
	}
	cloud := &Cloud{
		Endpoint:  "http://" + net.JoinHostPort("127.0.0.1", strconv.Itoa(port)),
		Directory: options.Directory,
		project:   project,
		tools:     tools,
		progress:  options.Progress,
		enforcing: options.EnforcePermissions,
	}
	if cloud.Directory == "" {
		cloud.removeDirectory = true
		if cloud.Directory, err = os.MkdirTemp("", "localcloud-"); err != nil {
			return nil, err
		}
	}
	if cloud.Directory, err = filepath.Abs(cloud.Directory); err != nil {
		return nil, err
	}
	return cloud, nil
}

func (c *Cloud) launch(options Options) error {
	for _, folder := range []string{c.path("tmp"), c.path("state")} {
		if err := os.MkdirAll(folder, 0o750); err != nil {
			return err
		}
	}
	script := c.path("launch.py")
	if err := os.WriteFile(script, launcher, 0o600); err != nil {
		return err
	}
	log, err := os.Create(c.path("ministack.log"))
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }() // the child has its own handle

	// The child must not end with the context of Start: Stop ends it.
	command := exec.CommandContext(context.Background(), c.tools.Python, script)
	command.Env = c.environment(options)
	command.Stdout, command.Stderr = log, log
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // a Ctrl-C in the terminal is not for the child
	if !options.Detached {
		command.Args = append(command.Args, "--with-parent")
		if c.lifeline, err = command.StdinPipe(); err != nil {
			return err
		}
	}
	if err := command.Start(); err != nil {
		return fmt.Errorf("start ministack: %w", err)
	}
	c.pid = command.Process.Pid
	c.exited = make(chan struct{})
	go func() {
		_ = command.Wait() // how it ended is seen by who waits for its health
		close(c.exited)
	}()
	return nil
}

// withoutAWS drops AWS settings from an environment, so that nobody's real
// profile or account can leak into the local cloud.
func withoutAWS(environment []string) []string {
	return slices.DeleteFunc(slices.Clone(environment), func(variable string) bool {
		return strings.HasPrefix(variable, "AWS_")
	})
}

func (c *Cloud) environment(options Options) []string {
	handlerEndpoint := options.HandlerEndpoint
	if handlerEndpoint == "" {
		handlerEndpoint = c.Endpoint
	}
	_, port, _ := strings.Cut(strings.TrimPrefix(c.Endpoint, "http://"), ":")
	return append(withoutAWS(os.Environ()),
		"BIND_HOST=127.0.0.1",
		"GATEWAY_PORT="+port,
		"IOT_MTLS_ENABLED=0",
		"TMPDIR="+c.path("tmp"),
		"STATE_DIR="+c.path("state"),
		"S3_DATA_DIR="+c.path("state", "s3"),
		"LOG_LEVEL=WARNING",
		"MINISTACK_REGION="+Region,
		"AUTH="+strconv.FormatBool(options.EnforcePermissions),
		"AWS_ENDPOINT_URL="+handlerEndpoint,
		"AWS_REGION="+Region,
		"AWS_DEFAULT_REGION="+Region,
		"AWS_ACCESS_KEY_ID="+AccessKeyID,
		"AWS_SECRET_ACCESS_KEY="+SecretAccessKey,
	)
}

// Healthy reports whether the cloud answers.
func (c *Cloud) Healthy(ctx context.Context) bool {
	return c.call(ctx, http.MethodGet, "/_ministack/health") == nil
}

// Reset empties the cloud: every resource of every account is gone.
func (c *Cloud) Reset(ctx context.Context) error {
	c.bootstrapped = false
	return c.call(ctx, http.MethodPost, "/_ministack/reset")
}

func (c *Cloud) call(ctx context.Context, method, path string) error {
	request, err := http.NewRequestWithContext(ctx, method, c.Endpoint+path, http.NoBody)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %s", method, path, response.Status)
	}
	return nil
}

func (c *Cloud) waitUntilHealthy(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startDeadline)
	defer cancel()
	for !c.Healthy(ctx) {
		select {
		case <-ctx.Done():
			return fmt.Errorf("does not answer: %w", ctx.Err())
		case <-c.exited:
			return errors.New("ended while starting")
		case <-time.After(pollInterval):
		}
	}
	return nil
}

// Stop ends the cloud and its Lambda processes, and waits until it is gone. It
// does nothing when the cloud has ended already.
func (c *Cloud) Stop() error {
	if c.pid != 0 && c.running() {
		if err := syscall.Kill(c.pid, syscall.SIGTERM); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("stop process %d: %w", c.pid, err)
		}
		if !c.waitUntilGone() {
			// The process leads its own group, which its Lambda processes share.
			if err := syscall.Kill(-c.pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
				return fmt.Errorf("kill process group %d: %w", c.pid, err)
			}
		}
		c.say("local cloud: stopped (process %d)", c.pid)
	}
	return c.cleanUp()
}

func (c *Cloud) waitUntilGone() bool {
	for deadline := time.Now().Add(stopDeadline); time.Now().Before(deadline); time.Sleep(pollInterval) {
		if !c.running() {
			return true
		}
	}
	return false
}

// running reports whether the process is alive and is this cloud: a process id
// may have been given to another program since.
func (c *Cloud) running() bool {
	if c.exited != nil {
		select {
		case <-c.exited:
			return false
		default:
			return true
		}
	}
	arguments, err := exec.CommandContext(context.Background(), "ps", "-o", "args=", "-p", strconv.Itoa(c.pid)).Output()
	return err == nil && bytes.Contains(arguments, []byte(c.path("launch.py")))
}

func (c *Cloud) cleanUp() error {
	var err error
	if c.lifeline != nil {
		if closing := c.lifeline.Close(); !errors.Is(closing, os.ErrClosed) {
			err = closing
		}
	}
	if c.removeDirectory {
		err = errors.Join(err, os.RemoveAll(c.Directory))
	}
	return err
}

func (c *Cloud) path(elements ...string) string {
	return filepath.Join(append([]string{c.Directory}, elements...)...)
}

func (c *Cloud) say(format string, arguments ...any) {
	if c.progress != nil {
		_, _ = fmt.Fprintf(c.progress, format+"\n", arguments...)
	}
}

func (c *Cloud) lastLogLines() string {
	const kept = 2000
	log, err := os.ReadFile(c.path("ministack.log"))
	if err != nil {
		return ""
	}
	return string(log[max(0, len(log)-kept):])
}

func freePort(ctx context.Context) (int, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().(*net.TCPAddr).Port, nil
}
