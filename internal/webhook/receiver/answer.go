package receiver

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// answer is what the partner is told.
type answer struct {
	Status  int               `json:"statusCode"`
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body"`
}

// encode writes the answer as API Gateway reads it ("Output format of a Lambda
// function for proxy integration", API Gateway developer guide).
func (a answer) encode() ([]byte, error) {
	text, err := json.Marshal(a)
	if err != nil {
		return nil, fmt.Errorf("write API Gateway response: %w", err)
	}
	return text, nil
}

// reply makes an answer with the headers that every one has: nothing we say is
// to be cached, or taken for HTML.
func reply(status int, body string, headers ...string) answer {
	a := answer{Status: status, Body: body, Headers: map[string]string{
		"Cache-Control":          "no-store",
		"X-Content-Type-Options": "nosniff",
	}}
	if body != "" {
		a.Headers["Content-Type"] = "text/plain; charset=utf-8"
	}
	for i := 0; i+1 < len(headers); i += 2 {
		a.Headers[headers[i]] = headers[i+1]
	}
	return a
}

// rejection is a request that is not accepted because of what the sender did.
// The partner is told the status and nothing else; reason and cause are for our
// logs and metrics.
type rejection struct {
	status int
	reason string // a fixed word
	cause  error
	allow  string // header Allow, with status 405
}

func (r *rejection) Error() string {
	if r.cause != nil {
		return r.reason + ": " + r.cause.Error()
	}
	return r.reason
}

func (r *rejection) Unwrap() error { return r.cause }

func (r *rejection) answer() answer {
	if r.allow != "" {
		return reply(r.status, "", "Allow", r.allow)
	}
	return reply(r.status, "")
}

// failure is a request that could not be processed through no fault of the
// sender. Nothing was acknowledged: the partner is to try again.
type failure struct {
	reason string // a fixed word
	cause  error
}

func (f *failure) Error() string { return f.reason + ": " + f.cause.Error() }

func (f *failure) Unwrap() error { return f.cause }

func (f *failure) answer(retryAfter time.Duration) answer {
	seconds := int((retryAfter + time.Second - 1) / time.Second)
	return reply(http.StatusServiceUnavailable, "", "Retry-After", strconv.Itoa(max(seconds, 1)))
}
