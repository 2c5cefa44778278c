package chain

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// RunID names the run that an event starts, and so its execution. It depends on
// the moment too: an event that comes again when its claim has ended starts
// another run, and Step Functions takes no name twice within 90 days. 36
// characters of those that it takes (1 to 80; API reference, StartExecution).
func RunID(start EventKey, recorded time.Time) string {
	return "run-" + EntryID(start.Source, start.ID, recorded.UTC().Format(time.RFC3339Nano))
}

// EntryID is 32 hex digits that depend on each part, and on where each ends.
func EntryID(parts ...string) string {
	digest := sha256.New()
	for _, part := range parts {
		_, _ = fmt.Fprintf(digest, "%d:%s", len(part), part)
	}
	return hex.EncodeToString(digest.Sum(nil))[:32]
}

// Callback is what a callback id stands for: exactly one attempt.
type Callback struct {
	Asset, Run, Stage string
	Attempt           int
}

// String gives the opaque id that a request carries to the partner. It says
// what it is for without a lookup, and is of no use to anyone who cannot send
// events as that partner: it is not a secret, as a task token is.
func (c Callback) String() string {
	text := strings.Join([]string{c.Stage, strconv.Itoa(c.Attempt), c.Run, c.Asset}, "\n")
	return base64.RawURLEncoding.EncodeToString([]byte(text))
}

// errCallback is returned for a callback id that we did not make.
var errCallback = errors.New("not a callback id of this supply chain")

// ParseCallback reads a callback id that a partner sent back.
func ParseCallback(id string) (Callback, error) {
	text, err := base64.RawURLEncoding.DecodeString(id)
	if err != nil {
		return Callback{}, errCallback
	}
	parts := strings.SplitN(string(text), "\n", 4) // the asset is last: it may hold anything
	if len(parts) != 4 || parts[0] == "" || parts[2] == "" || parts[3] == "" {
		return Callback{}, errCallback
	}
	attempt, err := strconv.Atoi(parts[1])
	if err != nil || attempt < 1 {
		return Callback{}, errCallback
	}
	return Callback{Stage: parts[0], Attempt: attempt, Run: parts[2], Asset: parts[3]}, nil
}
