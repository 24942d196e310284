package action

import "strings"

// withoutVersion cuts off the date of an API version that some services append to
// the event's name: ListFunctions20150331, GetFunction20150331v2,
// UpdateDistribution2020_05_31 (P25, iam-data 2.1). ListObjectsV2 keeps its number,
// which is part of the operation's name.
func withoutVersion(name string) string {
	if rest, ok := cutDate(name, "0000_00_00"); ok {
		return orWhole(strings.TrimSuffix(rest, "_"), name)
	}
	dated := name
	if v := strings.LastIndexAny(name, "vV"); v >= 0 && v+1 < len(name) && allDigits(name[v+1:]) {
		if _, ok := cutDate(name[:v], "00000000"); ok {
			dated = name[:v]
		}
	}
	rest, ok := cutDate(dated, "00000000")
	if !ok {
		return name
	}
	if n := len(rest); n > 0 && rest[n-1]|0x20 == 'v' {
		rest = rest[:n-1]
	}
	return orWhole(strings.TrimSuffix(rest, "_"), name)
}

// cutDate cuts off an ending of the form given, in which 0 stands for a digit. What
// is before it may end with a digit: CreateEnvironmentEC2.
func cutDate(name, form string) (rest string, ok bool) {
	at := len(name) - len(form)
	if at < 0 {
		return name, false
	}
	for i := range len(form) {
		c := name[at+i]
		if form[i] == '0' && !isDigit(c) || form[i] != '0' && form[i] != c {
			return name, false
		}
	}
	return name[:at], true
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func allDigits(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return true
}

// orWhole keeps a name that is nothing but a version.
func orWhole(rest, name string) string {
	if rest == "" {
		return name
	}
	return rest
}
