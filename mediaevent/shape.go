package mediaevent

import "strings"

// The shapes of names are checked by hand: compiled regular expressions, of
// which a package has a few soon, would be most of what a function's cold start
// spends on this one.

const maxName = 64

// isPartnerName reports whether s is a letter or digit and up to 63 letters,
// digits, dots, underscores and hyphens.
func isPartnerName(s string) bool {
	return s != "" && len(s) <= maxName && isAlphanumeric(rune(s[0])) && consistsOf(s, "._-")
}

// isStageName reports whether s is a letter and up to 63 letters, digits,
// underscores and hyphens.
func isStageName(s string) bool {
	return s != "" && len(s) <= maxName && isAlphanumeric(rune(s[0])) && !isDigits(s[:1]) && consistsOf(s, "_-")
}

// isEventType reports whether s is at least two words of letters, digits,
// underscores and hyphens with dots between.
func isEventType(s string) bool {
	words := strings.Split(s, ".")
	for _, w := range words {
		if w == "" || !consistsOf(w, "_-") {
			return false
		}
	}
	return len(words) > 1
}

// isSequence reports whether s is printable ASCII without blanks.
func isSequence(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}

// isTraceParent reports whether s is a W3C trace context.
func isTraceParent(s string) bool {
	const shape = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	if len(s) != len(shape) {
		return false
	}
	for i := range len(s) {
		hyphen := shape[i] == '-'
		if hyphen != (s[i] == '-') || !hyphen && strings.IndexByte("0123456789abcdef", s[i]) < 0 {
			return false
		}
	}
	return true
}

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

func isAlphanumeric(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}

// consistsOf reports whether s has letters, digits and the marks only.
func consistsOf(s, marks string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return !isAlphanumeric(r) && !strings.ContainsRune(marks, r) })
}
