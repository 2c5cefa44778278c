package faultproxy

import (
	"bytes"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// Operation is one operation of a service's API.
type Operation struct {
	// Service is the name that requests to it are signed for: "dynamodb", "events",
	// "states", "sqs", "s3".
	Service string
	// Name is as in the service's API reference: "TransactWriteItems". A call that
	// does not tell it has the method and the path instead.
	Name string
}

func (o Operation) String() string { return o.Service + ":" + o.Name }

// Call is one API call that a function made.
type Call struct {
	Operation

	// Number counts the calls of this operation, from 1, since the proxy started or
	// was reset.
	Number int

	// Client is the address that the call came from: one connection of the caller.
	Client string

	// Header and Request are what the caller sent.
	Header  http.Header
	Request []byte

	// Status and Response are what the cloud answered; 0 and nil when the call was
	// not passed on. The caller got something else when Fault is not None.
	Status   int
	Response []byte

	// Fault is what the plan did to the call.
	Fault Fault
}

var credentialScope = regexp.MustCompile(`Credential=[^/,]+/[0-9]{8}/[^/,]+/([^/,]+)/aws4_request`)

// operationOf reads which operation a request calls. Services tell it in three
// ways: those that speak JSON by a header, those of the query protocol by the
// parameter Action, REST ones by the path; the SDK for Go adds its name there.
func operationOf(request *http.Request, body []byte) Operation {
	var o Operation
	if match := credentialScope.FindStringSubmatch(request.Header.Get("Authorization")); match != nil {
		o.Service = match[1]
	}
	if target := request.Header.Get("X-Amz-Target"); target != "" {
		_, o.Name, _ = strings.Cut(target, ".")
		return o
	}
	query := request.URL.Query()
	if kind, _, err := mime.ParseMediaType(request.Header.Get("Content-Type")); err == nil && kind == "application/x-www-form-urlencoded" {
		if form, err := url.ParseQuery(string(body)); err == nil && form.Get("Action") != "" {
			o.Name = form.Get("Action")
			return o
		}
	}
	for _, parameter := range []string{"Action", "x-id"} {
		if query.Get(parameter) != "" {
			o.Name = query.Get(parameter)
			return o
		}
	}
	o.Name = request.Method + " " + request.URL.Path
	return o
}

// items is how many writes a TransactWriteItems request asks for: the number of
// reasons in the answer of a canceled transaction.
func items(body []byte) int {
	count := 0
	for _, kind := range []string{`"Put":`, `"Update":`, `"Delete":`, `"ConditionCheck":`} {
		count += bytes.Count(body, []byte(kind))
	}
	return max(count, 1)
}
