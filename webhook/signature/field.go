package signature

import (
	"net/url"
	"strings"
	"unsafe"

	"github.com/tidwall/gjson"
)

// Field names a part of a request: a place, a dot, and a name there.
//
//	header.X-GitHub-Event   a header, in whatever case
//	query.bodySHA256        a parameter of the URL's query
//	form.transloadit        a field of an urlencoded body
//	json.data.asset.id      a text, number or boolean in the JSON payload; 0, 1, … index an array
//	path                    the last segment of the URL's path
//	json                    the whole payload (for Items only)
type Field string

// The places a field can be in.
const (
	inHeader = "header"
	inQuery  = "query"
	inForm   = "form"
	inJSON   = "json"
	inPath   = "path"
)

func (f Field) split() (place, name string) {
	place, name, _ = strings.Cut(string(f), ".")
	return place, name
}

// Template is text with fields in braces, such as "{json.bucketName}/{json.objectName}".
type Template string

// nextToken splits a template at its first token: the text before it, the
// token's name, and the text after it. ok is false where no token is left.
func nextToken(template string) (before, token, after string, ok bool) {
	open := strings.IndexByte(template, '{')
	if open < 0 {
		return template, "", "", false
	}
	length := strings.IndexByte(template[open:], '}')
	if length < 0 {
		return template, "", "", false
	}
	return template[:open], template[open+1 : open+length], template[open+length+1:], true
}

func hasToken(template, name string) bool { return strings.Contains(template, "{"+name+"}") }

// view is a request as the fields of a scheme see it. Forms and queries are
// decoded once, and only if a field asks for them; so is the body's hash.
type view struct {
	*Request
	payload     []byte
	formValues  url.Values
	queryValues url.Values
	bodySHA256  string
}

// newView finds the JSON payload, which may be a form field.
func (s *Scheme) newView(r *Request) (view, error) {
	v := view{Request: r, payload: r.Body}
	if s.Payload == "" {
		return v, nil
	}
	text, err := v.value(s.Payload)
	if err != nil {
		return v, fault(s.Payload, err)
	}
	v.payload = []byte(text)
	return v, nil
}

// value is the one value of a field; ErrMissing, ErrDuplicate or ErrMalformed
// say why there is none.
func (v *view) value(f Field) (string, error) {
	switch place, name := f.split(); place {
	case inHeader:
		return v.header(name)
	case inQuery:
		return v.query(name)
	case inForm:
		return v.form(name)
	case inJSON:
		if value, ok := lookup(v.payload, name); ok {
			return value, nil
		}
		return "", ErrMissing
	case inPath:
		return lastSegment(v.URL)
	}
	return "", ErrScheme
}

func (v *view) query(name string) (string, error) {
	if v.queryValues == nil {
		_, raw, _ := strings.Cut(v.URL, "?")
		raw, _, _ = strings.Cut(raw, "#")
		values, err := url.ParseQuery(raw)
		if err != nil {
			return "", ErrMalformed
		}
		v.queryValues = values
	}
	return single(v.queryValues[name])
}

func (v *view) form(name string) (string, error) {
	if !v.isForm() {
		return "", ErrMissing
	}
	values, err := v.decodedForm()
	if err != nil {
		return "", err
	}
	return single(values[name])
}

func (v *view) decodedForm() (url.Values, error) {
	if v.formValues == nil {
		values, err := url.ParseQuery(string(v.Body))
		if err != nil {
			return nil, ErrMalformed
		}
		v.formValues = values
	}
	return v.formValues, nil
}

func single(values []string) (string, error) {
	switch len(values) {
	case 0:
		return "", ErrMissing
	case 1:
		return values[0], nil
	}
	return "", ErrDuplicate
}

func lastSegment(rawURL string) (string, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return "", ErrMalformed
	}
	escaped := u.EscapedPath()
	segment, err := url.PathUnescape(escaped[strings.LastIndexByte(escaped, '/')+1:])
	if err != nil {
		return "", ErrMalformed
	}
	if segment == "" {
		return "", ErrMissing
	}
	return segment, nil
}

// expand fills in a template. ok is false where a field is absent.
func (v *view) expand(t Template) (string, bool) {
	before, token, after, more := nextToken(string(t))
	if more && before == "" && after == "" { // the usual case: one field
		value, err := v.value(Field(token))
		return value, err == nil && value != ""
	}
	var b strings.Builder
	for ; more; before, token, after, more = nextToken(after) {
		value, err := v.value(Field(token))
		if err != nil || value == "" {
			return "", false
		}
		b.WriteString(before)
		b.WriteString(value)
	}
	b.WriteString(before)
	return b.String(), true
}

// firstOf is the first template whose fields are all present.
func (v *view) firstOf(templates []Template) string {
	for _, t := range templates {
		if value, ok := v.expand(t); ok {
			return value
		}
	}
	return ""
}

// lookup is a scalar of a JSON document, without decoding the rest of it.
func lookup(doc []byte, path string) (string, bool) {
	found := gjson.Get(borrow(doc), path)
	switch found.Type {
	case gjson.String:
		return strings.Clone(found.Str), true
	case gjson.Number, gjson.True, gjson.False:
		return strings.Clone(found.Raw), true
	default:
		return "", false
	}
}

// borrow reads bytes as a string without a copy, so that searching a body
// allocates nothing in proportion to it. The bytes must not change while the
// string is in use: what is found in it is cloned or sliced from the bytes.
func borrow(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
