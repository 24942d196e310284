package inventory

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// Replaying a random sequence gives what looking back from its end gives: each fact of
// a role is the newest event about it since the role was made.
func TestReplayLooksBack(t *testing.T) {
	rng := rand.New(rand.NewPCG(20, 26))
	roles, complete := 0, 0
	for n := range 4000 {
		changes := randomChanges(rng)
		inv := Replay(changes, nil)
		var got []string
		for i := range inv.Roles {
			r := &inv.Roles[i]
			got = append(got, factsOf(r))
			roles++
			if r.perms.listed {
				complete++
			}
		}
		if want := lookBack(changes); !slices.Equal(got, want) {
			t.Fatalf("sequence %d: got\n%s\nwant\n%s\nof %v", n, strings.Join(got, "\n"), strings.Join(want, "\n"), names4(changes))
		}
	}
	if roles < 4000 || complete < 1000 || complete == roles {
		t.Fatalf("%d roles, %d known in full: the sequences prove little", roles, complete)
	}
}

// TestReplayInParts: a sequence that is taken part by part gives what it gives as a whole.
func TestReplayInParts(t *testing.T) {
	rng := rand.New(rand.NewPCG(26, 20))
	parts := 0
	for range 500 {
		changes := randomChanges(rng)
		slices.SortStableFunc(changes, func(a, b Change) int { return a.Time.Compare(b.Time) })
		whole, r := Replay(changes, nil), NewReplayer()
		for from := 0; from < len(changes); parts++ {
			to := from + 1 + rng.IntN(len(changes)-from)
			for to < len(changes) && changes[to].Time.Equal(changes[to-1].Time) {
				to++
			}
			r.Take(reversed(changes[from:to]))
			from = to
		}
		got := r.Inventory(nil)
		if len(got.Roles) != len(whole.Roles) || !maps.Equal(got.Changes, whole.Changes) {
			t.Fatalf("%d roles of %v changes, not %d of %v", len(got.Roles), got.Changes, len(whole.Roles), whole.Changes)
		}
		for i := range got.Roles {
			if factsOf(&got.Roles[i]) != factsOf(&whole.Roles[i]) {
				t.Fatalf("got\n%s\nwant\n%s", factsOf(&got.Roles[i]), factsOf(&whole.Roles[i]))
			}
		}
	}
	if parts < 1000 {
		t.Errorf("only %d parts", parts)
	}
}

func factsOf(r *Role) string {
	var facts []string
	for _, p := range r.perms.inline {
		facts = append(facts, fmt.Sprintf("%s=%s since %s", p.Name, p.Document, clock(p.since)))
	}
	for _, arn := range r.perms.attached {
		facts = append(facts, fmt.Sprintf("%s since %s", arn, clock(r.perms.attachedAt[arn])))
	}
	return fmt.Sprintf("%s %s made %s full %t trust %q boundary %q %s", r.Name, cmp.Or(r.RoleID, "-"), clock(r.CreatedAt), r.perms.listed, r.TrustPolicy, r.Boundary, strings.Join(facts, ", "))
}

func names4(changes []Change) (out []string) {
	for _, c := range changes {
		out = append(out, clock(c.Time)+" "+c.Name+string(c.Request))
	}
	return out
}

// randomChanges are up to 14 changes of two roles, a minute apart.
func randomChanges(rng *rand.Rand) (changes []Change) {
	pick := func(list ...string) string { return list[rng.IntN(len(list))] }
	for minute := range rng.IntN(15) {
		role := pick("a", "b")
		switch pick("make", "make", "delete", "put", "put", "drop", "attach", "attach", "detach", "bound", "unbound", "trust", "nothing") {
		case "make":
			changes = append(changes, made(minute, role, fmt.Sprintf("AROAEXAMPLE%05d", minute), ""))
		case "delete":
			changes = append(changes, of(minute, "DeleteRole", role, ""))
		case "put":
			changes = append(changes, put(minute, role, pick("p", "q"), pick(sendDoc, bothDoc)))
		case "drop":
			changes = append(changes, of(minute, "DeleteRolePolicy", role, `,"policyName":"`+pick("p", "q")+`"`))
		case "attach":
			changes = append(changes, attach(minute, "AttachRolePolicy", role, pick(awsPolicy, adminPolicy)))
		case "detach":
			changes = append(changes, attach(minute, "DetachRolePolicy", role, pick(awsPolicy, adminPolicy)))
		case "bound":
			changes = append(changes, of(minute, "PutRolePermissionsBoundary", role, `,"permissionsBoundary":"`+pick(awsPolicy, adminPolicy)+`"`))
		case "unbound":
			changes = append(changes, of(minute, "DeleteRolePermissionsBoundary", role, ""))
		case "trust":
			text, _ := json.Marshal(pick(trustDoc, readDoc))
			changes = append(changes, of(minute, "UpdateAssumeRolePolicy", role, `,"policyDocument":`+string(text)))
		case "nothing":
			changes = append(changes, changeAt(minute, "PutRolePolicy", "", ""))
		}
	}
	return changes
}

// lookBack is the slow and obvious replay.
func lookBack(changes []Change) (out []string) {
	for _, name := range []string{"a", "b"} {
		var mine []Change // of the role that is there at the end
		full := false
		id, madeAt := "-", time.Time{}
		for _, c := range changes {
			in := parametersOf(c)
			switch {
			case in["roleName"] == nil:
				full = false
			case in["roleName"] != name:
			case c.Name == "DeleteRole":
				mine, full, id, madeAt = nil, false, "-", time.Time{}
			case c.Name == "CreateRole":
				mine, full, id, madeAt = []Change{c}, true, fmt.Sprintf("AROAEXAMPLE%05d", c.Time.Minute()), c.Time
			default:
				mine = append(mine, c)
			}
		}
		if len(mine) == 0 {
			continue
		}
		text := func(c *Change, key string) string {
			if c == nil {
				return ""
			}
			s, _ := parametersOf(*c)[key].(string)
			return s
		}
		trust := text(newestOf(mine, "UpdateAssumeRolePolicy"), "policyDocument")
		if trust == "" {
			trust = text(newestOf(mine, "CreateRole"), "assumeRolePolicyDocument")
		}
		boundary := text(newestOf(mine, "PutRolePermissionsBoundary", "DeleteRolePermissionsBoundary"), "permissionsBoundary")
		facts := append(lookBackFacts(mine, "policyName", "PutRolePolicy", "DeleteRolePolicy"), lookBackFacts(mine, "policyArn", "AttachRolePolicy", "DetachRolePolicy")...)
		out = append(out, fmt.Sprintf("%s %s made %s full %t trust %q boundary %q %s", name, id, clock(madeAt), full, trust, boundary, strings.Join(facts, ", ")))
	}
	return out
}

// lookBackFacts are the policies that a key names, each with the begin of the last
// unbroken stretch in which it was the same.
func lookBackFacts(mine []Change, key, adds, takes string) (out []string) {
	byName := map[string][]Change{}
	for _, c := range mine {
		if c.Name == adds || c.Name == takes {
			n := parametersOf(c)[key].(string)
			byName[n] = append(byName[n], c)
		}
	}
	for _, n := range slices.Sorted(maps.Keys(byName)) {
		list := byName[n]
		last := list[len(list)-1]
		if last.Name == takes {
			continue
		}
		since := last.Time
		for i := len(list) - 1; i >= 0 && list[i].Name == adds && string(list[i].Request) == string(last.Request); i-- {
			since = list[i].Time
		}
		if document, ok := parametersOf(last)["policyDocument"]; ok {
			n += "=" + document.(string)
		}
		out = append(out, n+" since "+clock(since))
	}
	return out
}

func newestOf(list []Change, names ...string) (newest *Change) {
	for i := range list {
		if slices.Contains(names, list[i].Name) {
			newest = &list[i]
		}
	}
	return newest
}

func parametersOf(c Change) map[string]any {
	m := map[string]any{}
	_ = json.Unmarshal(c.Request, &m)
	return m
}
