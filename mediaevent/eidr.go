package mediaevent

import (
	"fmt"
	"strings"
)

const (
	eidrPrefix   = "10.5240/"
	eidrAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	eidrShape    = "10.5240/XXXX-XXXX-XXXX-XXXX-XXXX-C"
)

// ParseEIDR returns the canonical form of an EIDR content id,
// 10.5240/XXXX-XXXX-XXXX-XXXX-XXXX-C with twenty hexadecimal digits and a check
// character (ISO 7064 Mod 37,36), in upper case. It accepts the forms that are
// seen in the wild: lower case, and a leading "doi:" or "https://doi.org/".
func ParseEIDR(s string) (string, error) {
	id := strings.TrimSpace(s)
	for _, lead := range []string{"https://doi.org/", "http://doi.org/", "doi:"} {
		if rest, ok := cutPrefixFold(id, lead); ok {
			id = rest
			break
		}
	}
	id = strings.ToUpper(id)
	digits, err := eidrDigits(id)
	if err != nil {
		return "", fmt.Errorf("EIDR %q: %w", s, err)
	}
	if want := eidrCheck(digits); id[len(id)-1] != want {
		return "", fmt.Errorf("EIDR %q: check character must be %q, got %q", s, want, id[len(id)-1])
	}
	return id, nil
}

// eidrDigits takes the twenty hexadecimal digits out of an id of the EIDR's shape.
func eidrDigits(id string) (string, error) {
	if len(id) != len(eidrShape) || !strings.HasPrefix(id, eidrPrefix) {
		return "", fmt.Errorf("must have the form %s", eidrShape)
	}
	var digits strings.Builder
	for i := len(eidrPrefix); i < len(id)-1; i++ {
		c, hyphen := id[i], eidrShape[i] == '-'
		switch {
		case hyphen != (c == '-'):
			return "", fmt.Errorf("must have the form %s", eidrShape)
		case hyphen:
		case strings.IndexByte(eidrAlphabet[:16], c) < 0:
			return "", fmt.Errorf("%q is not a hexadecimal digit", c)
		default:
			digits.WriteByte(c)
		}
	}
	return digits.String(), nil
}

// eidrCheck computes the ISO 7064 Mod 37,36 check character of digits.
func eidrCheck(digits string) byte {
	const mod = 36
	p := mod
	for i := range len(digits) {
		sum := (p + strings.IndexByte(eidrAlphabet, digits[i])) % mod
		if sum == 0 {
			sum = mod
		}
		p = sum * 2 % (mod + 1)
	}
	return eidrAlphabet[(mod+1-p)%mod]
}

func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix) {
		return s[len(prefix):], true
	}
	return s, false
}
