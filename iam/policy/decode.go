package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"roletrail/iam"
)

// Limits of one document. IAM's own largest policy has 10,240 characters and
// URL-encoding at most triples them, so these are generous.
const (
	MaxBytes = 1 << 20
	MaxDepth = 64
)

// ErrAbsent says that there is no document: the key is missing, null or an empty
// string.
var ErrAbsent = errors.New("there is no policy document")

// Decode returns the policy document in raw, a JSON value, as compact JSON text:
// raw is an object, or a string that holds the object plain or URL-encoded. Keys,
// their order and their spelling stay as they were. The text is valid UTF-8.
func Decode(raw json.RawMessage) (string, error) {
	raw = bytes.TrimSpace(raw)
	if len(raw) > MaxBytes {
		return "", fmt.Errorf("decoding policy document: %d bytes are over the limit of %d", len(raw), MaxBytes)
	}
	if len(raw) == 0 || string(raw) == "null" {
		return "", ErrAbsent
	}
	if raw[0] != '"' {
		return compact(raw)
	}
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return "", fmt.Errorf("decoding policy document: %w", err)
	}
	return decodeString(strings.TrimSpace(s))
}

// decodeString reads a document that came as text. Plain comes first: a plain
// document may hold percent signs, an encoded one never begins with a brace.
func decodeString(s string) (string, error) {
	if s == "" {
		return "", ErrAbsent
	}
	if !strings.HasPrefix(s, "%") {
		return compact([]byte(s))
	}
	// IAM encodes by RFC 3986: a space is %20 and a plus sign is itself. Other
	// encoders write a space as a plus; then only the second reading is JSON.
	plain, err := url.PathUnescape(s)
	if err != nil {
		return "", fmt.Errorf("decoding URL-encoded policy document: %w", err)
	}
	text, err := compact([]byte(strings.TrimSpace(plain)))
	if err == nil || !strings.Contains(plain, "+") {
		return text, err
	}
	if plain, uerr := url.QueryUnescape(s); uerr == nil {
		if text, cerr := compact([]byte(strings.TrimSpace(plain))); cerr == nil {
			return text, nil
		}
	}
	return "", err
}

// compact checks that text is one JSON object of bounded depth and takes the
// white space out of it.
func compact(text []byte) (string, error) {
	if len(text) == 0 || text[0] != '{' {
		return "", fmt.Errorf("decoding policy document: it begins with %q where a JSON object is expected", clip(text))
	}
	if new(iam.Nesting).Feed(text) > MaxDepth {
		return "", fmt.Errorf("decoding policy document: it is nested over %d levels deep, which is the limit", MaxDepth)
	}
	var buf bytes.Buffer
	if err := json.Compact(&buf, text); err != nil {
		return "", fmt.Errorf("decoding policy document: %w", err)
	}
	return strings.ToValidUTF8(buf.String(), "\uFFFD"), nil
}

// clip is the beginning of text, for messages.
func clip(text []byte) []byte {
	return text[:min(len(text), 24)]
}
