package mediaevent

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// InlineLimit is the largest payload, in bytes, that travels within an event.
// What is larger is kept in a store and travels as a reference. CloudEvents
// promises that every intermediary forwards 64 KiB; SNS and Step Functions, the
// narrowest of AWS, take 256 KiB.
const InlineLimit = 64 << 10

// ErrDigest says that a payload is not the one a reference was made for.
var ErrDigest = errors.New("digest does not match")

const digestPrefix = "sha256:"

// Inline reports whether payload is small enough to travel within an event.
func Inline(payload []byte) bool { return len(payload) <= InlineLimit }

// Digest is the digest of payload: "sha256:" and 64 hexadecimal digits.
func Digest(payload []byte) string {
	sum := sha256.Sum256(payload)
	return digestPrefix + hex.EncodeToString(sum[:])
}

// VerifyDigest returns [ErrDigest] if payload does not have that digest.
func VerifyDigest(payload []byte, digest string) error {
	if got := Digest(payload); got != digest {
		return fmt.Errorf("%w: want %s, got %s", ErrDigest, digest, got)
	}
	return nil
}

// PayloadKey is the name under which a store keeps the payload of that digest:
// the same payload is kept once, and writing it again changes nothing.
func PayloadKey(digest string) string {
	return "sha256/" + strings.TrimPrefix(digest, digestPrefix)
}

// Detach returns e with the partner's payload behind ref instead of within it.
// Digest and size stay. The rest of e's data travels on, so ref is not the
// event's dataref, which by its definition holds all of the data.
func (e Event) Detach(ref string) Event {
	if e.Data.Raw == nil {
		return e
	}
	raw := *e.Data.Raw
	raw.Body, raw.Text, raw.Ref = nil, "", ref
	e.Data.Raw = &raw
	return e
}
