package actions

import (
	"embed"
	"fmt"
	"strings"
	"text/template"

	"roletrail/iam/policy"
	"roletrail/review/termtext"
)

// File is a file of the actions, by its name within their folder, with slashes. Names are
// made of numbers and of words of this package.
type File struct{ Name, Text string }

// lockName is the policy that locks a role.
const lockName = "roletrail-locked"

//go:embed text
var texts embed.FS

var templates = template.Must(template.New("").Funcs(template.FuncMap{
	"word":   termtext.ShellWord,
	"hcl":    policy.QuoteHCL,
	"line":   func(text any) string { return termtext.Line(fmt.Sprint(text)) },
	"number": func(i int) int { return i + 1 },
}).ParseFS(texts, "text/*.tmpl"))

// Files are a page that lists all orders, and the files of each that means commands. The
// orders are numbered as they come.
func Files(orders []Order) ([]File, error) {
	w := &writer{}
	var index struct {
		Done []doneLine
		Left []leftLine
	}
	for i := range orders {
		o := &orders[i]
		if why := o.whyNot(); why != "" {
			index.Left = append(index.Left, leftLine{o, why})
			continue
		}
		w.folder = fmt.Sprintf("%03d-%s", i+1, o.Decision)
		index.Done = append(index.Done, doneLine{o, w.folder})
		if o.Decision == Trim {
			w.trim(o)
		} else {
			w.remove(o)
		}
	}
	w.folder = ""
	w.write("README.txt", "README.txt", index)
	return w.files, w.err
}

type doneLine struct {
	*Order
	Folder string
}

type leftLine struct {
	*Order
	Why string
}

// writer collects files.
type writer struct {
	folder string
	files  []File
	err    error
}

// write fills a template.
func (w *writer) write(name, from string, data any) {
	var b strings.Builder
	if err := templates.ExecuteTemplate(&b, from+".tmpl", data); err != nil && w.err == nil {
		w.err = fmt.Errorf("writing the actions of a decision: %w", err)
	}
	w.add(name, b.String())
}

func (w *writer) add(name, text string) {
	if w.folder != "" {
		name = w.folder + "/" + name
	}
	w.files = append(w.files, File{name, text})
}

// named is a policy with the file that holds its document.
type named struct{ Name, ARN, File string }

// trimming is what the files of a trim are filled with.
type trimming struct {
	*Order
	Attached []string
	Inlined  []named
	New      []named
	// OverQuota is how many managed policies the role has while both the old and the new
	// are attached; 0 where the usual quota allows it.
	OverQuota int
}

func (w *writer) trim(o *Order) {
	t := trimming{Order: o, Attached: o.attached()}
	for i, s := range o.inlined() {
		t.Inlined = append(t.Inlined, named{Name: s.Name, File: fmt.Sprintf("inline-%d.json", i+1)})
	}
	for i := range o.Drafts {
		name := o.newName(i + 1)
		t.New = append(t.New, named{name, fmt.Sprintf("arn:%s:iam::%s:policy/%s", o.partition(), o.AccountID, name), fmt.Sprintf("policy-%d.json", i+1)})
	}
	if n := len(t.Attached) + len(t.New); n > policy.MaxAttached {
		t.OverQuota = n
	}
	w.write("trim.sh", "trim.sh", t)
	w.write("undo.sh", "undo_trim.sh", t)
	w.write("trim.tf", "trim.tf", t)
	for i, d := range o.Drafts {
		w.add(t.New[i].File, d.JSON())
	}
	w.write("undo/undo.tf", "undo_trim.tf", t)
	for i, s := range o.inlined() {
		w.add("undo/"+t.Inlined[i].File, s.Document)
	}
}

// locking is what the files of a removal are filled with.
type locking struct {
	*Order
	Lock string
}

func (w *writer) remove(o *Order) {
	l := locking{o, lockName}
	for _, name := range []string{"lock.sh", "unlock.sh", "delete.sh", "lock.tf"} {
		w.write(name, name, l)
	}
	text, err := texts.ReadFile("text/lock.json")
	if err != nil && w.err == nil {
		w.err = fmt.Errorf("reading the embedded policy that locks a role: %w", err)
	}
	w.add("lock.json", string(text))
}
