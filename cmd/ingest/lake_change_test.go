package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"roletrail/cmd/internal/cli"
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

	o.run(cli.ExitUsage, "compact --lake s3://lake/roletrail", "its days are not put together there", "they compact what they fetch")
	o.run(cli.ExitUsage, "fsck --lake s3://lake/roletrail", "has no ledger that it could be held against")
	o.run(cli.ExitUsage, "iam --cache-size much"+flags+roles, `invalid value "much" for --cache-size`)
	o.run(cli.ExitFailed, "iam --cache-size 1KiB"+flags+roles, "allow more with --cache-size")
	kept := o.server.Objects("lake", "roletrail/commits/")
	if len(kept) != 5 { // what was there, the inventory, trails, two of the logs: the catalogue was there
		t.Errorf("commits: %d", len(kept))
	}
}
