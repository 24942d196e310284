package queries

import (
	"context"
	"os"
	"reflect"
	"testing"
	"time"

	"roletrail/parquet"
)

// TestFiltersPickRows: account and role filters pick rows and change none.
func TestFiltersPickRows(t *testing.T) {
	b := batches()[0]
	e := openFiles(t, newWorkshop(t).write(t.TempDir(), b.world(15)), Options{})
	p := Params{Since: b.since, Until: b.until}
	rows, err := e.Run(context.Background(), "last_used", p)
	everything := all(t, rows, err)
	sample := everything[len(everything)/2]
	for name, c := range map[string]struct {
		p    Params
		keep func(row []any) bool
	}{
		"accounts": {Params{Accounts: []string{"000000003000", "000000004001", "999"}}, func(r []any) bool { return r[0] == "000000003000" || r[0] == "000000004001" }},
		"name":     {Params{Role: "app"}, func(r []any) bool { return r[2] == "app" }},
		"ARN":      {Params{Role: sample[1].(string)}, func(r []any) bool { return r[1] == sample[1] }},
		"both":     {Params{Role: sample[2].(string), Accounts: []string{sample[0].(string)}}, func(r []any) bool { return r[0] == sample[0] && r[2] == sample[2] }},
		"nobody":   {Params{Role: "App"}, func([]any) bool { return false }},
	} {
		c.p.Since, c.p.Until = p.Since, p.Until
		rows, err := e.Run(context.Background(), "last_used", c.p)
		got := all(t, rows, err)
		var want [][]any
		for _, row := range everything {
			if c.keep(row) {
				want = append(want, row)
			}
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %d rows, want %d", name, len(got), len(want))
		}
		if len(want) == 0 && name != "nobody" {
			t.Errorf("%s: no row to find, so nothing was tested", name)
		}
	}
}

// TestRolePartsAddUp holds the parts of report role against its row of last_used: those
// of every eighth role that has an id, of every one where many worlds are wanted.
func TestRolePartsAddUp(t *testing.T) {
	b := batches()[0]
	w := b.world(100)
	b.forget(&w)
	e := openFiles(t, newWorkshop(t).write(t.TempDir(), w), Options{})
	p := Params{Since: b.since, Until: b.until}
	rows, err := e.Run(context.Background(), "last_used", p)
	lastUsed := all(t, rows, err)
	unnamed := map[any]int{} // roles without an id, by ARN
	for _, role := range lastUsed {
		if role[3] == nil {
			unnamed[role[1]]++
		}
	}
	step := 8
	if os.Getenv(worldsEnv) != "" {
		step = 1
	}
	checked, checkedByARN := 0, 0
	for i, role := range lastUsed {
		switch {
		case role[3] != nil && i%step > 0:
			continue
		case role[16].(int64)+role[17].(int64) == 0 || unnamed[role[1]] > 1 && role[3] == nil:
			continue
		case role[3] == nil:
			p.Role = role[1].(string)
			checkedByARN++
		default:
			p.Role = role[3].(string)
			checked++
		}
		for question, columns := range map[string][3]int{"role_actions": {3, 4, 5}, "role_days": {1, 2, 3}} {
			rows, err := e.Run(context.Background(), question, p)
			sums := [3]any{int64(0), int64(0), int64(0)}
			for _, row := range all(t, rows, err) {
				for i, c := range columns {
					sums[i] = sums[i].(int64) + row[c].(int64)
				}
			}
			if want := [3]any(role[16:19]); sums != want {
				t.Errorf("%s of %s sums to %v, last_used says %v", question, p.Role, sums, want)
			}
		}
		rows, err := e.Run(context.Background(), "role_attempts", p)
		denied := int64(0)
		for _, row := range all(t, rows, err) {
			denied += row[3].(int64)
		}
		if denied != role[17] {
			t.Errorf("role_attempts of %s sums to %d, last_used says %v", p.Role, denied, role[17])
		}
	}
	if checked < 20 || checkedByARN < 3 {
		t.Errorf("only %d roles were checked by their id, %d by their ARN", checked, checkedByARN)
	}
}

// TestRoleCallers tells a story: a person, a chain through another role, a
// cross-account pair, and somebody who was turned away.
func TestRoleCallers(t *testing.T) {
	at := func(hour int) time.Time { return time.Date(2026, 7, 3, hour, 0, 0, 0, time.UTC) }
	hub, app := "arn:aws:iam::111111111111:role/hub", "arn:aws:iam::111111111111:role/app"
	assume := func(id string, when time.Time, kind, caller, target, targetID, session, key string) event {
		e := event{EventID: id, EventTime: when, EventSource: "sts.amazonaws.com", EventName: "AssumeRole", Outcome: "success", CallerKind: &kind, Caller: &caller,
			AssumedARN: &target, AssumedSession: &session}
		e.from(ptr("192.0.2.9"))
		if targetID != "" {
			e.AssumedID, e.AssumedKey = &targetID, &key
		} else {
			e.Outcome = "denied"
		}
		return e
	}
	through := assume("e2", at(2), "role", hub, app, "AROAAPP", "ann", "ASIA2")
	through.RoleID, through.RoleARN, through.SessionName, through.SessionCreated, through.AccessKey = ptr("AROAHUB"), &hub, ptr("ann"), ptr(at(1)), ptr("ASIA1")
	ours := assume("e4", at(4), "user", "arn:aws:iam::222222222222:user/bob", app, "", "bob", "")
	ours.Outcome, ours.SharedEventID = "success", ptr("pair")
	ours.from(ptr("2001:db8:7::5"))
	theirs := assume("e3", at(4), "account", "222222222222:AIDABOB", app, "AROAAPP", "bob", "ASIA3")
	theirs.SharedEventID = ptr("pair")
	e := openFiles(t, newWorkshop(t).write(t.TempDir(), world{
		events: []event{
			assume("e1", at(1), "user", "arn:aws:iam::111111111111:user/ann", hub, "AROAHUB", "ann", "ASIA1"), through, ours, theirs,
			assume("e5", at(5), "user", "arn:aws:iam::111111111111:user/eve", app, "", "x", ""),
			assume("e6", at(6), "service", "lambda.amazonaws.com", app, "AROAAPP", "fn", "ASIA6"),
		},
	}), Options{})
	p := window()
	p.Role = "AROAAPP"
	rows, err := e.Run(context.Background(), "role_callers", p)
	got := all(t, rows, err)
	want := [][]any{
		{"arn:aws:iam::111111111111:user/ann", "user", hub, at(2), at(2), int64(1), int64(0), int64(0), []any{"192.0.2.0/24"}, "e2"},
		{"arn:aws:iam::111111111111:user/eve", "user", nil, at(5), at(5), int64(0), int64(1), int64(0), []any{"192.0.2.0/24"}, "e5"},
		{"arn:aws:iam::222222222222:user/bob", "user", nil, at(4), at(4), int64(1), int64(0), int64(0), []any{"2001:db8:7::/48"}, "e4"},
		{"lambda.amazonaws.com", "service", nil, at(6), at(6), int64(1), int64(0), int64(0), []any{"192.0.2.0/24"}, "e6"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the callers are\n%v\nwant\n%v", got, want)
	}
	rows, err = e.Run(context.Background(), "role_sessions", p)
	if got := all(t, rows, err); len(got) != 3 || got[0][8] != "lambda.amazonaws.com" || got[2][8] != "arn:aws:iam::111111111111:user/ann" || got[2][10] != hub {
		t.Errorf("the sessions are %v", got)
	}
	p.Role = "ap"
	rows, err = e.Run(context.Background(), "roles_like", p)
	if got := all(t, rows, err); !reflect.DeepEqual(got, [][]any{{"111111111111", app, "app"}}) {
		t.Errorf("roles like %q are %v", p.Role, got)
	}
	p.Role = "hubb"
	rows, err = e.Run(context.Background(), "roles_like", p)
	if got := all(t, rows, err); !reflect.DeepEqual(got, [][]any{{"111111111111", hub, "hub"}}) {
		t.Errorf("roles like %q are %v", p.Role, got)
	}
}

// TestOpenDuckDB goes the way of the program: through the lake's package.
func TestOpenDuckDB(t *testing.T) {
	f := small(t)
	lake, err := parquet.OpenLake(f.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer lake.Close()
	e, err := OpenDuckDB(context.Background(), lake, Options{MemoryLimit: 512_000_000, Threads: 1, TempDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := e.Run(context.Background(), "last_used", window2())
	if got := all(t, rows, err); len(got) != 1 || got[0][3] != "AROA1" || got[0][4] != "present" {
		t.Errorf("last_used is %v", got)
	}
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	if err := e.Close(); err != nil {
		t.Errorf("closing twice: %v", err)
	}
	if _, err := OpenDuckDB(context.Background(), lake, Options{MemoryLimit: -1}); err == nil {
		t.Error("a negative memory limit is taken")
	}
}

func window2() Params {
	p := window()
	p.Role = ""
	return p
}
