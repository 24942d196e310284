package access

import (
	"fmt"
	"io"
	"strings"
	"time"

	"roletrail/iam/amount"
	"roletrail/review"
	"roletrail/review/termfit"
)

// TextOptions say how a role's page is laid out for a terminal.
type TextOptions struct {
	Width  int // columns; 0 means 80
	Colour bool
}

// leastWidth is what a session takes with its name and caller cut.
const leastWidth = 66

// WriteText writes the page of the role as text: what the page of the review shows, in its
// order. No line is wider than the options say, or than 66 columns, but for an ARN and a command,
// which are to be copied. What is too much for a screen is counted, and the page ends with the commands that
// list it.
func (p *RolePage) WriteText(w io.Writer, o TextOptions) error {
	if o.Width <= 0 {
		o.Width = 80
	}
	t := &roleText{RolePage: p, layout: layout{width: max(o.Width, leastWidth), colour: o.Colour}, dates: dates{year: p.Window.Until.Add(-time.Microsecond).Year()}}
	for _, part := range []func(){
		t.head, t.question, t.findings, t.use, t.services, t.callers, t.trust, t.sessions, t.permissions, t.calls, t.refusals, t.changes, t.proposal, t.more,
	} {
		part()
	}
	_, err := io.WriteString(w, t.String())
	return err
}

// roleText is a page in the making.
type roleText struct {
	*RolePage
	layout
	dates
}

// head says which role it is, and what is to be said of it in a line each.
func (t *roleText) head() {
	role := t.Role
	name := role.called()
	if role.State == "deleted" {
		name += " (deleted)"
	}
	t.under("", "", termfit.Strong, name)
	t.whole(string(role.key()))
	var rows [][]cell
	for _, f := range t.facts() {
		if f.Value != "" {
			style := termfit.Style("")
			if f.Name == "verdict" {
				style = review.VerdictStyle(string(role.Verdict))
			}
			rows = append(rows, []cell{{f.Name, termfit.Faint}, {f.Value, style}})
		}
	}
	t.grid([]column{{}, {}}, rows)
}

// facts are what a line each says; those without a value are left out.
func (t *roleText) facts() []fact {
	role := t.Role
	facts := []fact{
		{Name: "verdict", Value: string(role.Verdict) + ": " + cut(string(role.Reason))},
		{Name: "last used", Value: t.lastUse()},
		{Name: "window", Value: t.inWindow()},
		{Name: "owner", Value: cut(orElse(string(role.Owner), "not known"))},
		{Name: "account", Value: string(role.AccountID)},
		{Name: "role id", Value: orElse(string(role.RoleID), "not known")},
		{Name: "kind", Value: string(role.Kind)},
		{Name: "privilege", Value: orElse(string(role.Privilege), "not known")},
	}
	if role.PrivilegePath != "" {
		facts = append(facts, fact{Name: "", Value: cut(string(role.PrivilegePath))})
	}
	if role.CreatedAt != nil {
		facts = append(facts, fact{Name: "made", Value: t.day(*role.CreatedAt)})
	}
	if role.MaxSession != nil {
		facts = append(facts, fact{Name: "sessions", Value: "last up to " + lasting(*role.MaxSession)})
	}
	return append(facts, fact{Name: "boundary", Value: string(role.Boundary)})
}

func (t *roleText) lastUse() string {
	role := t.Role
	switch {
	case role.LastUsed == nil && role.LastAssumed != nil:
		return "assumed " + minute(role.LastAssumed) + ", no call logged"
	case role.LastUsed == nil:
		return "never seen"
	}
	text := minute(role.LastUsed) + ", " + string(role.LastAction)
	if role.LastRegion != "" {
		text += " in " + string(role.LastRegion)
	}
	if role.LastCaller != "" {
		text += ", by " + callerText(role.LastCaller, t.kindOf(role.LastCaller))
	}
	return text
}

// kindOf is what a caller is, as the list of callers has it.
func (t *roleText) kindOf(caller Text) Text {
	for _, c := range t.Role.CallerList {
		if c.Caller == caller {
			return c.CallerKind
		}
	}
	return ""
}

func (t *roleText) inWindow() string {
	role := t.Role
	return fmt.Sprintf("%s, %s denied, %s failed; %s by %s", amount.Of(role.Uses, "use"), amount.Grouped(role.Denied), amount.Grouped(role.Failed), amount.Of(role.Sessions, "session"), amount.Of(role.Callers, "caller"))
}

// question is what the owner is asked.
func (t *roleText) question() {
	role := t.Role
	switch {
	case role.InReview:
		t.title("Question to "+orElse(review.Name(string(role.Owner)), "whoever owns this role"), "")
		t.say(termfit.Strong, string(role.Question))
		t.say("", "suggested: "+string(role.Suggestion)+". "+string(role.Why))
	case role.State == "deleted":
		t.say(termfit.Faint, "This role is gone. It is reported, not reviewed.")
	default:
		t.say(termfit.Faint, "AWS owns this role. It is reported, not reviewed.")
	}
}

// findingStyles are those of the severities of findings.
var findingStyles = map[Severity]termfit.Style{High: termfit.Red, Medium: termfit.Yellow}

func (t *roleText) findings() {
	var rows [][]cell
	for _, f := range t.Role.Findings {
		from := "from " + string(f.Source)
		if f.Evidence != "" {
			from = "event " + string(f.Evidence)
		}
		rows = append(rows, []cell{{f.Severity.String(), findingStyles[f.Severity]}, {sentence(string(f.Says)), ""}}, []cell{{}, {string(f.Code) + ", " + from, termfit.Faint}})
	}
	if len(rows) > 0 {
		t.title("Findings", "")
		t.grid([]column{{}, {}}, rows)
	}
}

// proposal says what a policy without the unused permissions would take away.
func (t *roleText) proposal() {
	p := t.Role.Proposal
	if p == nil {
		return
	}
	t.title("Proposed policy", "")
	if p.WhyNot != "" {
		t.say("", "There is none. "+string(p.WhyNot))
		return
	}
	says := "Keeps " + amount.Of(p.Kept, "permission")
	if p.Unproven > 0 {
		says += ", " + amount.Grouped(p.Unproven) + " of them without proof that they are needed"
	}
	says += "; takes " + amount.Grouped(p.Dropped) + " away"
	if p.Unsure > 0 {
		says += ", of which " + amount.Grouped(p.Unsure) + " are only probably unused: look at these first"
	}
	t.say("", says+".")
	t.command("report unused --policy " + t.word())
}

// more names the commands that list what the page counts.
func (t *roleText) more() {
	t.title("More", "")
	for _, command := range []string{"report unused --role ", "report unexpected --all --role ", "report sessions --role ", "report changes --diff --role "} {
		t.command(command + t.word())
	}
	t.command("report role " + t.word() + " --wide")
}

// lasting is how long a session of so many seconds is, in hours where they are whole.
func lasting(seconds int64) string {
	if seconds%3600 == 0 {
		return amount.Of(seconds/3600, "hour")
	}
	return amount.Of(seconds/60, "minute")
}

// orElse is a text, or what stands for none.
func orElse(text, none string) string {
	if strings.TrimSpace(text) == "" {
		return none
	}
	return text
}
