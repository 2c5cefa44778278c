package mediaevent

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

const (
	// readableSize is up to which size, in bytes, mappings stay JSON that an
	// operator can read in the console.
	readableSize = 1024
	// packedPrefix marks mappings that are compressed. JSON cannot begin so.
	packedPrefix = "deflate:"
	// maxDecodedSize bounds what Decode unpacks.
	maxDecodedSize = 1 << 20
)

// Encode writes mappings as a text that fits an environment variable: JSON, or
// compressed and base64 where the JSON is longer than a kilobyte. It fails with
// everything that is wrong with the mappings, as [NewMapper] does. Equal
// mappings give equal texts. All variables of a Lambda function together hold
// 4 KB (AWS Lambda quotas), so compare the length with what is left of it.
func Encode(mappings ...Mapping) (string, error) {
	if _, err := NewMapper(mappings...); err != nil {
		return "", err
	}
	plain, err := marshal(mappings)
	if err != nil {
		return "", fmt.Errorf("encode mappings: %w", err)
	}
	if len(plain) <= readableSize {
		return string(plain), nil
	}
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestCompression)
	if err != nil {
		return "", fmt.Errorf("encode mappings: %w", err)
	}
	if _, err := w.Write(plain); err != nil {
		return "", fmt.Errorf("encode mappings: %w", err)
	}
	if err := w.Close(); err != nil {
		return "", fmt.Errorf("encode mappings: %w", err)
	}
	return packedPrefix + base64.RawStdEncoding.EncodeToString(packed.Bytes()), nil
}

// marshal writes v as JSON without the escapes that HTML needs and nobody here.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(b.Bytes()), nil
}

// Size is the length of what [Encode] makes of mappings, in bytes.
func Size(mappings ...Mapping) (int, error) {
	text, err := Encode(mappings...)
	return len(text), err
}

// Decode reads what [Encode] wrote. Members that a mapping does not have are an
// error: they would be ignored by a handler older than the construct.
func Decode(text string) ([]Mapping, error) {
	plain := []byte(text)
	if packed, ok := strings.CutPrefix(text, packedPrefix); ok {
		b, err := base64.RawStdEncoding.DecodeString(packed)
		if err != nil {
			return nil, fmt.Errorf("decode mappings: %w", err)
		}
		plain, err = io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(b)), maxDecodedSize+1))
		if err != nil {
			return nil, fmt.Errorf("decode mappings: %w", err)
		}
		if len(plain) > maxDecodedSize {
			return nil, errors.New("decode mappings: more than 1 MiB")
		}
	}
	d := json.NewDecoder(bytes.NewReader(plain))
	d.DisallowUnknownFields()
	var mappings []Mapping
	if err := d.Decode(&mappings); err != nil {
		return nil, fmt.Errorf("decode mappings: %w", err)
	}
	return mappings, nil
}
