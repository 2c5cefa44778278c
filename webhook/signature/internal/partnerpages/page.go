package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mediasupplychain/cdk/webhook/signature"
)

const notice = "<!-- Written by go generate ./webhook/signature from the preset and its comment. Change those. -->\n\n"

// render makes every page, by file name.
func render(source string) (map[string]string, error) {
	all, err := presets(source)
	if err != nil {
		return nil, err
	}
	example, err := customScheme(source)
	if err != nil {
		return nil, err
	}
	pages := map[string]string{"README.md": index(all, example)}
	for _, p := range all {
		pages[p.scheme.Name+".md"] = page(p)
	}
	return pages, nil
}

func index(all []preset, example string) string {
	var b strings.Builder
	b.WriteString(notice + "# Partners\n\nWhat each preset of `webhook/signature` knows about its partner.\n\n" +
		"| Partner | Proof | Where | Clock | Event id | Handshake | Refused with |\n|---|---|---|---|---|---|---|\n")
	for _, p := range all {
		s := p.scheme
		fmt.Fprintf(&b, "| [%s](%s.md) | %s | %s | %s | %s | %s | %d |\n", s.Name, s.Name, proof(s), where(s), clock(s), eventID(s), yes(len(s.Handshakes) > 0),
			s.Acknowledgement().RejectStatus)
	}
	b.WriteString("\n## A partner that is not here\n\nDescribe it. `Validate` says what is missing, and `Sign` makes requests to test with:\n\n```go\n" + example + "```\n")
	return b.String()
}

func page(p preset) string {
	s := p.scheme
	var b strings.Builder
	fmt.Fprintf(&b, "%s# %s\n\n%s\n\n", notice, s.Name, sentence(p.intro))
	fmt.Fprintf(&b, "Preset: `signature.%s`\n\n", p.call)
	section(&b, "In the partner's console", p.facts["Console"])
	b.WriteString("## What is verified\n\n| | |\n|---|---|\n")
	for _, row := range verified(s) {
		fmt.Fprintf(&b, "| %s | %s |\n", row[0], row[1])
	}
	b.WriteString("\n## What the endpoint answers\n\n" + answers(s))
	section(&b, "How the partner retries", p.facts["Retries"])
	section(&b, "Good to know", p.facts["Note"])
	section(&b, "Status", p.facts["Status"])
	fmt.Fprintf(&b, "Source: %s\n", p.facts["Source"][0])
	return b.String()
}

func section(b *strings.Builder, title string, lines []string) {
	if len(lines) == 0 {
		return
	}
	fmt.Fprintf(b, "## %s\n\n", title)
	for _, line := range lines {
		fmt.Fprintf(b, "%s\n\n", sentence(line))
	}
}

func sentence(text string) string {
	text = strings.TrimSpace(text)
	if text == "" {
		return text
	}
	text = strings.ToUpper(text[:1]) + text[1:]
	if !strings.HasSuffix(text, ".") {
		text += "."
	}
	return text
}

// verified are the rows of the table: only those that apply.
func verified(s *signature.Scheme) [][2]string {
	rows := [][2]string{{"Proof", proof(s)}, {"Stands in", where(s)}}
	add := func(name, value string) {
		if value != "" {
			rows = append(rows, [2]string{name, value})
		}
	}
	add("Signed content", code(s.Content))
	add("Key", key(s))
	add("Clock", clock(s))
	for _, name := range sortedKeys(s.RequiredHeaders) {
		add("Header "+code(name), "must be "+code(s.RequiredHeaders[name]))
	}
	for _, f := range sortedKeys(s.RequiredFields) {
		add("Field "+code(string(f)), "must be "+code(s.RequiredFields[f]))
	}
	if s.BodyDigest != "" {
		add("Digest of a body that is no form", code(string(s.BodyDigest)))
	}
	if s.Payload != "" {
		add("JSON document", code(string(s.Payload)))
	}
	if s.Items != "" {
		add("Batch", "the items of "+code(string(s.Items))+", each an event of its own")
	}
	add("Event id", eventID(s))
	add("Event type", templates(s.EventType))
	add("Asset", templates(s.AssetID))
	add("Methods", strings.Join(orElse(s.Methods, "POST"), ", "))
	add("Body", string(or(s.BodyFormat, signature.JSONBody)))
	add("Ids are remembered for", hours(s.Remember()))
	return rows
}

func proof(s *signature.Scheme) string {
	hash := strings.ToUpper(strings.Replace(string(s.Hash), "sha", "sha-", 1))
	switch s.Kind {
	case signature.HMAC:
		return "HMAC-" + hash + ", " + string(s.Encoding)
	case signature.Digest:
		return hash + " of content that holds the secret, " + string(s.Encoding)
	case signature.Ed25519:
		return "Ed25519 signature, base64"
	case signature.RSA:
		return "RSA signature (PKCS #1 v1.5, SHA-256), base64"
	case signature.SignedToken:
		return "JSON Web Token, " + s.JWT.Algorithm + " only; its claims equal the body"
	case signature.SharedSecret:
		return "the secret itself"
	case signature.Basic:
		return "HTTP basic credentials"
	default:
		return "none"
	}
}

func where(s *signature.Scheme) string {
	all := make([]string, 0, len(s.Signatures))
	for _, source := range s.Signatures {
		text := place(source.In)
		if source.Prefix != "" {
			text += " after " + code(source.Prefix)
		}
		if source.Slot != "" {
			text += " (key " + source.Slot + ")"
		}
		all = append(all, text)
	}
	if len(all) == 0 {
		return "nowhere: use `WithPathSecret`"
	}
	return strings.Join(all, " or ")
}

func place(f signature.Field) string {
	in, name, _ := strings.Cut(string(f), ".")
	switch in {
	case "json":
		return "JSON field " + code(name)
	case "form":
		return "form field " + code(name)
	}
	return in + " " + code(name)
}

func key(s *signature.Scheme) string {
	switch {
	case s.Keys != nil:
		return "fetched from " + code("https://"+s.Keys.Host+s.Keys.PathPrefix+"…") + ", no other host"
	case s.Kind == signature.None:
		return ""
	case s.Kind == signature.Basic:
		return "the text " + code("user:password")
	}
	text := "the text of the secret"
	if s.Secret.Encoding != "" {
		text = "the secret, decoded from " + string(s.Secret.Encoding)
		if s.Secret.StripPrefix != "" {
			text += " after " + code(s.Secret.StripPrefix)
		}
	}
	return text
}

func clock(s *signature.Scheme) string {
	c := s.Timestamp
	if c == nil {
		return "none signed"
	}
	in := "beside the signature, after " + code(c.Prefix)
	if c.In != "" {
		in = place(c.In)
	}
	format := "Unix seconds"
	if c.Format == signature.RFC3339 {
		format = "RFC 3339"
	}
	return fmt.Sprintf("%s, %s, at most %s old or ahead", in, format, minutes(c.Tolerance))
}

func eventID(s *signature.Scheme) string {
	otherwise := "a hash of the payload"
	switch {
	case s.Items != "":
		otherwise = "a hash of the item"
	case s.BodyRepeats && s.SignsTime():
		otherwise = "a hash of the signed time and the payload"
	case s.BodyRepeats:
		otherwise = "none"
	}
	if len(s.EventID) == 0 {
		return otherwise
	}
	return templates(s.EventID) + ", else " + otherwise
}

func answers(s *signature.Scheme) string {
	a := s.Acknowledgement()
	var b strings.Builder
	body := "no body"
	if a.Body != "" {
		body = "the body " + code(a.Body)
	}
	fmt.Fprintf(&b, "- %d with %s, to an event that is accepted and to one that was seen before.\n", a.Status, body)
	fmt.Fprintf(&b, "- %d to a request that is not authentic.\n", a.RejectStatus)
	fmt.Fprintf(&b, "- 503 with `Retry-After: %.0f` if the event could not be passed on.\n", a.RetryAfter.Seconds())
	fmt.Fprintf(&b, "- All within %.0f seconds.\n", a.Budget.Seconds())
	for _, h := range s.Handshakes {
		b.WriteString("- " + handshake(h) + "\n")
	}
	b.WriteString("\n")
	return b.String()
}

func handshake(h signature.Handshake) string {
	conditions := make([]string, 0, len(h.When)+1)
	for _, f := range sortedKeys(h.When) {
		conditions = append(conditions, place(f)+" is "+code(h.When[f]))
	}
	conditions = append(conditions, "it has the "+place(h.Challenge))
	text := fmt.Sprintf("200 to a %s request, if %s", h.Method, strings.Join(conditions, " and "))
	if h.Verified {
		text += " and it is authentic"
	}
	if h.Body != "" {
		text += ": " + code(h.Body) + " as " + h.ContentType
	}
	if len(h.FetchHosts) > 0 {
		text += "; then that URL is fetched, if its host is " + strings.Join(h.FetchHosts, " or ")
	}
	return text + "."
}

func templates(list []signature.Template) string {
	all := make([]string, 0, len(list))
	for _, t := range list {
		all = append(all, code(string(t)))
	}
	return strings.Join(all, ", else ")
}

func code(text string) string {
	if text == "" {
		return ""
	}
	return "`" + strings.ReplaceAll(text, "|", "\\|") + "`"
}

func minutes(d time.Duration) string {
	if d >= time.Hour {
		return hours(d)
	}
	return fmt.Sprintf("%.0f minutes", d.Minutes())
}

func hours(d time.Duration) string {
	if d >= 48*time.Hour {
		return fmt.Sprintf("%.0f days", d.Hours()/24)
	}
	return fmt.Sprintf("%.0f hours", d.Hours())
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "–"
}

func or[T comparable](value, otherwise T) T {
	var zero T
	if value == zero {
		return otherwise
	}
	return value
}

func orElse(list []string, otherwise string) []string {
	if len(list) == 0 {
		return []string{otherwise}
	}
	return list
}

func sortedKeys[K ~string, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
