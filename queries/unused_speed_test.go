package queries

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"roletrail/parquet"
)

// grantsLake makes a lake of n events over 90 days: 1,000 roles, of which 20 may do
// all of 20,000 actions, 300 some 500 and the others some 60; half of the 30
// accounts have a trail of 40 selectors, besides that of the organisation. Three quarters of the
// calls are of the few actions that a role needs every day; one in seven is made by
// no role. It is kept for the next time beside the corpus that ROLETRAIL_CORPUS names.
func grantsLake(t testing.TB, n int) lakeFiles {
	t.Helper()
	dir := filepath.Join(keptBeside(t), "grants-"+strconv.Itoa(n))
	if _, err := os.Stat(filepath.Join(dir, "coverage", "part-0.parquet")); err == nil { // written last
		return foundFiles(t, dir)
	}
	w := newWorkshop(t)
	for _, folder := range []string{"catalogue/actions", "coverage", "iam/roles/snapshot_date=2026-09-29", "iam/role_permissions/snapshot_date=2026-09-29", "trails/snapshot_date=2026-09-29"} {
		if err := os.MkdirAll(filepath.Join(dir, folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	w.exec(`create temp table actions as select i, 'service' || i // 50 || ':Action' || i as action, 'service' || i // 50 as service, 'Action' || i as name,
		['read', 'list', 'write', 'tagging', 'permissions'][1 + i % 5] as access_level, [] :: varchar[] as resource_types,
		case hash(i) % 10 when 0 then 'permission_only' when 1 then 'data' when 2 then 'unattested' when 3 then 'unattested' else 'documented' end as observability,
		case when hash(i) % 10 = 1 then 'AWS::Service' || i // 50 || '::Thing' end as data_type, date '2026-09-01' as catalogue_date, 'embedded' as source
		from range(20000) as t(i)`)
	w.exec("copy (select * exclude (i) from actions order by lower(action)) to '" + dir + "/catalogue/actions/part-0.parquet' (format parquet, compression zstd)")
	w.exec(`create temp table made as select r, lpad(cast(100000000000 + r % 30 as varchar), 12, '1') as account_id, 'AROA' || lpad(cast(r as varchar), 17, '0') as role_id,
		'arn:aws:iam::' || lpad(cast(100000000000 + r % 30 as varchar), 12, '1') || ':role/role-' || r as arn,
		case when r < 20 then 20000 when r < 320 then 500 else 60 end as many, hash(r) % 19500 as base from range(1000) as t(r)`)
	w.exec(`copy (select * exclude (snapshot_date)
		from (from lake.roles union all by name select arn, role_id, account_id, 'role-' || r as name, '/' as path, timestamp '2026-01-01 00:00:00' as created_at, 'service' as kind,
		timestamp '2026-09-29 00:00:00' as snapshot_at from made)) to '` + dir + `/iam/roles/snapshot_date=2026-09-29/roles-1.parquet' (format parquet)`)
	w.exec(`copy (select account_id, arn as role_arn, role_id, action, 'allowed' as effect, false as is_pattern, ['arn:aws:iam::aws:policy/P' || r % 9 || '#' || r % 4] as via,
		['*'] as resources, timestamp '2026-01-01 00:00:00' as granted_at, timestamp '2026-09-29 00:00:00' as snapshot_at
		from made join actions on many = 20000 or i between base and base + many - 1 order by arn, action) to '` + dir +
		`/iam/role_permissions/snapshot_date=2026-09-29/role_permissions-1.parquet' (format parquet, compression zstd)`)
	w.exec(`copy (select a as account_id, 'arn:aws:cloudtrail:eu-west-1:' || a || ':trail/main' as trail_arn, a = '000000000001' as is_organization, true as is_multi_region,
		'eu-west-1' as home_region, true as is_described, case when t = 0 then 'Management' else 'Data' end as category,
		case when t > 0 then 'AWS::Service' || t * 7 || '::Thing' end as resource_type, true as logs_reads, t % 3 > 0 as logs_writes, t % 5 = 1 as is_narrowed,
		case when t = 0 then ['service3'] else [] :: varchar[] end as excluded_services, timestamp '2026-09-29 00:00:00' as snapshot_at
		from (select distinct account_id as a from made where r < 15 union all select '000000000001') cross join range(40) as t(t))
		to '` + dir + `/trails/snapshot_date=2026-09-29/trails-1.parquet' (format parquet)`)
	for day := range 90 {
		w.exec(grantedCalls(dir, day, n/90))
	}
	w.exec(`copy (select * from (from lake.coverage union all by name
		select 'object-' || r || '-' || d as source_object, account_id, 'us-east-1' as aws_region, 'CloudTrail' as family, date '2026-07-01' + cast(d as int) as event_date,
		10 as records, 10 as events, timestamp '2026-07-01 00:00:00' as first_event, timestamp '2026-09-28 23:00:00' as last_event
		from made cross join range(90) as t(d) where r < 30)) to '` + dir + `/coverage/part-0.parquet' (format parquet)`)
	return foundFiles(t, dir)
}

// keptBeside is the folder that holds the corpus of log files, or one for this test.
func keptBeside(t testing.TB) string {
	if corpus := os.Getenv("ROLETRAIL_CORPUS"); corpus != "" {
		return filepath.Dir(corpus)
	}
	return t.TempDir()
}

// grantedCalls writes the events of one day as ingest does: row groups of 32,768
// events, in each of which a role's events lie together.
func grantedCalls(dir string, day, n int) string {
	date := time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, day).Format(time.DateOnly)
	folder := filepath.Join(dir, "events", "event_date="+date)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		panic(err)
	}
	return fmt.Sprintf(`copy (select e.* exclude (event_date)
		from (from lake.events union all by name
		select uuid() :: varchar as event_id, timestamp '%s 00:00:00' + to_microseconds(cast(k * (86400000000.0 / %d) as bigint)) as event_time,
		service || '.amazonaws.com' as event_source, name as event_name, 'eu-west-1' as aws_region, account_id as recipient_account_id,
		case when hash(k, %d, 3) %% 33 = 0 then 'denied' else 'success' end as outcome, action as iam_action,
		case when i %% 7 = 0 then 'service' || i // 50 || ':Action' || (i + 1) || ',service' || i // 50 || ':Action' || (i + 2) end as iam_actions_possible,
		case when hash(k, 5) %% 7 > 0 then arn end as role_arn, case when hash(k, 5) %% 7 > 0 then role_id end as role_id,
		case when hash(k, 5) %% 7 > 0 then 's-' || k // 30 end as role_session_name
		from (select k, cast(1000 * pow(hash(k, %d, 1) %% 1000000 / 1e6, 2) as int) as r, hash(k, %d, 2) %% 1000000 / 1e6 as u from range(%d) as t(k)) as calls
		join made using (r) join actions on i = base + cast(floor((case when hash(k, 9) %% 4 > 0 then 12 else 60 end) * u) as int)) as e
		order by epoch_us(event_time - timestamp '%s 00:00:00') // %d, role_arn nulls first, event_time)
		to '%s/part-0.parquet' (format parquet, compression zstd, row_group_size 32768)`, date, n, day, day, day, n, date, max(1, 32768*86400000000/n), folder)
}

// compacted is a kept lake after its compaction: the events of each day sorted as a whole,
// in row groups of 122,880, and beside them their rollups. It is kept too.
func compacted(t testing.TB, files lakeFiles) lakeFiles {
	t.Helper()
	dir := files.dir + "-compact"
	whole := filepath.Join(dir, "session_days", "whole")
	_, err := os.Stat(whole)
	w := newWorkshop(t)
	for _, table := range files.tables {
		for _, path := range table.paths {
			folder := filepath.Join(dir, filepath.Dir(strings.TrimPrefix(path, files.dir)))
			switch {
			case table.name == "events" && err != nil:
				w.compactDay(dir, folder, path)
			case table.name != "events" && table.name != "loose_events":
				link(t, path, folder)
			}
		}
	}
	if err := os.WriteFile(whole, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	return foundFiles(t, dir)
}

// link lets a small file stand in another folder too, as it is now.
func link(t testing.TB, path, folder string) {
	t.Helper()
	to := filepath.Join(folder, filepath.Base(path))
	if err := os.Remove(to); err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	if err := errors.Join(os.MkdirAll(folder, 0o755), os.Link(path, to)); err != nil {
		t.Fatal(err)
	}
}

// compactDay compacts the one file of events of a day into a folder of the lake at dir: the
// assumptions into a file of their own, as compaction gives them row groups of their own,
// which DuckDB cannot write.
func (w *workshop) compactDay(dir, folder, path string) {
	w.t.Helper()
	if err := os.MkdirAll(folder, 0o755); err != nil {
		w.t.Fatal(err)
	}
	for name, part := range map[string]string{"assumptions": "caller_kind is not null", "others": "caller_kind is null"} {
		w.exec("create or replace temp table part as select * exclude (event_date) from read_parquet('" + path + "') where " + part)
		w.exec("copy (from part order by case when caller_kind is null then role_arn else assumed_role_arn end nulls first, event_time) to '" +
			filepath.Join(folder, name+".parquet") + "' (format parquet, compression zstd, row_group_size 122880)")
		w.compactRollups(dir, folder, name+".parquet")
	}
}

func (w *workshop) compactRollups(dir, folder, name string) {
	w.t.Helper()
	w.exec("create or replace temp table filled as select * replace (strftime(event_date, '%Y-%m-%d') as event_date) " +
		"from read_parquet('" + filepath.Join(folder, name) + "', hive_types = {'event_date': date})")
	w.writeRollupsAs(dir, "true", "one-")
	for _, schema := range parquet.Rollups() {
		day := filepath.Join(dir, schema.Table, filepath.Base(folder))
		err := os.Rename(filepath.Join(day, "one-0.parquet"), filepath.Join(day, name))
		if errors.Is(err, fs.ErrNotExist) { // the lake has no assumptions
			err = os.Remove(filepath.Join(folder, name))
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			w.t.Fatal(err)
		}
	}
}

// BenchmarkUnusedSummary asks what a thousand roles may do and do not, over twenty
// million events; ROLETRAIL_EVENTS makes it fewer.
func BenchmarkUnusedSummary(b *testing.B) { benchmarkGrants(b, "unused_summary", "") }

// BenchmarkUnusedOfOneRole asks for every action of one role that may do all.
func BenchmarkUnusedOfOneRole(b *testing.B) { benchmarkGrants(b, "unused", "role-7") }

func benchmarkGrants(b *testing.B, question, role string) {
	n := 20_000_000
	if s := os.Getenv("ROLETRAIL_EVENTS"); s != "" {
		n, _ = strconv.Atoi(s)
	}
	files := grantsLake(b, n)
	p := Params{Since: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC), Until: time.Date(2026, 9, 29, 0, 0, 0, 0, time.UTC), Role: role}
	benchmarkBoth(b, files, question, p, n)
}

// benchmarkBoth asks a question of a lake that is compact, and of one that is not.
func benchmarkBoth(b *testing.B, files lakeFiles, question string, p Params, n int) {
	for _, lake := range []struct {
		name  string
		files lakeFiles
	}{{"compact", compacted(b, files)}, {"loose", files}} {
		b.Run(lake.name, func(b *testing.B) {
			before := cpuTime(b)
			for b.Loop() {
				e := openFiles(b, lake.files, Options{Threads: 2}) // opening is part of the answer
				rows, err := e.Run(context.Background(), question, p)
				found := len(all(b, rows, err))
				if found < 1000 {
					b.Fatal("too few rows")
				}
				b.ReportMetric(float64(found), "rows/op")
				e.Close()
			}
			b.ReportMetric((cpuTime(b)-before).Seconds()/float64(b.N), "cpu-s/op")
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
}
