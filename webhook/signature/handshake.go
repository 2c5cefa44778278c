package signature

import (
	"crypto/hmac"
	"encoding/hex"
	"encoding/json"
	"mime"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Reply is the answer to a handshake.
type Reply struct {
	Status int
	Header map[string]string
	Body   []byte

	// Fetch is a URL the receiver has to GET to complete the handshake, besides
	// the reply; empty for most. Its host is one of the scheme's FetchHosts, but
	// a redirect could lead elsewhere: follow none.
	Fetch string
}

const (
	// maxHandshake is how long the body of a handshake may be. They are some
	// hundred bytes; a longer body is an event, and not searched for one.
	maxHandshake = 16 << 10

	// maxChallenge bounds what is echoed to an unknown caller.
	maxChallenge = 2048
)

// Handshake answers the request if it is one by which the partner tries the
// endpoint out. It returns nil and no error if it is not, and then the request
// is to be verified as an event. A handshake that is signed like an event is
// verified here: the error says why it was refused.
func (s *Scheme) Handshake(r *Request, secrets Secrets, now time.Time) (*Reply, error) {
	if len(s.Handshakes) == 0 || len(r.Body) > maxHandshake {
		return nil, nil
	}
	v, err := s.newView(r)
	if err != nil {
		return nil, nil // no payload, no handshake; Verify says what is wrong
	}
	for i := range s.Handshakes {
		h := &s.Handshakes[i]
		challenge, ok := h.matches(&v)
		if !ok {
			continue
		}
		if h.Verified {
			if err := s.authenticate(new(proof), &v, secrets, now); err != nil {
				return nil, s.blame(err)
			}
		}
		reply, err := s.reply(h, challenge, secrets)
		if err != nil {
			return nil, s.blame(err)
		}
		return reply, nil
	}
	return nil, nil
}

// matches reports whether the request is this handshake, with its challenge.
func (h *Handshake) matches(v *view) (challenge string, ok bool) {
	if v.Method != h.Method {
		return "", false
	}
	for f, want := range h.When {
		if got, err := v.value(f); err != nil || got != want {
			return "", false
		}
	}
	challenge, err := v.value(h.Challenge)
	return challenge, err == nil && challenge != ""
}

func (s *Scheme) reply(h *Handshake, challenge string, secrets Secrets) (*Reply, error) {
	if len(challenge) > maxChallenge {
		return nil, fault(h.Challenge, ErrMalformed)
	}
	reply := &Reply{Status: defaultAckStatus, Header: map[string]string{}}
	for name, value := range h.Headers {
		reply.Header[name] = value
	}
	if h.ContentType != "" {
		reply.Header["Content-Type"] = h.ContentType
	}
	if len(h.FetchHosts) > 0 {
		if !fetchable(challenge, h.FetchHosts) {
			return nil, fault(h.Challenge, ErrUnexpected)
		}
		reply.Fetch = challenge
	}
	body, err := s.replyBody(h, challenge, secrets)
	reply.Body = body
	return reply, err
}

// replyBody fills in the template. The challenge is a stranger's text: it is
// escaped in JSON, and never read as a template.
func (s *Scheme) replyBody(h *Handshake, challenge string, secrets Secrets) ([]byte, error) {
	var mac string
	if hasToken(h.Body, "mac") {
		sum, err := s.challengeMAC(challenge, secrets)
		if err != nil {
			return nil, err
		}
		mac = hex.EncodeToString(sum)
	}
	if media, _, _ := mime.ParseMediaType(h.ContentType); media == "application/json" {
		challenge = escapeJSON(challenge)
	}
	return []byte(strings.NewReplacer("{challenge}", challenge, "{mac}", mac).Replace(h.Body)), nil
}

func (s *Scheme) challengeMAC(challenge string, secrets Secrets) ([]byte, error) {
	newHash := s.Hash.constructor()
	if newHash == nil {
		return nil, fault("", ErrScheme)
	}
	if len(secrets) == 0 {
		return nil, fault("", ErrSecret)
	}
	key, err := s.Secret.key(secrets[0].Value)
	if err != nil {
		return nil, fault("", err)
	}
	h := hmac.New(newHash, key)
	h.Write([]byte(challenge))
	return h.Sum(nil), nil
}

func escapeJSON(text string) string {
	quoted, _ := json.Marshal(text) // a string always marshals
	return string(quoted[1 : len(quoted)-1])
}

// fetchable admits https URLs on the default port of a listed host, without
// credentials: anything else could make the receiver ask where it should not.
func fetchable(raw string, hosts []string) bool {
	u, err := url.Parse(raw)
	return err == nil && u.Scheme == "https" && u.User == nil && slices.Contains(hosts, u.Host)
}
