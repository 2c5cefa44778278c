package signature

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// checkJWT verifies a JSON Web Token with the scheme's own algorithm, whatever
// the token says, and compares its claims with the body.
func (s *Scheme) checkJWT(p *proof, v *view, secrets Secrets, now time.Time) error {
	if s.JWT == nil {
		return fault("", ErrScheme)
	}
	field := s.Signatures[0].In
	var claims jwt.MapClaims
	failure := ErrMismatch
	for _, secret := range secrets {
		key, err := s.Secret.key(secret.Value)
		if err != nil {
			return fault("", err)
		}
		for _, c := range p.all() {
			if !secret.fits(*c.source) {
				continue
			}
			found, err := s.JWT.parse(c.text, key, now)
			if err == nil {
				claims = found
			} else if !errors.Is(err, ErrMismatch) {
				failure = err
			}
		}
	}
	if claims == nil {
		return fault(field, failure)
	}
	if s.JWT.ClaimsEqualBody && !claimsEqual(claims, v.payload) {
		return fault(field, ErrMismatch)
	}
	return nil
}

// parse verifies the token. Its times, if it has any, are compared with now.
func (j *JWT) parse(token string, key []byte, now time.Time) (jwt.MapClaims, error) {
	claims := jwt.MapClaims{}
	_, err := jwt.NewParser(
		jwt.WithValidMethods([]string{j.Algorithm}),
		jwt.WithTimeFunc(func() time.Time { return now }),
		jwt.WithStrictDecoding(),
		jwt.WithJSONNumber(),
	).ParseWithClaims(token, claims, func(*jwt.Token) (any, error) { return key, nil })
	switch {
	case err == nil:
		return claims, nil
	case errors.Is(err, jwt.ErrTokenMalformed):
		return nil, ErrMalformed
	case errors.Is(err, jwt.ErrTokenExpired):
		return nil, ErrStale
	case errors.Is(err, jwt.ErrTokenNotValidYet), errors.Is(err, jwt.ErrTokenUsedBeforeIssued):
		return nil, ErrFuture
	}
	return nil, ErrMismatch
}

// claimsEqual compares values, not bytes: the order of the body's fields and
// its white space are the partner's. Numbers keep their digits.
func claimsEqual(claims jwt.MapClaims, payload []byte) bool {
	if !json.Valid(payload) { // also bounds how deep decodeUnique can go
		return false
	}
	decoder := json.NewDecoder(bytes.NewReader(payload))
	decoder.UseNumber()
	body, ok := decodeUnique(decoder)
	return ok && reflect.DeepEqual(any(map[string]any(claims)), body)
}

// decodeUnique decodes one value, and refuses an object that has a name twice:
// only the last of them would be compared with the claims, and others who read
// the body may take the first.
func decodeUnique(decoder *json.Decoder) (any, bool) {
	token, err := decoder.Token()
	if err != nil {
		return nil, false
	}
	switch token {
	case json.Delim('{'):
		object := map[string]any{}
		for decoder.More() {
			name, err := decoder.Token()
			value, ok := decodeUnique(decoder)
			key, isText := name.(string)
			if _, twice := object[key]; err != nil || !ok || !isText || twice {
				return nil, false
			}
			object[key] = value
		}
		_, err = decoder.Token()
		return object, err == nil
	case json.Delim('['):
		list := []any{}
		for decoder.More() {
			value, ok := decodeUnique(decoder)
			if !ok {
				return nil, false
			}
			list = append(list, value)
		}
		_, err = decoder.Token()
		return list, err == nil
	}
	return token, true
}
