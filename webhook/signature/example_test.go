package signature_test

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/mediasupplychain/cdk/webhook/signature"
)

// A partner that has no preset is described in a few lines.
func Example_customScheme() {
	scheme := &signature.Scheme{
		Name:       "acme-qc",
		Kind:       signature.HMAC,
		Hash:       signature.SHA256,
		Signatures: []signature.Source{{In: "header.X-Acme-Signature", Prefix: "sha256="}},
		Encoding:   signature.Hex,
		Content:    "{timestamp}.{body}",
		Timestamp:  &signature.Timestamp{In: "header.X-Acme-Timestamp", Tolerance: 5 * time.Minute},
		EventID:    []signature.Template{"{json.job.id}:{json.job.state}"},
		EventType:  []signature.Template{"qc.{json.job.state}"},
		AssetID:    []signature.Template{"{json.asset}"},
	}
	now := time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)
	request, _ := scheme.Sign(signature.Request{Body: []byte(`{"job":{"id":7,"state":"passed"},"asset":"tape-42"}`)}, signature.Plain("s3cret"), now)

	event, err := scheme.Verify(request, signature.Plain("s3cret"), now)
	fmt.Println(scheme.Validate(), err, event.ID, event.Type, event.AssetID)
	// Output: <nil> <nil> 7:passed qc.passed tape-42
}

func ExampleScheme_Verify() {
	// The example of GitHub's documentation.
	request := &signature.Request{
		Method: "POST",
		Header: http.Header{
			"X-Hub-Signature-256": {"sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"},
			"X-Github-Delivery":   {"72d3162e-cc78-11e3-81ab-4c9367dc0958"},
			"X-Github-Event":      {"push"},
		},
		Body: []byte("Hello, World!"),
	}
	// While a secret is replaced, both are accepted.
	secrets := signature.Plain("the new secret", "It's a Secret to Everybody")

	event, err := signature.GitHub().Verify(request, secrets, time.Now())
	fmt.Println(event.ID, event.Type, err)
	// Output: 72d3162e-cc78-11e3-81ab-4c9367dc0958 push <nil>
}

func ExampleError() {
	request := &signature.Request{Method: "POST", Header: http.Header{}, Body: []byte(`{}`)}
	_, err := signature.Mux().Verify(request, signature.Plain("secret"), time.Now())

	var refused *signature.Error
	if errors.As(err, &refused) {
		fmt.Println(err)
		fmt.Println(refused.Reason(), refused.SenderToBlame(), errors.Is(err, signature.ErrMissing))
	}
	// Output:
	// signature: mux: header Mux-Signature missing
	// missing true true
}

func ExampleScheme_Handshake() {
	request := &signature.Request{Method: "GET", URL: "https://hooks.example.com/dropbox?challenge=abc123"}
	reply, err := signature.Dropbox().Handshake(request, nil, time.Now())
	fmt.Println(reply.Status, reply.Header["Content-Type"], string(reply.Body), err)
	// Output: 200 text/plain abc123 <nil>
}

func ExampleScheme_WithPathSecret() {
	scheme := signature.Verbit().WithPathSecret()
	request := &signature.Request{
		Method: "POST",
		URL:    "https://hooks.example.com/verbit/9f86d081884c7d65",
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
		Body:   []byte("job_id=J1&status=completed"),
	}
	event, err := scheme.Verify(request, signature.Plain("9f86d081884c7d65"), time.Now())
	fmt.Println(event.ID, scheme.Acknowledgement().Body, err)
	// Output: J1:completed OK <nil>
}
