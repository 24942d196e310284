package organisation

import "time"

// account is an AWS account of the organisation.
type account struct {
	id, name string
	// gaps are the days of which the account's trail recorded nothing.
	gaps []gap
}

// gap is a run of days [from, to) without records.
type gap struct{ from, to time.Time }

// trailDown tells whether nothing of t was recorded in the account.
func (a *account) trailDown(t time.Time) bool {
	for _, g := range a.gaps {
		if !t.Before(g.from) && t.Before(g.to) {
			return true
		}
	}
	return false
}

// role is one IAM role, that is one AROA id: a role made again under the same
// name is another role.
type role struct {
	account          *account
	name, path, id   string
	created, deleted time.Time // deleted is zero while the role exists
	story            string
	kind             string // design 9.7
	permissionSet    string
	trust            raw
	attached         []string // policy ARNs
	inline           []inlinePolicy
	boundary         string
	tags             [][2]string
	maxSession       int // seconds
	instanceProfile  bool
	// iamLastUsed overrides what IAM remembers of the role's last use, which is
	// otherwise what the journal says.
	iamLastUsed time.Time
}

type inlinePolicy struct {
	name     string
	document raw
}

func (r *role) arn() string {
	return "arn:aws:iam::" + r.account.id + ":role" + r.path + r.name
}

// assumedARN is the ARN of a session, which has no path (P1).
func (r *role) assumedARN(session string) string {
	return "arn:aws:sts::" + r.account.id + ":assumed-role/" + r.name + "/" + session
}

// existsAt tells whether the role existed at t.
func (r *role) existsAt(t time.Time) bool {
	return !t.Before(r.created) && (r.deleted.IsZero() || t.Before(r.deleted))
}

// user is an IAM user.
type user struct {
	account  *account
	name, id string
	key      string // long-term access key, AKIA…
	ip       string
}

func newUser(a *account, name, ip string) *user {
	d := newDice("user " + a.id + name)
	return &user{account: a, name: name, id: stableID("AIDA", a.id+name), key: "AKIA" + d.letters(base32Digits, 9) + "EXAMPLE", ip: ip}
}

func (u *user) arn() string { return "arn:aws:iam::" + u.account.id + ":user/" + u.name }

// person signs in through Identity Center or another identity provider.
type person struct {
	email string
	id    string // user id in the identity store
	ip    string
}

// caller is who obtains a session, in the words of design 9.6.
type caller struct {
	text, kind, account string
}

func (u *user) caller() caller { return caller{u.arn(), "user", u.account.id} }

func (r *role) caller() caller { return caller{r.arn(), "role", r.account.id} }

// cast is everybody who acts.
type cast struct {
	workloads, tooling, data *account

	carol, nightly, auditor *user
	alice, bob, dave        *person

	appServer, ordersAPI, paymentsOld, paymentsNew, invoiceOld, invoiceNew, thumbnailer, reportExport,
	legacyBatch, pixelTracker, quarantineScan, broadOps, deploy, consoleAdmin, vendorMonitor, vendorBilling, sandbox,
	slrAutoScaling, slrLoadBalancing, slrSSOWorkloads, powerWorkloads *role

	ciGitHub, securityAudit, edgeClock *role

	etlRunner, dataMigrate, dbAdmin, oldExport, archiveReader, samlAnalyst, slrSSOData, powerData *role

	roles    []*role // in order of account, then story
	policies []*managedPolicy
}

// add puts a role on stage.
func (c *cast) add(r role) *role {
	if r.path == "" {
		r.path = "/"
	}
	if r.maxSession == 0 {
		r.maxSession = 3600
	}
	if r.created.IsZero() {
		r.created = time.Date(2025, 3, 4, 10, 21, 33, 0, time.UTC)
	}
	r.id = stableID("AROA", r.account.id+r.name+stamp(r.created))
	c.roles = append(c.roles, &r)
	return &r
}

const (
	foreignVendor   = "999999999999" // the vendor both vendor roles were made for
	foreignStranger = "888888888888" // nobody knows whose account this is
	vendorPrincipal = "AROAVENDOREXAMPLE0001"
	strangerID      = "AROASTRANGEREXAMPLE01"
	organisationID  = "o-exampleorg"
	githubProvider  = "token.actions.githubusercontent.com"
	githubSubject   = "repo:example-org/app:ref:refs/heads/main"
	ssoProvider     = "AWSSSO_0f1e2d3c4b5a6978_DO_NOT_DELETE"
	samlProvider    = "ExampleIdP"
	homeRegion      = "eu-west-1"
	globalRegion    = "us-east-1"
	lakeBucket      = "example-data-lake"
	instanceStore   = "arn:aws:identitystore::222222222222:identitystore/d-9367000000"
)

// newCast introduces accounts and people, then the roles of each account.
func newCast() *cast {
	c := &cast{
		// 3 of 92 days missing: coverage 96.7 %, good enough for every verdict.
		workloads: &account{id: "111111111111", name: "workloads", gaps: []gap{{day(2026, 7, 18), day(2026, 7, 21)}}},
		tooling:   &account{id: "222222222222", name: "tooling"},
		// 14 of 92 days missing: coverage 84.8 %, thin (design 9.17).
		data: &account{id: "333333333333", name: "data", gaps: []gap{{day(2026, 8, 10), day(2026, 8, 24)}}},

		alice: &person{email: "alice@example.com", id: "93670000-0000-4000-8000-0000000a11ce", ip: "198.51.100.17"},
		bob:   &person{email: "bob@example.com", id: "93670000-0000-4000-8000-00000000b0b0", ip: "198.51.100.42"},
		dave:  &person{email: "dave@example.org", id: "dave", ip: "203.0.113.80"},
	}
	c.carol = newUser(c.tooling, "carol", "198.51.100.23")
	c.auditor = newUser(c.tooling, "svc-audit", "203.0.113.10")
	c.nightly = newUser(c.workloads, "svc-nightly", "203.0.113.11")
	c.policies = newPolicies(c)
	c.castWorkloads()
	c.castWorkloadsOutside()
	c.castTooling()
	c.castData()
	return c
}
