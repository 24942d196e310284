package review

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"roletrail/iam/amount"
	"roletrail/queries"
	"roletrail/review/termfit"
	"roletrail/review/termtext"
)

// headLines say what the answer of a report rests on (design 7), a line each.
func headLines(m *queries.Meta, report string) []string {
	lines := []string{
		"window: " + window(m.Since, m.Until),
		"coverage: " + coverage(m.Coverage),
		"inventory: " + inventory(m.Inventory),
		"catalogue: " + catalogue(m.Catalogue),
		"trails: " + trails(m),
		fmt.Sprintf("made by: roletrail %s, %s, rules %d", m.Versions.Roletrail, m.Versions.Engine, m.Versions.Derivation),
	}
	return append(lines, warnings(m, report)...)
}

func window(since, until time.Time) string {
	days := until.Sub(since).Hours() / 24
	count := fmt.Sprintf("%.1f days", days)
	if whole := int64(days); float64(whole) == days {
		count = amount.Of(whole, "day")
	}
	return fmt.Sprintf("%s to %s UTC (%s)", minute(since), minute(until), count)
}

func coverage(c queries.MetaCoverage) string {
	if c.Events == 0 && c.FirstEvent != nil && c.LastEvent != nil {
		return fmt.Sprintf("no event in the window; the lake holds events from %s to %s, see --since and --until", day(*c.FirstEvent), day(*c.LastEvent))
	}
	if c.Events == 0 {
		return "no event in the window, nor before it; ingest logs brings some in, --since and --until name another window"
	}
	text := fmt.Sprintf("%s, %d of %s, %s", amount.Of(int64(c.Accounts), "account"), c.DaysPresent,
		amount.Of(int64(c.DaysPresent+c.DaysMissing), "account-day"), amount.Of(c.Events, "event"))
	if c.FirstEvent != nil && c.LastEvent != nil {
		text += fmt.Sprintf("; logs from %s to %s", minute(*c.FirstEvent), minute(*c.LastEvent))
	}
	return text
}

func inventory(snapshots []queries.MetaSnapshot) string {
	if len(snapshots) == 0 {
		return "none"
	}
	oldest, newest, roles := snapshots[0].Date, snapshots[0].Date, int64(0)
	for _, s := range snapshots {
		if s.Date.Before(oldest) {
			oldest = s.Date
		}
		if s.Date.After(newest) {
			newest = s.Date
		}
		roles += int64(s.Roles)
	}
	text := fmt.Sprintf("%s (%s, %s", dates(oldest, newest), amount.Of(int64(len(snapshots)), "account"), amount.Of(roles, "role"))
	switch n := len(fromLogs(snapshots)); {
	case n == len(snapshots):
		return text + ", from logs)"
	case n > 0:
		return text + fmt.Sprintf(", %d from logs)", n)
	}
	return text + ")"
}

// dates are one day or the days from the first to the last.
func dates(oldest, newest time.Time) string {
	if day(oldest) == day(newest) {
		return day(newest)
	}
	return day(oldest) + " to " + day(newest)
}

// fromLogs are the accounts of whose roles events alone tell.
func fromLogs(snapshots []queries.MetaSnapshot) (accounts []string) {
	for _, s := range snapshots {
		if s.Origin == "logs" {
			accounts = append(accounts, s.AccountID)
		}
	}
	return accounts
}

func catalogue(c *queries.MetaCatalogue) string {
	switch {
	case c == nil:
		return "none"
	case c.Source == "refreshed":
		return day(c.Date) + " (refreshed)"
	}
	return day(c.Date) + " (built in)"
}

// noInventory says what a report lacks without an inventory, and whose doing it is.
func noInventory(m *queries.Meta, report string) (lines []string) {
	without := m.Coverage.WithoutInventory
	switch {
	case report == "unexpected": // it has a warning of its own, about the trust policies
	case len(m.Inventory) == 0 && isOfGrants(report):
		of := ""
		if len(without) > 0 {
			of = " of " + Few(without)
		}
		lines = append(lines, "warning: no inventory"+of+", so nothing is known to be granted; ingest iam adds one from the output of aws iam get-account-authorization-details")
	case len(m.Inventory) == 0 && !m.InventoryDate.IsZero(): // the date was asked for
		lines = append(lines, fmt.Sprintf("warning: no inventory up to %s, roles that never acted are not listed; leave --inventory out to use the newest", day(m.InventoryDate)))
	case len(m.Inventory) == 0:
		lines = append(lines, "warning: no inventory, roles that never acted are not listed; ingest iam adds one")
	case len(without) > 0:
		lines = append(lines, fmt.Sprintf("warning: no inventory of %s, what its roles may do is not known; ingest iam adds one", Few(without)))
	}
	return lines
}

// isOfGrants says whether all rows of a report come from the inventory.
func isOfGrants(report string) bool { return report == "unused" || report == "unused_summary" }

// staleAfter is how long before the window's end, or the inventory, a catalogue may have
// been made. AWS adds some hundreds of actions in that time.
const staleAfter = 90 * 24 * time.Hour

// oldCatalogue warns of a catalogue that lacks actions of the logs or of the policies. What
// is asked of a lake decides, and not the day of asking: the same question has the same
// answer, and a catalogue does not get worse for what it was made for.
func oldCatalogue(m *queries.Meta) []string {
	c := m.Catalogue
	if c == nil {
		return nil
	}
	newest, what := m.Until, "window's end"
	for _, s := range m.Inventory {
		if s.Date.After(newest) {
			newest, what = s.Date, "inventory"
		}
	}
	if newest.Sub(c.Date) <= staleAfter {
		return nil
	}
	return []string{fmt.Sprintf("warning: the catalogue of actions is %.0f days older than the %s, newer actions are missing; "+
		"ingest catalogue --refresh brings it up to date", newest.Sub(c.Date).Hours()/24, what)}
}

// warnings are what a reader must not miss before believing the rows.
func warnings(m *queries.Meta, report string) []string {
	var lines []string
	if thin := m.Coverage.Thin; len(thin) > 0 {
		next := ", report coverage --gaps lists the missing days"
		if report == "coverage_gaps" {
			next = ""
		}
		lines = append(lines, "warning: coverage is thin in "+Few(thin)+next)
	}
	lines = append(lines, noInventory(m, report)...)
	if logs := fromLogs(m.Inventory); len(logs) > 0 {
		lines = append(lines, fmt.Sprintf("warning: no inventory of %s, of its roles only what changed in the logs is known; ingest iam adds one", Few(logs)))
	}
	lines = append(lines, unseenChanges(m.Inventory)...)
	lines = append(lines, oldInventory(m)...)
	lines = append(lines, oldCatalogue(m)...)
	for _, text := range m.Warnings {
		lines = append(lines, "warning: "+text)
	}
	return lines
}

// unseenChanges warn of inventories that were taken before the logs that tell how their
// roles came to be. (Of an inventory that is known where the ages of grants are used; a
// replay of the logs lacks whole roles.)
func unseenChanges(snapshots []queries.MetaSnapshot) (lines []string) {
	var accounts, replayed []string
	for _, s := range snapshots {
		switch {
		case s.ChangesUnseen == 0:
		case s.Origin == "logs":
			replayed = append(replayed, s.AccountID)
		default:
			accounts = append(accounts, s.AccountID)
		}
	}
	if len(accounts) > 0 {
		lines = append(lines, fmt.Sprintf("warning: logs that came after the inventory of %s tell more of the roles there, grants may be younger or older than said; "+
			"ingest iam with the same inventory and --snapshot-date dates them anew", Few(accounts)))
	}
	if len(replayed) > 0 {
		lines = append(lines, fmt.Sprintf("warning: logs that came since tell more of the roles of %s; ingest iam --from-logs replays them", Few(replayed)))
	}
	return lines
}

// oldInventory warns of inventories from before the window, and of those from before
// the newest of its logs. (Of what the logs alone tell unseenChanges does.)
func oldInventory(m *queries.Meta) (lines []string) {
	old := olderThan(m.Since, m.Inventory)
	if len(old) > 0 {
		lines = append(lines, fmt.Sprintf("warning: the inventory of %s is older than the window, what was made or granted since is not known", Few(old)))
	}
	if m.Coverage.LastEvent == nil {
		return lines
	}
	said := slices.Concat(old, fromLogs(m.Inventory))
	overtaken := slices.DeleteFunc(olderThan(*m.Coverage.LastEvent, m.Inventory), func(account string) bool { return slices.Contains(said, account) })
	if len(overtaken) > 0 {
		lines = append(lines, fmt.Sprintf("warning: the logs go on after the inventory of %s, what was made or granted since is not known", Few(overtaken)))
	}
	return lines
}

// olderThan are the accounts whose snapshot was taken before the day of a time.
func olderThan(t time.Time, snapshots []queries.MetaSnapshot) []string {
	var accounts []string
	for _, s := range snapshots {
		if s.Date.Before(t.Truncate(24 * time.Hour)) {
			accounts = append(accounts, s.AccountID)
		}
	}
	return accounts
}

// maxName bounds a name within a line, in characters. An account's id has twelve,
// but logs may name any text as one.
const maxName = 100

// Few names at most five, and cuts those that are too long to be read.
func Few(names []string) string {
	shown := make([]string, min(len(names), 5))
	for i := range shown {
		shown[i] = Name(names[i])
	}
	text := strings.Join(shown, ", ")
	if more := len(names) - len(shown); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// Name is a name out of the lake as a line of text can hold it, cut to 100 columns.
func Name(name string) string { return termfit.Shorten(termtext.Line(head(name, maxName)), maxName) }

// writeHead writes the head in place, for the formats for people, and leaves a
// line free after it.
func writeHead(w io.Writer, format Format, meta *queries.Meta, o Options) error {
	if meta == nil {
		return nil
	}
	var b strings.Builder
	for _, line := range headLines(meta, o.Report) {
		if format == Markdown {
			line = "- " + escapeMarkdown(line)
		}
		line = termtext.Line(line)
		if format == Table && o.Fold && !o.Wide {
			line = folded(line, o.Width)
		}
		b.WriteString(line + "\n")
	}
	_, err := io.WriteString(w, b.String()+"\n")
	return err
}

// folded is a line of the head in as many as the reader's width needs; what goes on is set in.
func folded(line string, width int) string {
	const setIn = "  "
	if width <= 0 {
		width = defaultWidth
	}
	if termfit.Width(line) <= width {
		return line
	}
	return strings.Join(termfit.Wrap(line, width-len(setIn)), "\n"+setIn)
}

// WriteNotes writes the head beside an answer that has no room for it; w may be nil.
func WriteNotes(w io.Writer, meta *queries.Meta, report string) error {
	if w == nil || meta == nil {
		return nil
	}
	for _, line := range headLines(meta, report) {
		if _, err := fmt.Fprintln(w, termtext.Line(line)); err != nil {
			return fmt.Errorf("writing notes: %w", err)
		}
	}
	return nil
}
