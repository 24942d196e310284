package queries

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// assumedLake makes a lake of n events over 90 days, in the order and with the
// parameters that ingest writes: 1,000 roles of 30 accounts with their trust, and an
// assumption to every 29 calls, an eighth of them by sessions of other roles, the
// others by services, users, a CI provider and Identity Center. Of a tenth of the
// roles one principal never came. Its events are kept for the next time beside the corpus that
// ROLETRAIL_CORPUS names.
func assumedLake(t testing.TB, n int) lakeFiles {
	t.Helper()
	dir := filepath.Join(keptBeside(t), "assumed-"+strconv.Itoa(n))
	w := newWorkshop(t)
	x := trustWorld{}
	for r := range 1000 {
		account := fmt.Sprintf("1111111111%02d", r%30)
		row := inventoryRole{ARN: fmt.Sprintf("arn:aws:iam::%s:role/role-%d", account, r), RoleID: fmt.Sprintf("AROA%017d", r), AccountID: account, Name: fmt.Sprintf("role-%d", r),
			Path: "/", Kind: ptr("cross_account"), SnapshotDate: "2026-09-29"}
		x.roles = append(x.roles, row)
		keep := func(kind, principal, key string) {
			x.trust = append(x.trust, trustRow{account, row.ARN, row.RoleID, 0, "allow", principal, false, kind, ptr(account), &key,
				[]string{"sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"}})
		}
		keep("account", account, account)
		keep("service", "lambda.amazonaws.com", "lambda.amazonaws.com")
		keep("oidc", "arn:aws:iam::"+account+":oidc-provider/token.example.com", "oidc:token.example.com")
		if r%10 == 0 {
			keep("user", "arn:aws:iam::"+account+":user/nobody", "arn:aws:iam::"+account+":user/nobody")
		}
		keep("saml", "arn:aws:iam::"+account+":saml-provider/AWSSSO_1", "saml:AWSSSO_1")
		if r%3 == 0 {
			condition := conditionRow{account, row.ARN, row.RoleID, 0, "sts:externalid", "StringEquals", nil, true, false, ptr(`\A(?:x-1)\z`), true}
			x.conditions = append(x.conditions, condition)
			condition.Key, condition.Pattern = "token.example.com:sub", ptr(`\A(?:repo:[\s\S]*)\z`)
			x.conditions = append(x.conditions, condition)
		}
		for d := range 90 {
			if at := time.Date(2026, 7, 1+d, 0, 0, 0, 0, time.UTC); r < 30 {
				x.coverage = append(x.coverage, coverageRow{SourceObject: account, AccountID: account, Family: "CloudTrail", EventDate: at.Format(time.DateOnly), Records: 1, Events: 1,
					FirstEvent: at, LastEvent: at.Add(23 * time.Hour)})
			}
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "events", "event_date=2026-09-28")); err != nil { // the last of them
		for day := range 90 {
			w.exec(assumedDay(t, dir, day, n/90/30))
		}
	}
	w.fill(filepath.Join(dir, "iam/roles/snapshot_date=2026-09-29"), "roles", x.roles)
	w.fill(filepath.Join(dir, "iam/role_trust/snapshot_date=2026-09-29"), "role_trust", x.trust)
	w.fill(filepath.Join(dir, "iam/role_trust_conditions/snapshot_date=2026-09-29"), "role_trust_conditions", x.conditions)
	w.fill(filepath.Join(dir, "coverage"), "coverage", x.coverage)
	return foundFiles(t, dir)
}

// assumedDay writes the events of one day: sessions of 29 calls, each with its
// assumption.
func assumedDay(t testing.TB, dir string, day, sessions int) string {
	date := time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, day).Format(time.DateOnly)
	folder := filepath.Join(dir, "events", "event_date="+date)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf(`copy (
		with s as (select i, cast((hash(i // 2, %[2]d) + i %% 2) %% 1000 as int) as r,
			case when i %% 2 = 0 then 3 + hash(i, %[2]d, 1) %% 9 else hash(i, %[2]d, 1) %% 12 end as way,
			timestamp '%[1]s 00:00:00' + to_seconds(cast(i * 82000.0 / %[3]d as bigint)) as created, 'ASIA' || lpad(cast(i + %[2]d * 10000000 as varchar), 16, '0') as k from range(%[3]d) as t(i)),
		named as (select *, 'AROA' || lpad(cast(r as varchar), 17, '0') as id, '1111111111' || lpad(cast(r %% 30 as varchar), 2, '0') as account,
			'arn:aws:iam::1111111111' || lpad(cast(r %% 30 as varchar), 2, '0') || ':role/role-' || r as arn, 's-' || (hash(i, 3) %% 500) as name from s),
		calls as (select uuid() :: varchar as event_id, created + to_seconds(60 * c) as event_time, 'ec2.amazonaws.com' as event_source, 'Op' || hash(i, c) %% 400 as event_name,
			account as recipient_account_id, k as identity_access_key_id, created as session_created_at, 'success' as outcome, id as role_id, arn as role_arn, name as role_session_name,
			'{"filter":"' || md5(cast(i * c as varchar)) || '","names":["a-' || hash(i, c, 5) %% 1000 || '","b"],"limit":100}' as request_parameters from named cross join range(29) as u(c)),
		assumptions as (select uuid() :: varchar as event_id, n.created as event_time, 'sts.amazonaws.com' as event_source,
			case when n.way = 9 then 'AssumeRoleWithWebIdentity' when n.way = 10 then 'AssumeRoleWithSAML' else 'AssumeRole' end as event_name, n.account as recipient_account_id,
			case when p.k is not null and n.way < 3 then p.k when n.way in (7, 8) then 'AKIA0000000000000001' end as identity_access_key_id, 'success' as outcome,
			n.arn as assumed_role_arn, '[]' as assumed_session_tags, case when n.way in (3, 4) then null else n.id end as assumed_role_id, n.name as assumed_session_name, n.k as assumed_access_key_id,
			case when n.way < 3 and p.k is not null then 'role' when n.way < 7 then 'service' when n.way < 9 then 'user' when n.way = 9 then 'web_identity' else 'identity_center' end as caller_kind,
			case when n.way < 3 and p.k is not null then p.arn when n.way < 7 then 'lambda.amazonaws.com' when n.way < 9 then 'arn:aws:iam::' || n.account || ':user/u' || n.r || '-' || n.i %% 2
				when n.way = 9 then 'oidc:token.example.com/repo:app-' || n.r when n.way > 9 then 'sso:p' || n.r || '-' || n.i %% 5 end as caller,
			case when n.way = 9 then 'arn:aws:iam::' || n.account || ':oidc-provider/token.example.com' end as identity_provider,
			case when n.way = 9 then 'token.example.com' when n.way = 10 then 'AWSSSO_1' end as caller_provider, case when n.way in (9, 10) then 'sts.amazonaws.com' end as caller_audience, case when n.way = 9 then 'repo:app-' || n.r end as identity_user_name,
			case when n.way < 3 then p.id end as role_id, case when n.way < 3 then p.arn end as role_arn, case when n.way < 3 then p.name end as role_session_name,
			case when n.way < 3 then p.created end as session_created_at, case when n.way < 3 then p.id || ':' || p.name when n.way in (7, 8) then 'AIDA000000000000000' || n.i %% 20 end as identity_principal_id,
			case when n.way in (3, 4, 5, 6) then 'lambda.amazonaws.com' else '203.' || n.r %% 250 || '.' || hash(n.i, 8) %% 3 || '.' || hash(n.i, 9) %% 200 end as source_ip_address, case when n.way not in (3, 4, 5, 6) then '203.' || n.r %% 250 || '.' || hash(n.i, 8) %% 3 || '.0/24' end as caller_network, case when n.way = 7 then 'x-1' end as external_id,
			'{"roleArn":"' || n.arn || '","roleSessionName":"' || n.name || '"' || case when n.way = 10 then ',"principalArn":"arn:aws:iam::' || n.account || ':saml-provider/AWSSSO_1"' else '' end || '}' as request_parameters,
			'{"credentials":{"accessKeyId":"' || n.k || '"},"audience":"sts.amazonaws.com"}' as response_elements
			from named as n left join named as p on p.i = n.i - 1)
		select * exclude (event_date) from (from lake.events union all by name from calls union all by name from assumptions)
		order by caller_kind is null, assumed_role_arn nulls first, role_arn nulls first, event_time
		) to '%[4]s/part-0123456789abcdef0123456789abcdef.parquet' (format parquet, compression zstd, row_group_size 32768)`, date, day, sessions, folder)
}

// BenchmarkUnexpected asks who came to a thousand roles over twenty million events;
// ROLETRAIL_EVENTS makes it fewer.
func BenchmarkUnexpected(b *testing.B) {
	n := 20_000_000
	if s := os.Getenv("ROLETRAIL_EVENTS"); s != "" {
		n, _ = strconv.Atoi(s)
	}
	files := assumedLake(b, n)
	p := Params{Since: time.Date(2026, 7, 20, 0, 0, 0, 0, time.UTC), Until: time.Date(2026, 9, 29, 0, 0, 0, 0, time.UTC)}
	benchmarkBoth(b, files, "unexpected", p, n)
}
