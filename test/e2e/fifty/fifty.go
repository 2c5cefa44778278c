// Package fifty is what the app with fifty partners and its test agree on.
package fifty

import (
	"crypto/ed25519"
	"encoding/base64"
	"slices"
	"strings"

	"github.com/mediasupplychain/cdk/webhook/signature"
)

// Schemes are those of fifty partners, the presets over and over, but for two:
// Adobe's public keys are on the internet, and Twilio signs the URL, whose host
// the local cloud does not tell the function.
func Schemes() []*signature.Scheme {
	presets := slices.DeleteFunc(signature.Presets(), func(s *signature.Scheme) bool {
		return s.Keys != nil || strings.Contains(s.Content, "{url}")
	})
	var all []*signature.Scheme
	for len(all) < 50 {
		all = append(all, presets...)
	}
	return all[:50]
}

// Secret is a secret of the form that the scheme's partner has: what the partner
// signs with, and what the endpoint verifies with.
func Secret(s *signature.Scheme) (sign, verify string) {
	switch {
	case s.Kind == signature.Ed25519:
		key := ed25519.NewKeyFromSeed([]byte("0123456789abcdef0123456789abcdef"))
		public := key.Public().(ed25519.PublicKey)
		return "whsk_" + base64.StdEncoding.EncodeToString(key), s.Secret.StripPrefix + base64.StdEncoding.EncodeToString(public)
	case s.Kind == signature.Basic:
		return "partner:a-password-of-length", "partner:a-password-of-length"
	case s.Secret.Encoding == signature.Base64:
		text := s.Secret.StripPrefix + base64.StdEncoding.EncodeToString([]byte("a-secret-of-32-bytes-0123456789a"))
		return text, text
	}
	return "a-secret-of-the-partner", "a-secret-of-the-partner"
}
