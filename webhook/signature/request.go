package signature

import (
	"net/http"
	"strings"
)

// Request is a webhook as it was received.
type Request struct {
	// Method is the HTTP method, such as "POST".
	Method string

	// URL is the full URL as the partner was given it, with its query. Schemes
	// that sign no URL need only its query and path.
	URL string

	// Header holds the headers. Names are compared without regard to case,
	// however they are written here.
	Header http.Header

	// Body holds the bytes exactly as they were received.
	Body []byte
}

// header is the one value of a header. Two fields of one name, in whatever
// case, are refused: receivers disagree about which of them counts.
func (r *Request) header(name string) (string, error) {
	var value string
	found := false
	for key, values := range r.Header {
		if len(key) != len(name) || !strings.EqualFold(key, name) {
			continue
		}
		for _, v := range values {
			if found {
				return "", ErrDuplicate
			}
			value, found = v, true
		}
	}
	if !found {
		return "", ErrMissing
	}
	return value, nil
}

// isForm reports whether the body is an urlencoded form.
func (r *Request) isForm() bool {
	contentType, err := r.header("Content-Type")
	if err != nil {
		return false
	}
	media, _, _ := strings.Cut(contentType, ";")
	return strings.EqualFold(strings.TrimSpace(media), "application/x-www-form-urlencoded")
}
