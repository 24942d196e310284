package pipeline_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"roletrail/parquet"
	"roletrail/pipeline"
	"roletrail/pipeline/alert"
	"roletrail/pipeline/unusual"
)

// foundIn are the findings in the outbox of a lake, as kind, severity and summary.
func foundIn(t *testing.T, lake *parquet.Lake) (found []string) {
	t.Helper()
	due, err := lake.Ledger().Due("w", time.Now(), 10_000)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range due {
		var c alert.Change
		if err := json.Unmarshal(m.Body, &c); err != nil {
			t.Fatal(err)
		}
		if c.Finding != "" {
			found = append(found, c.Finding+" "+c.Severity+" "+c.Outcome+": "+c.Summary)
		}
	}
	return found
}

func openToWrite(t *testing.T, dir string) *parquet.Lake {
	t.Helper()
	lake, err := parquet.CreateLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { lake.Close() })
	return lake
}

// TestUnusualAccessOfOrganisation: of a quarter of the test organisation, after three weeks to
// learn from, what is grave is the stranger who was let in.
func TestUnusualAccessOfOrganisation(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "lake")
	since := time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
	takeInventoryAt(t, dir, since, nil)
	o := pipeline.Options{RecentSince: since, Unusual: &pipeline.Unusual{}, Telling: pipeline.Telling{Webhooks: []string{"w"}, AtLeast: "low"}}
	summary := ingest(t, dir, o, filepath.Join(organisationDir, "AWSLogs"))
	want := []string{
		"new_caller low success: arn:aws:iam::111111111111:user/svc-nightly became sandbox-tester for the first time, as the first of all",
		"new_caller high success: 888888888888:AROASTRANGEREXAMPLE01 became vendor-billing for the first time, from an account that is not one's own",
		"new_caller low success: sso.amazonaws.com became AWSServiceRoleForSSO for the first time, as the first of all",
		"new_caller low success: sso.amazonaws.com became AWSServiceRoleForSSO for the first time, as the first of all",
	}
	if got := foundIn(t, openToWrite(t, dir)); !slices.Equal(got, want) {
		t.Errorf("found\n%s", strings.Join(got, "\n"))
	}
	if n := summary.Unusual.Found.Recent[pipeline.RoleChange{Account: "111111111111", Change: unusual.NewCaller, Severity: "high", Outcome: "success"}]; n != 1 || summary.Unusual.Unobserved != 0 {
		t.Errorf("counted %+v", summary.Unusual)
	}
}

// accessLogs makes log files of a role's ordinary days, and of one that is not ordinary.
type accessLogs struct {
	dir    string
	events int
	agent  string // of the user; "x" if it is empty
}

var unordinaryDay = time.Date(2026, 9, 20, 12, 0, 0, 0, time.UTC)

const (
	roleSession = `{"type":"AssumedRole","principalId":"AROAEXAMPLEEXAMPLE111:s%d","arn":"arn:aws:sts::111111111111:assumed-role/%[2]s/s%[1]d","accountId":"111111111111","sessionContext":{
		"sessionIssuer":{"type":"Role","principalId":"AROAEXAMPLEEXAMPLE111","arn":"arn:aws:iam::111111111111:role/%[2]s"},"attributes":{"creationDate":"%[3]s"}}}`
	iamUser = `{"type":"IAMUser","arn":"arn:aws:iam::111111111111:user/%s","accountId":"111111111111","userName":"%[1]s"}`
)

// add writes a log file of one event; more are members that it has besides.
func (l *accessLogs) add(t *testing.T, at time.Time, source, name, identity, address, more string) {
	l.events++
	text := fmt.Sprintf(`{"eventVersion":"1.08","eventTime":%q,"eventSource":"%s.amazonaws.com","eventName":%q,"awsRegion":"us-east-1","recipientAccountId":"111111111111","sourceIPAddress":%q,
		"userAgent":%q,"eventID":"00000000-0000-4000-a000-%012d","eventType":"AwsApiCall","eventCategory":"Management","userIdentity":%s%s}`, at.Format(time.RFC3339), source, name, address, cmp.Or(l.agent, "x"), l.events, identity, more)
	write(t, l.dir, fmt.Sprintf("%s/%05d.json", at.Format("2006/01/02"), l.events), trail(text))
}

func (l *accessLogs) assume(t *testing.T, at time.Time, user, role, more string) {
	l.add(t, at, "sts", "AssumeRole", fmt.Sprintf(iamUser, user), "203.0.113.7", `,"requestParameters":{"roleArn":"arn:aws:iam::111111111111:role/`+role+`","roleSessionName":"`+user+`"}`+more)
}

func (l *accessLogs) call(t *testing.T, at time.Time, role, address, more string) {
	l.add(t, at, "ec2", "DescribeInstances", fmt.Sprintf(roleSession, 1, role, unordinaryDay.Format(time.RFC3339)), address, more)
}

// trusts lets a principal become app-server.
func (l *accessLogs) trusts(t *testing.T, at time.Time, user, principal string) {
	l.trustsAs(t, at, fmt.Sprintf(iamUser, user), principal)
}

func (l *accessLogs) trustsAs(t *testing.T, at time.Time, identity, principal string) {
	document := `{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"` + principal + `\"},\"Action\":\"sts:AssumeRole\"}]}`
	l.add(t, at, "iam", "UpdateAssumeRolePolicy", identity, "203.0.113.7", `,"requestParameters":{"roleName":"app-server","policyDocument":"`+document+`"}`)
}

func (l *accessLogs) ordinaryDays(t *testing.T) {
	for day := 20; day > 0; day -= 3 {
		at := unordinaryDay.AddDate(0, 0, -day)
		l.assume(t, at, "alice", "app-server", "")
		l.call(t, at, "app-server", "203.0.113.7", "")
	}
}

func (l *accessLogs) unordinaryDay(t *testing.T) {
	at := func(minute int) time.Time { return unordinaryDay.Add(time.Duration(minute) * time.Minute) }
	const denied, failure = `,"errorCode":"AccessDenied"`, `,"errorMessage":"Failed authentication","responseElements":{"ConsoleLogin":"Failure"}`
	l.assume(t, at(0), "alice", "app-server", "")
	l.assume(t, at(1), "bob", "app-server", "")
	l.call(t, at(2), "app-server", "203.0.113.9", "")
	l.call(t, at(3), "app-server", "198.51.100.1", "")
	l.assume(t, at(4), "alice", "rescue", "")
	l.assume(t, at(5), "mallory", "rescue", denied)
	l.add(t, at(6), "sts", "AssumeRoot", fmt.Sprintf(iamUser, "alice"), "203.0.113.7", `,"requestParameters":{"targetPrincipal":"222222222222"}`)
	l.add(t, at(7), "sts", "GetFederationToken", fmt.Sprintf(iamUser, "alice"), "203.0.113.7", `,"requestParameters":{"name":"x"}`)
	for range 26 {
		l.call(t, at(8), "app-server", "203.0.113.7", denied)
	}
	for range 9 { // and the attempt of rescue
		l.assume(t, at(9), "mallory", "app-server", denied)
	}
	for range 5 {
		l.add(t, at(10), "signin", "ConsoleLogin", `{"type":"IAMUser","userName":"HIDDEN_DUE_TO_SECURITY_REASONS"}`, "198.51.100.9", failure)
	}
	for range 10 {
		l.add(t, at(11), "iam", "UpdateAssumeRolePolicy", fmt.Sprintf(iamUser, "mallory"), "203.0.113.7", `,"errorCode":"MalformedPolicyDocumentException"`)
	}
	for range 9 { // somebody learns to write policies, and other calls fail for other reasons
		l.add(t, at(12), "iam", "PutRolePolicy", fmt.Sprintf(iamUser, "alice"), "203.0.113.7", `,"errorCode":"MalformedPolicyDocument"`)
	}
	for range 30 {
		l.add(t, at(13), "iam", "UpdateAssumeRolePolicy", fmt.Sprintf(iamUser, "alice"), "203.0.113.7", `,"errorCode":"NoSuchEntityException"`)
	}
}

var unordinary = []string{
	"denied_assumptions high denied: 10 refused assumptions of roles in the hour from 12:00 by arn:aws:iam::111111111111:user/mallory",
	"denied_calls high denied: 26 refused calls in the hour from 12:00 by arn:aws:iam::111111111111:role/app-server/s1: DescribeInstances",
	"failed_sign_ins high failed: 5 failed sign-ins to the console from 198.51.100.0/24 in the hour from 12:00",
	"federation_token medium success: federation token for x",
	"guessed_principals high failed: 10 policies refused as malformed in the hour from 12:00 by arn:aws:iam::111111111111:user/mallory, as when principals are guessed: UpdateAssumeRolePolicy",
	"new_caller low success: arn:aws:iam::111111111111:user/alice became rescue for the first time, as the first of all",
	"new_caller medium success: arn:aws:iam::111111111111:user/bob became app-server for the first time",
	"new_network medium success: app-server, a privileged role, acted from 198.51.100.0/24 for the first time; known networks: 1",
	"root_assumed high success: root user of 222222222222 assumed",
	"watched_role_used high success: rescue, which is break-glass, is in use as alice",
	"watched_role_used medium denied: refused to become rescue, which is break-glass",
}

// TestUnusualAccess finds what is planted in small made logs exactly once: in one commit and
// in many, and where the days before were ingested by somebody who does not look.
func TestUnusualAccess(t *testing.T) {
	all := t.TempDir()
	logs := accessLogs{dir: filepath.Join(all, "ordinary")}
	logs.ordinaryDays(t)
	ordinary := logs.dir
	logs.dir = filepath.Join(all, "unordinary")
	logs.unordinaryDay(t)
	watching := pipeline.Options{
		Workers: 1, RecentSince: unordinaryDay.Add(-time.Hour), Telling: pipeline.Telling{Webhooks: []string{"w"}, AtLeast: "low"},
		Unusual: &pipeline.Unusual{Watched: func(name, arn string) string {
			if name == "rescue" && strings.HasPrefix(arn, "arn:") {
				return unusual.BreakGlass
			}
			return ""
		}},
	}
	for name, before := range map[string][]pipeline.Options{
		"one commit":       nil,
		"many commits":     {pipeline.WithBounds(watching, 1, 0, 4, 40)},
		"learnt from lake": {{}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "lake")
			takeInventoryAt(t, dir, unordinaryDay.AddDate(0, 0, -30), nil)
			options := watching
			for _, o := range before {
				if o.Unusual != nil {
					options = o
				}
				ingest(t, dir, o, ordinary)
			}
			ingest(t, dir, options, all)
			again := ingest(t, dir, options, all)
			got := foundIn(t, openToWrite(t, dir))
			slices.Sort(got)
			want := slices.Clone(unordinary)
			if name == "many commits" { // a burst is found when it is one, not later
				want[1] = strings.Replace(want[1], "26", "25", 1)
			}
			if !slices.Equal(got, want) {
				t.Errorf("found\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
			if len(again.Unusual.Found.Recent) != 0 {
				t.Errorf("found again: %v", slices.Collect(maps.Keys(again.Unusual.Found.Recent)))
			}
		})
	}
}

// TestOldUnusualAccessIsNoNews: a backfill of the same logs tells nobody, and is counted as
// nothing; but it teaches.
func TestOldUnusualAccessIsNoNews(t *testing.T) {
	logs := accessLogs{dir: t.TempDir()}
	logs.ordinaryDays(t)
	logs.unordinaryDay(t)
	dir := filepath.Join(t.TempDir(), "lake")
	options := pipeline.Options{RecentSince: unordinaryDay.AddDate(0, 0, 1), Unusual: &pipeline.Unusual{}, Telling: pipeline.Telling{Webhooks: []string{"w"}, AtLeast: "info"}}
	if s := ingest(t, dir, options, logs.dir); len(s.Unusual.Found.Recent) != 0 {
		t.Errorf("counted %+v", s.Unusual)
	}
	later := unordinaryDay.AddDate(0, 0, 2)
	logs.assume(t, later, "bob", "app-server", "")
	logs.assume(t, later, "carol", "app-server", "")
	ingest(t, dir, options, logs.dir)
	if got := foundIn(t, openToWrite(t, dir)); len(got) != 1 || !strings.Contains(got[0], "user/carol became app-server") {
		t.Errorf("found %v", got)
	}
}

// TestToldChangeExplainsItself: the message about a change has lines of the difference and when
// its role acted last; that of known automation waits for more of the same run.
func TestToldChangeExplainsItself(t *testing.T) {
	logs := accessLogs{dir: t.TempDir()}
	logs.ordinaryDays(t)
	logs.trusts(t, unordinaryDay.AddDate(0, 0, -9), "alice", "111111111111")
	logs.trusts(t, unordinaryDay, "alice", "*")
	logs.agent = "APN/1.0 HashiCorp/1.0 Terraform/1.9.0 aws-sdk-go-v2/1.30.3"
	logs.trustsAs(t, unordinaryDay.Add(time.Minute), `{"type":"IAMUser","arn":"arn:aws:iam::111111111111:user/robot","accountId":"111111111111","userName":"robot",
		"sessionContext":{"sourceIdentity":"carol","attributes":{"mfaAuthenticated":"false"}}}`, "111111111111")
	dir := filepath.Join(t.TempDir(), "lake")
	ingest(t, dir, pipeline.Options{
		RecentSince: unordinaryDay.Add(-time.Hour), Telling: pipeline.Telling{Webhooks: []string{"w"}, AtLeast: "info"}, Unusual: &pipeline.Unusual{},
		Explaining: &pipeline.Explaining{Automation: func(actors ...string) string {
			if slices.Contains(actors, "arn:aws:iam::111111111111:user/robot") {
				return "terraform"
			}
			return ""
		}},
	}, logs.dir)
	outbox := pipeline.Outbox{Ledger: openToWrite(t, dir).Ledger()}
	told := func(at time.Time) (told []alert.Change) {
		entries, err := outbox.Due("w", at, 10)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			told = append(told, e.Change)
		}
		return told
	}
	if now := told(time.Now()); len(now) != 1 || now[0].Severity != "critical" || now[0].LastUsed != "2026-09-18" || strings.Join(now[0].Difference, " ") != `- "AWS": "111111111111" + "AWS": "*"` {
		t.Errorf("told are %+v", now)
	}
	if later := told(time.Now().Add(3 * time.Minute)); len(later) != 2 || later[1].Automation != "terraform" || later[1].LastUsed != "2026-09-18" || later[0].Automation != "" {
		t.Errorf("told later are %+v", later)
	} else if a, b := later[0], later[1]; a.Through+a.MFA+a.SourceIdentity != "" || b.Through != "Terraform" || b.MFA != "no" || b.SourceIdentity != "carol" {
		t.Errorf("who and how is told as %+v and %+v", a, b)
	}
}

// TestLossOfWatchedRoleIsTold: that a break-glass role is gone is graver than that another one is, and the message
// says so; who was refused has taken nothing away.
func TestLossOfWatchedRoleIsTold(t *testing.T) {
	logs := accessLogs{dir: t.TempDir()}
	for _, c := range []struct{ role, more string }{{"rescue", ""}, {"app", ""}, {"rescue", `,"errorCode":"AccessDenied"`}} {
		logs.add(t, unordinaryDay, "iam", "DeleteRole", fmt.Sprintf(iamUser, "alice"), "203.0.113.7", `,"requestParameters":{"roleName":"`+c.role+`"}`+c.more)
	}
	dir := filepath.Join(t.TempDir(), "lake")
	ingest(t, dir, pipeline.Options{
		RecentSince: unordinaryDay.Add(-time.Hour), Telling: pipeline.Telling{Webhooks: []string{"w"}, AtLeast: "info"},
		Explaining: &pipeline.Explaining{Watched: func(name, _ string) string { return map[string]string{"rescue": unusual.BreakGlass}[name] }},
	}, logs.dir)
	due, err := openToWrite(t, dir).Ledger().Due("w", time.Now(), 10)
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, m := range due {
		var c alert.Change
		if err := json.Unmarshal(m.Body, &c); err != nil {
			t.Fatal(err)
		}
		told = append(told, c.Severity+" "+c.Summary)
	}
	slices.Sort(told)
	if want := []string{"high DeleteRole; rescue is break-glass", "low DeleteRole: denied", "medium DeleteRole"}; !slices.Equal(told, want) {
		t.Errorf("told are %q, want %q", told, want)
	}
}
