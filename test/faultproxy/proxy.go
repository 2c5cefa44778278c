package faultproxy

import (
	"bytes"
	"context"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// Count is what happened to the calls of an operation.
type Count struct {
	// Calls are all of them; a call that the caller made again counts again.
	Calls int
	// Faults are those that failed by the plan, by how.
	Faults map[Fault]int
}

// Proxy is a running fault proxy on 127.0.0.1.
type Proxy struct {
	server   *http.Server
	listener net.Listener
	cloud    *http.Transport
	observe  func(Call)

	guard    sync.Mutex
	upstream *url.URL
	plan     Plan
	counts   map[Operation]Count
}

// Start starts a proxy that lets every call pass, once it knows where to. It
// shows each call to observe, from many goroutines, before the caller gets its
// answer; observe may be nil.
func Start(observe func(Call)) (*Proxy, error) {
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &Proxy{
		listener: listener, observe: observe, counts: map[Operation]Count{},
		cloud: &http.Transport{MaxIdleConnsPerHost: 64},
	}
	p.server = &http.Server{Handler: http.HandlerFunc(p.serve), ReadHeaderTimeout: time.Minute}
	go func() { _ = p.server.Serve(listener) }() // ends by Close
	return p, nil
}

// Endpoint is the proxy's URL.
func (p *Proxy) Endpoint() string { return "http://" + p.listener.Addr().String() }

// Forward passes calls on to an endpoint from now on. A call before that is
// answered 503.
func (p *Proxy) Forward(endpoint string) error {
	upstream, err := url.Parse(endpoint)
	if err != nil {
		return err
	}
	p.guard.Lock()
	defer p.guard.Unlock()
	p.upstream = upstream
	return nil
}

// Inject makes calls fail by a plan from now on. The zero plan heals.
func (p *Proxy) Inject(plan Plan) {
	if plan.KillRate > 0 && plan.Kill == nil {
		panic("faultproxy: KillRate without Kill")
	}
	if plan.Hold == 0 {
		plan.Hold = time.Second
	}
	p.guard.Lock()
	defer p.guard.Unlock()
	p.plan = plan
}

// Counts are the calls so far, by operation.
func (p *Proxy) Counts() map[Operation]Count {
	p.guard.Lock()
	defer p.guard.Unlock()
	counts := make(map[Operation]Count, len(p.counts))
	for operation, count := range p.counts {
		count.Faults = maps.Clone(count.Faults)
		counts[operation] = count
	}
	return counts
}

// Reset counts from zero again.
func (p *Proxy) Reset() {
	p.guard.Lock()
	defer p.guard.Unlock()
	clear(p.counts)
}

// Close stops the proxy and cuts its connections.
func (p *Proxy) Close() error {
	p.cloud.CloseIdleConnections()
	return p.server.Close()
}

// serve answers one call.
func (p *Proxy) serve(w http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		panic(http.ErrAbortHandler) // the caller has gone, in the middle of its request
	}
	call := Call{Operation: operationOf(request, body), Client: request.RemoteAddr, Header: request.Header, Request: body}
	upstream, plan := p.register(&call)
	if upstream == nil {
		http.Error(w, "the proxy does not know the cloud yet", http.StatusServiceUnavailable)
		return
	}
	var given answer
	if call.Fault.carriedOut() {
		// What reached the cloud is carried out, whether the caller waits or not.
		given, err = p.pass(context.WithoutCancel(request.Context()), upstream, request, body)
		if err != nil {
			given = answer{status: http.StatusBadGateway, body: err.Error()}
		}
		call.Status, call.Response = given.status, []byte(given.body)
	} else {
		given = refuse(call)
	}
	if p.observe != nil {
		p.observe(call)
	}
	plan.answer(w, request, call, given)
}

// answer gives the caller its answer, or what the plan has instead.
func (p Plan) answer(w http.ResponseWriter, request *http.Request, call Call, given answer) {
	switch call.Fault {
	case Timeout:
		hold := time.NewTimer(p.Hold)
		defer hold.Stop()
		select {
		case <-hold.C:
		case <-request.Context().Done():
		}
		panic(http.ErrAbortHandler)
	case CutBefore, CutAfter:
		panic(http.ErrAbortHandler) // closes the connection without an answer
	case KillBefore, KillAfter:
		p.Kill(call)
		panic(http.ErrAbortHandler)
	case None, Throttle, Conflict, Broken:
		maps.Copy(w.Header(), given.header)
		w.WriteHeader(given.status)
		_, _ = io.WriteString(w, given.body) // a caller that has gone needs no answer
	}
}

// register counts a call and decides what becomes of it.
func (p *Proxy) register(call *Call) (*url.URL, Plan) {
	p.guard.Lock()
	defer p.guard.Unlock()
	count := p.counts[call.Operation]
	count.Calls++
	call.Number = count.Calls
	call.Fault = p.plan.decide(call.Operation, call.Number)
	if call.Fault != None {
		if count.Faults == nil {
			count.Faults = map[Fault]int{}
		}
		count.Faults[call.Fault]++
	}
	p.counts[call.Operation] = count
	return p.upstream, p.plan
}

// hopByHop are headers of one connection (RFC 9110, section 7.6.1).
var hopByHop = []string{"Connection", "Keep-Alive", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "Content-Length"}

// pass passes a call on. The Host stays as the caller signed it.
func (p *Proxy) pass(ctx context.Context, upstream *url.URL, request *http.Request, body []byte) (answer, error) {
	target := *request.URL
	target.Scheme, target.Host = upstream.Scheme, upstream.Host
	passed, err := http.NewRequestWithContext(ctx, request.Method, target.String(), bytes.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	passed.Header, passed.Host = request.Header.Clone(), request.Host
	for _, name := range hopByHop {
		passed.Header.Del(name)
	}
	response, err := p.cloud.RoundTrip(passed)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(response.Body)
	for _, name := range hopByHop {
		response.Header.Del(name)
	}
	return answer{response.StatusCode, response.Header, string(content)}, err
}
