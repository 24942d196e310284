package access

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"

	"roletrail/iam/amount"
	"roletrail/review"
	"roletrail/review/actions"
)

// File is a file of the review, by its name within the folder, with slashes.
type File struct {
	Name  string
	Write func(io.Writer) error
}

// Files are all files of the review but its manifest, which has to know the others. made is
// the command that makes it.
func (r *Review) Files(made string) ([]File, error) {
	files := []File{
		{"review.html", func(w io.Writer) error { return r.WriteHTML(w, made) }},
		{"review.json", r.WriteJSON},
		{"review.csv", func(w io.Writer) error { return review.Write(w, review.CSV, nil, r.sheet(), review.Options{}) }},
		{"review.xlsx", r.writeXLSX},
		{"review.md", func(w io.Writer) error { return r.writeMarkdown(w) }},
	}
	commands, err := r.actionFiles()
	return slices.Concat(files, r.ownerFiles(), commands), err
}

// actionFiles are what the decisions mean as commands, if there are any.
func (r *Review) actionFiles() (files []File, err error) {
	if len(r.orders) == 0 {
		return nil, nil
	}
	list, err := actions.Files(r.orders)
	for _, f := range list {
		files = append(files, File{"actions/" + f.Name, func(w io.Writer) error {
			_, err := io.WriteString(w, f.Text)
			return err
		}})
	}
	return files, err
}

// ownerFiles are what each owner is asked.
func (r *Review) ownerFiles() (files []File) {
	owners := r.owners()
	if len(owners) == 1 && owners[0].name == "" {
		return nil // nobody is known to answer for anything: one file of all says no more
	}
	taken := map[string]bool{}
	for _, o := range owners {
		name := ownerFile(o.name)
		if taken[name] {
			name = ownerFile(o.name + "\x00") // another owner's name reads the same
		}
		taken[name] = true
		files = append(files, File{"owners/" + name, func(w io.Writer) error { return r.writeOwner(w, o) }})
	}
	return files
}

// ownedRoles are the roles under review that one owner answers for.
type ownedRoles struct {
	name  string
	roles []*Role
}

// owners are all owners, in the order in which their roles come.
func (r *Review) owners() (list []*ownedRoles) {
	at := map[Text]*ownedRoles{}
	for i := range r.Roles {
		role := &r.Roles[i]
		if !role.InReview {
			continue
		}
		if at[role.Owner] == nil {
			at[role.Owner] = &ownedRoles{name: string(role.Owner)}
			list = append(list, at[role.Owner])
		}
		at[role.Owner].roles = append(at[role.Owner].roles, role)
	}
	return list
}

// maxFileName bounds the readable part of a file's name.
const maxFileName = 60

// ownerFile is the name of an owner's file: letters, digits and dashes, whatever the owner
// is called. Where that loses something a part of the name's hash stands behind it, so that
// two owners never share a file.
func ownerFile(owner string) string {
	if owner == "" {
		return "no-owner.md"
	}
	var b strings.Builder
	for _, c := range strings.ToLower(owner) {
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' {
			b.WriteRune(c)
		} else if s := b.String(); s != "" && !strings.HasSuffix(s, "-") {
			b.WriteByte('-')
		}
	}
	name := strings.Trim(b.String(), "-")
	name = name[:min(len(name), maxFileName)]
	if name != owner || name == "no-owner" {
		sum := sha256.Sum256([]byte(owner))
		name = strings.TrimPrefix(name+"-"+hex.EncodeToString(sum[:4]), "-")
	}
	return name + ".md"
}

// heading is the title of the review as the page has it.
func (r *Review) heading() string { return newPage(&Review{Window: r.Window, Meta: r.Meta}).Title }

func (role *Role) verdictText(d dates) string {
	text := string(role.Verdict) + " (" + string(role.Reason) + ")"
	if role.LastUsed != nil {
		text += ", last used on " + d.day(*role.LastUsed)
	}
	if g := role.Grants; g != nil {
		text += fmt.Sprintf(", used %s of %s", amount.Grouped(g.Used), amount.Of(g.Granted, "permission"))
	}
	return text
}
