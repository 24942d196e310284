//go:build integration

package queries

import (
	"context"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// wholeAnswer is an answer with all of its rows.
type wholeAnswer struct {
	columns []string
	rows    [][]any
}

func readAnswer(rows Rows, err error) (a wholeAnswer, _ error) {
	if err != nil {
		return a, err
	}
	for _, c := range rows.Columns() {
		a.columns = append(a.columns, c.Name+" "+c.Type)
	}
	for rows.Next() {
		a.rows = append(a.rows, slices.Clone(rows.Row()))
	}
	if err := rows.Err(); err != nil {
		return a, err
	}
	return a, rows.Close()
}

// differs says where two answers part, cell by cell; empty: nowhere.
func (a wholeAnswer) differs(b wholeAnswer) string {
	if !slices.Equal(a.columns, b.columns) {
		return fmt.Sprintf("columns\n%q and\n%q", a.columns, b.columns)
	}
	for i := range min(len(a.rows), len(b.rows)) {
		for j, x := range a.rows[i] {
			if y := b.rows[i][j]; !reflect.DeepEqual(x, y) {
				return fmt.Sprintf("row %d, %s: %#v and %#v, of\n%v and\n%v", i+1, a.columns[j], x, y, a.rows[i], b.rows[i])
			}
		}
	}
	if len(a.rows) != len(b.rows) {
		return fmt.Sprintf("%d rows and %d", len(a.rows), len(b.rows))
	}
	return ""
}

// quarter is what the questions are asked about the test organisation; those about one role about one
// that has what is asked.
func quarter(question string) Params {
	p := Params{Since: date(2026, 7, 1), Until: date(2026, 10, 1), GrantAges: true}
	if strings.HasPrefix(question, "role") || question == "session_list" {
		p.Role = "data-migrate"
	}
	switch question {
	case "role_attempts":
		p.Role = "app-server"
	case "unused": // all are some 70,000 rows
		p.Role = "report-export"
	}
	p.Sessions.Session = "AROA4FMU4JK3BYUQLHBAC:app-main-3090"
	return p
}

// otherwise are more values, for a run that may take longer: narrow ones, wide ones, and such that nothing answers.
var otherwise = map[string]func(p *Params){
	"narrow": func(p *Params) {
		p.Since, p.Until = date(2026, 8, 3).Add(7*time.Hour+time.Microsecond), date(2026, 9, 2).Add(time.Second)
		p.Accounts = []string{"111111111111", "222222222222"}
		p.Verdicts = []string{"unused", "denied_only"}
		p.Changes.AtLeast = "medium"
		p.Unexpected.Findings = []string{"not_trusted", "new_principal"}
		p.ThinCoverage = 0.5
	},
	"wide": func(p *Params) {
		p.Since, p.Until = date(2020, 1, 1), date(2027, 1, 1)
		p.InventoryDate = date(2026, 10, 1)
		p.Changes.Failed = true
		p.Unexpected.All = true
		p.Unexpected.KnownAccounts = []string{"444444444444"}
		p.Sessions.Caller = "deploy*"
	},
	"nothing": func(p *Params) {
		p.Since, p.Until = date(2025, 1, 1), date(2025, 4, 1)
		p.Accounts, p.Role = []string{"000000000000"}, "Grüße, 世界 ' ? --"
		p.Sessions.Session, p.Sessions.Caller = "'", "?"
	},
}

// patient are questions that take long, and are built as others are: only a run that may take
// longer asks them.
var patient = []string{"meta_trust", "role_attempts", "role_days", "role_resources", "unused", "use_days"}

// unanswered are questions that Trino cannot answer as DuckDB does, with the reason. It is exact: one
// that begins to work fails the test.
var unanswered = map[string]string{}

// TestRealTrino holds a Trino against DuckDB, over the test organisation and over random worlds.
func TestRealTrino(t *testing.T) {
	r := findTrino(t)
	lake := r.organisation(t)
	duck, trino := openFiles(t, foundFiles(t, lake), Options{}), r.open(t, "hive", lake)
	t.Run("cells", func(t *testing.T) { compareCells(t, duck, trino) })
	t.Run("pruning", func(t *testing.T) { examinePruning(t, trino) })
	t.Run("s3", func(t *testing.T) { r.compareOnS3(t, duck, lake) })
	compareQuestions(t, duck, trino, r.all)
	if !r.all {
		return
	}
	for name, change := range otherwise {
		for _, question := range Questions() {
			t.Run(name+" "+question, func(t *testing.T) {
				p := quarter(question)
				change(&p)
				compareAnswers(t, duck, trino, question, p)
			})
		}
	}
	b := batches()[1]
	worlds := newWorkshop(t).write(filepath.Join(r.folder, "worlds"), b.grantedWorld(100))
	duck, trino = openFiles(t, worlds, Options{}), r.open(t, "worlds", worlds.dir)
	for _, question := range Questions() {
		t.Run("worlds "+question, func(t *testing.T) {
			compareAnswers(t, duck, trino, question, Params{Since: b.since, Until: b.until, GrantAges: true})
		})
	}
}

// compareQuestions asks every question, or those that are quick. Almost all have rows: the
// others tell what is missing, which here is nothing.
func compareQuestions(t *testing.T, duck, trino Engine, all bool) {
	silent := []string{"meta_changes", "meta_control", "meta_policies", "meta_trust", "meta_unmapped"}
	for _, question := range Questions() {
		if !all && slices.Contains(patient, question) {
			continue
		}
		t.Run(question, func(t *testing.T) {
			rows := compareAnswers(t, duck, trino, question, quarter(question))
			if (rows == 0) != slices.Contains(silent, question) {
				t.Errorf("%d rows", rows)
			}
		})
	}
}

// compareAnswers asks both, and returns how many rows there are.
func compareAnswers(t *testing.T, duck, trino Engine, question string, p Params) int {
	t.Helper()
	want, err := readAnswer(duck.Run(context.Background(), question, p))
	if err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	got, err := readAnswer(trino.Run(context.Background(), question, p))
	complaint := ""
	if err != nil {
		complaint = err.Error()
	} else {
		complaint = want.differs(got)
	}
	reason, known := unanswered[question]
	switch {
	case known && complaint == "":
		t.Error("Trino answers as DuckDB does now: take the question off the list of unanswered ones")
	case known:
		t.Logf("not compared: %s", reason)
	case complaint != "":
		t.Errorf("DuckDB and Trino: %s", complaint)
	}
	t.Logf("%d rows in %.1f s", len(want.rows), time.Since(begun).Seconds())
	return len(want.rows)
}

// compareCells compares values of each type, and NULL of each.
func compareCells(t *testing.T, duck, trino Engine) {
	const text = `select v, n, d, e, b, moment, on_day, l from (values
		('Grüße, 世界 👋', bigint '1152921504606846976', double '0.1', cast(12.50 as decimal(5, 2)), true, timestamp '2026-07-01 12:00:00.123456', date '2026-07-01', array['ä', null]),
		('', bigint '-1', double '-1e300', cast(-0.01 as decimal(5, 2)), false, timestamp '0001-01-01 00:00:00.000001', date '9999-12-31', array[]),
		(null, null, null, null, null, null, null, null)) as t (v, n, d, e, b, moment, on_day, l)`
	want, err := readAnswer(duck.SQL(context.Background(), text))
	if err != nil {
		t.Fatal(err)
	}
	got, err := readAnswer(trino.SQL(context.Background(), text))
	if err != nil {
		t.Fatal(err)
	}
	if d := want.differs(got); d != "" || len(got.rows) != 3 {
		t.Error(d)
	}
}
