package cloudtrail

import (
	"bytes"
	"encoding/json"
)

// normalise rewrites a JSON value so that the scanner can read it: object keys
// lose needless escapes and of members with the same key only the last one stays,
// which is the one that encoding/json would use. Scalars stay byte for byte.
func normalise(raw []byte) ([]byte, error) {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || raw[0] != '{' && raw[0] != '[' {
		return bytes.Clone(raw), nil
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	if _, err := dec.Token(); err != nil {
		return nil, err
	}
	if raw[0] == '[' {
		return normaliseArray(dec)
	}
	return normaliseObject(dec)
}

func normaliseArray(dec *json.Decoder) ([]byte, error) {
	out := []byte{'['}
	for dec.More() {
		value, err := normaliseNext(dec)
		if err != nil {
			return nil, err
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(out, value...)
	}
	_, err := dec.Token()
	return append(out, ']'), err
}

func normaliseObject(dec *json.Decoder) ([]byte, error) {
	var names []string
	values := map[string][]byte{}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil, err
		}
		name := key.(string)
		if _, again := values[name]; !again {
			names = append(names, name)
		}
		if values[name], err = normaliseNext(dec); err != nil {
			return nil, err
		}
	}
	if _, err := dec.Token(); err != nil {
		return nil, err
	}
	out := []byte{'{'}
	for i, name := range names {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(appendQuoted(out, name), ':')
		out = append(out, values[name]...)
	}
	return append(out, '}'), nil
}

func normaliseNext(dec *json.Decoder) ([]byte, error) {
	var raw json.RawMessage
	if err := dec.Decode(&raw); err != nil {
		return nil, err
	}
	return normalise(raw)
}

// appendQuoted writes a JSON string with as few escapes as JSON allows.
func appendQuoted(out []byte, text string) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(text); err != nil {
		panic(err) // a string can always be encoded
	}
	return append(out, bytes.TrimSuffix(b.Bytes(), []byte("\n"))...)
}
