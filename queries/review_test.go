package queries

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"
)

// reviewWorld is a lake of random worlds and what the slow way makes of it.
func reviewWorld(t *testing.T, b batch, worlds int) (*duckEngine, *oracle) {
	t.Helper()
	w := b.world(worlds)
	b.forget(&w)
	e := openFiles(t, newWorkshop(t).write(t.TempDir(), w), Options{})
	return e, newOracle(w, Params{Since: b.since, Until: b.until, ThinCoverage: b.thin})
}

// keyOrARN names a role as well as rows that have its id and its ARN can.
func keyOrARN(id, arn any) string {
	if id == nil {
		return fmt.Sprint(arn)
	}
	return fmt.Sprint(id)
}

// TestUseDaysAgreeWithOracle compares the days of every role with a count by hand, and
// their sums with last_used.
func TestUseDaysAgreeWithOracle(t *testing.T) {
	for _, b := range batches()[2:] { // its window begins and ends within days
		e, o := reviewWorld(t, b, 200)
		type sums [2]int64
		want, wantSums := map[string]sums{}, map[string]sums{}
		for _, r := range o.roles() {
			for denied, calls := range [][]event{r.uses, r.denials} {
				for _, c := range calls {
					if !o.inWindow(c.EventTime) {
						continue
					}
					arn := cell(r.issuerARN)
					if r.inventory != nil {
						arn = r.inventory.ARN
					}
					key := keyOrARN(cell(r.id), arn)
					day := want[key+c.EventTime.Format(" 2006-01-02")]
					day[denied]++
					want[key+c.EventTime.Format(" 2006-01-02")] = day
				}
			}
		}
		got, gotSums := map[string]sums{}, map[string]sums{}
		for _, row := range ask(t, e, "use_days", o.p) {
			key := keyOrARN(row[2], row[1])
			day, sum := got[key+row[3].(time.Time).Format(" 2006-01-02")], gotSums[key]
			day[0], day[1] = day[0]+row[4].(int64), day[1]+row[5].(int64)
			sum[0], sum[1] = sum[0]+row[4].(int64), sum[1]+row[5].(int64)
			got[key+row[3].(time.Time).Format(" 2006-01-02")], gotSums[key] = day, sum
		}
		if len(want) < 200 || !reflect.DeepEqual(got, want) {
			t.Errorf("%d days, by hand there are %d, and they differ", len(got), len(want))
		}
		for _, row := range ask(t, e, "last_used", o.p) {
			if uses, denied := row[16].(int64), row[17].(int64); uses+denied > 0 {
				sum := wantSums[keyOrARN(row[3], row[1])]
				wantSums[keyOrARN(row[3], row[1])] = sums{sum[0] + uses, sum[1] + denied}
			}
		}
		if len(wantSums) < 100 || !reflect.DeepEqual(gotSums, wantSums) {
			for key, sum := range wantSums {
				if gotSums[key] != sum {
					t.Errorf("the days of %s add up to %v, last_used says %v", key, gotSums[key], sum)
				}
			}
			t.Errorf("the days of %d roles do not add up to last_used, which has %d that acted", len(gotSums), len(wantSums))
		}
	}
}

// TestNewestSessionsAgreeWithOracle: of each role those of the window, the newest
// five, the newest first.
func TestNewestSessionsAgreeWithOracle(t *testing.T) {
	b := batches()[2]
	e, o := reviewWorld(t, b, 200)
	moment := func(row []any) time.Time {
		if at, ok := row[5].(time.Time); ok {
			return at
		}
		return row[9].(time.Time)
	}
	byRole := map[string][][]any{}
	for _, row := range o.sessionRows() {
		last, called := row[5].(time.Time)
		assumed, known := row[9].(time.Time)
		if called && !last.Before(b.since) && row[4].(time.Time).Before(b.until) || known && o.inWindow(assumed) {
			byRole[keyOrARN(row[0], row[1])] = append(byRole[keyOrARN(row[0], row[1])], row)
		}
	}
	want := 0
	for _, list := range byRole {
		want += min(len(list), 5)
	}
	last := map[string]time.Time{}
	got := ask(t, e, "newest_sessions", o.p)
	for _, row := range got {
		key := keyOrARN(row[2], row[1])
		i := slices.IndexFunc(byRole[key], func(s []any) bool {
			return reflect.DeepEqual([]any{s[2], s[3], s[4], s[5], s[6], s[7], s[8], s[10], s[11]}, []any{row[3], row[4], row[5], row[6], row[7], row[8], row[12], row[9], row[10]})
		})
		if i < 0 {
			t.Fatalf("the slow way has no session %v among\n%v", row, byRole[key])
		}
		at := moment(byRole[key][i])
		if before, ok := last[key]; ok && at.After(before) {
			t.Errorf("session %v of %s is newer than the one before it", row, key)
		}
		last[key] = at
	}
	if len(got) != want || len(got) < 200 {
		t.Errorf("%d sessions, want %d", len(got), want)
	}
}

// TestNewestSessionsAreFive: of a role with more the oldest are left out.
func TestNewestSessionsAreFive(t *testing.T) {
	var w world
	for n := range 15 {
		at := time.Date(2026, 7, 2, n, 0, 0, 0, time.UTC)
		w.events = append(w.events, event{EventID: fmt.Sprint(n), EventTime: at, EventSource: "x.amazonaws.com", EventName: "Do", Recipient: ptr("111111111111"), Outcome: "success",
			RoleARN: ptr("arn:aws:iam::111111111111:role/a"), RoleID: ptr("AROA1"), SessionName: ptr(fmt.Sprint("s", n)), SessionCreated: ptr(at)})
	}
	rows := ask(t, openFiles(t, newWorkshop(t).write(t.TempDir(), w), Options{}), "newest_sessions", window())
	if len(rows) != 5 || rows[0][3] != "s14" || rows[4][3] != "s10" {
		t.Errorf("%d sessions: %v", len(rows), rows)
	}
}

// TestInventoryRolesAgreeWithOracle: one row per role of the snapshot that is taken.
func TestInventoryRolesAgreeWithOracle(t *testing.T) {
	b := batches()[0]
	e, o := reviewWorld(t, b, 200)
	var sizes []int
	for _, date := range []time.Time{{}, time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)} {
		o.p.InventoryDate, o.taken = date, nil
		want := map[string]int{}
		for _, r := range o.inventory().roles {
			want[fmt.Sprint(r.ARN, cell(nonEmptyPtr(r.RoleID)), cell(r.CreatedAt), r.SnapshotDate)]++
		}
		got := map[string]int{}
		for _, row := range ask(t, e, "inventory_roles", o.p) {
			got[fmt.Sprint(row[1], row[2], row[3], row[12].(time.Time).Format(time.DateOnly))]++
		}
		if !maps.Equal(got, want) {
			t.Errorf("%d roles, the oracle has %d, and they differ", len(got), len(want))
		}
		sizes = append(sizes, len(got))
	}
	if sizes[0] < 100 || sizes[1] == 0 || sizes[0] == sizes[1] {
		t.Errorf("the snapshots have %v roles", sizes)
	}
}

// TestInventoryRolesCarryWhatTheyKnow reads the columns that random worlds leave empty.
func TestInventoryRolesCarryWhatTheyKnow(t *testing.T) {
	role := inventoryRole{ARN: "arn:aws:iam::111111111111:role/a", RoleID: "AROA1", AccountID: "111111111111", Name: "a", Path: "/", Origin: "inventory", SnapshotDate: "2026-07-20",
		Attached: []string{"arn:p"}, Unread: []string{"inline:q"}, MaxSession: ptr(int64(3600)), Boundary: ptr("arn:b"), AdminBy: ptr("one#1"), Tags: ptr(`{"owner":"x"}`), Trust: ptr(`{"Statement":[]}`)}
	older := role
	older.SnapshotDate, older.MaxSession = "2026-07-02", ptr(int64(7200))
	got := ask(t, openFiles(t, newWorkshop(t).write(t.TempDir(), world{roles: []inventoryRole{role, older}}), Options{}), "inventory_roles", window())
	want := [][]any{{"111111111111", role.ARN, "AROA1", nil, int64(3600), "arn:b", "one#1", []any{"arn:p"}, []any{"inline:q"}, `{"owner":"x"}`, `{"Statement":[]}`, "inventory",
		time.Date(2026, 7, 20, 0, 0, 0, 0, time.UTC)}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the roles are\n%v\nwant\n%v", got, want)
	}
}

// TestCoverageDaysAgreeWithOracle counts what the rows say, and holds the days that are
// missing against coverage_gaps.
func TestCoverageDaysAgreeWithOracle(t *testing.T) {
	rows := 0
	for _, b := range batches() {
		e, o := reviewWorld(t, b, 60)
		type day struct {
			regions []any
			objects map[string]bool
			events  int64
		}
		want, seen := map[string]*day{}, map[string]bool{}
		days := windowDays(o.p)
		for _, c := range o.w.coverage {
			region, contents := "~null", c.SourceObject
			if c.Region != nil {
				region = *c.Region
			}
			if c.Fingerprint != nil {
				contents = fmt.Sprint(*c.Fingerprint)
			}
			if id := fmt.Sprint(contents, c.AccountID, region, c.Family, c.EventDate); seen[id] || c.Family != "CloudTrail" || !slices.Contains(days, c.EventDate) || !c.FirstEvent.Before(b.until) {
				continue
			} else {
				seen[id] = true
			}
			key := c.AccountID + " " + c.EventDate
			if want[key] == nil {
				want[key] = &day{objects: map[string]bool{}}
			}
			d := want[key]
			if c.Region != nil && !slices.Contains(d.regions, any(*c.Region)) {
				d.regions = append(d.regions, *c.Region)
			}
			d.objects[c.SourceObject] = true
			d.events += c.Events
		}
		got := ask(t, e, "coverage_days", o.p)
		if len(got) != len(want) {
			t.Errorf("%d days, by hand there are %d", len(got), len(want))
		}
		rows += len(got)
		for _, row := range got {
			d := want[fmt.Sprint(row[0], " ", row[1].(time.Time).Format(time.DateOnly))]
			if d == nil {
				t.Errorf("%v is no day of the lake", row)
				continue
			}
			slices.SortFunc(d.regions, func(a, b any) int { return cmp.Compare(a.(string), b.(string)) })
			regions, _ := row[2].([]any)
			if !reflect.DeepEqual(regions, d.regions) || row[3] != int64(len(d.objects)) || row[4] != d.events {
				t.Errorf("%v, by hand it is %+v", row, d)
			}
		}
	}
	if rows < 100 {
		t.Errorf("%d days only", rows)
	}
}

// TestReviewQuestionsKeepToAccounts: rows of other accounts are left out.
func TestReviewQuestionsKeepToAccounts(t *testing.T) {
	e, o := reviewWorld(t, batches()[0], 60)
	for _, question := range []string{"use_days", "newest_sessions", "inventory_roles", "coverage_days"} {
		o.p.Accounts = nil
		rows, err := e.Run(context.Background(), question, o.p)
		every := all(t, rows, err)
		account := every[len(every)/2][0].(string)
		want := slices.DeleteFunc(every, func(row []any) bool { return row[0] != account })
		o.p.Accounts = []string{account}
		if got := ask(t, e, question, o.p); len(want) == 0 || !reflect.DeepEqual(got, want) {
			t.Errorf("%s of account %s: %d rows, want %d", question, account, len(got), len(want))
		}
	}
}
