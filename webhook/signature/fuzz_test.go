package signature_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/mediasupplychain/cdk/webhook/signature"
)

// FuzzHeaders feeds every preset with headers and bodies of all kinds. Nothing
// may panic, and nothing unsigned may pass.
func FuzzHeaders(f *testing.F) {
	for _, v := range vectors() {
		for _, value := range v.header {
			f.Add(value, value, []byte(v.body))
		}
	}
	f.Add("t=1788264000,v1=,v1=00,t=1", "v1,AAAA v1a,BBBB", []byte(`{"events":[{"uuid":1},[],null]}`))
	f.Add("Bearer a.b.c", "2026-09-01T12:00:00.5+00:00", []byte("transloadit=%7B%7D&signature=sha384%3A00"))
	f.Fuzz(func(t *testing.T, a, b string, body []byte) {
		for _, s := range signature.Presets() {
			r := &signature.Request{Method: "POST", URL: "https://h.example/p/" + a, Header: http.Header{}, Body: body}
			for i, name := range fieldsOf(s) {
				r.Header[name] = []string{[]string{a, b}[i%2]}
			}
			if s.Payload != "" {
				r.Header["Content-Type"] = []string{formMediaType}
			}
			_, verifyWith := keysFor(s)
			if s.Kind == signature.RSA || s.Kind == signature.None {
				verifyWith = otherKeysFor(signature.AdobeIO(""))
			}
			_, err := s.Verify(r, verifyWith, noon)
			if proved := strings.Contains(a+b+string(body), testSecret); err == nil && s.Kind != signature.None && !proved {
				t.Fatalf("%s accepted what nobody signed", s.Name)
			}
			_, _ = s.Handshake(r, verifyWith, noon)
		}
	})
}

// fieldsOf are the headers that a scheme reads.
func fieldsOf(s *signature.Scheme) []string {
	var names []string
	add := func(f signature.Field) {
		if name, ok := strings.CutPrefix(string(f), "header."); ok {
			names = append(names, name)
		}
	}
	for _, source := range s.Signatures {
		add(source.In)
	}
	if s.Timestamp != nil {
		add(s.Timestamp.In)
	}
	if strings.Contains(s.Content, "{header.webhook-id}") {
		add("header.webhook-id")
	}
	return names
}

// FuzzEvent signs what the fuzzer makes up, so that it gets past the signature
// to what reads the payload.
func FuzzEvent(f *testing.F) {
	for _, body := range []string{
		`{}`, `[]`, `[{"eventid":"e"}]`, `{"events":[{"uuid":"u"}]}`, `{"events":[`, `{"id":`, `{"id":"\u0000\ud800"}`, `{"data":{"object":{"id":1e999}}}`,
		`[[[[[[[[`, `{"a":{"a":{"a":`, "\x00", `{"id":"\`, `{"type":"url_verification","challenge":"c"}`, `"x"`, ``,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, s := range []*signature.Scheme{signature.Mux(), signature.Wistia(), signature.FrameIO(), signature.Slack(), batchAtTheTop()} {
			secrets := signature.Plain(testSecret)
			signed, err := s.Sign(signature.Request{Method: "POST", Body: body}, secrets, noon)
			if err != nil {
				t.Fatal(err)
			}
			event, err := s.Verify(signed, secrets, noon)
			if err != nil {
				if len(body) < 1000 {
					t.Fatalf("%s: %v", s.Name, err)
				}
				continue
			}
			for _, item := range event.Items {
				if item.ID == "" || !strings.Contains(string(body), string(item.Body)) {
					t.Fatalf("%s: item %q of %q", s.Name, item.Body, body)
				}
			}
			if event.Items == nil && event.ID == "" {
				t.Fatalf("%s: no id", s.Name)
			}
		}
	})
}

func batchAtTheTop() *signature.Scheme {
	s := acme()
	s.Items = "json"
	return s
}

// FuzzScheme reads schemes as a receiver does, and uses those that validate.
func FuzzScheme(f *testing.F) {
	for _, s := range signature.Presets() {
		text, err := json.Marshal(s)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text, []byte(`{"id":"1"}`))
	}
	f.Fuzz(func(_ *testing.T, text, body []byte) {
		var s signature.Scheme
		if json.Unmarshal(text, &s) != nil || s.Validate() != nil {
			return
		}
		signWith, verifyWith := keysFor(&s)
		signed, err := s.Sign(signature.Request{Method: "POST", URL: "https://h.example/p", Body: body}, signWith, noon)
		if err != nil {
			return
		}
		_, _ = s.Verify(signed, verifyWith, noon)
		_, _ = s.Handshake(signed, verifyWith, noon)
	})
}

func FuzzParseSecrets(f *testing.F) {
	f.Add("plain")
	f.Add(`{"current":"a","previous":"b"}`)
	f.Add(`{"primary":{"current":"a"},"secondary":"b"}`)
	f.Fuzz(func(t *testing.T, text string) {
		secrets, err := signature.ParseSecrets(text)
		if (err == nil) != (len(secrets) > 0) {
			t.Fatalf("%d secrets, error %v", len(secrets), err)
		}
		for _, s := range secrets {
			if s.Value == "" {
				t.Fatal("an empty secret would verify with an empty key")
			}
		}
	})
}
