package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"roletrail/config"
	"roletrail/queries"
	"roletrail/review/access"
)

// shared are a lake of the test organisation and an engine over it, made when a test first
// asks for them.
var shared struct {
	lake, engine sync.Once
	dir          string // of the lake's folder
	below        queries.Engine
	asked        *rememberingEngine
}

// wholeLake is a lake of the test organisation, which tests only read.
func wholeLake(t *testing.T) string {
	t.Helper()
	shared.lake.Do(func() {
		organisation, err := filepath.Abs("../../testdata/cloudtrail")
		if err == nil {
			shared.dir, err = os.MkdirTemp("", "roletrail-lake-")
		}
		if err == nil {
			err = makeLake(filepath.Join(shared.dir, "lake"), organisation, false)
		}
		if err != nil {
			t.Fatal(err)
		}
	})
	return filepath.Join(shared.dir, "lake")
}

// organisationEngine is an engine over it that answers each question once.
func organisationEngine(t *testing.T) queries.Engine {
	t.Helper()
	lake := wholeLake(t)
	shared.engine.Do(func() {
		engine, err := openThrifty(context.Background(), lake, nil)
		if err != nil {
			t.Fatal(err)
		}
		shared.below, shared.asked = engine, remembering(engine)
	})
	if shared.asked == nil {
		t.Fatal("the engine that tests share could not be opened")
	}
	return shared.asked
}

// closeShared is for the end of all tests.
func closeShared() {
	if shared.below != nil {
		shared.below.Close()
	}
	if shared.dir != "" {
		os.RemoveAll(shared.dir)
	}
}

type object = map[string]any

// rowsOf runs a report and reads its JSON.
func rowsOf(t *testing.T, engine queries.Engine, args ...string) (rows []object) {
	t.Helper()
	got := try(t, engine, "", append(args, "--quarter", "2026Q3", "--format", "json", "--config", organisationConfig(t))...)
	var answer struct{ Rows []object }
	if err := json.Unmarshal([]byte(got.stdout), &answer); err != nil || got.code != 0 || len(answer.Rows) == 0 {
		t.Fatalf("%v: %v, %d rows\n%s", args, err, len(answer.Rows), got.stderr)
	}
	return answer.Rows
}

// organisationConfig is the configuration of the test organisation, by which all roles are watched and all
// users are known automation besides.
func organisationConfig(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../testdata/cloudtrail/roletrail.yaml")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "roletrail.yaml")
	more := "\nwatched_roles:\n  - role: \"*\"\n    as: break-glass\nknown_automation:\n  - name: users\n    actors: [\"arn:aws:iam::*:user/*\"]\n"
	if err := os.WriteFile(path, append(text, more...), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// madeReview runs report review and reads its JSON.
func madeReview(t *testing.T, engine queries.Engine, out string, flags ...string) (review object, roles []object) {
	t.Helper()
	got := try(t, engine, "", append([]string{"review", "--quarter", "2026Q3", "--out", out, "--config", organisationConfig(t)}, flags...)...)
	if got.code != 0 {
		t.Fatalf("report review: %d\n%s", got.code, got.stderr)
	}
	if !strings.Contains(got.stderr, "warning: coverage is thin in 333333333333") {
		t.Errorf("who makes the review does not learn what it will not say: %s", got.stderr)
	}
	text, err := os.ReadFile(filepath.Join(out, "review.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &review); err != nil {
		t.Fatal(err)
	}
	for _, role := range review["roles"].([]any) {
		roles = append(roles, role.(object))
	}
	return review, roles
}

func objects(list any) (found []object) {
	elements, _ := list.([]any)
	for _, x := range elements {
		found = append(found, x.(object))
	}
	return found
}

// identify names the role that a row is about.
func identify(row object) string { return fmt.Sprint(row["role_id"], " ", row["role_arn"]) }

// TestReview looks at the review of the test organisation.
func TestReview(t *testing.T) {
	engine := organisationEngine(t)
	t.Run("agrees with the reports", func(t *testing.T) { reviewAgreesWithReports(t, engine) })
	t.Run("agrees with the page of a role", func(t *testing.T) { reviewAgreesWithARole(t, engine) })
	t.Run("is deterministic", func(t *testing.T) { reviewIsDeterministic(t, engine) })
	t.Run("says what became of decisions", func(t *testing.T) { reviewComparesDecisions(t, engine) })
	t.Run("reads the workbook back", func(t *testing.T) { reviewReadsWorkbook(t, engine) })
	t.Run("writes decisions as commands", func(t *testing.T) { reviewWritesActions(t, engine) })
}

// reviewAgreesWithReports: every figure of the review is the one of the report of the same
// name and window.
func reviewAgreesWithReports(t *testing.T, engine queries.Engine) {
	t.Helper()
	review, roles := madeReview(t, engine, t.TempDir())
	byRole := map[string]object{}
	for _, role := range roles {
		byRole[identify(role)] = role
	}
	compared := 0
	same := func(what string, row, of object, columns ...string) {
		t.Helper()
		for _, c := range columns {
			compared++
			if got, ok := of[c]; !ok || !reflect.DeepEqual(got, row[c]) {
				t.Errorf("%s of %s: %s is %v, the report says %v", what, identify(row), c, got, row[c])
			}
		}
	}

	lastUsed := rowsOf(t, engine, "last-used")
	if len(lastUsed) != len(roles) {
		t.Errorf("%d roles, last-used has %d", len(roles), len(lastUsed))
	}
	active := 0
	for _, row := range lastUsed {
		same("last-used", row, byRole[identify(row)], slices.Collect(maps.Keys(row))...)
		if row["verdict"] == "active" && row["state"] != "deleted" {
			active++
		}
		for list, column := range map[string]string{"uses_by_day": "uses", "denied_by_day": "denied"} {
			sum := 0.0
			days, _ := byRole[identify(row)][list].([]any)
			for _, n := range days {
				sum += n.(float64)
			}
			if sum != row[column] {
				t.Errorf("%s: the days have %v %s, the report says %v", identify(row), sum, column, row[column])
			}
		}
	}

	granted, unused := 0.0, 0.0
	for _, row := range rowsOf(t, engine, "unused", "--summary") {
		grants, _ := byRole[identify(row)]["grants"].(object)
		if row["unread_policies"] == nil {
			row["unread_policies"] = grants["unread_policies"] // an empty list and none say the same here
		}
		for _, known := range []string{"account_id", "role_arn", "role_id"} {
			grants[known] = row[known]
		}
		same("unused --summary", row, grants, slices.Collect(maps.Keys(row))...)
		granted, unused = granted+row["granted"].(float64), unused+row["unused"].(float64)+row["probably_unused"].(float64)
	}
	comparePermissions(t, rowsOf(t, engine, "unused"), byRole)

	unexpected := compareCallers(t, rowsOf(t, engine, "unexpected", "--all"), byRole, same)
	changes := rowsOf(t, engine, "changes")
	cutLines(t, objects(review["changes"]))
	if got := objects(review["changes"]); !reflect.DeepEqual(got, changes) {
		t.Errorf("the changes are %v, the report says %v", got, changes)
	}
	if got, want := objects(review["coverage"]), rowsOf(t, engine, "coverage"); !reflect.DeepEqual(got, want) {
		t.Errorf("coverage is %v, the report says %v", got, want)
	}
	numbers := review["numbers"].(object)
	for name, want := range map[string]float64{"active": float64(active), "granted": granted, "unused": unused, "unexpected_callers": float64(unexpected), "changes": float64(len(changes))} {
		if numbers[name] != want {
			t.Errorf("%s is %v, the reports say %v", name, numbers[name], want)
		}
	}
	if compared < 1000 || unexpected == 0 || unused == 0 {
		t.Errorf("%d figures were compared, %d unexpected callers, %v unused permissions", compared, unexpected, unused)
	}
}

// cutLines takes away what the report has with --diff only.
func cutLines(t *testing.T, changes []object) {
	t.Helper()
	explained := 0
	for _, change := range changes {
		if change["lines"] != nil {
			explained++
		}
		delete(change, "lines")
	}
	if explained < 5 {
		t.Errorf("%d changes show what was there before and after", explained)
	}
}

// compareCallers holds the callers of the roles against the rows of the report unexpected,
// and counts those that are unexpected.
func compareCallers(t *testing.T, rows []object, byRole map[string]object, same func(what string, row, of object, columns ...string)) (unexpected int) {
	t.Helper()
	callers := map[string]int{}
	for _, row := range rows {
		role := byRole[identify(row)]
		i := slices.IndexFunc(objects(role["caller_list"]), func(c object) bool {
			return c["caller"] == row["caller"] && c["via_role"] == row["via_role"] && reflect.DeepEqual(c["findings"], row["findings"])
		})
		if i < 0 {
			t.Errorf("%s has no caller %v", identify(row), row)
			continue
		}
		columns := slices.DeleteFunc(slices.Collect(maps.Keys(row)), func(c string) bool { return slices.Contains([]string{"account_id", "role_arn", "role_id"}, c) })
		same("unexpected", row, objects(role["caller_list"])[i], columns...)
		callers[identify(row)]++
		inWindow := row["assumptions"].(float64)+row["denied"].(float64) > 0
		odd := slices.ContainsFunc(row["findings"].([]any), func(f any) bool { return f != "expected" && f != "never_came" })
		if inWindow && odd && role["in_review"] == true {
			unexpected++
		}
	}
	for key, n := range callers {
		if got := len(objects(byRole[key]["caller_list"])); got != n {
			t.Errorf("%s has %d callers, the report %d", key, got, n)
		}
	}
	return unexpected
}

// comparePermissions holds what is listed and counted of a role's permissions against the
// rows of the report unused.
func comparePermissions(t *testing.T, rows []object, byRole map[string]object) {
	t.Helper()
	byAction := map[string]object{}
	type key struct{ role, verdict string }
	want := map[key]float64{}
	for _, row := range rows {
		byAction[identify(row)+fmt.Sprint(row["action"])] = row
		want[key{identify(row), row["verdict"].(string)}]++
	}
	got := map[key]float64{}
	listed := 0
	for id, role := range byRole {
		for _, p := range objects(role["permissions"]) {
			listed++
			got[key{id, p["verdict"].(string)}]++
			row := byAction[id+fmt.Sprint(p["action"])]
			for name, value := range p {
				if !reflect.DeepEqual(row[name], value) {
					t.Errorf("%s, %v: %s is %v, the report says %v", id, p["action"], name, value, row[name])
				}
			}
		}
		for _, u := range objects(role["unseen"]) {
			got[key{id, u["verdict"].(string)}] += u["actions"].(float64)
		}
		services := map[string]float64{}
		for _, s := range objects(role["service_list"]) {
			for _, verdict := range []string{"used", "possibly_used", "denied_only", "unused", "probably_unused", "unobservable", "too_new"} {
				services[verdict] += s[verdict].(float64)
			}
		}
		for verdict, n := range services {
			if n != want[key{id, verdict}] {
				t.Errorf("the services of %s have %v that are %s, the report says %v", id, n, verdict, want[key{id, verdict}])
			}
		}
	}
	if !maps.Equal(got, want) || listed < 50 {
		t.Errorf("%d permissions are listed; by role and verdict they are\n%v\nthe report says\n%v", listed, got, want)
	}
}

// madeAgain is a role whose namesake was deleted inside the window.
const madeAgain = "AROA3WQKYEFKNSMSPQI6N"

// reviewAgreesWithARole: what report role asks about one role is what the review says of it,
// and nothing of its namesake.
func reviewAgreesWithARole(t *testing.T, engine queries.Engine) {
	t.Helper()
	c, err := config.Load(organisationConfig(t), "")
	if err != nil {
		t.Fatal(err)
	}
	params := queries.Params{Since: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC), Until: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC),
		GrantAges: true, ThinCoverage: thinCoverage(c.Coverage.ThinBelow), Unexpected: unexpectedOf(c)}
	whole, err := access.Read(context.Background(), engine, access.Scope{Params: params, OwnerOf: c.OwnerOf})
	if err != nil {
		t.Fatal(err)
	}
	params.Role = madeAgain
	page, _, err := access.ReadRole(context.Background(), engine, access.Scope{Params: params, OwnerOf: c.OwnerOf})
	if err != nil || page == nil {
		t.Fatalf("the role has no page: %v", err)
	}
	want := &whole.Roles[slices.IndexFunc(whole.Roles, func(role access.Role) bool { return role.RoleID == madeAgain })]
	changes := func(r *access.Review, role *access.Role) (list []access.Change) {
		for _, place := range role.ChangeList {
			list = append(list, r.Changes[place])
		}
		role.ChangeList = nil
		return list
	}
	got, all := changes(page.Review, page.Role), changes(whole, want)
	if len(got) != 2 || !reflect.DeepEqual(got, all) {
		t.Errorf("the page has the changes %v, the review %v", got, all)
	}
	want.Findings = slices.DeleteFunc(want.Findings, func(f access.Finding) bool { return f.Code == "no_owner" }) // where others have one
	if page.Role.Uses == 0 || len(page.Refusals) == 0 || !reflect.DeepEqual(page.Role, want) {
		t.Errorf("the page has\n%+v\nthe review\n%+v", page.Role, want)
	}
}

// reviewIsDeterministic: the same lake gives the same bytes, wherever and by how many workers
// it is asked, and into a folder that has the files already too.
func reviewIsDeterministic(t *testing.T, engine queries.Engine) {
	t.Helper()
	one, other := t.TempDir(), t.TempDir()
	for name, text := range map[string]string{"review.json": "older", "owners/left.md": "", "mine.md": "",
		"manifest.json": `{"files":[{"name":"owners/left.md"},{"name":"owners/../mine.md"},{"name":"mine.md"}]}`} {
		if err := errors.Join(os.MkdirAll(filepath.Join(other, "owners"), 0o755), os.WriteFile(filepath.Join(other, name), []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	madeReview(t, engine, one)
	madeReview(t, elsewhere(t), other)
	files := 0
	err := fs.WalkDir(os.DirFS(one), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		files++
		first, err := os.ReadFile(filepath.Join(one, name))
		if err != nil {
			return err
		}
		second, err := os.ReadFile(filepath.Join(other, name))
		if string(first) != string(second) {
			t.Errorf("%s differs between two runs", name)
		}
		return err
	})
	if err != nil || files < 7 {
		t.Errorf("%d files, %v", files, err)
	}
	if _, err := os.Stat(filepath.Join(other, "owners", "left.md")); err == nil {
		t.Error("the file of a former owner is still there")
	}
	if _, err := os.Stat(filepath.Join(other, "mine.md")); err != nil {
		t.Error("a file of somebody else was removed")
	}
	checkManifest(t, one)
	if left, _ := filepath.Glob(filepath.Join(other, ".*")); len(left) > 0 {
		t.Errorf("files were left over: %v", left)
	}
}

// checkManifest holds the manifest of a review against its files.
func checkManifest(t *testing.T, dir string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	var m manifest
	if err := errors.Join(err, json.Unmarshal(text, &m)); err != nil {
		t.Fatal(err)
	}
	for _, f := range m.Files {
		text, err := os.ReadFile(filepath.Join(dir, f.Name))
		if sum := fmt.Sprintf("%x", sha256.Sum256(text)); err != nil || sum != f.SHA256 || int64(len(text)) != f.Bytes {
			t.Errorf("%s is not what the manifest says: %v", f.Name, err)
		}
	}
	if len(m.Files) < 6 || m.Made != "report review --quarter 2026Q3 --out access-review" || m.Meta.Coverage.Events == 0 {
		t.Errorf("the manifest is %+v", m)
	}
	if want := (manifestDigests{"not verified", 2}); m.Digests != want {
		t.Errorf("digests are %+v, want %+v", m.Digests, want)
	}
	configured, err := os.ReadFile(organisationConfig(t))
	if want := (manifestFile{"roletrail.yaml", int64(len(configured)), fmt.Sprintf("%x", sha256.Sum256(configured))}); err != nil || m.Configuration == nil || *m.Configuration != want {
		t.Errorf("the configuration is %+v, want %+v: %v", m.Configuration, want, err)
	}
}

// reviewComparesDecisions: what was decided and not done is a finding, and on the page.
func reviewComparesDecisions(t *testing.T, engine queries.Engine) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "decisions.json")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const head = `{"format":"roletrail decisions 1","window":{"since":"2026-04-01T00:00:00Z","until":"2026-07-01T00:00:00Z","quarter":"2026Q2"},"reviewer":"a <b>person</b>","decisions":[`
	write(head + `{"role_arn":"arn:aws:iam::111111111111:role/gone","decision":"remove"},{"role_id":"AROA_NOBODY","role_arn":"arn:aws:iam::111111111111:role/legacy-batch","decision":"remove"}]}`)
	out := t.TempDir()
	review, _ := madeReview(t, engine, out, "--decisions", file)
	var outcomes []any
	for _, o := range objects(review["earlier"].(object)["outcomes"]) {
		outcomes = append(outcomes, o["role_name"], o["outcome"])
	}
	if want := []any{"gone", "done", "legacy-batch", "done"}; !reflect.DeepEqual(outcomes, want) {
		t.Errorf("the decisions became %v, want %v: the new role of a name is not the old one", outcomes, want)
	}
	page, err := os.ReadFile(filepath.Join(out, "review.html"))
	if err != nil || !strings.Contains(string(page), "What became of the decisions of 2026Q2") || strings.Contains(string(page), "a <b>person") {
		t.Errorf("the page does not show them, or not as text: %v", err)
	}
	for text, want := range map[string]string{
		strings.Replace(head, "2026-04-01", "2026-07-01", 1) + "]}": "its window is empty",
		head + "}": "give the decisions.json that the page of the last review exported, or its review.xlsx filled in",
		strings.NewReplacer("2026-04-01", "2026-07-01", "2026-07-01T00:00:00Z\",\"quarter", "2026-10-02T00:00:00Z\",\"quarter").Replace(head) + "]}": "the decisions are of another window",
	} {
		write(text)
		if got := try(t, engine, "", "review", "--quarter", "2026Q3", "--out", out, "--decisions", file); got.code != 1 || !strings.Contains(got.stderr, want) {
			t.Errorf("%s: %d %s, want %q", text, got.code, got.stderr, want)
		}
	}
}

// reviewReadsWorkbook: what was entered into the workbook of a review fills its files, and is
// held against what is there a quarter later.
func reviewReadsWorkbook(t *testing.T, engine queries.Engine) {
	t.Helper()
	out := t.TempDir()
	madeReview(t, engine, out)
	book, err := excelize.OpenFile(filepath.Join(out, "review.xlsx"))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	rows, err := book.GetRows("Roles")
	if err != nil {
		t.Fatal(err)
	}
	column := func(name string) int { return slices.Index(rows[0], name) }
	filled := filepath.Join(t.TempDir(), "filled in.xlsx")
	for i, row := range rows {
		if row[column("role_name")] != "broad-ops" {
			continue
		}
		for name, value := range map[string]string{"decision": "trim", "reviewer": "alice", "remark": "too broad"} {
			cell, err := excelize.CoordinatesToCellName(column(name)+1, i+1)
			if err := errors.Join(err, book.SetCellStr("Roles", cell, value)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := book.SaveAs(filled); err != nil {
		t.Fatal(err)
	}
	madeReview(t, engine, out, "--decisions", filled)
	sheet, err := os.ReadFile(filepath.Join(out, "review.csv"))
	if err != nil || strings.Count(string(sheet), ",trim,,alice,too broad\n") != 1 {
		t.Errorf("the table does not have the decision: %v", err)
	}
	if _, err := os.Stat(filepath.Join(out, "actions", "001-trim", "trim.sh")); err != nil {
		t.Error(err)
	}
	got := try(t, engine, "", "review", "--since", "2026-07-02", "--until", "2026-10-02", "--out", out, "--decisions", filled)
	text, err := os.ReadFile(filepath.Join(out, "review.json"))
	if err != nil || got.code != 0 || !strings.Contains(string(text), "was to be trimmed, and has") {
		t.Errorf("%d, %s%v: the next review does not say what became of the decision", got.code, got.stderr, err)
	}
}

// reviewWritesActions: decisions of this review become commands and fill the spreadsheet; what
// was decided anew leaves nothing of what was decided before. The policies are those of report
// unused --policy, but for the resources.
func reviewWritesActions(t *testing.T, engine queries.Engine) {
	t.Helper()
	out, file := t.TempDir(), filepath.Join(t.TempDir(), "decisions.json")
	_, roles := madeReview(t, engine, out)
	if _, err := os.Stat(filepath.Join(out, "actions")); err == nil {
		t.Error("there are actions without decisions")
	}
	decide := func(decision string, names ...string) {
		t.Helper()
		decisions := []object{}
		for _, role := range roles {
			if slices.Contains(names, fmt.Sprint(role["role_name"])) && role["state"] == "present" {
				decisions = append(decisions, object{"role_id": role["role_id"], "role_arn": role["role_arn"], "decision": decision, "reason": "=because"})
			}
		}
		text, err := json.Marshal(object{"format": "roletrail decisions 1", "window": object{"since": "2026-07-01T00:00:00Z", "until": "2026-10-01T00:00:00Z", "quarter": "2026Q3"}, "decisions": decisions})
		if err := errors.Join(err, os.WriteFile(file, text, 0o600)); err != nil || len(decisions) != len(names) {
			t.Fatalf("%d decisions, %v", len(decisions), err)
		}
	}
	decide("trim", "broad-ops", "db-admin")
	madeReview(t, engine, out, "--decisions", file)
	drafted, err := os.ReadFile(filepath.Join(out, "actions", "001-trim", "policy-1.json"))
	if err != nil {
		t.Fatal(err)
	}
	direct := try(t, engine, "", "unused", "--policy", "broad-ops", "--quarter", "2026Q3")
	if got, want := actionsOf(t, drafted), actionsOf(t, []byte(direct.stdout)); len(want) < 50 || !slices.Equal(got, want) {
		t.Errorf("the policy has %d actions, report unused --policy proposes %d", len(got), len(want))
	}
	readme, err := os.ReadFile(filepath.Join(out, "actions", "README.txt"))
	if err != nil || !strings.Contains(string(readme), "Coverage of its account is thin") {
		t.Errorf("the page of the actions does not say why there are none: %v\n%s", err, readme)
	}
	sheet, err := os.ReadFile(filepath.Join(out, "review.csv"))
	if err != nil || !strings.Contains(string(sheet), ",trim,,,'=because") {
		t.Errorf("the table does not have the decisions: %v", err)
	}
	decide("remove", "legacy-batch")
	madeReview(t, engine, out, "--decisions", file)
	left, err := filepath.Glob(filepath.Join(out, "actions", "*", "*.*"))
	if err != nil || len(left) != 5 || !strings.Contains(left[0], "001-remove") {
		t.Errorf("%v, %v: there must be those of the new decision alone", left, err)
	}
	checkManifest(t, out)
}

// actionsOf are the actions that a policy allows.
func actionsOf(t *testing.T, text []byte) (actions []string) {
	t.Helper()
	var document struct {
		Statement []struct {
			Effect string
			Action []string
		}
	}
	if err := json.Unmarshal(text, &document); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	for _, s := range document.Statement {
		if s.Effect == "Allow" {
			actions = append(actions, s.Action...)
		}
	}
	slices.Sort(actions)
	return slices.Compact(actions)
}

// TestReviewRefusals: what is wrong is said, with what to do.
func TestReviewRefusals(t *testing.T) {
	for want, args := range map[string][]string{
		"reading decisions":                      {"review", "--quarter", "2026Q3", "--out", t.TempDir(), "--decisions", "/nowhere.json"},
		"needs a folder to write to":             {"review", "--quarter", "2026Q3"},
		"invalid value \"2026Q5\" for --quarter": {"review", "--quarter", "2026Q5", "--out", t.TempDir()},
	} {
		if got := try(t, newFake(), "", args...); got.code == 0 || !strings.Contains(got.stderr, want) {
			t.Errorf("%v: %d %q, want %q", args, got.code, got.stderr, want)
		}
	}
}
