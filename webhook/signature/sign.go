package signature

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Sign does what the partner does: it returns a copy of the request with the
// headers, or fields, that a receiver with this scheme asks for. It is for tests
// and simulators.
//
// A source that can list several signatures gets one per secret that fits it,
// another the first. A header that is part of the signed content, such as
// "webhook-id", is kept as it is, and made from the body where it is absent.
// The kinds Ed25519 and RSA take a private key. A secret in the JSON body
// (Deepgram) must stand there already.
func (s *Scheme) Sign(r Request, secrets Secrets, now time.Time) (*Request, error) {
	r.Header = r.Header.Clone()
	if r.Header == nil {
		r.Header = http.Header{}
	}
	if err := s.sign(&r, secrets, now); err != nil {
		return nil, s.blame(err)
	}
	return &r, nil
}

func (s *Scheme) sign(r *Request, secrets Secrets, now time.Time) error {
	for name, value := range s.RequiredHeaders {
		r.set(Field(inHeader+"."+name), value)
	}
	var timestamp string
	if clock := s.Timestamp; clock != nil {
		timestamp = formatTime(clock.Format, now)
		r.set(clock.In, clock.Prefix+timestamp)
	}
	if s.digestsBody(r) {
		r.set(s.BodyDigest, bodyDigest(r.Body))
	}
	r.setContentHeaders(s.Content)
	for i := range s.Signatures {
		if source := &s.Signatures[i]; i == 0 || source.Slot != "" { // the others are alternatives
			if err := s.signSource(source, r, timestamp, secrets); err != nil {
				return err
			}
		}
	}
	return nil
}

// signSource writes the value of one source.
func (s *Scheme) signSource(source *Source, r *Request, timestamp string, secrets Secrets) error {
	v, err := s.newView(r)
	if err != nil {
		return err
	}
	elements := make([]string, 0, len(secrets)+1)
	if clock := s.Timestamp; clock != nil && clock.In == "" {
		elements = append(elements, clock.Prefix+timestamp)
	}
	stamp := len(elements)
	for _, secret := range secrets {
		if !secret.fits(*source) || source.Delimiter == "" && len(elements) > stamp {
			continue
		}
		text, err := s.signature(&v, timestamp, secret)
		if err != nil {
			return err
		}
		elements = append(elements, source.Prefix+text)
	}
	if len(elements) > stamp {
		r.set(source.In, strings.Join(elements, source.Delimiter))
	}
	return nil
}

// signature is the text of one signature, without its prefix.
func (s *Scheme) signature(v *view, timestamp string, secret Secret) (string, error) {
	switch s.Kind {
	case HMAC, Digest:
		sum, err := s.sum(v, v.URL, timestamp, secret.Value)
		return string(s.Encoding.append(nil, sum)), err
	case SharedSecret, Basic:
		key, err := s.Secret.key(secret.Value)
		if s.Kind == Basic {
			key = base64.StdEncoding.AppendEncode(nil, key)
		}
		return string(key), err
	case Ed25519, RSA:
		return s.signPrivate(v, timestamp, secret.Value)
	case SignedToken:
		return s.signToken(v, secret.Value)
	default:
		return "", fault("", ErrScheme)
	}
}

func (s *Scheme) signPrivate(v *view, timestamp, secret string) (string, error) {
	var content strings.Builder
	if err := s.writeContent(&content, v, signed{url: v.URL, timestamp: timestamp}); err != nil {
		return "", err
	}
	if s.Kind == Ed25519 {
		private, err := s.Secret.key(strings.TrimPrefix(secret, "whsk_"))
		if err != nil || len(private) != ed25519.PrivateKeySize {
			return "", fault("", ErrSecret)
		}
		return base64.StdEncoding.EncodeToString(ed25519.Sign(private, []byte(content.String()))), nil
	}
	block, _ := pem.Decode([]byte(secret))
	if block == nil {
		return "", fault("", ErrSecret)
	}
	parsed, _ := x509.ParsePKCS8PrivateKey(block.Bytes)
	private, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return "", fault("", ErrSecret)
	}
	digest := sha256.Sum256([]byte(content.String()))
	raw, err := rsa.SignPKCS1v15(rand.Reader, private, crypto.SHA256, digest[:])
	return base64.StdEncoding.EncodeToString(raw), err
}

func (s *Scheme) signToken(v *view, secret string) (string, error) {
	method := jwt.GetSigningMethod(s.JWT.Algorithm)
	if method == nil {
		return "", fault("", ErrScheme)
	}
	claims := jwt.MapClaims{}
	if s.JWT.ClaimsEqualBody && json.Unmarshal(v.payload, &claims) != nil {
		return "", fault(inJSON, ErrMalformed)
	}
	key, err := s.Secret.key(secret)
	if err != nil {
		return "", fault("", err)
	}
	return jwt.NewWithClaims(method, claims).SignedString(key)
}

// set writes a field. What stands in the JSON body is not rewritten.
func (r *Request) set(f Field, value string) {
	switch place, name := f.split(); place {
	case inHeader:
		for key := range r.Header {
			if strings.EqualFold(key, name) {
				delete(r.Header, key)
			}
		}
		r.Header[http.CanonicalHeaderKey(name)] = []string{value}
	case inForm:
		pair := url.Values{name: {value}}.Encode()
		r.Body = []byte(strings.TrimPrefix(string(r.Body)+"&"+pair, "&"))
	case inQuery:
		r.setQuery(name, value)
	case inPath:
		r.URL = strings.TrimSuffix(r.URL, "/") + "/" + url.PathEscape(value)
	}
}

// setQuery puts a parameter at the end of the query, in place of one of its name.
func (r *Request) setQuery(name, value string) {
	address, query, _ := strings.Cut(r.URL, "?")
	var kept []string
	for _, pair := range strings.Split(query, "&") {
		if pair != "" && !strings.HasPrefix(pair, name+"=") {
			kept = append(kept, pair)
		}
	}
	kept = append(kept, url.Values{name: {value}}.Encode())
	r.URL = address + "?" + strings.Join(kept, "&")
}

// setContentHeaders fills in the headers that the content names, so that a test
// need not invent a message id.
func (r *Request) setContentHeaders(content string) {
	_, token, after, more := nextToken(content)
	for ; more; _, token, after, more = nextToken(after) {
		place, name := Field(token).split()
		if _, err := r.header(name); place != inHeader || err == nil {
			continue
		}
		sum := sha256.Sum256(r.Body)
		r.set(Field(token), "msg_"+hex.EncodeToString(sum[:12]))
	}
}
