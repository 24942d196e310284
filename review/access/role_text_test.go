package access

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"roletrail/review/termfit"
	"roletrail/review/termtext"
)

var update = flag.Bool("update", false, "write the expected pages anew")

// pageOfRole is the page of a role of a made-up review.
func pageOfRole(r *Review, role int) *RolePage {
	at := r.Window.Until.Add(-time.Hour)
	return &RolePage{Review: r, Role: &r.Roles[role], asked: string(r.Roles[role].RoleName),
		Calls:    []Call{{"s3.amazonaws.com", "ListBuckets", 3, 0, &at}, {"sts.amazonaws.com", "AssumeRole", 0, 2, nil}},
		Refusals: []Refusal{{"iam.amazonaws.com", "CreateUser", "AccessDenied", 2, &at, "11111111-2222-4333-8444-555555555555"}}}
}

func textOf(t *testing.T, p *RolePage, o TextOptions) string {
	t.Helper()
	var b bytes.Buffer
	if err := p.WriteText(&b, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// full is a made-up role about which there is something to say everywhere.
func full() *RolePage {
	r := made(12)
	place := slices.IndexFunc(r.Roles, func(role Role) bool { return role.Verdict == "active" && role.Proposal != nil })
	role := &r.Roles[place]
	at := r.Window.Until.AddDate(0, 0, -3)
	role.Owner, role.Privilege, role.PrivilegePath, role.Boundary, role.UsesByDay[40] = "payments", "admin", "iam:PassRole + lambda:CreateFunction", "arn:aws:iam::111111111111:policy/bounds", 0
	role.DeniedByDay = make([]int64, r.Window.Days)
	role.DeniedByDay[40], role.Denied, role.AccountID = 2, 2, "222222222222" // whose logs have gaps
	role.TrustPolicy = `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Principal":{"AWS":["arn:aws:iam::111111111111:root","arn:aws:iam::111111111111:role/path/deploy","AROADELETEDDELETED123"]},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"x"}}},
		{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringLike":{"token.actions.githubusercontent.com:sub":"repo:example-org/*"}}},
		{"Effect":"Deny","NotPrincipal":{"AWS":"*"},"Action":"sts:AssumeRole"},
		{"Effect":"Allow","Principal":"*","Action":"s3:GetObject"}]}`
	role.CallerList = []Caller{
		{Caller: "oidc:token.actions.githubusercontent.com/repo:example-org/app:ref:refs/heads/main", CallerKind: "web_identity", ViaRole: "arn:aws:iam::111111111111:role/path/deploy", Findings: []string{"expected"}, FirstSeen: &at, LastSeen: &at, Assumptions: 1203},
		{Caller: "999999999999:AROASTRANGER", CallerKind: "account", Findings: []string{"not_trusted", "unknown_account"}, FirstSeen: &at, LastSeen: &at, Denied: 4, Evidence: "22222222-2222-4333-8444-555555555555"},
		{Caller: "arn:aws:iam::111111111111:user/old", CallerKind: "user", Findings: []string{}, FirstSeen: &at, LastSeen: &at},
		{Caller: "lambda.amazonaws.com", CallerKind: "service", Findings: []string{"never_came"}},
	}
	role.CallersLeftOut = 3
	r.Changes = []Change{{EventTime: at, EventID: "33333333-2222-4333-8444-555555555555", Change: "trust_changed", Severity: "critical", Outcome: "success", Actor: "arn:aws:iam::111111111111:user/carol", ActorKind: "user", SourceIP: "192.0.2.7",
		Via: "arn:aws:iam::111111111111:role/console", Summary: "UpdateAssumeRolePolicy: lets in anybody", Lines: []Line{{"…", "3 lines"}, {" ", `    "Effect": "Allow",`}, {"-", `    "Principal": {"AWS": "arn:aws:iam::111111111111:root"},`}, {"+", `    "Principal": "*",`}}},
		{EventTime: at, Change: "role_updated", Severity: "low", Outcome: "denied"}}
	role.ChangeList = []int{0, 1}
	return pageOfRole(r, place)
}

func TestRoleText(t *testing.T) {
	for file, o := range map[string]TextOptions{"role.80.txt": {}, "role.120.colour.txt": {Width: 120, Colour: true}} {
		got, path := textOf(t, full(), o), filepath.Join("testdata", file)
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil || got != string(want) {
			t.Errorf("%s differs, -update writes it anew: %v\n%s", file, err, got)
		}
	}
}

// TestRoleTextFits: at every width every line fits, but for ARNs and commands, whatever the
// role and the texts of its review are, and no text reaches the terminal as more than that.
func TestRoleTextFits(t *testing.T) {
	pages := []*RolePage{full()}
	for _, r := range []*Review{made(12), spoiled()} {
		for i := range r.Roles {
			pages = append(pages, pageOfRole(r, i))
		}
	}
	for _, p := range pages {
		for _, width := range []int{1, 66, 80, 133} {
			for line := range strings.Lines(textOf(t, p, TextOptions{Width: width})) {
				line = strings.TrimSuffix(line, "\n")
				if i := strings.IndexFunc(line, termtext.Unsafe); i >= 0 {
					t.Fatalf("%q is unsafe at %d", line, i)
				}
				copied := strings.Contains(line, "report ") || strings.HasSuffix(line, string(p.Role.key())) || strings.HasPrefix(line, harmless(string(p.Role.key())))
				if termfit.Width(line) > max(width, leastWidth) && !copied {
					t.Errorf("at %d a line takes %d: %s", width, termfit.Width(line), line)
				}
			}
		}
	}
}

// TestRoleTextOfARoleThatNobodyKnows: what is not known is said.
func TestRoleTextOfARoleThatNobodyKnows(t *testing.T) {
	r := made(1)
	r.Roles[0] = Role{RoleID: "AROAX", State: "deleted", Verdict: "active", Kind: "unknown"}
	got := textOf(t, pageOfRole(r, 0), TextOptions{})
	for _, want := range []string{"AROAX (deleted)\n", "never seen", "This role is gone.", "Not known: no inventory has it.", "Nobody, as far as the logs reach.", "Nobody came.", "s3 ListBuckets", "Nothing about this role changed"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

// TestServiceBar: every part that is there can be seen, and the bar is as long as all bars.
func TestServiceBar(t *testing.T) {
	for _, s := range []Service{
		{Granted: 1, Used: 1}, {Granted: 20_000, Used: 1, PossiblyUsed: 1, Unobservable: 1, Unused: 19_997}, {Granted: 20_000, Used: 19_997, PossiblyUsed: 1, TooNew: 1, Unused: 1},
		{Granted: 3, Used: 1, DeniedOnly: 2}, {Granted: 7, PossiblyUsed: 3, Unobservable: 4},
	} {
		bar := serviceBar(s)
		if termfit.Width(bar) != barWidth {
			t.Errorf("%+v: %q takes %d", s, bar, termfit.Width(bar))
		}
		for mark, n := range map[string]int64{"█": s.Used, "▓": s.PossiblyUsed, noLogs: s.Unobservable + s.TooNew, bars[0]: s.Unused + s.DeniedOnly} {
			if strings.Contains(bar, mark) != (n > 0) {
				t.Errorf("%+v: %q, but %d are %q", s, bar, n, mark)
			}
		}
	}
}
