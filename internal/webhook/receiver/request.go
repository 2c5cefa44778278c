package receiver

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/mediasupplychain/cdk/webhook/signature"
)

// apiRequest is the part of an API Gateway proxy event that the receiver reads
// ("Input format of a Lambda function for proxy integration", API Gateway
// developer guide).
type apiRequest struct {
	Resource          string              `json:"resource"` // as the API defines it: "/frameio", "/verbit/{secret}"
	Path              string              `json:"path"`
	Method            string              `json:"httpMethod"`
	Headers           map[string]string   `json:"headers"`
	MultiValueHeaders map[string][]string `json:"multiValueHeaders"`
	Query             map[string]string   `json:"queryStringParameters"`
	MultiValueQuery   map[string][]string `json:"multiValueQueryStringParameters"`
	Body              rawString           `json:"body"`
	BodyIsBase64      bool                `json:"isBase64Encoded"`
	Context           requestContext      `json:"requestContext"`
	header            http.Header
}

type requestContext struct {
	RequestID  string `json:"requestId"`
	DomainName string `json:"domainName"`
	Path       string `json:"path"` // with the stage, or the custom domain's base path
	Identity   struct {
		SourceIP string `json:"sourceIp"`
	} `json:"identity"`
}

// rawString is a JSON string, or null, as it stands in the event. It refers to
// the event's bytes, which outlive it: a body is copied once, when it is
// decoded, and not at all when it is too large.
type rawString []byte

func (s *rawString) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		*s = nil
		return nil
	}
	if text[0] != '"' {
		return errors.New("body is not a string")
	}
	*s = text
	return nil
}

// decodeRequest reads the event, without its body: see [apiRequest.body].
func decodeRequest(event []byte) (*apiRequest, error) {
	var r apiRequest
	if err := json.Unmarshal(event, &r); err != nil {
		return nil, fmt.Errorf("read API Gateway event: %w", err)
	}
	if r.Resource == "" || r.Method == "" {
		return nil, errors.New("read API Gateway event: it has no resource or no httpMethod; is the function behind a REST API?")
	}
	r.header = multi(r.MultiValueHeaders, r.Headers)
	return &r, nil
}

// multi prefers the form that keeps repeated fields apart. A test event from
// the console has only the other one.
func multi(values map[string][]string, single map[string]string) map[string][]string {
	if len(values) > 0 || len(single) == 0 {
		return values
	}
	values = make(map[string][]string, len(single))
	for name, value := range single {
		values[name] = []string{value}
	}
	return values
}

// headerValue is the first value of a header, or "". API Gateway passes names as
// the sender wrote them, and HTTP/2 senders write them in lower case.
func (r *apiRequest) headerValue(name string) string {
	for key, values := range r.header {
		if strings.EqualFold(key, name) && len(values) > 0 {
			return values[0]
		}
	}
	return ""
}

// exceeds reports whether the body has more than limit bytes, from what is
// known without decoding it. A Content-Length that lies low changes nothing:
// [apiRequest.body] counts again.
func (r *apiRequest) exceeds(limit int) bool {
	if n, err := strconv.Atoi(r.headerValue("Content-Length")); err == nil && n > limit {
		return true
	}
	encoded := len(r.Body) - len(`""`)
	if r.BodyIsBase64 {
		return encoded > base64.StdEncoding.EncodedLen(limit)
	}
	return encoded > longestEscape*limit
}

// longestEscape is how many bytes of JSON one byte of body takes at most
// ("\u0000").
const longestEscape = 6

var errTooLarge = errors.New("body is too large")

// body returns the bytes the partner sent.
func (r *apiRequest) body(limit int) ([]byte, error) {
	if len(r.Body) == 0 {
		return nil, nil
	}
	var decoded []byte
	if r.BodyIsBase64 {
		text := r.Body[1 : len(r.Body)-1] // no character of base64 needs an escape, but "/" may have one
		if bytes.IndexByte(text, '\\') >= 0 {
			text = bytes.ReplaceAll(text, []byte(`\/`), []byte("/"))
		}
		decoded = make([]byte, base64.StdEncoding.DecodedLen(len(text)))
		n, err := base64.StdEncoding.Decode(decoded, text)
		if err != nil {
			return nil, errors.New("body is not base64")
		}
		decoded = decoded[:n]
	} else {
		var text string
		if err := json.Unmarshal(r.Body, &text); err != nil {
			return nil, errors.New("body is not a JSON string")
		}
		decoded = []byte(text)
	}
	if len(decoded) > limit {
		return nil, errTooLarge
	}
	return decoded, nil
}

// signed is the request as the signature package reads it.
func (r *apiRequest) signed(body []byte) *signature.Request {
	return &signature.Request{Method: r.Method, URL: r.url(), Header: r.header, Body: body}
}

// url is the URL the partner was given. API Gateway hands the query over
// decoded and without its order, so it is written in the order of its names.
func (r *apiRequest) url() string {
	u := url.URL{
		Scheme:   "https",
		Host:     cmp.Or(r.Context.DomainName, r.headerValue("Host")), // local clouds have only the latter
		Path:     cmp.Or(r.Context.Path, r.Path),
		RawQuery: r.query(),
	}
	return u.String()
}

func (r *apiRequest) query() string { return url.Values(multi(r.MultiValueQuery, r.Query)).Encode() }
