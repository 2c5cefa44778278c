package signature

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
)

// Secret is a value a request may be signed with: a shared secret, a public
// key, a password.
type Secret struct {
	// Slot is which of a partner's keys it is, such as "primary" for Box. Empty
	// fits every slot.
	Slot string

	// Value is the secret as the partner shows it.
	Value string
}

// Secrets are all values accepted at present, the newest first. While a secret
// is replaced there are two, so that no event is lost.
type Secrets []Secret

// Plain makes Secrets of texts without slots, the newest first.
func Plain(values ...string) Secrets {
	secrets := make(Secrets, len(values))
	for i, v := range values {
		secrets[i].Value = v
	}
	return secrets
}

// String hides the values, so that no log or message shows them.
func (s Secret) String() string { return "secret " + s.Slot + " (hidden)" }

// GoString hides the values from %#v too.
func (s Secret) GoString() string { return s.String() }

// maxSecrets bounds the work that a request can cause. Two keys, current and
// previous, and the keys that were fetched for this request fit well.
const maxSecrets = 8

// ParseSecrets reads the text of a stored secret. A plain text is one secret. A
// JSON object holds several:
//
//	{"current": "new", "previous": "old"}
//	{"primary": "a", "secondary": "b"}                       // slots, as Box has them
//	{"primary": {"current": "a2", "previous": "a"}, "secondary": "b"}
//
// current comes before previous; every other name is a slot. An empty value
// counts as absent, but one value at least is required.
func ParseSecrets(text string) (Secrets, error) {
	if !strings.HasPrefix(strings.TrimSpace(text), "{") {
		if text == "" {
			return nil, ErrSecret
		}
		return Plain(text), nil
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &fields); err != nil {
		// Not err itself: it can quote the text.
		return nil, fmt.Errorf("%w: neither a plain text nor a JSON object", ErrSecret)
	}
	secrets, err := secretsOf("", fields)
	if err == nil && (len(secrets) == 0 || len(secrets) > maxSecrets) {
		err = fmt.Errorf("%w: %d values, want 1 to %d", ErrSecret, len(secrets), maxSecrets)
	}
	if err != nil {
		return nil, err
	}
	return secrets, nil
}

// secretsOf reads an object of values; slots are allowed at the top only.
func secretsOf(slot string, fields map[string]json.RawMessage) (Secrets, error) {
	var secrets Secrets
	for _, name := range sortedSecretNames(fields) {
		of := slot
		if name != current && name != previous {
			if of != "" {
				return nil, fmt.Errorf("%w: slot %q holds neither current nor previous", ErrSecret, slot)
			}
			of = name
		}
		var value string
		if json.Unmarshal(fields[name], &value) == nil {
			if value != "" {
				secrets = append(secrets, Secret{Slot: of, Value: value})
			}
			continue
		}
		var inner map[string]json.RawMessage
		if of == slot || json.Unmarshal(fields[name], &inner) != nil {
			return nil, fmt.Errorf("%w: %q is not a text", ErrSecret, name)
		}
		more, err := secretsOf(of, inner)
		if err != nil {
			return nil, err
		}
		secrets = append(secrets, more...)
	}
	return secrets, nil
}

const current, previous = "current", "previous"

func sortedSecretNames(fields map[string]json.RawMessage) []string {
	// "current" < "previous" in the alphabet, so sorting puts the newest first.
	return sortedKeys(fields)
}

// key is the bytes of the secret.
func (f SecretFormat) key(value string) ([]byte, error) {
	value = strings.TrimPrefix(value, f.StripPrefix)
	if value == "" {
		return nil, ErrSecret
	}
	switch f.Encoding {
	case Base64:
		if key, err := base64.StdEncoding.DecodeString(value); err == nil && len(key) > 0 {
			return key, nil
		}
		return nil, ErrSecret
	case Hex:
		if key, err := hex.DecodeString(value); err == nil && len(key) > 0 {
			return key, nil
		}
		return nil, ErrSecret
	}
	return []byte(value), nil
}

// fits reports whether the secret may verify a signature of this source.
func (s Secret) fits(source Source) bool {
	return source.Slot == "" || s.Slot == "" || s.Slot == source.Slot
}
