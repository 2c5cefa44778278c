package signature

import "time"

// Scheme describes how one partner authenticates its webhooks, and what a
// receiver has to know about them. It is pure data: it can be written to JSON
// at synthesis and read back by the receiver, unchanged.
type Scheme struct {
	// Name says whose scheme it is, such as "mux": lower-case letters, digits
	// and dashes. It appears in messages and metrics. Required.
	Name string `json:"name"`

	// Kind is how the request is authenticated. Required.
	Kind Kind `json:"kind"`

	// Hash is the hash function of the kinds HMAC and Digest.
	Hash Hash `json:"hash,omitempty"`

	// Signatures are the places where a signature, token or password may stand.
	// At least one must be present, and one that matches is enough. Required,
	// but for the kind None.
	Signatures []Source `json:"signatures,omitempty"`

	// Encoding is how a signature is written. Required for the kinds HMAC,
	// Digest, Ed25519 and RSA.
	Encoding Encoding `json:"encoding,omitempty"`

	// Content is the template of what is signed, such as "{timestamp}.{body}".
	// Tokens: {body}, {timestamp}, {url} (the full URL the partner was given),
	// {sortedForm} (each form field's name and value, sorted by name; nothing if
	// the body is not a form), {secret} (kind Digest only), and any [Field].
	// Tokens that happen to stand in a body or a header are not expanded.
	Content string `json:"content,omitempty"`

	// Secret is how the text of a secret becomes the bytes of a key.
	//
	// Default: the text itself.
	Secret SecretFormat `json:"secret,omitzero"`

	// Timestamp is where the time of sending stands and how old it may be.
	//
	// Default: the partner sends no time.
	Timestamp *Timestamp `json:"timestamp,omitempty"`

	// RequiredHeaders must be present with exactly this value.
	RequiredHeaders map[string]string `json:"requiredHeaders,omitempty"`

	// RequiredFields must be present with exactly this value; they are looked at
	// after the signature. In a batch they are looked for in every item.
	RequiredFields map[Field]string `json:"requiredFields,omitempty"`

	// BodyDigest is a field that holds the lower-case hexadecimal SHA-256 of the
	// body. It is required of every request whose body is not a form. It lets
	// content that names no {body} cover the body.
	BodyDigest Field `json:"bodyDigest,omitempty"`

	// Payload is the field that holds the JSON document, where that is not the
	// whole body.
	Payload Field `json:"payload,omitempty"`

	// EventID are the templates of the id that stays the same when the partner
	// sends an event again; the first whose fields are all present is taken.
	//
	// Default: "sha256:" and the SHA-256 of the payload (of the item, in a batch);
	// but see BodyRepeats.
	EventID []Template `json:"eventID,omitempty"`

	// BodyRepeats says that different events of this partner can have the very
	// same bytes, so that a hash of them is no id: a receiver would take the
	// second event for a copy of the first, and lose it. Where no template fits,
	// the id is then a hash of the signed time and the payload, or empty if the
	// partner signs no time.
	BodyRepeats bool `json:"bodyRepeats,omitempty"`

	// EventType are the templates of the event's type, likewise.
	EventType []Template `json:"eventType,omitempty"`

	// AssetID are the templates of the id of the asset the event is about.
	AssetID []Template `json:"assetID,omitempty"`

	// Items is the JSON array that holds several events, such as "json.events",
	// or "json" where the whole document is one. The templates then start at an
	// item. A request without it is a single event.
	Items Field `json:"items,omitempty"`

	// Handshakes are the requests by which the partner tries the endpoint out,
	// and their replies.
	Handshakes []Handshake `json:"handshakes,omitempty"`

	// Ack is how the partner is answered.
	Ack Ack `json:"ack,omitzero"`

	// Methods are the HTTP methods of an event.
	//
	// Default: POST.
	Methods []string `json:"methods,omitempty"`

	// BodyFormat is what a body is.
	//
	// Default: JSONBody.
	BodyFormat BodyFormat `json:"bodyFormat,omitempty"`

	// RetryHorizon is how long after an event the partner may still send it
	// again. A receiver remembers event ids for longer than this.
	//
	// Default: not known; see [Scheme.Remember].
	RetryHorizon time.Duration `json:"retryHorizon,omitempty"`

	// Keys is where the public keys of the kind RSA are fetched from.
	Keys *KeyLocation `json:"keys,omitempty"`

	// JWT pins what a token of the kind JWT must look like.
	JWT *JWT `json:"jwt,omitempty"`
}

// Kind is a way to authenticate a request.
type Kind string

// The kinds of scheme.
const (
	HMAC         Kind = "hmac"          // a keyed hash of the content
	Digest       Kind = "digest"        // a plain hash of content that holds the secret
	Ed25519      Kind = "ed25519"       // an Ed25519 signature; the secret is the public key
	RSA          Kind = "rsa-pkcs1v15"  // an RSA PKCS #1 v1.5 signature over SHA-256
	SignedToken  Kind = "jwt"           // a JSON Web Token whose claims equal the body
	SharedSecret Kind = "shared-secret" // the secret itself, in a header, the body or the path
	Basic        Kind = "basic"         // HTTP basic credentials; the secret is "user:password"
	None         Kind = "none"          // nothing: whoever knows the URL can send
)

// Hash is a hash function.
type Hash string

// The hash functions partners use. SHA1 is for partners that offer nothing
// better: as the hash of an HMAC it still holds.
const (
	SHA1   Hash = "sha1"
	SHA256 Hash = "sha256"
	SHA384 Hash = "sha384"
	SHA512 Hash = "sha512"
)

// Encoding is how bytes are written as text.
type Encoding string

// The encodings of signatures and secrets.
const (
	Hex    Encoding = "hex"    // lower case
	Base64 Encoding = "base64" // standard alphabet, padded
)

// BodyFormat is the format of a request body.
type BodyFormat string

// The formats partners send.
const (
	JSONBody BodyFormat = "json"
	FormBody BodyFormat = "form"
	XMLBody  BodyFormat = "xml"
	AnyBody  BodyFormat = "any" // the partner's user chooses
)

// Source is a place where signatures stand.
type Source struct {
	// In is the field, such as "header.Mux-Signature". Required.
	In Field `json:"in"`

	// Delimiter separates the elements of the field's value, one character.
	//
	// Default: the value is one element.
	Delimiter string `json:"delimiter,omitempty"`

	// Prefix marks the elements that are signatures, such as "v1=".
	//
	// Default: every element is one.
	Prefix string `json:"prefix,omitempty"`

	// Slot names the secrets that this signature may be made with.
	//
	// Default: all of them.
	Slot string `json:"slot,omitempty"`
}

// SecretFormat is how the text of a secret becomes the bytes of a key.
type SecretFormat struct {
	// Encoding of the text that follows StripPrefix.
	//
	// Default: none; the bytes of the text are the key.
	Encoding Encoding `json:"encoding,omitempty"`

	// StripPrefix is removed from the text where it begins so.
	StripPrefix string `json:"stripPrefix,omitempty"`
}

// Timestamp is the time a request was sent.
type Timestamp struct {
	// In is the field that holds it.
	//
	// Default: it stands beside the signature, as the element with Prefix.
	In Field `json:"in,omitempty"`

	// Prefix of the value, such as "t=".
	Prefix string `json:"prefix,omitempty"`

	// Format is how the time is written.
	//
	// Default: UnixSeconds.
	Format TimeFormat `json:"format,omitempty"`

	// Tolerance is how far the time may lie in the past or in the future.
	// Required.
	Tolerance time.Duration `json:"tolerance"`
}

// TimeFormat is how a time is written.
type TimeFormat string

// The formats of signed times.
const (
	UnixSeconds TimeFormat = "unix"
	RFC3339     TimeFormat = "rfc3339"
)

// Ack is how a partner is answered.
type Ack struct {
	// Status and Body answer an event that was accepted, or seen before.
	//
	// Default: 200 and no body.
	Status int    `json:"status,omitempty"`
	Body   string `json:"body,omitempty"`

	// RejectStatus answers a request that is not authentic. Some partners stop
	// sending after a 4xx, so that a wrong secret would silence them; their
	// presets say 500 or 503 here.
	//
	// Default: 401.
	RejectStatus int `json:"rejectStatus,omitempty"`

	// RetryAfter is the header that goes with an answer that asks for another
	// attempt.
	//
	// Default: 30 seconds.
	RetryAfter time.Duration `json:"retryAfter,omitempty"`

	// Budget is how long the partner waits for an answer.
	//
	// Default: 5 seconds, less than any partner known here waits but Slack (3).
	Budget time.Duration `json:"budget,omitempty"`
}

// Handshake is a request by which a partner tries the endpoint out, and the
// reply it expects.
type Handshake struct {
	// Method of the request, such as "GET". Required.
	Method string `json:"method"`

	// When are fields and the values that tell the request from an event.
	When map[Field]string `json:"when,omitempty"`

	// Challenge is a field that must be present; {challenge} in Body is its
	// value. Required.
	Challenge Field `json:"challenge"`

	// Verified says that the request is signed like an event, and answered only
	// if the signature is right.
	Verified bool `json:"verified,omitempty"`

	// ContentType and Body are the reply, always with status 200. Tokens of
	// Body: {challenge}, and {mac}, the hexadecimal HMAC (by the scheme's Hash)
	// of the challenge with the newest secret. In a JSON reply their values are
	// escaped.
	ContentType string `json:"contentType,omitempty"`
	Body        string `json:"body,omitempty"`

	// Headers of the reply besides Content-Type.
	Headers map[string]string `json:"headers,omitempty"`

	// FetchHosts says that the challenge is an https URL on one of these hosts
	// that the receiver has to GET after its reply. A URL anywhere else is
	// refused.
	FetchHosts []string `json:"fetchHosts,omitempty"`
}

// KeyLocation is where a partner publishes its public keys.
type KeyLocation struct {
	// Host is the only host keys are fetched from, by https. Required.
	Host string `json:"host"`

	// Paths are the fields with the path of each key, by slot. Required.
	Paths map[string]Field `json:"paths"`

	// PathPrefix is what every path must begin with.
	//
	// Default: "/".
	PathPrefix string `json:"pathPrefix,omitempty"`
}

// JWT pins what a JSON Web Token must look like. No token chooses its own
// algorithm.
type JWT struct {
	// Algorithm is the only one accepted, such as "HS256". Required.
	Algorithm string `json:"algorithm"`

	// ClaimsEqualBody says that the claims are the event, and must equal the
	// body's JSON.
	ClaimsEqualBody bool `json:"claimsEqualBody,omitempty"`
}

// The answers of a scheme that says nothing else.
const (
	defaultAckStatus    = 200
	defaultRejectStatus = 401
	defaultRetryAfter   = 30 * time.Second
	defaultBudget       = 5 * time.Second

	// Partners that publish a schedule retry for three days at most, but for
	// those whose presets say more.
	defaultRemember = 7 * 24 * time.Hour
	minRemember     = 24 * time.Hour
)

// Acknowledgement is the scheme's Ack with every default filled in.
func (s *Scheme) Acknowledgement() Ack {
	a := s.Ack
	a.Status = or(a.Status, defaultAckStatus)
	a.RejectStatus = or(a.RejectStatus, defaultRejectStatus)
	a.RetryAfter = or(a.RetryAfter, defaultRetryAfter)
	a.Budget = or(a.Budget, defaultBudget)
	return a
}

// Accepts reports whether an event may come by this HTTP method.
func (s *Scheme) Accepts(method string) bool {
	if len(s.Methods) == 0 {
		return method == "POST"
	}
	for _, m := range s.Methods {
		if m == method {
			return true
		}
	}
	return false
}

// SignsTime reports whether the partner signs the time of sending, so that an
// old request cannot be sent again. Without it, a receiver has to remember
// event ids.
func (s *Scheme) SignsTime() bool {
	return s.Timestamp != nil && hasToken(s.Content, "timestamp")
}

// Remember is how long a receiver has to remember event ids: twice the
// partner's RetryHorizon and a day at least, or 7 days where the horizon is not
// known.
func (s *Scheme) Remember() time.Duration {
	if s.RetryHorizon == 0 {
		return defaultRemember
	}
	return max(2*s.RetryHorizon, minRemember)
}

func or[T comparable](value, otherwise T) T {
	var zero T
	if value == zero {
		return otherwise
	}
	return value
}
