package signature

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // Cloudinary's and Twilio's choice; see SHA1
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"hash"
)

// checkMAC computes one keyed hash per secret and compares it with every
// signature. The encoded text is compared, so that a signature has one spelling.
func (s *Scheme) checkMAC(p *proof, v *view, secrets Secrets) error {
	matched := 0
	var buffer [128]byte
	addresses, count := s.urls(v)
	for _, address := range addresses[:count] {
		for _, secret := range secrets {
			sum, err := s.sum(v, address, p.timestamp, secret.Value)
			if err != nil {
				return err
			}
			want := s.Encoding.append(buffer[:0], sum)
			for _, c := range p.all() {
				if secret.fits(*c.source) {
					matched |= subtle.ConstantTimeCompare(want, borrowString(c.text))
				}
			}
		}
	}
	return s.verdict(matched == 1)
}

// verdict is nil, or the mismatch with the field that holds the signature.
func (s *Scheme) verdict(matched bool) error {
	if matched {
		return nil
	}
	return fault(s.Signatures[0].In, ErrMismatch)
}

// sum is the keyed hash of the content (HMAC), or the hash of content that
// holds the secret (Digest).
func (s *Scheme) sum(v *view, address, timestamp, secret string) ([]byte, error) {
	newHash := s.Hash.constructor()
	if newHash == nil {
		return nil, fault("", ErrScheme)
	}
	key, err := s.Secret.key(secret)
	if err != nil {
		return nil, fault("", err)
	}
	var h hash.Hash
	if s.Kind == Digest {
		h = newHash()
	} else {
		h = hmac.New(newHash, key)
	}
	if err := s.writeContent(h, v, signed{address, timestamp, string(key)}); err != nil {
		return nil, err
	}
	return h.Sum(nil), nil
}

func (h Hash) constructor() func() hash.Hash {
	switch h {
	case SHA1:
		return sha1.New
	case SHA256:
		return sha256.New
	case SHA384:
		return sha512.New384
	case SHA512:
		return sha512.New
	}
	return nil
}

func (e Encoding) append(dst, raw []byte) []byte {
	if e == Base64 {
		return base64.StdEncoding.AppendEncode(dst, raw)
	}
	return hex.AppendEncode(dst, raw)
}
