package telemetry

import (
	"log/slog"
	"strings"
)

const redacted = "[redacted]"

// Secret is a string that shows itself nowhere: not in a log, not through fmt,
// not in JSON. Convert it to string where it is used.
type Secret string

// String returns "[redacted]".
func (Secret) String() string { return redacted }

// GoString returns "[redacted]", for %#v.
func (Secret) GoString() string { return redacted }

// LogValue returns "[redacted]", for slog.
func (Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText returns "[redacted]", for encoding/json.
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// separators are taken out of keys. It is made once: it is large, and every
// attribute of every record asks.
var separators = strings.NewReplacer("-", "", "_", "")

// sensitive reports whether values under this key are kept out of logs. It is
// the net below the rule that nobody logs them in the first place.
func sensitive(key string) bool {
	switch strings.ToLower(separators.Replace(key)) {
	case "authorization", "body", "cookie", "password", "payload", "secret", "secretstring",
		"setcookie", "signature", "tasktoken", "token":
		return true
	}
	return false
}
