package policy

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestTerraform(t *testing.T) {
	p, err := Propose(sources(statements(`{"Effect":"Allow","Action":"s3:*","Resource":["arn:aws:s3:::home/${aws:username}/*","arn:aws:s3:::b"],
		"Condition":{"StringLike":{"aws:PrincipalTag/a b":["$${x}","%{y}","\"\\"]},"NumericLessThan":{"s3:max-keys":10},"Bool":{"aws:SecureTransport":true}}},
		{"Effect":"Deny","NotAction":"s3:*","Resource":"*"}`)), kept("s3:GetObject", "s3:PutObject"))
	if err != nil {
		t.Fatal(err)
	}
	got := Terraform(append(p.Drafts, p.Drafts[0]), "1 team/deploy")
	golden := filepath.Join("testdata", "proposal.tf")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for _, r := range readTerraform(t, got) {
		if !sameJSON(r.policy, p.Drafts[0].JSON()) {
			t.Errorf("%s makes\n%s\nwant\n%s", r.label, r.policy, p.Drafts[0].JSON())
		}
	}
}

// FuzzTerraform: whatever stands in a policy, its Terraform is the same policy again
// and holds nothing that Terraform would put something in place of.
func FuzzTerraform(f *testing.F) {
	for _, text := range []string{"", "${x}", "$${x}", "$$${x}", "%{if}", "%%{", "$%{", "a\"b\\", "\n\t\x00\u2028é\U0001F600\U000E0001", `\u0024{`} {
		f.Add(text, text, "role")
	}
	f.Fuzz(func(t *testing.T, key, value, role string) {
		if !utf8.ValidString(key) || !utf8.ValidString(value) {
			return // no policy has such text
		}
		condition, err := json.Marshal(map[string]any{key: []any{value, true, 1.5, nil, map[string]string{}}})
		if err != nil {
			t.Fatal(err)
		}
		d := Draft{Version: draftVersion, Statements: []DraftStatement{{Effect: "Allow", Actions: []string{value}, Resources: []string{"*"}, Condition: condition}}}
		got := readTerraform(t, Terraform([]Draft{d}, role))
		if len(got) != 1 || !sameJSON(got[0].policy, d.JSON()) {
			t.Errorf("got %+v, want %s", got, d.JSON())
		}
	})
}

var identifier = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`)

// terraformResource is what of a resource matters.
type terraformResource struct{ label, name, policy string }

// readTerraform reads the little of HCL that Terraform writes, by HCL's own rules: a
// literal, list or object of these, and quoted templates in which nothing may be
// interpolated.
func readTerraform(t *testing.T, text string) (out []terraformResource) {
	t.Helper()
	h := &hclReader{t: t, rest: text}
	for h.rest != "" {
		var r terraformResource
		h.expect(`resource "aws_iam_policy" "`)
		r.label, h.rest, _ = strings.Cut(h.rest, `"`)
		if !identifier.MatchString(r.label) {
			t.Fatalf("label %q", r.label)
		}
		h.expect(" {\n  name = ")
		r.name = h.value().(string)
		h.expect("\n\n  policy = jsonencode(")
		policy, err := json.Marshal(h.value())
		if err != nil {
			t.Fatal(err)
		}
		r.policy = string(policy)
		h.expect(")\n}\n")
		h.rest = strings.TrimPrefix(h.rest, "\n")
		out = append(out, r)
	}
	return out
}

type hclReader struct {
	t    *testing.T
	rest string
}

func (h *hclReader) expect(text string) {
	h.t.Helper()
	var ok bool
	if h.rest, ok = strings.CutPrefix(h.rest, text); !ok {
		h.t.Fatalf("%.60q where %q is expected", h.rest, text)
	}
}

func (h *hclReader) space() { h.rest = strings.TrimLeft(h.rest, " \n") }

func (h *hclReader) value() any {
	h.space()
	switch h.rest[0] {
	case '"':
		return h.quoted()
	case '[':
		h.rest = h.rest[1:]
		list := []any{}
		for h.space(); h.rest[0] != ']'; h.space() {
			list = append(list, h.value())
			h.expect(",\n")
		}
		h.rest = h.rest[1:]
		return list
	case '{':
		h.rest = h.rest[1:]
		object := map[string]any{}
		for h.space(); h.rest[0] != '}'; h.space() {
			key := h.key()
			h.space()
			h.expect("= ")
			object[key] = h.value()
			h.expect("\n")
		}
		h.rest = h.rest[1:]
		return object
	}
	end := strings.IndexAny(h.rest, ",\n)")
	var v any
	if err := json.Unmarshal([]byte(h.rest[:end]), &v); err != nil {
		h.t.Fatalf("%q: %v", h.rest[:end], err)
	}
	h.rest = h.rest[end:]
	return v
}

func (h *hclReader) key() string {
	if h.rest[0] == '"' {
		return h.quoted()
	}
	end := strings.IndexByte(h.rest, ' ')
	key := h.rest[:end]
	h.rest = h.rest[end:]
	if !identifier.MatchString(key) {
		h.t.Fatalf("key %q is no identifier", key)
	}
	return key
}

// quoted reads a template. HCL's scanner takes a $ or % together with what follows:
// before { it begins a sequence, and after another of it the sequence is escaped.
func (h *hclReader) quoted() string {
	h.rest = h.rest[1:]
	var out strings.Builder
	for {
		r, n := utf8.DecodeRuneInString(h.rest)
		switch {
		case n == 0 || r == '\n':
			h.t.Fatal("a template has no end")
		case r == '"':
			h.rest = h.rest[1:]
			return out.String()
		case r == '\\':
			h.escape(&out)
			continue
		case strings.HasPrefix(h.rest, "$${") || strings.HasPrefix(h.rest, "%%{"):
			out.WriteString(h.rest[1:3])
			n = 3
		case strings.HasPrefix(h.rest, "${") || strings.HasPrefix(h.rest, "%{"):
			h.t.Fatalf("%.20q would be replaced", h.rest)
		case (r == '$' || r == '%') && strings.HasPrefix(h.rest[1:], string(r)):
			h.t.Fatalf("%.20q is read in two ways", h.rest)
		default:
			out.WriteRune(r)
		}
		h.rest = h.rest[n:]
	}
}

func (h *hclReader) escape(out *strings.Builder) {
	n := map[byte]int{'u': 6, 'U': 10}[h.rest[1]]
	if n == 0 {
		plain, ok := map[byte]byte{'n': '\n', '"': '"', '\\': '\\'}[h.rest[1]]
		if !ok {
			h.t.Fatalf("%.10q is no escape", h.rest)
		}
		out.WriteByte(plain)
		h.rest = h.rest[2:]
		return
	}
	code, err := strconv.ParseUint(h.rest[2:n], 16, 32)
	if err != nil {
		h.t.Fatal(fmt.Errorf("reading %.12q: %w", h.rest, err))
	}
	out.WriteRune(rune(code))
	h.rest = h.rest[n:]
}
