// Package signature proves that a webhook came from the partner it claims to
// come from.
//
// Every partner signs in its own way. A [Scheme] describes that way as data: the
// headers, the signed content, the clock, the event id, the handshake, the
// acknowledgement. One verifier runs them all, and a preset per partner
// ([Mux], [FrameIO], [Stripe], …) fills the scheme in from the vendor's own
// documentation. A partner that has no preset is a few lines of data:
//
//	scheme := &signature.Scheme{
//		Name:       "acme",
//		Kind:       signature.HMAC,
//		Hash:       signature.SHA256,
//		Signatures: []signature.Source{{In: "header.Acme-Signature", Prefix: "sha256="}},
//		Encoding:   signature.Hex,
//		Content:    "{timestamp}.{body}",
//		Timestamp:  &signature.Timestamp{In: "header.Acme-Timestamp", Tolerance: 5 * time.Minute},
//		EventID:    []signature.Template{"{json.id}"},
//	}
//
// A receiver answers a handshake if the request is one, and verifies otherwise:
//
//	reply, err := scheme.Handshake(request, secrets, now)
//	if reply != nil || err != nil { … }
//	event, err := scheme.Verify(request, secrets, now)
//
// Verification works on the raw bytes of the body, compares in constant time,
// and reads every header in one way only: what is duplicated, ambiguous or
// malformed is refused. The package imports neither the CDK nor an AWS SDK.
package signature

//go:generate go run ./internal/partnerpages . ../../docs/partners
