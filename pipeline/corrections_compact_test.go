package pipeline_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"roletrail/iam/inventory"
	"roletrail/parquet"
	"roletrail/pipeline"
	"roletrail/queries"
	"roletrail/testdata/cloudtrail/organisation"
)

// corrected are records of which some correct others, and what they correct: what another
// record says, under an id and on a day of its own.
func corrected(t *testing.T, rng *rand.Rand) (corrections, originals, alone []string) {
	t.Helper()
	var all []map[string]json.RawMessage
	for _, text := range corpusFiles(t, organisation.Options{Events: 400, Days: 6, EventsPerFile: 40, Accounts: 2, Roles: 12}) {
		var file struct {
			Records []map[string]json.RawMessage
		}
		if err := json.Unmarshal(text, &file); err != nil {
			t.Fatal(err)
		}
		all = append(all, file.Records...)
	}
	encode := func(r map[string]json.RawMessage) string {
		text, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	for n, r := range all {
		alone = append(alone, encode(r))
		if n%4 != 0 || len(r["recipientAccountId"]) == 0 {
			corrections = append(corrections, encode(r))
			continue
		}
		first := map[string]json.RawMessage{} // as it was said at first, wrongly
		for member, value := range all[rng.IntN(len(all))] {
			first[member] = value
		}
		delete(first, "addendum")
		id := fmt.Sprintf("0badc0de-0000-4000-8000-%012d", n)
		first["eventID"], first["recipientAccountId"] = json.RawMessage(`"`+id+`"`), r["recipientAccountId"]
		originals = append(originals, encode(first))
		r["addendum"] = json.RawMessage(`{"reason":"UPDATED_DATA","updatedFields":"userIdentity","originalEventID":"` + id + `"}`)
		corrections = append(corrections, encode(r))
	}
	return corrections, originals, alone
}

// TestCorrectionsTakeTheirPlaceInAnyLake ingests events and, earlier or later, what they
// correct on the same day or on another, and compacts the lake before, in between and
// afterwards, or never: every answer is that of a lake which never had the wrong events.
func TestCorrectionsTakeTheirPlaceInAnyLake(t *testing.T) {
	rng := rand.New(rand.NewPCG(19, 19))
	corrections, originals, alone := corrected(t, rng)
	logs := t.TempDir()
	path := func(name string, records []string) string {
		write(t, logs, name, trail(records...))
		return filepath.Join(logs, name)
	}
	right, wrong, only := path("right.json", corrections), path("wrong.json", originals), path("alone.json", alone)
	inv := grantsToRoles(t, slices.Concat(alone, originals))
	half := len(corrections) / 2
	mixed := path("mixed.json", slices.Concat(corrections[:half], originals, corrections[half:]))

	lake := func(compacted bool, runs ...string) string {
		dir := filepath.Join(t.TempDir(), "lake")
		takeGrants(t, dir, inv)
		for _, run := range runs {
			ingest(t, dir, pipeline.WithBounds(pipeline.Options{Workers: 1}, 150, 0, 0, 50), run)
			if compacted {
				compact(t, dir, pipeline.CompactOptions{})
			}
		}
		return dir
	}
	want := answersOfUse(t, lake(true, only))
	differing := []string{}
	for query, rows := range answersOfUse(t, lake(true, only, wrong)) { // which nothing corrects there
		if !reflect.DeepEqual(rows, want[query]) {
			differing = append(differing, query)
		}
	}
	if t.Logf("%d events are corrected, without which others are the answers of %q", len(originals), differing); len(differing) < 5 || len(originals) < 80 {
		t.Error("that is too little to say anything")
	}
	for name, dir := range map[string]string{
		"together":                           lake(false, mixed),
		"corrections later, compact before":  lake(true, wrong, right),
		"corrections earlier, compact":       lake(true, right, wrong),
		"compact, and corrections not":       lakeThen(t, lake(true, wrong), right),
		"compact corrections, and wrong not": lakeThen(t, lake(true, right), wrong),
	} {
		for query, rows := range answersOfUse(t, dir) {
			if !reflect.DeepEqual(rows, want[query]) {
				t.Errorf("%s: %s answers %d rows, want %d, or others", name, query, len(rows), len(want[query]))
			}
		}
	}
}

// grantsToRoles is an inventory by which the roles of records may do all that any of them does.
func grantsToRoles(t *testing.T, records []string) *inventory.Inventory {
	t.Helper()
	actions, roles := map[string]bool{}, map[string]string{} // ids of roles by their ARNs
	for _, text := range records {
		var r struct {
			EventSource, EventName string
			UserIdentity           struct {
				SessionContext struct {
					SessionIssuer struct{ Type, ARN, PrincipalID string }
				}
			}
		}
		if err := json.Unmarshal([]byte(text), &r); err != nil {
			t.Fatal(err)
		}
		actions[strings.TrimSuffix(r.EventSource, ".amazonaws.com")+":"+r.EventName] = true
		if issuer := r.UserIdentity.SessionContext.SessionIssuer; issuer.Type == "Role" {
			roles[issuer.ARN] = issuer.PrincipalID
		}
	}
	granted, err := json.Marshal(slices.Sorted(maps.Keys(actions)))
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, arn := range slices.Sorted(maps.Keys(roles)) {
		list = append(list, fmt.Sprintf(`{"Arn":"%s","RoleId":"%s","CreateDate":"2026-01-02T03:04:05Z",
			"AssumeRolePolicyDocument":{"Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}},
			"RolePolicyList":[{"PolicyName":"all","PolicyDocument":{"Statement":{"Effect":"Allow","Action":%s,"Resource":"*"}}}],"AttachedManagedPolicies":[]}`,
			arn, roles[arn], granted))
	}
	inv, err := inventory.Parse(strings.NewReader(`{"RoleDetailList":[`+strings.Join(list, ",")+`]}`), "grants", inventory.Limits{})
	if err != nil || len(list) < 10 {
		t.Fatalf("%d roles, %v", len(list), err)
	}
	return inv
}

// takeGrants ingests an inventory, whatever it says that nobody knows.
func takeGrants(t *testing.T, dir string, inv *inventory.Inventory) {
	t.Helper()
	lake, err := parquet.CreateLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer lake.Close()
	if _, err := pipeline.IngestInventory(t.Context(), lake, inv, pipeline.InventoryOptions{At: quarter.Until, Version: "test"}); err != nil {
		t.Fatal(err)
	}
}

// lakeThen ingests into a lake what is not compacted.
func lakeThen(t *testing.T, dir, logs string) string {
	t.Helper()
	ingest(t, dir, pipeline.Options{}, logs)
	return dir
}

// usesIn are the rows of an answer, sorted. Of permissions it leaves out the verdict and its reason,
// which depend on what anybody was ever seen to do.
func usesIn(t *testing.T, engine queries.Engine, query string) (all []string) {
	t.Helper()
	rows, err := engine.Run(t.Context(), query, quarter)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var cells []any
		for i, c := range rows.Columns() {
			if query != "unused" || c.Name != "verdict" && c.Name != "reason" {
				cells = append(cells, c.Name, rows.Row()[i])
			}
		}
		all = append(all, fmt.Sprint(cells...))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(all)
	return all
}

// answersOfUse are those that tell of uses and of assumptions, without what tells how much the lake has.
func answersOfUse(t *testing.T, dir string) map[string][]string {
	t.Helper()
	engine, answers := openEngine(t, dir), map[string][]string{}
	for _, query := range []string{"last_used", "unused", "unexpected"} {
		answers[query] = usesIn(t, engine, query)
	}
	for _, view := range []string{"events", "role_use", "sessions", "assumptions", "role_changes"} {
		rows, err := engine.SQL(t.Context(), "select count(*) from "+view)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			answers[view] = append(answers[view], strings.TrimSpace(fmt.Sprint(rows.Row()...)))
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		rows.Close()
	}
	return answers
}
