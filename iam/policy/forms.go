package policy

import (
	"encoding/json"
	"fmt"
	"sort"
)

// texts reads a string or a list of strings. Numbers and booleans are taken as
// their text; a null or a structure among them is an error.
func texts(raw json.RawMessage) ([]string, error) {
	var out []string
	for _, e := range elements(raw) {
		s, err := text(e)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

func text(raw json.RawMessage) (string, error) {
	switch {
	case isNull(raw) || raw[0] == '{' || raw[0] == '[':
		return "", fmt.Errorf("%q where a string is expected", clip(raw))
	case raw[0] == '"':
		return unquote(raw), nil
	default:
		return string(raw), nil
	}
}

// parsePrincipals reads a Principal: "*", {"AWS": …, "Service": […]}, or a bare
// string or list, which AWS refuses but other tools write. Types come out in
// alphabetical order, their values in the document's.
func parsePrincipals(raw json.RawMessage) ([]Principal, error) {
	if isNull(raw) {
		return nil, nil
	}
	if raw[0] != '{' {
		return principalsOf("AWS", raw)
	}
	types, err := object(raw, true)
	if err != nil {
		return nil, err
	}
	sort.Slice(types, func(i, j int) bool { return types[i].key < types[j].key })
	var out []Principal
	for _, t := range types {
		ps, err := principalsOf(principalType(t.key), t.value)
		if err != nil {
			return nil, err
		}
		out = append(out, ps...)
	}
	return out, nil
}

func principalsOf(typ string, raw json.RawMessage) ([]Principal, error) {
	values, err := texts(raw)
	if err != nil {
		return nil, err
	}
	out := make([]Principal, len(values))
	for i, v := range values {
		out[i] = Principal{Type: typ, Value: v}
	}
	return out, nil
}

// principalType gives a principal type AWS's own spelling.
func principalType(t string) string {
	for _, known := range []string{"AWS", "Service", "Federated", "CanonicalUser"} {
		if lower(t) == lower(known) {
			return known
		}
	}
	return t
}
