package access

import (
	"html"
	"regexp"
	"strings"
	"testing"
)

var (
	pictures = regexp.MustCompile(`(?s)<svg[^>]*>.*?</svg>`)
	titled   = regexp.MustCompile(`^<svg[^>]* role="img"[^>]*><title>([^<]+)</title>`)
)

// TestChartsHaveTitles: each picture of the page says in words what it shows, or is hidden
// from those who hear it because the words beside it say all.
func TestChartsHaveTitles(t *testing.T) {
	r := made(40)
	said := map[string]int{}
	for _, picture := range pictures.FindAllString(markup(pageOf(t, r)), -1) {
		found := titled.FindStringSubmatch(picture)
		switch {
		case found != nil:
			said[strings.Fields(found[1])[0]]++
		case !strings.Contains(picture[:strings.Index(picture, ">")], ` aria-hidden="true"`):
			t.Errorf("a picture has neither a title nor words beside it: %.200s", picture)
		case strings.Contains(picture, "<path") && !decorates(picture):
			t.Errorf("a chart is hidden: %.200s", picture)
		}
	}
	granted, idle := 0, 0
	for i := range r.Roles {
		if g := r.Roles[i].Grants; g != nil && g.Granted > 0 {
			granted++
		}
		if r.Roles[i].IdleDays != nil {
			idle++
		}
	}
	// Coverage stands twice: small in the head of the page, which is hidden, and in its part.
	for first, want := range map[string]int{"Use": len(r.Roles), "Of": granted, "Idle": idle, "Account": 2 * len(r.Accounts)} {
		if said[first] != want || want == 0 {
			t.Errorf("%d pictures say %s…, want %d", said[first], first, want)
		}
	}
}

// decorates: marks, keys and the axis stand beside their words.
func decorates(picture string) bool {
	for _, class := range []string{`class="mark `, `class="swatch"`, `class="strip swatch `, `class="logo"`, `class="defs"`, `class="months"`, `class="edge"`} {
		if strings.Contains(picture[:strings.Index(picture, ">")], class) {
			return true
		}
	}
	return false
}

// TestStripsSayWhatTheyShow: the title of a strip has the facts that its bars have.
func TestStripsSayWhatTheyShow(t *testing.T) {
	r := made(3)
	role := &r.Roles[0]
	role.AccountID, role.UsesByDay, role.DeniedByDay = "222222222222", make([]int64, 92), make([]int64, 92)
	role.UsesByDay[0], role.UsesByDay[40], role.UsesByDay[91] = 1, 1200, 7
	role.DeniedByDay[3] = 2
	role.Grants = &Grants{Granted: 20, Used: 3, PossiblyUsed: 1, TooNew: 2, Unobservable: 5, Unused: 9}
	idle := int64(1)
	role.IdleDays = &idle
	page := html.UnescapeString(markup(pageOf(t, r)))
	for _, want := range []string{
		"<title>Use per day, 1 Jul to 30 Sep: on 3 days, most on 10 Aug, 1,200 times; refused on 1 day; not known for 12 Aug to 13 Aug</title>",
		"<title>Of 20 granted: 4 used or possibly used, 2 too new, 5 unobservable, 9 without use</title>",
		"<title>Idle for 1 day; the notch is at 92 days, the window</title>",
		"<title>Account 222222222222, 1 Jul to 30 Sep: logs of 90 of 92 days; a usual Region is missing on 10 Aug to 11 Aug; none of 12 Aug to 13 Aug</title>",
		// The strips of coverage, as a table.
		`<tr><th scope="row">222222222222</th><td>1 Jul to 9 Aug, 14 Aug to 30 Sep</td><td>10 Aug to 11 Aug</td><td>12 Aug to 13 Aug</td></tr>`,
		`<tr><th scope="row">111111111111</th><td>1 Jul to 30 Sep</td><td>-</td><td>-</td></tr>`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	for _, label := range []string{useStrip(dayOf(r.Window.Since), 92, nil, nil, func(int) bool { return false }, dates{2026}).Label} {
		if label != "Use per day, 1 Jul to 30 Sep: none" {
			t.Errorf("a role without use has the strip %q", label)
		}
	}
}

// TestHeadlinesLead: each headline number is a link that the script of the page understands.
func TestHeadlinesLead(t *testing.T) {
	page := markup(pageOf(t, made(3)))
	for _, address := range []string{"#view=review", "#view=review&amp;verdict=active", "#view=unused", "#view=trim", "#view=callers", "#view=changed"} {
		if !strings.Contains(page, `<a class="number" href="`+address+`">`) {
			t.Errorf("no headline number leads to %s", address)
		}
	}
}
