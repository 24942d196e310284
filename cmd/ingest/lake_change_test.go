package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"roletrail/cmd/internal/cli"
	"roletrail/parquet"
	"roletrail/pipeline/bucket/s3test"
)

// onS3 runs commands against a lake in a bucket.
type onS3 struct {
	t      *testing.T
	server *s3test.Server
	dir    string
}

func newOnS3(t *testing.T) *onS3 {
	t.Helper()
	o := &onS3{t: t, server: s3test.New(t), dir: t.TempDir()}
	for _, setting := range o.server.Environment(t) {
		name, value, _ := strings.Cut(setting, "=")
		t.Setenv(name, value)
	}
	return o
}

// run runs a command, which must end with an exit code and say some texts.
func (o *onS3) run(code int, command string, says ...string) {
	o.t.Helper()
	var out, errs bytes.Buffer
	p := &cli.Program{
		Args: strings.Fields(command), Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Dir: o.dir,
		Now: func() time.Time { return time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC) },
	}
	if got := run(p); got != code {
		o.t.Errorf("%s: exit code %d, want %d\n%s", command, got, code, &errs)
	}
	for _, text := range says {
		if !strings.Contains(errs.String()+out.String(), text) {
			o.t.Errorf("%s: does not say %q:\n%s%s", command, text, &errs, &out)
		}
	}
}

func (o *onS3) file(name, content string) string {
	o.t.Helper()
	path := filepath.Join(o.dir, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		o.t.Fatal(err)
	}
	return path
}

// TestInventoryIntoALakeOnS3 brings an inventory, trails and the catalogue into a lake on S3 of log
// files, with the permissions of the policy that the documentation ships and no others.
func TestInventoryIntoALakeOnS3(t *testing.T) {
	o := newOnS3(t)
	roles := o.file("roles.json", `{"RoleDetailList":[{"Arn":"arn:aws:iam::111111111111:role/deploy","RoleId":"AROAEXAMPLEEXAMPLE111","AssumeRolePolicyDocument":{"Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]},"RolePolicyList":[],"AttachedManagedPolicies":[]}]}`)
	trails := o.file("trails.json", `{"TrailARN":"arn:aws:cloudtrail:eu-west-1:111111111111:trail/main","EventSelectors":[{"ReadWriteType":"All","IncludeManagementEvents":true,"DataResources":[]}]}`)
	const created = `{"Records":[{"eventVersion":"1.08","userIdentity":{"type":"IAMUser","principalId":"AIDAEXAMPLEEXAMPLE111","accountId":"111111111111"},"eventTime":"2026-09-02T11:42:05Z","eventSource":"iam.amazonaws.com","eventName":"CreateRole","awsRegion":"us-east-1","requestParameters":{"roleName":"made","assumeRolePolicyDocument":"{}"},"responseElements":{"role":{"roleName":"made","arn":"arn:aws:iam::222222222222:role/made","roleId":"AROAEXAMPLEEXAMPLE222","path":"/","createDate":"Sep 2, 2026 11:42:05 AM"}},"eventID":"00000000-0000-0000-0000-000000000001","recipientAccountId":"222222222222"}]}`
	o.server.Put("trails", "AWSLogs/a.json", []byte(created))

	flags := " --lake s3://lake/roletrail --cache " + filepath.Join(o.dir, "cache") + " "
	o.run(cli.ExitFailed, "iam --from-logs"+flags, "there is no lake; the function of AWS Lambda, or ingest logs, makes one")
	o.run(cli.ExitDone, "logs --lake s3://lake/roletrail s3://trails/AWSLogs/")
	policy, before := s3test.ShippedPolicy(t, "../../docs/operations.md", "ChangeLake"), len(o.server.Calls())
	o.server.Refuse(policy.Refuse)
	o.run(cli.ExitDone, "iam"+flags+roles, "fetching 1 log files", "roles 1 of 1 account, snapshot 2026-10-01")
	o.run(cli.ExitDone, "trail"+flags+trails, "selectors 1, snapshot 2026-10-01")
	o.run(cli.ExitDone, "catalogue"+flags, "catalogue of ")
	o.run(cli.ExitDone, "iam --from-logs"+flags, "roles 1 of 1 accounts from 1 events, snapshot 2026-09-02")
	o.run(cli.ExitDone, "iam --from-logs"+flags, "roles 1 of 1 accounts from 1 events, snapshot 2026-09-02")
	policy.Compare(t, o.server.Calls()[before:])
	s3test.Record(t, "inventory", o.server.Calls()[before:])

	o.run(cli.ExitUsage, "iam --cache-size much"+flags+roles, `invalid value "much" for --cache-size`)
	o.run(cli.ExitFailed, "iam --cache-size 1KiB"+flags+roles, "allow more with --cache-size")
	kept := o.server.Objects("lake", "roletrail/commits/")
	if len(kept) != 5 { // what was there, the inventory, trails, two of the logs: the catalogue was there
		t.Errorf("commits: %d", len(kept))
	}
}

// TestCompactALakeOnS3 puts log files together, and removes their objects when readers had their time, with
// the permissions of the policy that the documentation ships and no others.
func TestCompactALakeOnS3(t *testing.T) {
	o := newOnS3(t)
	for n := range 3 {
		o.server.Put("trails", fmt.Sprintf("AWSLogs/%d.json", n), []byte(fmt.Sprintf(`{"Records":[{"eventTime":"2026-09-02T11:42:0%dZ","eventSource":"s3.amazonaws.com","eventName":"ListBuckets","awsRegion":"us-east-1","eventID":"00000000-0000-0000-0000-00000000000%[1]d","recipientAccountId":"222222222222"}]}`, n)))
	}
	flags := " --lake s3://lake/roletrail --cache " + filepath.Join(o.dir, "cache") + " "
	policy := s3test.ShippedPolicy(t, "../../docs/operations.md", "CompactLake")
	o.run(cli.ExitFailed, "compact"+flags, "there is no lake; the function of AWS Lambda, or ingest logs, makes one")
	o.run(cli.ExitDone, "logs --lake s3://lake/roletrail s3://trails/AWSLogs/")
	before := len(o.server.Calls())
	o.server.Refuse(policy.Refuse)
	o.run(cli.ExitDone, "compact"+flags+"--summary "+filepath.Join(o.dir, "summary.json"), "log files 3 put together", "rows 3 = kept 3 + duplicate 0", "files 3 became 1,", "removed 0, kept for readers 0")
	o.run(cli.ExitDone, "compact"+flags, "nothing to put together", "removed 0, kept for readers 6")
	o.run(cli.ExitDone, "compact --keep-replaced 0s"+flags, "removed 6, kept for readers 0")
	policy.Compare(t, o.server.Calls()[before:])
	s3test.Record(t, "compact", o.server.Calls()[before:])
	o.server.Refuse(nil)
	if summary, err := os.ReadFile(filepath.Join(o.dir, "summary.json")); err != nil || !strings.Contains(string(summary), `"log_files": 3`) {
		t.Errorf("%v: %s", err, summary)
	}
	if left := withoutMemory(o.server.Objects("lake", "roletrail/")); len(left) != 3+len(parquet.Rollups())+2 { // events, coverage, log files, two commits
		t.Errorf("%d objects are left", len(left))
	}
	o.run(cli.ExitDone, "logs --lake s3://lake/roletrail s3://trails/AWSLogs/", "objects 3 = ingested 0 + already 3")
	o.run(cli.ExitUsage, "compact --keep-replaced -1s"+flags, "must not be negative")
	o.run(cli.ExitDone, "compact --since 2026-09-03"+flags, "nothing to put together")
}

// TestFsckOfALakeOnS3 says what is wrong with a lake, and mends it.
func TestFsckOfALakeOnS3(t *testing.T) {
	o := newOnS3(t)
	o.server.Put("trails", "AWSLogs/a.json", []byte(`{"Records":[{"eventTime":"2026-09-02T11:42:01Z","eventSource":"s3.amazonaws.com","eventName":"ListBuckets","awsRegion":"us-east-1","eventID":"00000000-0000-0000-0000-000000000001","recipientAccountId":"222222222222"}]}`))
	const lake = " --lake s3://lake/roletrail "
	o.run(cli.ExitFailed, "fsck"+lake, `checking lake "s3://lake/roletrail": there is no lake`)
	o.run(cli.ExitDone, "logs"+lake+"s3://trails/AWSLogs/")
	o.server.Refuse(s3test.ShippedPolicy(t, "../../docs/operations.md", "ReadLake").Refuse)
	o.run(cli.ExitDone, "fsck"+lake, "2 files, 2 rows: 0 findings")
	o.run(cli.ExitDone, "fsck --relearn"+lake, "2 files, 2 rows: 0 findings", "learnt anew from 1 file of events")
	for key := range o.server.Objects("lake", "roletrail/events/") {
		o.server.Remove("lake", "roletrail/events/"+key)
	}
	o.run(cli.ExitFailed, "fsck"+lake, `: log file "s3://trails/AWSLogs/a.json" made 1 events, and 0 are there`, "it is not as its commits say: 1 finding, named above", "ingest fsck --repair mends it")
	o.server.Refuse(s3test.ShippedPolicy(t, "../../docs/operations.md", "CompactLake").Refuse)
	o.run(cli.ExitQuarantined, "fsck --repair"+lake, "done, but moved aside: 1 file", "look at s3://lake/roletrail/aside/2026", "ingest all log files again")
	o.server.Refuse(nil)
	o.run(cli.ExitDone, "logs"+lake+"s3://trails/AWSLogs/", "ingested 1 + already 0")
	o.run(cli.ExitDone, "fsck"+lake, "2 files, 2 rows: 0 findings")
	o.server.Put("lake", "roletrail/commits/00000001.json", []byte("{"))
	o.run(cli.ExitFailed, "fsck --repair"+lake, "commits: they do not say what counts", "1 finding cannot be mended from the lake alone")
}
