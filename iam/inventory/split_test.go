package inventory

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand"
	"reflect"
	"strings"
	"testing"

	"roletrail/iam/policy"
)

// bigPage is one page with roles of many kinds and the policies they have.
func bigPage(t *testing.T) map[string][]json.RawMessage {
	t.Helper()
	lists := map[string][]json.RawMessage{}
	add := func(key, text string) { lists[key] = append(lists[key], json.RawMessage(text)) }
	for i := range 40 {
		arn := fmt.Sprintf("arn:aws:iam::111111111111:policy/p%d", i%7)
		account := []string{"111111111111", "222222222222", "333333333333"}[i%3]
		add("RoleDetailList", accountRoleJSON(account, fmt.Sprintf("r%02d", i), attachedJSON(arn)))
		add("UserDetailList", `{"Arn":"arn:aws:iam::`+account+`:user/u"}`)
	}
	for i := range 7 {
		add("Policies", policyJSON(fmt.Sprintf("arn:aws:iam::111111111111:policy/p%d", i), []string{readDoc, adminDoc, denyDoc}[i%3]))
	}
	return lists
}

// TestSplits: however the entries are dealt out to pages, files and containers,
// and whatever is repeated, the same roles come out.
func TestSplits(t *testing.T) {
	lists := bigPage(t)
	whole := parseText(t, mustJSON(t, lists))
	if len(whole.Roles) != 40 || privilegeOf(whole, 0) == policy.Admin || privilegeOf(whole, 1) == policy.None {
		t.Fatalf("%d roles", len(whole.Roles))
	}
	for seed := range int64(120) {
		rnd := rand.New(rand.NewSource(seed))
		merged := Merge(readFiles(t, rnd, deal(t, rnd, lists))...)
		checkBalance(t, merged)
		if !reflect.DeepEqual(merged.Roles, whole.Roles) || !reflect.DeepEqual(merged.Accounts, whole.Accounts) ||
			!reflect.DeepEqual(merged.policies, whole.policies) {
			t.Fatalf("seed %d: roles differ", seed)
		}
		if len(merged.Problems) > 0 || len(merged.Incomplete) > 0 {
			t.Fatalf("seed %d: %q %q", seed, problems(merged), merged.Incomplete)
		}
	}
}

// deal puts every entry on one or two of some pages, in any order, and says of
// none that more follow.
func deal(t *testing.T, rnd *rand.Rand, lists map[string][]json.RawMessage) []string {
	t.Helper()
	pages := make([]map[string][]json.RawMessage, 1+rnd.Intn(6))
	for i := range pages {
		pages[i] = map[string][]json.RawMessage{"RoleDetailList": {}}
	}
	for key, entries := range lists {
		for _, i := range rnd.Perm(len(entries)) {
			for range 1 + rnd.Intn(8)/7 {
				to := pages[rnd.Intn(len(pages))]
				to[key] = append(to[key], entries[i])
			}
		}
	}
	var out []string
	for _, p := range pages {
		out = append(out, mustJSON(t, p))
	}
	return out
}

// readFiles puts the pages into files of any container and parses these.
func readFiles(t *testing.T, rnd *rand.Rand, pages []string) []*Inventory {
	t.Helper()
	var parts []*Inventory
	for len(pages) > 0 {
		n := 1 + rnd.Intn(len(pages))
		text := strings.Join(pages[:n], []string{"", "\n", " \r\n"}[rnd.Intn(3)])
		if rnd.Intn(2) == 0 {
			text = "[" + strings.Join(pages[:n], ",") + "]"
		}
		raw := []byte(text)
		if rnd.Intn(2) == 0 {
			raw = zipped(t, text)
		}
		inv, err := Parse(bytes.NewReader(raw), "f", Limits{})
		if err != nil {
			t.Fatal(err)
		}
		parts, pages = append(parts, inv), pages[n:]
	}
	return parts
}
