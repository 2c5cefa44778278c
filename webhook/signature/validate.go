package signature

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Validate reports everything that is wrong with the scheme, joined into one
// error; errors.As with interface{ Unwrap() []error } takes it apart. A scheme
// that passes can verify every request its author means.
func (s *Scheme) Validate() error {
	var p problems
	if s.Name == "" || strings.Trim(s.Name, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		p.add("Name must be lower-case letters, digits and dashes, got %q", s.Name)
	}
	s.validateKind(&p)
	s.validateSignatures(&p)
	s.validateContent(&p)
	s.validateTimestamp(&p)
	s.validateFields(&p)
	s.validateHandshakes(&p)
	s.validateAck(&p)
	return errors.Join(p...)
}

type problems []error

func (p *problems) add(format string, args ...any) { *p = append(*p, fmt.Errorf(format, args...)) }

// oneOf reports a value that is not in the list.
func oneOf[T ~string](p *problems, name string, value T, allowed ...T) {
	if !slices.Contains(allowed, value) {
		p.add("%s must be one of %v, got %q", name, allowed, string(value))
	}
}

func (s *Scheme) validateKind(p *problems) {
	oneOf(p, "Kind", s.Kind, HMAC, Digest, Ed25519, RSA, SignedToken, SharedSecret, Basic, None)
	switch s.Kind {
	case HMAC, Digest:
		oneOf(p, "Hash", s.Hash, SHA1, SHA256, SHA384, SHA512)
		oneOf(p, "Encoding", s.Encoding, Hex, Base64)
	case Ed25519, RSA:
		oneOf(p, "Encoding", s.Encoding, Base64)
	case SignedToken:
		if s.JWT == nil {
			p.add("JWT is required for Kind jwt")
		} else {
			oneOf(p, "JWT.Algorithm", s.JWT.Algorithm, "HS256", "HS384", "HS512")
		}
	default: // the others need nothing besides their secret
	}
	if s.Kind == RSA && s.Keys == nil {
		p.add("Keys is required for Kind rsa-pkcs1v15")
	}
	if s.Keys != nil {
		if !isHost(s.Keys.Host) {
			p.add("Keys.Host must be a host name, got %q", s.Keys.Host)
		}
		if len(s.Keys.Paths) == 0 {
			p.add("Keys.Paths is required")
		}
		for _, slot := range sortedKeys(s.Keys.Paths) {
			p.field("Keys.Paths["+slot+"]", s.Keys.Paths[slot], inHeader)
		}
	}
	oneOf(p, "Secret.Encoding", s.Secret.Encoding, "", Hex, Base64)
}

func (s *Scheme) validateSignatures(p *problems) {
	if s.Kind == None && len(s.Signatures) > 0 {
		p.add("Signatures must be empty for Kind none")
	}
	if s.Kind != None && len(s.Signatures) == 0 {
		p.add("Signatures is required: say where the signature stands")
	}
	for i, source := range s.Signatures {
		name := fmt.Sprintf("Signatures[%d]", i)
		p.field(name+".In", source.In, inHeader, inQuery, inForm, inJSON, inPath)
		if len(source.Delimiter) > 1 {
			p.add("%s.Delimiter must be one character, got %q", name, source.Delimiter)
		}
		if d := source.Delimiter; d != "" && strings.Contains(source.Prefix, d) {
			p.add("%s.Prefix must not hold the delimiter %q", name, d)
		}
	}
}

func (s *Scheme) validateContent(p *problems) {
	if !slices.Contains([]Kind{HMAC, Digest, Ed25519, RSA}, s.Kind) {
		if s.Content != "" {
			p.add("Content has no effect for Kind %s", s.Kind)
		}
		return
	}
	covers := false
	_, token, after, more := nextToken(s.Content)
	for ; more; _, token, after, more = nextToken(after) {
		covers = covers || token == "body" || token == "sortedForm" || Field(token) == s.Payload && s.Payload != ""
		s.validateToken(p, token, after)
	}
	if !covers {
		p.add("Content must hold {body}, or nothing proves that the body was not changed")
	}
	if hasToken(s.Content, "sortedForm") && s.BodyDigest == "" {
		p.add("BodyDigest is required with {sortedForm}, for bodies that are not a form")
	}
	if hasToken(s.Content, "secret") != (s.Kind == Digest) {
		p.add("Content must hold {secret} if Kind is digest, and only then")
	}
}

func (s *Scheme) validateToken(p *problems, token, after string) {
	switch token {
	case "body", "secret", "url", "sortedForm":
		return
	case "timestamp":
		if s.Timestamp == nil {
			p.add("Timestamp is required with {timestamp} in Content")
		}
		return
	}
	p.field("Content {"+token+"}", Field(token), inHeader, inQuery, inForm)
	if place, _ := Field(token).split(); place == inHeader && strings.HasPrefix(after, "{") {
		p.add("Content must have a character after {%s}, or it is not clear where the header ends", token)
	}
}

func (s *Scheme) validateTimestamp(p *problems) {
	clock := s.Timestamp
	if clock == nil {
		return
	}
	if s.Content != "" && !hasToken(s.Content, "timestamp") {
		p.add("Content must hold {timestamp}: a time that is not signed proves nothing")
	}
	if s.Content == "" {
		p.add("Timestamp has no effect for Kind %s", s.Kind)
	}
	oneOf(p, "Timestamp.Format", clock.Format, "", UnixSeconds, RFC3339)
	if clock.Tolerance < time.Second || clock.Tolerance > 24*time.Hour {
		p.add("Timestamp.Tolerance must be between 1s and 24h, got %s", clock.Tolerance)
	}
	if clock.In != "" {
		p.field("Timestamp.In", clock.In, inHeader, inQuery)
		return
	}
	if clock.Prefix == "" {
		p.add("Timestamp.In is required, or Prefix if the time stands beside the signature")
	}
	for i, source := range s.Signatures {
		if source.Delimiter == "" {
			p.add("Signatures[%d].Delimiter is required: the time stands beside the signature", i)
		}
	}
}

func (s *Scheme) validateFields(p *problems) {
	for _, name := range sortedKeys(s.RequiredHeaders) {
		p.field("RequiredHeaders", Field(inHeader+"."+name), inHeader)
	}
	for _, f := range sortedKeys(s.RequiredFields) {
		p.field("RequiredFields", f, inHeader, inQuery, inForm, inJSON)
	}
	if s.BodyDigest != "" {
		p.field("BodyDigest", s.BodyDigest, inHeader, inQuery)
	}
	if s.Payload != "" {
		p.field("Payload", s.Payload, inForm, inQuery)
	}
	if s.Items != "" && s.Items != inJSON {
		p.field("Items", s.Items, inJSON)
	}
	p.templates("EventID", s.EventID)
	p.templates("EventType", s.EventType)
	p.templates("AssetID", s.AssetID)
	oneOf(p, "BodyFormat", s.BodyFormat, "", JSONBody, FormBody, XMLBody, AnyBody)
	if s.RetryHorizon < 0 {
		p.add("RetryHorizon must not be negative, got %s", s.RetryHorizon)
	}
}

func (s *Scheme) validateHandshakes(p *problems) {
	for i, h := range s.Handshakes {
		name := fmt.Sprintf("Handshakes[%d]", i)
		oneOf(p, name+".Method", h.Method, "GET", "POST", "PUT", "HEAD", "OPTIONS")
		p.field(name+".Challenge", h.Challenge, inHeader, inQuery, inForm, inJSON)
		for _, f := range sortedKeys(h.When) {
			p.field(name+".When", f, inHeader, inQuery, inForm, inJSON)
		}
		for _, host := range h.FetchHosts {
			if !isHost(host) {
				p.add("%s.FetchHosts must be host names, got %q", name, host)
			}
		}
		if hasToken(h.Body, "mac") {
			oneOf(p, "Hash", s.Hash, SHA1, SHA256, SHA384, SHA512)
		}
	}
}

func (s *Scheme) validateAck(p *problems) {
	a := s.Acknowledgement()
	if a.Status < 200 || a.Status > 299 {
		p.add("Ack.Status must be between 200 and 299, got %d", a.Status)
	}
	if a.RejectStatus < 400 || a.RejectStatus > 599 || a.RejectStatus == 410 {
		p.add("Ack.RejectStatus must be between 400 and 599, and not 410, which ends a subscription; got %d", a.RejectStatus)
	}
	if a.RetryAfter < 0 || a.Budget < 0 {
		p.add("Ack.RetryAfter and Ack.Budget must not be negative")
	}
	for _, m := range s.Methods {
		oneOf(p, "Methods", m, "POST", "PUT", "GET")
	}
}

// field reports a field that is not well formed, or in no place allowed here.
func (p *problems) field(where string, f Field, places ...string) {
	place, name := f.split()
	if !slices.Contains(places, place) {
		p.add("%s must be a field in %s, got %q", where, strings.Join(places, ", "), string(f))
		return
	}
	if !f.wellFormed(place, name) {
		p.add("%s is not a well-formed field, got %q", where, string(f))
	}
}

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

func (f Field) wellFormed(place, name string) bool {
	switch place {
	case inPath:
		return f == inPath
	case inHeader:
		return name != "" && strings.Trim(name, letters+"-_") == ""
	case inJSON:
		// No character here means anything to gjson but the dot.
		return strings.Trim(name, letters+"-_.") == "" && !slices.Contains(strings.Split(name, "."), "")
	}
	return name != "" && !strings.ContainsAny(name, "{}")
}

func (p *problems) templates(where string, templates []Template) {
	for _, t := range templates {
		tokens := 0
		_, token, after, more := nextToken(string(t))
		for ; more; _, token, after, more = nextToken(after) {
			p.field(where, Field(token), inHeader, inQuery, inForm, inJSON)
			tokens++
		}
		if tokens == 0 {
			p.add("%s must hold a field in braces, such as {json.id}, got %q", where, string(t))
		}
	}
}

func isHost(host string) bool {
	return strings.Contains(host, ".") && strings.Trim(host, letters+"-.") == ""
}
