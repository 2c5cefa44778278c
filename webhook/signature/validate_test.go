package signature_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/webhook/signature"
)

func TestValidateListsEveryProblem(t *testing.T) {
	s := &signature.Scheme{
		Name:         "Acme Inc",
		Kind:         signature.HMAC,
		Hash:         "md5",
		Signatures:   []signature.Source{{In: "cookie.sig", Delimiter: ", "}},
		Encoding:     "base32",
		Content:      "{timestamp}.{header.X-Id}{secret}",
		Secret:       signature.SecretFormat{Encoding: "rot13"},
		Timestamp:    &signature.Timestamp{Format: "stardate", Tolerance: time.Millisecond},
		EventID:      []signature.Template{"id", "{json..id}"},
		Items:        "header.X-Items",
		BodyFormat:   "yaml",
		Methods:      []string{"DELETE"},
		RetryHorizon: -1,
		Ack:          signature.Ack{Status: 302, RejectStatus: 410, RetryAfter: -1},
		Handshakes:   []signature.Handshake{{Method: "TRACE", Challenge: "path", FetchHosts: []string{"localhost"}}},
	}
	err := s.Validate()
	require.Error(t, err)
	require.EqualError(t, err, `Name must be lower-case letters, digits and dashes, got "Acme Inc"
Hash must be one of [sha1 sha256 sha384 sha512], got "md5"
Encoding must be one of [hex base64], got "base32"
Secret.Encoding must be one of [ hex base64], got "rot13"
Signatures[0].In must be a field in header, query, form, json, path, got "cookie.sig"
Signatures[0].Delimiter must be one character, got ", "
Content must have a character after {header.X-Id}, or it is not clear where the header ends
Content must hold {body}, or nothing proves that the body was not changed
Content must hold {secret} if Kind is digest, and only then
Timestamp.Format must be one of [ unix rfc3339], got "stardate"
Timestamp.Tolerance must be between 1s and 24h, got 1ms
Timestamp.In is required, or Prefix if the time stands beside the signature
Items must be a field in json, got "header.X-Items"
EventID must hold a field in braces, such as {json.id}, got "id"
EventID is not a well-formed field, got "json..id"
BodyFormat must be one of [ json form xml any], got "yaml"
RetryHorizon must not be negative, got -1ns
Handshakes[0].Method must be one of [GET POST PUT HEAD OPTIONS], got "TRACE"
Handshakes[0].Challenge must be a field in header, query, form, json, got "path"
Handshakes[0].FetchHosts must be host names, got "localhost"
Ack.Status must be between 200 and 299, got 302
Ack.RejectStatus must be between 400 and 599, and not 410, which ends a subscription; got 410
Ack.RetryAfter and Ack.Budget must not be negative
Methods must be one of [POST PUT GET], got "DELETE"`)

	var joined interface{ Unwrap() []error }
	require.ErrorAs(t, err, &joined)
	assert.Len(t, joined.Unwrap(), 24, "a construct can list them among its own")
}

func TestValidateOfOneMistakeEach(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*signature.Scheme)
		want   string
	}{
		"kind": {func(s *signature.Scheme) { s.Kind = "hmacs" },
			"Kind must be one of [hmac digest ed25519 rsa-pkcs1v15 jwt shared-secret basic none], got \"hmacs\"\nContent has no effect for Kind hmacs"},
		"no source": {func(s *signature.Scheme) { s.Signatures = nil }, "Signatures is required: say where the signature stands"},
		"a delimiter in the prefix": {func(s *signature.Scheme) { s.Signatures[0].Delimiter, s.Signatures[0].Prefix = ",", "v1,=" },
			`Signatures[0].Prefix must not hold the delimiter ","`},
		"time that is not signed": {func(s *signature.Scheme) {
			s.Timestamp = &signature.Timestamp{In: "header.X-Time", Tolerance: time.Minute}
		}, "Content must hold {timestamp}: a time that is not signed proves nothing"},
		"time that is not described": {func(s *signature.Scheme) { s.Content = "{timestamp}{body}" }, "Timestamp is required with {timestamp} in Content"},
		"time beside an only signature": {func(s *signature.Scheme) {
			s.Content = "{timestamp}{body}"
			s.Timestamp = &signature.Timestamp{Prefix: "t=", Tolerance: time.Minute}
		}, "Signatures[0].Delimiter is required: the time stands beside the signature"},
		"unknown token":   {func(s *signature.Scheme) { s.Content = "{bdy}{body}" }, `Content {bdy} must be a field in header, query, form, got "bdy"`},
		"bad header name": {func(s *signature.Scheme) { s.Signatures[0].In = "header.X Sig" }, `Signatures[0].In is not a well-formed field, got "header.X Sig"`},
		"query language":  {func(s *signature.Scheme) { s.EventID = []signature.Template{"{json.events.#.id}"} }, `EventID is not a well-formed field, got "json.events.#.id"`},
		"form without a digest": {func(s *signature.Scheme) { s.Content = "{url}{sortedForm}" },
			"BodyDigest is required with {sortedForm}, for bodies that are not a form"},
		"RSA without keys": {func(s *signature.Scheme) { s.Kind, s.Encoding = signature.RSA, signature.Base64 }, "Keys is required for Kind rsa-pkcs1v15"},
		"JWT without an algorithm": {func(s *signature.Scheme) { s.Kind, s.Content, s.JWT = signature.SignedToken, "", &signature.JWT{} },
			`JWT.Algorithm must be one of [HS256 HS384 HS512], got ""`},
		"JWT without a signature": {func(s *signature.Scheme) {
			s.Kind, s.Content, s.JWT = signature.SignedToken, "", &signature.JWT{Algorithm: "none"}
		}, `JWT.Algorithm must be one of [HS256 HS384 HS512], got "none"`},
		"JWT settings missing": {func(s *signature.Scheme) { s.Kind, s.Content = signature.SignedToken, "" }, "JWT is required for Kind jwt"},
		"key host": {func(s *signature.Scheme) { s.Keys = &signature.KeyLocation{Host: "https://x"} },
			"Keys.Host must be a host name, got \"https://x\"\nKeys.Paths is required"},
		"signatures of an unsigned scheme": {func(s *signature.Scheme) { s.Kind, s.Content = signature.None, "" }, "Signatures must be empty for Kind none"},
	} {
		t.Run(name, func(t *testing.T) {
			s := acme()
			require.NoError(t, s.Validate())
			c.change(s)
			assert.EqualError(t, s.Validate(), c.want)
		})
	}
}

// acme is a small scheme to be broken.
func acme() *signature.Scheme {
	return &signature.Scheme{
		Name:       "acme",
		Kind:       signature.HMAC,
		Hash:       signature.SHA256,
		Signatures: []signature.Source{{In: "header.X-Acme"}},
		Encoding:   signature.Hex,
		Content:    "{body}",
	}
}

func TestASchemeThatValidateRefusesVerifiesNothing(t *testing.T) {
	header := map[string][]string{"X-Acme": {"x"}}
	for name, change := range map[string]func(*signature.Scheme){
		"kind":   func(s *signature.Scheme) { s.Kind = "" },
		"hash":   func(s *signature.Scheme) { s.Hash = "" },
		"source": func(s *signature.Scheme) { s.Signatures = nil },
		"token":  func(s *signature.Scheme) { s.Content = "{nothing}" },
		"jwt":    func(s *signature.Scheme) { s.Kind = signature.SignedToken },
	} {
		t.Run(name, func(t *testing.T) {
			s := acme()
			change(s)
			_, err := s.Verify(&signature.Request{Header: header}, signature.Plain("secret"), noon)
			assert.ErrorIs(t, err, signature.ErrScheme)
		})
	}
}
