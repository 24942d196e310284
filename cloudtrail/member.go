package cloudtrail

import "strings"

// Member returns the raw value of an object's member, whose name is written in any case
// (P26: sAMLProviderArn): the one of the exact name, or else one of another spelling; of
// several the last. It is nil if raw is no object, has no such member, or null there.
// raw must be, or come from, a JSON field of a [Record]: that was scanned before.
func Member(raw []byte, name string) []byte {
	var exact, other []byte
	eachMember(raw, func(key, value []byte) bool {
		switch {
		case string(key) == name:
			exact = value
		case len(key) == len(name) && strings.EqualFold(string(key), name):
			other = value
		}
		return true
	})
	if exact == nil {
		exact = other
	}
	if isNull(exact) {
		return nil
	}
	return exact
}
