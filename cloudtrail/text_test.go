package cloudtrail

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"
)

func TestStringText(t *testing.T) {
	tests := []struct {
		raw   string
		exact bool
	}{
		{`""`, true}, {`"plain"`, true}, {`"é😀"`, true}, {`"\"\\\/\b\f\n\r\t"`, true}, {`"\u0000\u001f\u007f"`, true},
		{`"\u00e9"`, true}, {`"\u20AC"`, true}, {`"\uFFFD"`, true}, {`"\ud83d\ude00"`, true}, {`"a\uD83D\uDE00b"`, true},
		{`"\ud83d"`, false}, {`"\ude00"`, false}, {`"\ud83d\ud83d\ude00"`, false}, {`"\ude00\ud83d"`, false},
		{`"\ud83d\u0041"`, false}, {`"\ud83d\n"`, false}, {`"\ud83dA"`, false}, {`"\ud83d\\ude00"`, false}, {`"\ud83d\ude0"`, false},
	}
	for _, test := range tests {
		var want string
		if err := json.Unmarshal([]byte(test.raw), &want); err != nil {
			if json.Valid([]byte(test.raw)) {
				t.Fatal(err)
			}
			continue // the scanner refuses it before
		}
		got, exact := stringText([]byte(test.raw), new(scratch))
		if string(got) != want || exact != test.exact {
			t.Errorf("%s: %q, exact %v; want %q, %v", test.raw, got, exact, want, test.exact)
		}
	}
}

// TestStringTextOfEveryUnit compares all 65,536 \u escapes with encoding/json.
func TestStringTextOfEveryUnit(t *testing.T) {
	var s scratch
	for unit := range 1 << 16 {
		raw := fmt.Appendf(nil, `"a\u%04xb"`, unit)
		var want string
		if err := json.Unmarshal(raw, &want); err != nil {
			t.Fatal(err)
		}
		s.reset()
		if got, exact := stringText(raw, &s); string(got) != want || exact != (unit < 0xd800 || unit > 0xdfff) {
			t.Fatalf("%s: %q, exact %v, want %q", raw, got, exact, want)
		}
	}
}

// TestScratchKeepsWhatItGave holds that texts survive the growth of the buffer.
func TestScratchKeepsWhatItGave(t *testing.T) {
	var s scratch
	var got [][]byte
	for i := range 1000 {
		text, _ := stringText(fmt.Appendf(nil, `"\n%d"`, i), &s)
		got = append(got, text)
	}
	for i, text := range got {
		if want := fmt.Sprintf("\n%d", i); string(text) != want {
			t.Fatalf("text %d is %q", i, text)
		}
		if _ = append(text, "overwritten"...); i+1 < len(got) && string(got[i+1]) != fmt.Sprintf("\n%d", i+1) {
			t.Fatalf("appending to text %d changed the next", i)
		}
	}
}

func TestAppendQuoted(t *testing.T) {
	for c := range 0x110000 {
		if c > 0x2100 && c%97 != 0 {
			continue
		}
		text := "a" + string(rune(c)) + "b"
		var got string
		if err := json.Unmarshal(appendQuoted(nil, []byte(text)), &got); err != nil || got != text {
			t.Fatalf("%q became %q, %v", text, got, err)
		}
	}
}

func TestMember(t *testing.T) {
	tests := []struct{ raw, name, want string }{
		{`{"a":1,"b":[2]}`, "b", `[2]`},
		{`{"a":1,"a":2}`, "a", `2`},
		{`{"\u0061":1}`, "a", `1`},
		{` { "a" : {"b":1} } `, "a", `{"b":1}`},
		{`{"b":{"a":1}}`, "a", ``},
		{`{}`, "a", ``}, {`[1]`, "a", ``}, {`"a"`, "a", ``}, {`null`, "a", ``}, {``, "a", ``},
	}
	for _, test := range tests {
		if got := member([]byte(test.raw), test.name); string(got) != test.want {
			t.Errorf("%s of %s: %q, want %q", test.name, test.raw, got, test.want)
		}
	}
}

func TestEachElement(t *testing.T) {
	for raw, want := range map[string]string{`[]`: "", ` [ ] `: "", `[1, "a" ,[2,3],{}]`: `1;"a";[2,3];{};`, `{}`: "", ``: "", `[1,`: "1;"} {
		var got bytes.Buffer
		eachElement([]byte(raw), func(value []byte) bool {
			fmt.Fprintf(&got, "%s;", value)
			return true
		})
		if got.String() != want {
			t.Errorf("%s: %s, want %s", raw, &got, want)
		}
	}
}

func TestFold(t *testing.T) {
	tests := []struct {
		text, lower     string
		equal, contains bool
	}{
		{"Token", "token", true, true}, {"TOKEN", "token", true, true}, {"aTokenb", "token", false, true}, {"toke", "token", false, false},
		{"t\u212aen", "tken", false, false}, {"[oken", "{oken", false, false}, {"A_B", "a_b", true, true}, {"", "a", false, false},
	}
	for _, test := range tests {
		if got := equalFold([]byte(test.text), test.lower); got != test.equal {
			t.Errorf("%q equals %q: %v", test.text, test.lower, got)
		}
		if got := containsFold([]byte(test.text), test.lower); got != test.contains {
			t.Errorf("%q contains %q: %v", test.text, test.lower, got)
		}
	}
}
