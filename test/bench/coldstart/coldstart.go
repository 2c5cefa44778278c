package coldstart

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Function is what is measured.
type Function struct {
	// Command starts the process: an executable named bootstrap, or an
	// interpreter and its script.
	Command []string

	// Environment is added to what Lambda sets, as "NAME=value".
	Environment []string

	// Event is the first and only one.
	Event []byte

	// AWS answers the function's calls to AWS services.
	AWS http.Handler
}

// Start is one start of a function.
type Start struct {
	Ready  time.Duration // until it asked for the event
	Answer time.Duration // until its answer had arrived
	Peak   int64         // most memory resident by then, in bytes
	Body   []byte        // the answer
}

// patience is far beyond any start: what takes longer does not answer.
const patience = 30 * time.Second

// Run starts the function once and stops it after its answer.
func Run(ctx context.Context, f Function) (Start, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return Start{}, err
	}
	r := &run{function: f, done: make(chan error, 1)}
	server := &http.Server{Handler: r, ReadHeaderTimeout: patience}
	go func() { _ = server.Serve(listener) }()
	defer func() { _ = server.Close() }()

	var output bytes.Buffer
	process := exec.CommandContext(ctx, f.Command[0], f.Command[1:]...)
	process.Env = append(environment(listener.Addr().String()), f.Environment...)
	process.Stdout, process.Stderr = &output, &output
	if err := r.start(process); err != nil {
		return Start{}, err
	}
	defer func() {
		_ = process.Process.Kill() // it waits for a second event
		_ = process.Wait()
	}()
	select {
	case err = <-r.done:
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		return Start{}, fmt.Errorf("%s: %w\n%s", f.Command[len(f.Command)-1], err, &output)
	}
	return r.result, nil
}

// environment is Lambda's, with AWS at the address of this server.
func environment(address string) []string {
	return []string{
		"AWS_LAMBDA_RUNTIME_API=" + address, "AWS_LAMBDA_FUNCTION_NAME=measured", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=256",
		"AWS_ENDPOINT_URL=http://" + address, "AWS_REGION=eu-west-1", "AWS_ACCESS_KEY_ID=AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY=example",
		"PATH=" + os.Getenv("PATH"),
	}
}

// run is both servers for one process.
type run struct {
	function Function
	began    time.Time
	pid      int
	done     chan error

	mu     sync.Mutex
	result Start
}

func (r *run) start(process *exec.Cmd) error {
	r.mu.Lock() // no answer is timed before the process is known
	defer r.mu.Unlock()
	r.began = time.Now()
	if err := process.Start(); err != nil {
		return err
	}
	r.pid = process.Process.Pid
	return nil
}

// invocation is the root of the runtime API ("Using the Lambda runtime API for
// custom runtimes", Lambda developer guide).
const invocation = "/2018-06-01/runtime/invocation/"

func (r *run) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	now := time.Now()
	switch path := request.URL.Path; {
	case path == invocation+"next":
		r.next(w, request, now)
	case strings.HasPrefix(path, "/2018-06-01/runtime/"):
		r.answer(w, request, now)
	default:
		r.function.AWS.ServeHTTP(w, request)
	}
}

func (r *run) next(w http.ResponseWriter, request *http.Request, now time.Time) {
	r.mu.Lock()
	first := r.result.Ready == 0
	if first {
		r.result.Ready = now.Sub(r.began)
	}
	r.mu.Unlock()
	if !first {
		<-request.Context().Done()
		return
	}
	w.Header().Set("Lambda-Runtime-Aws-Request-Id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd")
	w.Header().Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-west-1:111122223333:function:measured")
	w.Header().Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(now.Add(10*time.Second).UnixMilli(), 10))
	_, _ = w.Write(r.function.Event)
}

// answer takes the function's answer, or its error.
func (r *run) answer(w http.ResponseWriter, request *http.Request, now time.Time) {
	body, err := io.ReadAll(request.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.result.Answer, r.result.Body = now.Sub(r.began), body
	if err == nil && !strings.HasSuffix(request.URL.Path, "/response") {
		err = fmt.Errorf("the function ended with an error: %s", body)
	}
	if err == nil {
		r.result.Peak, err = peak(r.pid)
	}
	w.WriteHeader(http.StatusAccepted)
	select {
	case r.done <- err:
	default: // an error after the answer
	}
}

// peak is the most memory that a process had resident, as Linux counts it.
func peak(pid int) (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kilobytes, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")), 10, 64)
			return kilobytes << 10, err
		}
	}
	return 0, errors.New("the kernel does not tell the peak of a process")
}

// Starts are several starts of one function.
type Starts []Start

// Repeat runs the function n times.
func Repeat(ctx context.Context, f Function, n int) (Starts, error) {
	starts := make(Starts, 0, n)
	for range n {
		s, err := Run(ctx, f)
		if err != nil {
			return nil, err
		}
		starts = append(starts, s)
	}
	return starts, nil
}

// Answer is the time until the answer that the share p of the starts kept to;
// 0 is the fastest, 0.5 the median.
func (s Starts) Answer(p float64) time.Duration {
	all := make([]time.Duration, len(s))
	for i, start := range s {
		all[i] = start.Answer
	}
	slices.Sort(all)
	return all[min(int(p*float64(len(all))), len(all)-1)]
}

// Peak is the most memory any of them used, in bytes.
func (s Starts) Peak() int64 {
	return slices.MaxFunc(s, func(a, b Start) int { return int(a.Peak - b.Peak) }).Peak
}
