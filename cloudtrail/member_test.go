package cloudtrail

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestMemberInAnyCase(t *testing.T) {
	for _, c := range []struct{ raw, want string }{
		{`{"roleName":"a"}`, `"a"`},
		{`{"RoleName":"a","x":{"roleName":"b"}}`, `"a"`},
		{`{"RoleName":"a","roleName":"b","ROLENAME":"c"}`, `"b"`},
		{`{"RoleName":"a","ROLENAME":"c"}`, `"c"`},
		{`{"roleName":"a","roleName":"b"}`, `"b"`},
		{`{"role\u004eame":["a"]}`, `["a"]`},
		{`{"roleName":null}`, ``},
		{`{"roleName":null,"RoleName":"a"}`, ``},
		{`{}`, ``}, {`[]`, ``}, {`"roleName"`, ``}, {``, ``},
	} {
		if got := Member([]byte(c.raw), "roleName"); string(got) != c.want {
			t.Errorf("%s: %s, want %s", c.raw, got, c.want)
		}
		var o Object
		o.Read([]byte(`{"roleName":"of the object before"}`))
		o.Read([]byte(c.raw))
		if got := o.Member("roleName"); string(got) != c.want {
			t.Errorf("%s, taken apart: %s, want %s", c.raw, got, c.want)
		}
	}
}

// TestMembersOfAnyObject: what is found in a text that was scanned before is what the scanner finds in it, which
// looks at each byte, whatever is nested and however it is written.
func TestMembersOfAnyObject(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 5_000 {
		raw := []byte(anyObject(r, 3))
		if !json.Valid(raw) {
			t.Fatalf("%s is no JSON: the test is wrong", raw)
		}
		var got, want []string
		eachScannedMember(raw, func(key, value []byte) { got = append(got, fmt.Sprintf("%s=%s", key, value)) })
		eachMember(raw, func(key, value []byte) bool {
			want = append(want, fmt.Sprintf("%s=%s", key, value))
			return true
		})
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("%s\ngave %q\nwant %q", raw, got, want)
		}
	}
}

// anyObject is an object with what a scanner may stumble over.
func anyObject(r *rand.Rand, depth int) string {
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	space := func() string { return pick("", "", "", " ", "\n\t", "  \r\n") }
	text := func() string {
		var s strings.Builder
		for range r.IntN(8) {
			s.WriteString(pick("a", "roleName", `\"`, `\\`, "}", "]", "{", "[", ",", ":", `\u0022`, "é", " "))
		}
		return `"` + s.String() + `"`
	}
	var value func(depth int) string
	list := func(opening, closing string, of func() string) string {
		var parts []string
		for range r.IntN(4) {
			parts = append(parts, space()+of()+space())
		}
		if parts == nil {
			parts = []string{space()}
		}
		return opening + strings.Join(parts, ",") + closing
	}
	object := func(depth int) string {
		return list("{", "}", func() string { return text() + space() + ":" + space() + value(depth-1) })
	}
	value = func(depth int) string {
		if depth <= 0 || r.IntN(3) > 0 {
			return pick(text(), "null", "true", "false", "0", "-1.5e+3", "{}", "[]")
		}
		if r.IntN(2) == 0 {
			return object(depth)
		}
		return list("[", "]", func() string { return value(depth - 1) })
	}
	return space() + object(depth) + space()
}

// TestSkipEnds: what no scan lets through ends a value, too, wherever it stands.
func TestSkipEnds(t *testing.T) {
	for _, text := range []string{"{\"a\":\x01}", "[\x01]", "\x01", "[1,\x00", "{"} {
		if end := skipScanned([]byte(text), 0); end >= 0 {
			t.Errorf("%q ends at %d", text, end)
		}
	}
}
