package signature

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/url"
	"slices"
	"strings"
)

// maxPart bounds a header or other field that is part of the signed content.
const maxPart = 1024

// signed are the values of the tokens that are no field and not the body.
type signed struct{ url, timestamp, secret string }

// writeContent writes what is signed. It walks the template once and writes
// each part as it is, so nothing that stands in a part is expanded.
func (s *Scheme) writeContent(w io.Writer, v *view, values signed) error {
	scratch := make([]byte, 0, 128) // what usually stands around a body
	before, token, after, more := nextToken(s.Content)
	for ; more; before, token, after, more = nextToken(after) {
		scratch = append(scratch, before...)
		if token == "body" {
			_, _ = w.Write(scratch) // a hash never fails
			_, _ = w.Write(v.Body)
			scratch = scratch[:0]
			continue
		}
		part, err := v.part(token, after, values)
		if err != nil {
			return err
		}
		scratch = append(scratch, part...)
	}
	_, _ = w.Write(append(scratch, before...))
	return nil
}

// part is the text of a token other than {body}.
func (v *view) part(token, after string, values signed) (string, error) {
	switch token {
	case "timestamp":
		return values.timestamp, nil
	case "secret":
		return values.secret, nil
	case "url":
		return values.url, nil
	case "sortedForm":
		return v.sortedForm()
	}
	part, err := v.value(Field(token))
	if err == nil {
		err = checkPart(Field(token), part, after)
	}
	if err != nil {
		return "", fault(Field(token), err)
	}
	return part, nil
}

// checkPart refuses a header that holds the character which ends it in the
// template: "a.1" + "." + "2" must not read like "a" + "." + "1.2".
func checkPart(f Field, part, after string) error {
	if place, _ := f.split(); place != inHeader {
		return nil
	}
	if part == "" || len(part) > maxPart {
		return ErrMalformed
	}
	if after != "" && after[0] != '{' && strings.IndexByte(part, after[0]) >= 0 {
		return ErrMalformed
	}
	return nil
}

// urls are the spellings of the URL that the partner may have signed. Twilio
// signs some with the default port and some without, whatever was typed; its own
// libraries try both.
func (s *Scheme) urls(v *view) (list [2]string, count int) {
	list[0] = v.URL
	if !hasToken(s.Content, "url") {
		return list, 1
	}
	u, err := url.Parse(v.URL)
	if err != nil || u.Host == "" {
		return list, 1
	}
	port := map[string]string{"https": ":443", "http": ":80"}[u.Scheme]
	other := u.Host + port
	if bare, ok := strings.CutSuffix(u.Host, port); ok {
		other = bare
	} else if u.Port() != "" {
		return list, 1
	}
	list[1] = strings.Replace(v.URL, u.Host, other, 1)
	return list, 2
}

// sortedForm is each field's name and value without anything between, sorted by
// name, as Twilio signs them. A name with several values stands once for each
// different value, as in Twilio's own libraries.
func (v *view) sortedForm() (string, error) {
	if !v.isForm() {
		return "", nil
	}
	fields, err := v.decodedForm()
	if err != nil {
		return "", fault(inForm, err)
	}
	var b strings.Builder
	b.Grow(len(v.Body))
	for _, name := range sortedKeys(fields) {
		values := slices.Clone(fields[name])
		slices.Sort(values)
		for _, value := range slices.Compact(values) {
			b.WriteString(name)
			b.WriteString(value)
		}
	}
	return b.String(), nil
}

// checkBodyDigest compares the body with the digest the partner put elsewhere.
func (s *Scheme) checkBodyDigest(v *view) error {
	if !s.digestsBody(v.Request) {
		return nil
	}
	v.bodySHA256 = bodyDigest(v.Body)
	return v.require(s.BodyDigest, v.bodySHA256)
}

// digestsBody reports whether the request carries a digest of its body: a form
// is signed field by field, and an empty body needs none.
func (s *Scheme) digestsBody(r *Request) bool {
	return s.BodyDigest != "" && len(r.Body) > 0 && !r.isForm()
}

func bodyDigest(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

func sortedKeys[K ~string, V any](m map[K]V) []K {
	if len(m) == 0 {
		return nil
	}
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
