package queries

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestCoverageAgreesWithOracle counts what the coverage rows say, row by row.
func TestCoverageAgreesWithOracle(t *testing.T) {
	gaps, silent := 0, 0
	for _, b := range batches() {
		w := b.world(40)
		e := openFiles(t, newWorkshop(t).write(t.TempDir(), w), Options{})
		p := Params{Since: b.since, Until: b.until, ThinCoverage: b.thin}
		rows, err := e.Run(context.Background(), "coverage", p)
		got := all(t, rows, err)
		want := oracleCoverage(w, p)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("coverage is\n%v\nthe oracle says\n%v", got, want)
		}
		for _, row := range want {
			if row[1] == nil && row[8] == int64(0) {
				silent++
			}
		}
		rows, err = e.Run(context.Background(), "coverage_gaps", p)
		got = all(t, rows, err)
		want = oracleGaps(w, p)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("the gaps are\n%v\nthe oracle says\n%v", got, want)
		}
		gaps += len(want)
	}
	if gaps == 0 || silent == 0 {
		t.Errorf("%d gaps and %d silent accounts came up", gaps, silent)
	}
}

func windowDays(p Params) (days []string) {
	for d := p.Since.Truncate(24 * time.Hour); d.Before(p.Until); d = d.AddDate(0, 0, 1) {
		days = append(days, d.Format(time.DateOnly))
	}
	return days
}

func oracleCoverage(w world, p Params) [][]any {
	type group struct {
		account, region, family string
	}
	type sums struct {
		first, last   time.Time
		days, objects map[string]bool
		events        int64
	}
	days := windowDays(p)
	groups, seen, logged := map[group]*sums{}, map[string]bool{}, map[string]bool{}
	for _, c := range w.coverage {
		region := "~null"
		if c.Region != nil {
			region = *c.Region
		}
		contents := c.SourceObject
		if c.Fingerprint != nil { // of a file that was moved there may be one per name
			contents = fmt.Sprint(*c.Fingerprint)
		}
		if id := fmt.Sprint(contents, c.AccountID, region, c.Family, c.EventDate); seen[id] || !c.FirstEvent.Before(p.Until) {
			continue
		} else {
			seen[id] = true
		}
		if c.Family == "CloudTrail" {
			logged[c.AccountID] = true
		}
		g := group{c.AccountID, region, c.Family}
		s := groups[g]
		if s == nil {
			s = &sums{first: c.FirstEvent, days: map[string]bool{}, objects: map[string]bool{}}
			groups[g] = s
		}
		last := c.LastEvent
		if !last.Before(p.Until) {
			last = c.FirstEvent
		}
		if c.FirstEvent.Before(s.first) {
			s.first = c.FirstEvent
		}
		if last.After(s.last) {
			s.last = last
		}
		if slices.Contains(days, c.EventDate) {
			s.days[c.EventDate], s.objects[c.SourceObject] = true, true
			s.events += c.Events
		}
	}
	for _, r := range w.roles {
		if !logged[r.AccountID] {
			groups[group{r.AccountID, "~null", "CloudTrail"}] = nil
		}
	}
	var rows [][]any
	for g, s := range groups {
		row := []any{g.account, any(g.region), g.family, nil, nil, int64(0), int64(len(days)), int64(0), int64(0)}
		if g.region == "~null" {
			row[1] = nil
		}
		if s != nil {
			row[3], row[4] = s.first, s.last
			row[5], row[6], row[7], row[8] = int64(len(s.days)), int64(len(days)-len(s.days)), int64(len(s.objects)), s.events
		}
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b []any) int {
		for i := range 3 {
			if c := nullsLast(a[i], b[i]); c != 0 {
				return c
			}
		}
		return 0
	})
	return rows
}

func oracleGaps(w world, p Params) [][]any {
	accounts, have := map[string]bool{}, map[string]bool{}
	for _, c := range w.coverage {
		accounts[c.AccountID] = true
		if c.Family == "CloudTrail" {
			have[c.AccountID+c.EventDate] = true
		}
	}
	for _, r := range w.roles {
		accounts[r.AccountID] = true
	}
	names := []string{}
	for a := range accounts {
		names = append(names, a)
	}
	slices.Sort(names)
	var rows [][]any
	for _, a := range names {
		var open []any
		for _, d := range windowDays(p) {
			at, _ := time.Parse(time.DateOnly, d)
			switch {
			case have[a+d]:
				open = nil
			case open == nil:
				open = []any{a, at, at, int64(1)}
				rows = append(rows, open)
			default:
				open[2], open[3] = at, open[3].(int64)+1
			}
		}
	}
	return rows
}

// TestMetaTrails: the head names the trails of the accounts asked about and of
// organisations, each once, and nothing of an older snapshot.
func TestMetaTrails(t *testing.T) {
	row := func(account, name, day string, organization *bool) trailRow {
		return trailRow{AccountID: account, TrailARN: "arn:aws:cloudtrail:eu-west-1:" + account + ":trail/" + name, Organization: organization, Category: "Management", Reads: true, SnapshotDate: day}
	}
	data := row("111111111111", "main", "2026-09-30", nil)
	data.Category, data.ResourceType = "Data", ptr("AWS::S3::Object")
	w := world{trails: []trailRow{
		row("111111111111", "main", "2026-09-30", nil), data, row("111111111111", "gone", "2026-09-29", nil),
		row("222222222222", "own", "2026-07-01", ptr(false)), row("999999999999", "company", "2026-07-02", ptr(true)),
	}}
	e := openFiles(t, newWorkshop(t).write(t.TempDir(), w), Options{})
	for accounts, want := range map[string]string{
		"":             "main 2026-09-30 false, own 2026-07-01 false, company 2026-07-02 true",
		"111111111111": "main 2026-09-30 false, company 2026-07-02 true",
		"333333333333": "company 2026-07-02 true",
	} {
		p := window()
		if accounts != "" {
			p.Accounts = []string{accounts}
		}
		m, err := e.Meta(context.Background(), p)
		var got []string
		for _, trail := range m.Trails {
			_, name, _ := strings.Cut(trail.ARN, "/")
			got = append(got, fmt.Sprintf("%s %s %v", name, trail.Date.Format(time.DateOnly), trail.Organization))
			if !strings.Contains(trail.ARN, ":"+trail.AccountID+":") {
				t.Errorf("%+v", trail)
			}
		}
		if err != nil || strings.Join(got, ", ") != want {
			t.Errorf("accounts %q: %q, %v; want %q", accounts, strings.Join(got, ", "), err, want)
		}
	}
}

func TestMeta(t *testing.T) {
	b := batches()[0]
	w := b.world(20)
	e := openFiles(t, newWorkshop(t).write(t.TempDir(), w), Options{})
	p := Params{Since: b.since, Until: b.until}
	m, err := e.Meta(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	if !m.Since.Equal(b.since) || !m.Until.Equal(b.until) || m.Versions.Engine == "" || m.Versions.Roletrail == "" {
		t.Errorf("meta is %+v", m)
	}
	if m.Catalogue == nil || m.Catalogue.Date.Format(time.DateOnly) != catalogueDay || m.Catalogue.Source != "refreshed" {
		t.Errorf("the catalogue is %+v", m.Catalogue)
	}
	o := newOracle(w, p)
	accounts, thin, present := map[string]bool{}, []string{}, 0
	for _, c := range w.coverage {
		accounts[c.AccountID] = true
	}
	inv, inventoried := o.inventory().roles, o.inventory().origin
	for a := range inventoried {
		accounts[a] = true
	}
	for a := range accounts {
		covered, all := o.coveredDays(a)
		present += covered
		if float64(covered) < 0.9*float64(all) {
			thin = append(thin, a)
		}
	}
	slices.Sort(thin)
	if len(thin) == 0 || m.Coverage.Accounts != len(accounts) || m.Coverage.DaysPresent != present || m.Coverage.DaysMissing != len(accounts)*10-present || !slices.Equal(m.Coverage.Thin, thin) {
		t.Errorf("coverage is %+v, want %d accounts, %d days present, thin %v", m.Coverage, len(accounts), present, thin)
	}
	roles := 0
	for _, s := range m.Inventory {
		roles += s.Roles
	}
	if roles != len(inv) || len(m.Inventory) != len(inventoried) {
		t.Errorf("the inventory is %+v, want %d roles of %d accounts", m.Inventory, len(inv), len(inventoried))
	}
	empty, err := openFiles(t, emptyLake(t), Options{}).Meta(context.Background(), p)
	if err != nil || empty.Coverage.Accounts != 0 || empty.Coverage.Thin == nil || empty.Inventory == nil {
		t.Errorf("an empty lake has the meta %+v, %v", empty, err)
	}
	if c := empty.Catalogue; c == nil || c.Date.IsZero() || c.Source != "embedded" {
		t.Errorf("an empty lake answers with the catalogue %+v", c)
	}
}
