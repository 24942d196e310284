package review

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"roletrail/queries"
	"roletrail/review/termfit"
)

// tableOf is the table of a few rows.
func tableOf(t *testing.T, report string, columns []queries.Column, rows ...[]any) string {
	t.Helper()
	var out bytes.Buffer
	if err := Write(&out, Table, nil, HeldRows(columns, rows), Options{Report: report, Width: 80}); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestTimesOfAdHocSQL: a report's table has minutes, a statement's all there is.
func TestTimesOfAdHocSQL(t *testing.T) {
	columns := []queries.Column{{Name: "last_used", Type: "timestamp"}, {Name: "event_date", Type: "date"}}
	whole := time.Date(2026, 7, 1, 2, 3, 4, 0, time.UTC)
	rows := [][]any{{whole, whole}, {whole.Add(567 * time.Microsecond), nil}}
	if got, want := tableOf(t, "", columns, rows...), "last_used                    event_date\n2026-07-01T02:03:04Z         2026-07-01\n2026-07-01T02:03:04.000567Z  -\n2 rows\n"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := tableOf(t, "last_used", columns[:1], rows[0][:1]); !strings.Contains(got, "\n2026-07-01 02:03\n") {
		t.Errorf("a report shows\n%s", got)
	}
}

// TestNamesakesAreToldApart: a role made again has the name of the old one.
func TestNamesakesAreToldApart(t *testing.T) {
	var columns []queries.Column
	for _, name := range []string{"account_id", "role_name", "role_id", "state", "verdict", "reason"} {
		columns = append(columns, queries.Column{Name: name, Type: "varchar"})
	}
	row := func(account, id, state string) []any {
		return []any{account, "deploy", id, state, "dormant", strings.Repeat("because ", 9)}
	}
	oldID, newID := "AROAOLDOLDOLDOLDOLDOL", "AROANEWNEWNEWNEWNEWNE"
	got := tableOf(t, "last_used", columns, row("111111111111", oldID, "deleted"), row("111111111111", newID, "present"))
	if !strings.Contains(got, oldID) || !strings.Contains(got, newID) {
		t.Errorf("the two roles look alike:\n%s", got)
	}
	got = tableOf(t, "last_used", columns, row("111111111111", oldID, "deleted"), row("222222222222", newID, "present"))
	if strings.Contains(got, oldID) {
		t.Errorf("roles of two accounts need no id:\n%s", got)
	}
}

// TestNarrowTableKeepsItsAnswer: the ids of namesakes do not take the place of
// what the report is about.
func TestNarrowTableKeepsItsAnswer(t *testing.T) {
	rows := lastUsedRows()
	again := append([]any(nil), rows[0]...)
	again[3] = "AROAEXAMPLEDEPLOY0002"
	rows = append(rows, again)
	for width, want := range map[int]struct{ header, footer string }{
		80:  {"account_id    role_name                       verdict     last_used         uses\n", "4 rows, 5 of 24 columns; --wide shows all, the role_id of roles that share a name too\n"},
		120: {"role_id                verdict     last_used         uses", "of 24 columns; --wide shows all\n"},
	} {
		var out bytes.Buffer
		if err := Write(&out, Table, nil, HeldRows(lastUsedColumns(), rows), Options{Report: "last_used", Width: width}); err != nil {
			t.Fatal(err)
		}
		if got := out.String(); !strings.Contains(got, want.header) || !strings.HasSuffix(got, want.footer) {
			t.Errorf("%d columns: no %q or not %q at the end of\n%s", width, want.header, want.footer, got)
		}
	}
}

// TestCallersAreCutInTheMiddle: the end of an ARN says who it is.
func TestCallersAreCutInTheMiddle(t *testing.T) {
	who := queries.Column{Name: "caller", Type: "varchar"}
	for _, c := range []struct {
		column queries.Column
		text   string
		limit  int
		want   string
	}{
		{who, "arn:aws:iam::111111111111:role/deploy", 24, "arn:aws:iam…:role/deploy"},
		{who, "lambda.amazonaws.com", 24, "lambda.amazonaws.com"},
		{who, "arn:aws:iam::111111111111:role/deploy", 7, "arn:aw…"},
		{queries.Column{Name: "role_arns"}, "arn:aws:iam::111111111111:role/deploy", 12, "…role/deploy"},
		{queries.Column{Name: "reason"}, "used inside the window", 12, "used inside…"},
		{who, "日本語日本語日本語日本語", 10, "日本…本語"},
	} {
		got := shortened(c.column, c.text, c.limit)
		if got != c.want || termfit.Width(got) > c.limit {
			t.Errorf("%s %q in %d columns is %q, want %q", c.column.Name, c.text, c.limit, got, c.want)
		}
	}
	if got := shortened(who, "arn:"+strings.Repeat("e\u0301\u0301\u0301\u0301", 999), 24); termfit.Width(got) > 24 || len([]rune(got)) > 3*24 {
		t.Errorf("accents make %d characters of %d columns", len([]rune(got)), termfit.Width(got))
	}
}

// TestFindingsAreWhole: what is found comes before how many times and from where, and
// a principal that was deleted is called so.
func TestFindingsAreWhole(t *testing.T) {
	columns := []queries.Column{{Name: "role_arn", Type: "varchar"}, {Name: "caller", Type: "varchar"}, {Name: "caller_kind", Type: "varchar"},
		{Name: "findings", Type: "list"}, {Name: "assumptions", Type: "bigint"}}
	role := "arn:aws:iam::111111111111:role/team/vendor-billing"
	got := tableOf(t, "unexpected", columns,
		[]any{role, "999999999999:AROAVENDOREXAMPLE0001", "account", []any{"missing_external_id", "broadly_trusted"}, int64(65)},
		[]any{role, "AROAARCHIVERGONEEXAMP", "role", []any{"never_came"}, int64(0)})
	for _, want := range []string{"  missing_external_id, broadly_trusted\n", "…team/vendor-billing  ", "  deleted r…"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if strings.Contains(got, "missing_external_id…") || strings.Contains(got, "account") {
		t.Errorf("findings make room for others:\n%s", got)
	}
	got = tableOf(t, "unexpected", columns, []any{role, "AIDAGONEGONEGONEGONE1", "user", []any{"never_came"}, int64(0)})
	if !strings.Contains(got, " user ") {
		t.Errorf("there is room for the kind:\n%s", got)
	}
}

// TestPermissionSetsAreNamed: of the names of Identity Center's roles a narrow table would
// show the hash. One that is as wide as it gets has the ARN, and a role that only looks
// like one of them keeps its name.
func TestPermissionSetsAreNamed(t *testing.T) {
	const role = "arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_PowerUser_0123456789abcdef"
	const fake = "arn:aws:iam::111111111111:role/AWSReservedSSO_Fake_0123456789abcdef"
	for _, tc := range []struct{ report, column string }{
		{"unexpected", "role_arn"}, {"unexpected", "via_role"}, {"unexpected", "caller"}, {"changes", "role_arns"},
		{"changes", "actor"}, {"changes", "via"}, {"last_used", "last_caller"}, {"session_list", "via_role"}, {"unused_summary", "role_arn"},
	} {
		cell := func(arn string) any {
			if tc.column == "role_arns" {
				return []any{arn}
			}
			return arn
		}
		table := func(o Options, arn string) string {
			var out bytes.Buffer
			o.Report, o.Width = tc.report, 48
			if err := Write(&out, Table, nil, HeldRows([]queries.Column{{Name: tc.column}}, [][]any{{cell(arn)}}), o); err != nil {
				t.Fatal(err)
			}
			return out.String()
		}
		if got := table(Options{}, role); !strings.Contains(got, "\n111111111111 permission set PowerUser\n") {
			t.Errorf("%s of %s does not name the permission set:\n%s", tc.column, tc.report, got)
		}
		if got := table(Options{Wide: true}, role); !strings.Contains(got, "\n"+role+"\n") {
			t.Errorf("%s of %s lacks the ARN where there is room for it:\n%s", tc.column, tc.report, got)
		}
		if got := table(Options{}, fake); strings.Contains(got, "permission set") {
			t.Errorf("%s of %s calls a role of anybody's a permission set:\n%s", tc.column, tc.report, got)
		}
	}
}

// TestReasonOfOneRole: the title names the role, so that the reason has its room.
func TestReasonOfOneRole(t *testing.T) {
	columns := []queries.Column{{Name: "role_arn", Type: "varchar"}, {Name: "action", Type: "varchar"}, {Name: "verdict", Type: "varchar"},
		{Name: "reason", Type: "varchar"}, {Name: "last_used", Type: "timestamp"}, {Name: "uses", Type: "bigint"}}
	reason := "never seen; AWS documents that CloudTrail logs the calls of dynamodb"
	row := []any{"arn:aws:iam::111111111111:role/deploy", "dynamodb:AssociateTableReplica", "probably_unused", reason, nil, int64(0)}
	for width, want := range map[int]string{80: "never seen; AWS documents that Clo…", 120: reason} {
		var out bytes.Buffer
		if err := Write(&out, Table, nil, HeldRows(columns, [][]any{row}), Options{Report: "unused_of_role", Width: width}); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out.String(), want) || strings.Contains(out.String(), "role/deploy") {
			t.Errorf("%d columns: no %q, or the role, in\n%s", width, want, out.String())
		}
	}
}

// TestExceptionalColumn: what is not known of a role stands beside its counts, and
// takes no room where all is known.
func TestExceptionalColumn(t *testing.T) {
	columns := []queries.Column{{Name: "account_id", Type: "varchar"}, {Name: "role_arn", Type: "varchar"}, {Name: "granted", Type: "bigint"}, {Name: "unread_policies", Type: "list"}}
	rows := [][]any{{"1", "arn:aws:iam::111111111111:role/a", int64(7), []any{}}, {"1", "arn:aws:iam::111111111111:role/b", int64(7), nil}}
	for _, broken := range []bool{false, true} {
		want := "role_arn                          granted\n"
		if broken {
			want = "role_arn                          granted  unread_policies\n"
			rows = append(rows, []any{"1", "arn:aws:iam::111111111111:role/c", int64(0), []any{"inline:a", "…"}})
		}
		var out bytes.Buffer
		if err := Write(&out, Table, nil, HeldRows(columns, rows), Options{Report: "unused_summary", Width: 80}); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(out.String(), want) || strings.Contains(out.String(), "role/c        0  inline:a, …\n") != broken {
			t.Errorf("broken %t:\n%s", broken, out.String())
		}
	}
}
