package access

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"strings"
	"time"

	"roletrail/iam/amount"
	"roletrail/review/termtext"
)

//go:embed page
var pageFiles embed.FS

// The style and the script of the page are these files in this order.
var (
	styleFiles  = []string{"tokens", "base", "summary", "coverage", "tools", "roles", "panel", "small", "print"}
	scriptFiles = []string{"dom", "unpack", "words", "store", "draw", "graph", "rolepage", "list", "tools", "panel", "decisions", "main"}
)

// WriteHTML writes the page: one file that needs nothing beside itself, and that is a
// document without its script. Its policy lets the browser load nothing and run nothing
// but the one style and the one script, which it knows by their hashes.
func (r *Review) WriteHTML(w io.Writer, made string) error {
	t, err := pageTemplates(r)
	if err != nil {
		return err
	}
	style, err := joined("css", styleFiles, "\n", "")
	if err != nil {
		return err
	}
	script, err := joined("js", scriptFiles, "'use strict';(async () => {\n", "})();\n")
	if err != nil {
		return err
	}
	data, err := r.packed()
	if err != nil {
		return err
	}
	block, err := compressed(data)
	if err != nil {
		return fmt.Errorf("compressing the data of the page: %w", err)
	}
	p := newPage(r)
	digest := sha256.Sum256(data)
	p.Digest = hex.EncodeToString(digest[:])
	p.Made = append(p.Made, fact{"Made with", made, true}, fact{"Data digest", "sha256 " + p.Digest, true})
	p.Style, p.Script, p.Data = template.CSS(style), template.JS(script), template.HTML(block) //nolint:gosec // the first two are ours; the data is base64
	p.Policy = fmt.Sprintf("default-src 'none'; style-src '%s'; script-src '%s'; img-src data:; base-uri 'none'; form-action 'none'", sourceHash(style), sourceHash(script))
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, "page.gohtml", p); err != nil {
		return fmt.Errorf("writing the review as a page: %w", err)
	}
	_, err = w.Write(b.Bytes())
	return err
}

// sourceHash is how a content security policy names a text.
func sourceHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

func joined(kind string, names []string, before, after string) (string, error) {
	var b strings.Builder
	b.WriteString(before)
	for _, name := range names {
		text, err := fs.ReadFile(pageFiles, "page/"+kind+"/"+name+"."+kind)
		if err != nil {
			return "", fmt.Errorf("reading the embedded page: %w", err)
		}
		b.Write(text)
	}
	b.WriteString(after)
	return b.String(), nil
}

func pageTemplates(r *Review) (*template.Template, error) {
	accounts := map[Text]Text{}
	for i := range r.Roles {
		accounts[r.Roles[i].key()] = r.Roles[i].AccountID
	}
	t, err := template.New("page").Funcs(template.FuncMap{
		"line":      func(text any) string { return termtext.Line(fmt.Sprint(text)) },
		"grouped":   func(n any) string { return groupedAny(n) },
		"minute":    func(t *time.Time) string { return minute(t) },
		"rolelink":  func(role Text) string { return roleLink(string(role)) },
		"accountof": func(role Text) string { return termtext.Line(string(accounts[role])) },
	}).ParseFS(pageFiles, "page/html/*.gohtml")
	if err != nil {
		return nil, fmt.Errorf("reading the embedded page: %w", err)
	}
	return t, nil
}

func groupedAny(n any) string {
	switch v := n.(type) {
	case int:
		return amount.Grouped(v)
	case int64:
		return amount.Grouped(v)
	}
	return fmt.Sprint(n)
}

func minute(t *time.Time) string {
	if t == nil {
		return "-"
	}
	return t.UTC().Format("2006-01-02 15:04")
}
