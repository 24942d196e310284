package queries

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// bigLake makes a lake of n events over 90 days: 7,000 roles, sessions of thirty
// calls, one assumption each, a quarter of them chained.
func bigLake(t testing.TB, n int) lakeFiles {
	t.Helper()
	w := newWorkshop(t)
	dir := t.TempDir()
	w.exec(fmt.Sprintf(`create temp table s as select i,
		cast(hash(i) %% 7000 as int) as r,
		'AROA' || lpad(cast(hash(i) %% 7000 as varchar), 17, '0') as id,
		'arn:aws:iam::' || lpad(cast(hash(i) %% 7000 %% 30 as varchar), 12, '1') || ':role/role-' || (hash(i) %% 7000) as arn,
		's-' || (hash(i * 7) %% 200000) as name,
		timestamp '2026-07-01 00:00:00' + to_seconds(cast(i * (90 * 86400 - 7200.0) / %d as bigint)) as created,
		'ASIA' || lpad(cast(i as varchar), 16, '0') as k
		from range(%d) as t(i)`, n/30, n/30))
	calls := `select md5(cast(e.n as varchar)) || 'abcd' as event_id, s.created + to_seconds(cast(hash(e.n) % 3600 as bigint)) as event_time,
		'ec2.amazonaws.com' as event_source, 'Op' || (hash(e.n) % 400) as event_name, 'eu-west-1' as aws_region, split_part(s.arn, ':', 5) as recipient_account_id,
		k as identity_access_key_id, created as session_created_at, case when hash(e.n) % 20 = 0 then 'denied' else 'success' end as outcome,
		arn as role_arn, id as role_id, name as role_session_name, cast(s.created + to_seconds(cast(hash(e.n) % 3600 as bigint)) as date) as event_date
		from range(` + strconv.Itoa(n) + `) as e(n) join s on s.i = e.n // 30`
	assumptions := `select md5('a' || s.i) || 'abcd' as event_id, s.created as event_time, 'sts.amazonaws.com' as event_source, 'AssumeRole' as event_name,
		split_part(s.arn, ':', 5) as recipient_account_id, md5('x' || s.i) as shared_event_id, 'success' as outcome,
		s.arn as assumed_role_arn, s.id as assumed_role_id, s.name as assumed_session_name, s.k as assumed_access_key_id,
		case when s.i % 4 = 3 then 'role' else 'service' end as caller_kind, case when s.i % 4 = 3 then p.arn else 'lambda.amazonaws.com' end as caller,
		case when s.i % 4 = 3 then p.id end as role_id, case when s.i % 4 = 3 then p.arn end as role_arn, case when s.i % 4 = 3 then p.name end as role_session_name,
		case when s.i % 4 = 3 then p.created end as session_created_at, cast(s.created as date) as event_date
		from s left join s as p on p.i = s.i - 1`
	if err := os.MkdirAll(filepath.Join(dir, "events"), 0o755); err != nil {
		t.Fatal(err)
	}
	w.exec("copy (select * from (from lake.events union all by name " + calls + " union all by name " + assumptions + ") order by event_date, event_time) to '" +
		filepath.Join(dir, "events") + "' (format parquet, compression zstd, partition_by (event_date), filename_pattern 'part-{i}')")
	return foundFiles(t, dir)
}

// BenchmarkLastUsed asks the main question of two million events; ROLETRAIL_EVENTS
// makes it more.
func BenchmarkLastUsed(b *testing.B) {
	n := 2_000_000
	if s := os.Getenv("ROLETRAIL_EVENTS"); s != "" {
		n, _ = strconv.Atoi(s)
	}
	files := bigLake(b, n)
	p := Params{Since: time.Date(2026, 8, 15, 0, 0, 0, 0, time.UTC), Until: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)}
	for _, question := range []string{"last_used", "role_callers", "role_sessions", "role_actions", "role_days"} {
		p.Role = ""
		if question != "last_used" {
			p.Role = "role-17"
		}
		b.Run(question, func(b *testing.B) {
			before := cpuTime(b)
			for b.Loop() {
				e := openFiles(b, files, Options{Threads: 2}) // opening is part of the answer
				rows, err := e.Run(context.Background(), question, p)
				if len(all(b, rows, err)) == 0 {
					b.Fatal("no rows")
				}
				e.Close()
			}
			b.ReportMetric((cpuTime(b)-before).Seconds()/float64(b.N), "cpu-s/op")
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
}

// cpuTime is what the process has used so far; on a shared machine it says more
// than the clock.
func cpuTime(t testing.TB) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// TestViewsDoNotCompareEveryPair looks at the plans of the costly views: a join
// that DuckDB cannot hash takes the square of the rows. (A condition on one side
// of a left join is enough: 66,000 sessions then took minutes.)
func TestViewsDoNotCompareEveryPair(t *testing.T) {
	e := openFiles(t, newWorkshop(t).write(t.TempDir(), batches()[0].world(10)), Options{})
	if err := e.makeViews(context.Background(), "sessions", nil); err != nil {
		t.Fatal(err)
	}
	for _, view := range []string{"assumptions", "sessions"} {
		rows, err := e.query(context.Background(), "explain select * from "+view, nil) // SQL plans it once more
		plan := fmt.Sprint(all(t, rows, err))
		if !strings.Contains(plan, "HASH_JOIN") {
			t.Errorf("the plan of %s has no join at all, so nothing was tested", view)
		}
		for _, bad := range []string{"NL_JOIN", "NESTED_LOOP", "DELIM_JOIN"} {
			if strings.Contains(plan, bad) {
				t.Errorf("the plan of %s has a %s:\n%s", view, bad, plan)
			}
		}
	}
}

// TestFiltersReachTheFiles looks at the plan of a question about a window: DuckDB passes
// over row groups by their statistics only where the scan itself compares the times.
func TestFiltersReachTheFiles(t *testing.T) {
	e := openFiles(t, newWorkshop(t).write(t.TempDir(), batches()[0].world(10)), Options{})
	rows, err := e.SQL(context.Background(), "explain select count(*) from events where event_time >= timestamp '2026-07-01 00:00:00'")
	if plan := fmt.Sprint(all(t, rows, err)); !strings.Contains(plan, "Filters:") || strings.Contains(plan, "FILTER") {
		t.Errorf("the times are compared outside the scan:\n%s", plan)
	}
}
