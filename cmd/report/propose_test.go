package main

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"roletrail/cmd/internal/cli"
)

const proposalRole = "arn:aws:iam::111111111111:role/team/uploader"

// proposalFake knows a role with one action of each verdict, all in one policy.
func proposalFake() *fakeEngine {
	e := newFake()
	e.answers["unused"] = gathered{
		columns: columns("account_id:varchar", "role_arn:varchar", "action:varchar", "verdict:varchar", "reason:varchar", "last_used:timestamp", "uses:bigint"),
	}
	for i, v := range grantVerdicts {
		e.grant("svc:Do"+string(rune('A'+i)), string(v), 0)
	}
	e.answers["role_policies"] = gathered{
		columns: columns("role_arn:varchar", "role_id:varchar", "policy:varchar", "document:varchar", "has_namesakes:boolean", "has_more_patterns:boolean", "is_remade:boolean"),
		rows:    [][]any{{proposalRole, nil, "inline:all", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["svc:*","kms:*","s3:*"],"Resource":"*"}}`, false, false, false}},
	}
	e.answers["role_resources"] = gathered{
		columns: columns("role_arn:varchar", "role_id:varchar", "action:varchar", "resource_types:list", "observability:varchar", "resources:list", "events:bigint", "total:bigint"),
	}
	return e
}

func (e *fakeEngine) grant(action, verdict string, uses int) {
	g := e.answers["unused"]
	g.rows = append(g.rows, []any{"111111111111", proposalRole, action, verdict, "because", nil, int64(uses)})
	e.answers["unused"] = g
}

func (e *fakeEngine) touch(action, kind, observability, arn string, events, total int) {
	g := e.answers["role_resources"]
	g.rows = append(g.rows, []any{proposalRole, nil, action, []any{kind}, observability, []any{arn, nil}, int64(events), int64(total)})
	e.answers["role_resources"] = g
}

// proposed are the actions of a policy with their resources.
func proposed(t *testing.T, text string) map[string]string {
	t.Helper()
	var doc struct {
		Version   string
		Statement []struct {
			Effect           string
			Action, Resource []string
		}
	}
	if err := json.Unmarshal([]byte(text), &doc); err != nil || doc.Version != "2012-10-17" {
		t.Fatalf("%v: %s", err, text)
	}
	got := map[string]string{}
	for _, s := range doc.Statement {
		for _, a := range s.Action {
			got[a] += s.Effect + " " + strings.Join(s.Resource, " ")
		}
	}
	return got
}

// TestProposalKeeps: by default what may have been used stays, with --strict what was
// used alone; the table names every action that is dropped or in doubt.
func TestProposalKeeps(t *testing.T) {
	for args, keeps := range map[string][]string{
		"":         {"used", "possibly_used", "unobservable", "too_new"},
		"--strict": {"used"},
	} {
		got := try(t, proposalFake(), "", append([]string{"unused", "--policy", "uploader"}, strings.Fields(args)...)...)
		if got.code != cli.ExitDone {
			t.Fatalf("%q: %+v", args, got)
		}
		want := map[string]string{}
		for i, v := range grantVerdicts {
			action := "svc:Do" + string(rune('A'+i))
			if slices.Contains(keeps, string(v)) {
				want[action] = "Allow *"
			}
			if v != "used" && !strings.Contains(got.stderr, "\n"+action+"  "+string(v)) {
				t.Errorf("%q: %s, which is %s, is not explained in\n%s", args, action, v, got.stderr)
			}
		}
		if p := proposed(t, got.stdout); !reflect.DeepEqual(p, want) {
			t.Errorf("%q: got %v, want %v", args, p, want)
		}
		if !strings.Contains(got.stderr, "\nreport: 1 action dropped though the logs do not prove it unused (probably_unused): look at these first\n") ||
			strings.Contains(got.stderr, "\nreport: 3 actions dropped by --strict") != (args == "--strict") {
			t.Errorf("%q: remarks in\n%s", args, got.stderr)
		}
	}
}

// TestProposalGroups: many actions are told by service and verdict, and those of many
// services together, unless something of a service is kept.
func TestProposalGroups(t *testing.T) {
	engine := proposalFake()
	engine.answers["role_policies"].rows[0][3] = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`
	at := func(day int) time.Time { return time.Date(2026, 6, day, 0, 0, 0, 0, time.UTC) }
	for i := range 60 {
		engine.grant(fmt.Sprintf("ec2:Do%d", i), "unused", 0)
		engine.grant(fmt.Sprintf("s3:Do%d", i), []string{"used", "unused"}[min(i, 1)], 0)
	}
	g := engine.answers["unused"]
	g.rows[len(g.rows)-1][4], g.rows[len(g.rows)-1][5] = "otherwise", at(2)
	g.rows[len(g.rows)-3][5] = at(3)
	got := try(t, engine, "", "unused", "--policy", "uploader")
	for _, want := range []string{
		"\ndropped: 122 actions\nservice  verdict          actions  last_used             reason\n",
		"\nec2      unused                60  -                     because\n",
		"\ns3       unused                59  2026-06-03T00:00:00Z  58 of them: because\n",
		"\nsvc      probably_unused        1  -                     because\n",
		"\nsvc:DoB  possibly_used", // few are kept
		"\nreport: each action with its reason: report unused --role " + proposalRole + " --since 2026-07-",
	} {
		if !strings.Contains(got.stderr, want) {
			t.Errorf("no %q in\n%s", want, got.stderr)
		}
	}
	for i := range mostListed {
		engine.grant(fmt.Sprintf("a%d:Do", i), "unused", 0)
	}
	got = try(t, engine, "", "unused", "--policy", "uploader")
	for _, want := range []string{
		"\ndropped: 222 actions\n", "\ns3                  unused                59  ", "\n101 other services  unused               160  -                     because\n5 rows\n",
	} {
		if !strings.Contains(got.stderr, want) {
			t.Errorf("no %q in\n%s", want, got.stderr)
		}
	}
}

// TestProposalTouches: an action is cut down to what it touched where all of its uses
// show that, and data events count with --strict alone.
func TestProposalTouches(t *testing.T) {
	const (
		key    = "arn:aws:kms:eu-west-1:111111111111:key/0e5d0ab6-097e-49d8-99ef-747ce3e5f8f4"
		object = "arn:aws:s3:::b/*"
	)
	engine := proposalFake()
	for _, a := range []struct {
		action, kind, observability, arn string
		uses, events, total              int
	}{
		{"kms:Decrypt", "key*", "documented", key, 7, 7, 7},
		{"kms:Encrypt", "key*", "documented", key, 8, 7, 7}, // a use that was not found
		{"kms:Sign", "key*", "documented", key, 9, 7, 9},    // cut off
		{"s3:GetObject", "object", "data", object, 3, 3, 3},
	} {
		engine.grant(a.action, "used", a.uses)
		engine.touch(a.action, a.kind, a.observability, a.arn, a.events, a.total)
	}
	engine.grant("kms:Verify", "possibly_used", 0)
	engine.touch("kms:Verify", "key*", "documented", key, 1, 1)
	for args, want := range map[string]map[string]string{
		"":         {"kms:Decrypt": key, "kms:Encrypt": "*", "kms:Sign": "*", "s3:GetObject": "*", "kms:Verify": "*"},
		"--strict": {"kms:Decrypt": key, "kms:Encrypt": "*", "kms:Sign": "*", "s3:GetObject": object, "kms:Verify": ""},
	} {
		got := try(t, engine, "", append([]string{"unused", "--policy", "uploader"}, strings.Fields(args)...)...)
		p := proposed(t, got.stdout)
		for action, resource := range want {
			if strings.TrimPrefix(p[action], "Allow ") != resource {
				t.Errorf("%q: %s is granted on %q, want %q", args, action, p[action], resource)
			}
		}
	}
}

// TestProposalRefuses: where something that bears on the role is not known, there is
// no proposal.
func TestProposalRefuses(t *testing.T) {
	const hint = "\nwhat it allows and denies is not known; make the inventory without --filter, all pages, and ingest it again\n"
	for want, change := range map[string]func(*fakeEngine){
		"the inventory does not list all of its policies" + hint: func(e *fakeEngine) {
			e.answers["role_policies"].rows[0][2], e.answers["role_policies"].rows[0][3] = nil, nil
		},
		"the inventory does not have its id, and the logs know several roles of its name: which of them used what cannot be told\n" +
			"make the inventory with aws iam get-account-authorization-details, which has all ids, and ingest it again\n": func(e *fakeEngine) {
			e.answers["role_policies"].rows[0][4] = true
		},
		"its policies have more patterns that fit no action of the catalogue than are looked at\n" +
			"bring the catalogue up to date with ingest catalogue --refresh and ingest the inventory again, or take such patterns out of its policies\n": func(e *fakeEngine) {
			e.answers["role_policies"].rows[0][5] = true
		},
		"the logs know a younger role of its name than the inventory does: its policy would be that one's\ningest iam with an inventory of today, and ask again\n": func(e *fakeEngine) {
			e.answers["role_policies"].rows[0][6] = true
		},
		"the document of policy \"inline:all\" cannot be read\nwhat it allows and denies is not known; ingest iam says what is wrong with it: put that right, in IAM or in the file, and ingest it again\n": func(e *fakeEngine) { e.answers["role_policies"].rows[0][3] = nil },
		"the inventory has no document of policy \"arn:aws:iam::aws:policy/X\" that can be read" + hint: func(e *fakeEngine) {
			e.answers["role_policies"].rows[0][2], e.answers["role_policies"].rows[0][3] = "arn:aws:iam::aws:policy/X", nil
		},
		"reading policy \"inline:all\": parsing policy: statement 1: it has neither Resource nor NotResource\n": func(e *fakeEngine) {
			e.answers["role_policies"].rows[0][3] = `{"Statement":{"Effect":"Allow","Action":"*"}}`
		},
		"reading policy \"inline:all\": parsing policy: key \"Statement\" stands there twice\n": func(e *fakeEngine) {
			e.answers["unused"] = gathered{columns: e.answers["unused"].columns} // nothing in it could be read
			e.answers["last_used"] = gathered{columns: columns("state:varchar"), rows: [][]any{{"present"}}}
			e.answers["role_policies"].rows[0][3] = `{"Statement":[],"Statement":[]}`
		},
		"its policies grant nothing, so there is nothing to cut down\n": func(e *fakeEngine) {
			e.answers["unused"] = gathered{columns: e.answers["unused"].columns}
			e.answers["last_used"] = gathered{columns: columns("state:varchar"), rows: [][]any{{"present"}}}
			e.answers["role_policies"].rows[0][3] = `{"Statement":[]}`
		},
		"finding what grants \"new:Thing\": no statement of today's policies does\n": func(e *fakeEngine) { e.grant("new:Thing", "used", 1) },
	} {
		engine := proposalFake()
		change(engine)
		got := try(t, engine, "", "unused", "--policy", "uploader")
		if got.code != cli.ExitFailed || got.stdout != "" || got.stderr != `report: proposing a policy for "uploader": `+want {
			t.Errorf("got %+v\nwant %s", got, want)
		}
	}
	got := try(t, bare{proposalFake()}, "", "unused", "--policy", "uploader")
	if want := "report: proposing a policy for \"uploader\": the lake has no inventory, so nothing is known to be granted\n"; got.code != cli.ExitFailed || !strings.HasPrefix(got.stderr, want) {
		t.Errorf("got %+v\nwant %s", got, want)
	}
}

// TestProposalOfAnAccountWithoutInventory: others may have one.
func TestProposalOfAnAccountWithoutInventory(t *testing.T) {
	got := try(t, bare{proposalFake()}, "", "unused", "--policy", "uploader", "--account", "222222222222")
	want := "report: proposing a policy for \"uploader\": the lake has no inventory of 222222222222, so nothing is known to be granted\n"
	if got.code != cli.ExitFailed || !strings.HasPrefix(got.stderr, want) {
		t.Errorf("got %+v\nwant %s", got, want)
	}
}

func TestProposalUsage(t *testing.T) {
	for args, want := range map[string]string{
		"unused --strict":                     "report: --strict says how a policy is proposed\nname the role with --policy\n",
		"unused --as json":                    "report: --as says how a policy is proposed\nname the role with --policy\n",
		"unused --policy=":                    "report: flag --policy needs a value\nleave it out for its default\n",
		"unused --policy a --summary":         "report: --policy proposes the policy of one role, --summary is about the list\nleave one of them out\n",
		"unused --policy a --role b":          "report: --policy proposes the policy of one role, --role is about the list\nleave one of them out\n",
		"unused --policy a --format csv":      "report: --policy proposes the policy of one role, --format is about the list\nleave one of them out\n",
		"unused --policy a --as yaml":         "report: invalid value \"yaml\" for --as: must be one of json, terraform\n",
		"unused --policy a --verdict too_new": "report: --policy proposes the policy of one role, --verdict is about the list\nleave one of them out\n",
	} {
		if got := try(t, newFake(), "", strings.Fields(args)...); got.code != cli.ExitUsage || got.stderr != want || got.stdout != "" {
			t.Errorf("%s:\n got %+v\nwant %s", args, got, want)
		}
	}
}

// TestProposalAsTerraform: the role's name names the resource.
func TestProposalAsTerraform(t *testing.T) {
	got := try(t, proposalFake(), "", "unused", "--policy", "uploader", "--as", "terraform", "--strict")
	if !strings.HasPrefix(got.stdout, "resource \"aws_iam_policy\" \"uploader_least_privilege\" {\n  name = \"uploader-least-privilege\"\n") {
		t.Errorf("got %+v", got)
	}
}
