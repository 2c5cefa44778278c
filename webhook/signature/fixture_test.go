package signature_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/mediasupplychain/cdk/webhook/signature"
)

// noon is when the tests take place.
var noon = time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)

const testSecret = "c2VjcmV0IG9mIHRoZSB0ZXN0cywgbG9uZyBlbm91Z2g=" // base64, so it fits every format

// keysFor are the secrets that sign for a scheme and those that verify: the
// same, but for public keys.
func keysFor(s *signature.Scheme) (sign, verify signature.Secrets) {
	slot := ""
	if len(s.Signatures) > 0 {
		slot = s.Signatures[0].Slot
	}
	switch s.Kind {
	case signature.Ed25519:
		public, private := ed25519Keys()
		return signature.Plain("whsk_" + private), signature.Plain("whpk_" + public)
	case signature.RSA:
		public, private := rsaKeys()
		return signature.Secrets{{Slot: slot, Value: private}}, signature.Secrets{{Slot: slot, Value: public}}
	case signature.None:
		return nil, nil
	default:
		secrets := signature.Secrets{{Slot: slot, Value: testSecret}}
		return secrets, secrets
	}
}

func ed25519Keys() (public, private string) {
	key := ed25519.NewKeyFromSeed([]byte("a seed of exactly thirty-2 bytes"))
	return base64.StdEncoding.EncodeToString(key.Public().(ed25519.PublicKey)), base64.StdEncoding.EncodeToString(key)
}

// rsaKeys makes one pair for the whole test run; it takes a moment.
var rsaKeys = sync.OnceValues(func() (public, private string) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return publicPEM(&key.PublicKey), privatePEM(key)
})

func publicPEM(key any) string {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		panic(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

func privatePEM(key any) string {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		panic(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// unsignedRequest is a request as the partner would send it, before it signs.
func unsignedRequest(s *signature.Scheme, note string) signature.Request {
	r := signature.Request{
		Method: "POST",
		URL:    "https://hooks.example.com/partners/" + s.Name,
		Header: http.Header{"Content-Type": {"application/json"}},
		Body:   []byte(`{"id":"evt-1","type":"asset.ready","note":"` + note + `","recipientclientid":"your-client-id"}`),
	}
	switch {
	case s.Payload != "":
		r.Header.Set("Content-Type", formMediaType)
		r.Body = []byte("transloadit=" + note)
	case strings.Contains(s.Content, "sortedForm"):
		r.Header.Set("Content-Type", formMediaType)
		r.Body = []byte("Sid=CA123&Body=" + note)
	case s.Name == "deepgram":
		r.Body = []byte(`{"metadata":{"request_id":"r-1","extra":{"callback_secret":"` + testSecret + `"}},"note":"` + note + `"}`)
	}
	return r
}

// otherRSAPublicKey belongs to nobody's private key here.
var otherRSAPublicKey = sync.OnceValue(func() string {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return publicPEM(&key.PublicKey)
})

func secondsOf(n int) time.Duration { return time.Duration(n) * time.Second }
