package signature

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
)

// checkPublicKey verifies signatures of the kinds Ed25519 and RSA. A secret is
// a public key here.
func (s *Scheme) checkPublicKey(p *proof, v *view, secrets Secrets) error {
	verify, err := s.publicKeyVerifier(p, v)
	if err != nil {
		return err
	}
	matched := false
	for _, secret := range secrets {
		for _, c := range p.all() {
			if !secret.fits(*c.source) {
				continue
			}
			ok, err := verify(secret.Value, c.text)
			if err != nil {
				return fault("", err)
			}
			matched = matched || ok
		}
	}
	return s.verdict(matched)
}

// publicKeyVerifier takes in the content once, for every key and signature.
func (s *Scheme) publicKeyVerifier(p *proof, v *view) (func(key, signature string) (bool, error), error) {
	if s.Kind == Ed25519 {
		var content bytes.Buffer // Ed25519 signs the content itself, not its hash
		content.Grow(len(v.Body) + maxPart)
		err := s.writeContent(&content, v, signed{url: v.URL, timestamp: p.timestamp})
		return func(key, signature string) (bool, error) {
			public, err := s.Secret.key(key)
			if err != nil || len(public) != ed25519.PublicKeySize {
				return false, ErrSecret
			}
			raw, ok := decodeStrict(signature)
			return ok && ed25519.Verify(public, content.Bytes(), raw), nil
		}, err
	}
	digest := sha256.New()
	err := s.writeContent(digest, v, signed{url: v.URL, timestamp: p.timestamp})
	sum := digest.Sum(nil)
	return func(key, signature string) (bool, error) {
		public, err := parseRSAKey(key)
		if err != nil {
			return false, err
		}
		raw, ok := decodeStrict(signature)
		return ok && rsa.VerifyPKCS1v15(public, crypto.SHA256, sum, raw) == nil, nil
	}, err
}

// decodeStrict accepts one spelling of each signature: padded, no line breaks,
// no stray bits.
func decodeStrict(text string) ([]byte, bool) {
	raw, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || base64.StdEncoding.EncodedLen(len(raw)) != len(text) {
		return nil, false
	}
	return raw, true
}

// minRSABits keeps out keys that can be factored.
const minRSABits = 2048

func parseRSAKey(text string) (*rsa.PublicKey, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, ErrSecret
	}
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, ErrSecret
	}
	key, ok := parsed.(*rsa.PublicKey)
	if !ok || key.N.BitLen() < minRSABits {
		return nil, ErrSecret
	}
	return key, nil
}
