package access

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/json"
	"io"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

func pageOf(t testing.TB, r *Review) string {
	t.Helper()
	var b bytes.Buffer
	if err := r.WriteHTML(&b, "report review --quarter 2026Q3 --out access-review"); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func jsonOf(t testing.TB, r *Review) (value map[string]any) {
	t.Helper()
	var b bytes.Buffer
	if err := r.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b.Bytes(), &value); err != nil {
		t.Fatal(err)
	}
	return value
}

// blockOf is the data block of a page.
func blockOf(t testing.TB, page string) string {
	t.Helper()
	_, rest, _ := strings.Cut(page, `<script type="application/octet-stream" id="data">`)
	block, _, ok := strings.Cut(rest, "</script>")
	if !ok {
		t.Fatal("the page has no data")
	}
	return block
}

// dataOf is what the data block of a page holds.
func dataOf(t testing.TB, page string) string {
	t.Helper()
	packed, err := base64.StdEncoding.DecodeString(blockOf(t, page))
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(flate.NewReader(bytes.NewReader(packed)))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// unpacked reads the data block as the script of the page does.
func unpacked(t *testing.T, data string) any {
	t.Helper()
	var packed struct {
		Types []struct {
			Names []string
			Kinds []any
		}
		Texts []string
		Root  any
	}
	if err := json.Unmarshal([]byte(data), &packed); err != nil {
		t.Fatal(err)
	}
	var value func(v, kind any) any
	value = func(v, kind any) any {
		list, isList := v.([]any)
		switch k := kind.(type) {
		case []any:
			if v == nil {
				return nil
			}
			out := []any{}
			for _, x := range list {
				out = append(out, value(x, k[0]))
			}
			return out
		case float64:
			if v == nil {
				return nil
			}
			out := map[string]any{}
			for i, name := range packed.Types[int(k)].Names {
				out[name] = value(list[i], packed.Types[int(k)].Kinds[i])
			}
			return out
		}
		if isList {
			out := []any{}
			for _, x := range list {
				out = append(out, value(x, nil))
			}
			return out
		}
		if s, ok := v.(string); ok && strings.HasPrefix(s, "~") {
			if strings.HasPrefix(s, "~~") {
				return s[1:]
			}
			n := 0
			for _, c := range s[1:] {
				n = 10*n + int(c-'0')
			}
			return packed.Texts[n]
		}
		return v
	}
	return value(packed.Root, float64(0))
}

// withoutNothing takes away what stands for nothing, which one of two writers may leave out.
func withoutNothing(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, x := range v {
			x = withoutNothing(x)
			v[name] = x
			if list, ok := x.([]any); x == nil || x == 0.0 || ok && len(list) == 0 {
				delete(v, name)
			}
		}
	case []any:
		for i := range v {
			v[i] = withoutNothing(v[i])
		}
	}
	return v
}

// TestPageHasWhatJSONHas: the data of the page is that of review.json, whatever the texts.
func TestPageHasWhatJSONHas(t *testing.T) {
	tilde := made(3)
	tilde.Roles[0].Owner, tilde.Roles[1].Owner, tilde.Roles[2].Owner = "~1", "~~", "\xff~"
	for name, r := range map[string]*Review{"made": made(40), "spoiled": spoiled(), "tilde": tilde, "empty": {}} {
		got, want := withoutNothing(unpacked(t, dataOf(t, pageOf(t, r)))), withoutNothing(any(jsonOf(t, r)))
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: the page has other data than the JSON", name)
		}
	}
}

var (
	outside = regexp.MustCompile(`(?i)(src|href|action|data|poster|srcset)\s*=\s*["']?\s*(https?:|//|file:)|url\((?:["']?)(?:https?:|//)|@import`)
	// html/template quotes the values of attributes with " and escapes it within.
	attributeValue = regexp.MustCompile(`"[^"]*"`)
	handlers       = regexp.MustCompile(`(?i)<[^>]* (on[a-z]+|style)\s*=`)
	openTags       = regexp.MustCompile(`(?i)<(script|img|iframe|object|embed|link|base|form|meta)\b`)
)

const base64Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="

// markup is the page without its style, its data and its script.
func markup(page string) string {
	for _, block := range []string{`(?s)<style>.*?</style>`, `(?s)(<script[^>]*>).*?</script>`} {
		page = regexp.MustCompile(block).ReplaceAllString(page, "$1")
	}
	return page
}

// TestPageIsSafe: hostile texts are neither markup nor script, nothing leads outside, and
// the policy names the one style and the one script by their hashes.
func TestPageIsSafe(t *testing.T) {
	page := pageOf(t, spoiled())
	if block := blockOf(t, page); strings.Trim(block, base64Letters) != "" || len(block) < 1000 {
		t.Error("the data has characters that base64 does not have")
	}
	counts := map[string]int{}
	for _, found := range openTags.FindAllStringSubmatch(markup(page), -1) {
		counts[strings.ToLower(found[1])]++
	}
	if want := map[string]int{"script": 2, "link": 1, "meta": 5}; !reflect.DeepEqual(counts, want) {
		t.Errorf("the page has the elements %v, want %v", counts, want)
	}
	for _, found := range append(handlers.FindAllString(attributeValue.ReplaceAllString(markup(page), "\"\""), -1), outside.FindAllString(markup(page), -1)...) {
		t.Errorf("the page has %.80s", found)
	}
	if at := strings.IndexAny(markup(page), "\x00\x1b\u202e"); at >= 0 {
		t.Errorf("the page has characters that deceive: %.150q", markup(page)[max(0, at-100):])
	}
	_, style, _ := strings.Cut(page, "<style>")
	style, _, _ = strings.Cut(style, "</style>")
	script := page[strings.LastIndex(page, "<script>")+len("<script>") : strings.LastIndex(page, "</script>")]
	for _, want := range []string{"default-src &#39;none&#39;; ", sourceHash(style), sourceHash(script)} {
		if !strings.Contains(page, strings.ReplaceAll(want, "+", "&#43;")) {
			t.Errorf("the policy lacks %s", want)
		}
	}
}

// TestPageIsReadWithoutScript: what has to be known stands in the file as text.
func TestPageIsReadWithoutScript(t *testing.T) {
	r := made(200)
	text := markup(pageOf(t, r))
	for i := range r.Roles {
		if !strings.Contains(text, ">"+string(r.Roles[i].RoleName)+"<") {
			t.Errorf("role %s is not in the table", r.Roles[i].RoleName)
		}
	}
	for _, f := range r.First {
		if !strings.Contains(text, escaped(f.Says)) || f.Evidence != "" && !strings.Contains(text, string(f.Evidence)) {
			t.Errorf("the first page lacks %s", f.Says)
		}
	}
	for _, u := range r.Unknowns {
		if !strings.Contains(text, escaped(u.What)) {
			t.Errorf("the first page lacks %s", u.What)
		}
	}
	if len(r.First) != mostFirst || len(r.Unknowns) < 3 {
		t.Errorf("%d findings, %d unknowns", len(r.First), len(r.Unknowns))
	}
}

// escaped is a text as html/template escapes it.
func escaped(t Text) string {
	return strings.NewReplacer("&", "&amp;", "'", "&#39;", "+", "&#43;").Replace(string(t))
}

// TestPageStaysSmall: a thousand roles must fit into an attachment.
func TestPageStaysSmall(t *testing.T) {
	page := pageOf(t, made(1000))
	if n := len(page); n > 5<<20 {
		t.Errorf("the page of 1,000 roles has %d bytes", n)
	} else {
		t.Logf("1,000 roles: %.1f MB, of which data %.1f MB", float64(n)/1e6, float64(len(blockOf(t, page)))/1e6)
	}
}
