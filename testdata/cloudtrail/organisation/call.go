package organisation

import (
	"strings"
	"time"
)

const (
	browser   = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36"
	boto      = "Boto3/1.39.4 md/Botocore#1.39.4 ua/2.1 os/linux#6.8.0-1031-aws md/arch#x86_64 lang/python#3.12.3 md/pyimpl#CPython cfg/retry-mode#standard Botocore/1.39.4"
	terraform = "APN/1.0 HashiCorp/1.0 Terraform/1.12.2 (+https://www.terraform.io) terraform-provider-aws/6.2.0 (+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.36.5 ua/2.1 os/linux lang/go#1.23.10"
	cli       = "aws-cli/2.27.50 md/awscrt#0.26.1 ua/2.1 os/macos#24.5.0 md/arch#arm64 lang/python#3.13.4 md/pyimpl#CPython cfg/retry-mode#standard md/installer#exe"
)

// call is one API call a role may make.
type call struct {
	source, name string
	// request builds requestParameters; nil means none.
	request func(*dice, *session) raw
	// response builds responseElements; nil means null, as for most reads.
	response func(*dice, *session) raw
	// resources builds resources[]; nil means the key is absent.
	resources func(*dice, *session) raw
	data      bool // a data event, of those that the organisation's trail logs
	region    string
	host      string
	weight    int
	on        string  // what a denial says it was denied on; "*" when empty
	change    *change // what the call changes about roles, if anything
}

func (c *call) readOnly() bool {
	for _, prefix := range []string{"Get", "List", "Describe", "Head", "Batch", "Lookup", "Assume", "Query", "Search", "Decrypt", "GenerateDataKey"} {
		if strings.HasPrefix(c.name, prefix) {
			return true
		}
	}
	return false
}

func (c *call) action() string { return c.source + ":" + c.name }

// permissions are the IAM actions of the calls that are not named like them, as AWS
// documents them.
var permissions = map[string]string{
	"lambda:CreateFunction20150331": "lambda:CreateFunction",
	"lambda:GetFunction20150331v2":  "lambda:GetFunction",
	"lambda:ListFunctions20150331":  "lambda:ListFunctions",
	"monitoring:GetMetricData":      "cloudwatch:GetMetricData",
	"s3:ListBuckets":                "s3:ListAllMyBuckets",
	"tagging:GetResources":          "tag:GetResources",
}

// permission is the IAM action that a call needs.
func permission(source, name string) string {
	if action, ok := permissions[source+":"+name]; ok {
		return action
	}
	return source + ":" + name
}

// make builds the record of a call, without outcome.
func (c *call) make(d *dice, s *session, region string, t time.Time) record {
	if c.region != "" {
		region = c.region
	}
	version := versionOf(c.source)
	rec := record{version: version, identity: s.identity(d, version), at: t.Truncate(time.Second), source: c.source, name: c.name, region: region,
		ip: s.ip, agent: s.agent, requestID: d.guid(), id: d.guid(), readOnly: c.readOnly(), console: s.console}
	if c.source == "s3" {
		rec.requestID = d.letters(base32Digits, 16) // S3 has its own form
	}
	if s.invokedBy == "" {
		rec.host = orText(c.host, hostOf(c.source, region))
	}
	if c.request != nil {
		rec.request = c.request(d, s)
	}
	if c.resources != nil {
		rec.resources = c.resources(d, s)
	}
	if c.data {
		rec.category = "Data"
	}
	return rec
}

func hostOf(source, region string) string {
	switch source {
	case "iam", "organizations", "ce":
		return source + ".amazonaws.com"
	}
	return source + "." + region + ".amazonaws.com"
}

// succeed makes a call with a session.
func (w *world) succeed(d *dice, s *session, c call, region string, t time.Time) bool {
	rec := c.make(d, s, region, t)
	if c.response != nil {
		rec.response = c.response(d, s)
	}
	return w.finish(s, &c, &rec, success)
}

// deny makes a call that is refused (P11, P12).
func (w *world) deny(d *dice, s *session, c call, region string, t time.Time) bool {
	rec := c.make(d, s, region, t)
	denial(d, s, &c, &rec)
	return w.finish(s, &c, &rec, denied)
}

// fail makes a call that fails for another reason than permission.
func (w *world) fail(d *dice, s *session, c call, region string, t time.Time) bool {
	rec := c.make(d, s, region, t)
	failure(&c, &rec)
	return w.finish(s, &c, &rec, failed)
}

// finish emits the record and writes use and change into the journal.
func (w *world) finish(s *session, c *call, rec *record, o outcome) bool {
	if !w.emit(s.role.account, rec) {
		return false
	}
	w.noteUse(s, rec, o)
	if c.change != nil {
		w.noteChange(*c.change, rec, o, s.origin, s.role)
	}
	return true
}

// noteUse writes a recorded call of a role into the journal.
func (w *world) noteUse(s *session, rec *record, o outcome) {
	w.uses = append(w.uses, use{role: s.role, session: w.opened(s), at: rec.at, action: permission(rec.source, rec.name), region: rec.region, id: rec.id, outcome: o})
}

// opened is the session a forward access session stands for: it is the same
// one, so it must not count twice.
func (w *world) opened(s *session) *session {
	if s.invokedBy == "" {
		return s
	}
	for i := len(w.sessions) - 1; i >= 0; i-- {
		if o := w.sessions[i]; o.role == s.role && o.name == s.name && o.created.Equal(s.created) {
			return o
		}
	}
	return s
}

// noteChange completes a change with what the record says and writes it down.
func (w *world) noteChange(c change, rec *record, o outcome, actor caller, via *role) {
	c.at, c.id, c.region, c.outcome, c.actor, c.via, c.ip = rec.at, rec.id, rec.region, o, actor, via, rec.ip
	c.action = rec.source + ":" + rec.name
	for _, a := range []*account{w.workloads, w.tooling, w.data} {
		if a.id == rec.account {
			c.account = a
		}
	}
	w.changes = append(w.changes, c)
}

// callByUser is a call an IAM user makes with the long-term key: no use of a
// role, but perhaps a change.
func (w *world) callByUser(d *dice, u *user, c call, t time.Time) {
	s := &session{role: &role{account: u.account}, ip: u.ip, agent: cli}
	rec := c.make(d, s, homeRegion, t)
	rec.identity = u.identity()
	if c.response != nil {
		rec.response = c.response(d, s)
	}
	if w.emit(u.account, &rec) && c.change != nil {
		w.noteChange(*c.change, &rec, success, u.caller(), nil)
	}
}
