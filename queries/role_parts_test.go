package queries

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// partsWorld has roles with policies, and events that show resources. Half of the
// roles share their name with one of another account, and each has two snapshots.
type partsWorld struct {
	*rand.Rand
	world
}

const partsRoles = 40

// strangers ends the ids of roles that no inventory has.
const strangers = "X"

func newPartsWorld(seed uint64) *partsWorld {
	w := &partsWorld{Rand: rand.New(rand.NewPCG(seed, 3))}
	for n := range partsRoles {
		for _, date := range []string{"2026-07-01", "2026-07-09"} {
			w.addRole(n, date)
		}
		for range w.IntN(150) {
			w.addEvent(n)
		}
		w.addEvent(n)
		if w.IntN(3) == 0 { // of a younger role of the name
			w.addEvent(n)
			w.events[len(w.events)-1].RoleID = ptr(partsID(n) + strangers)
		}
	}
	for _, managed := range []string{"one", "two", "three"} {
		for account := range 2 {
			w.policies = append(w.policies, policyRow{AccountID: partsAccount(account), PolicyARN: ptr("arn:aws:iam::aws:policy/" + managed), Kind: "aws_managed",
				Document: []*string{ptr(fmt.Sprintf(`{"Id":"%s in %d"}`, managed, account)), nil}[w.IntN(4)/3], SnapshotDate: "2026-07-09"})
		}
	}
	w.actions = []actionRow{
		{Action: "s3:GetObject", Service: "s3", Name: "GetObject", Level: "read", Observability: "data", DataType: ptr("AWS::S3::Object")},
		{Action: "iam:PassRole", Service: "iam", Name: "PassRole", Level: "permissions", Observability: "permission_only"},
	}
	return w
}

func partsAccount(n int) string { return fmt.Sprintf("%012d", 1+n%2) }
func partsARN(n int) string     { return fmt.Sprintf("arn:aws:iam::%s:role/r%d", partsAccount(n), n/2) }
func partsID(n int) string      { return fmt.Sprintf("AROA%d", n) }

func (w *partsWorld) addRole(n int, date string) {
	r := inventoryRole{ARN: partsARN(n), RoleID: partsID(n), AccountID: partsAccount(n), Name: fmt.Sprintf("r%d", n/2), SnapshotDate: date}
	if w.IntN(5) > 0 {
		r.Attached = []string{}
		for _, managed := range []string{"one", "two", "three", "lost"} {
			if w.IntN(2) == 0 {
				r.Attached = append(r.Attached, "arn:aws:iam::aws:policy/"+managed)
			}
		}
	}
	r.Unread = [][]string{nil, {}, {"inline:own0"}, {"arn:aws:iam::aws:policy/one", "…"}}[w.IntN(4)]
	w.roles = append(w.roles, r)
	for i := range w.IntN(3) {
		w.policies = append(w.policies, policyRow{AccountID: r.AccountID, Name: ptr(fmt.Sprint("own", i)), Kind: "inline", RoleARN: ptr(r.ARN),
			Document: ptr(fmt.Sprintf(`{"Id":"%s %d"}`, date, i)), SnapshotDate: date})
	}
}

// resourceTexts are resources as events have them, with the ARNs that count.
var resourceTexts = []struct {
	json string
	arns []any
}{
	{``, []any{nil, nil, nil, nil}},
	{`[]`, []any{nil, nil, nil, nil}},
	{`{"ARN":"arn:aws:s3:::b"}`, []any{nil, nil, nil, nil}},
	{`[{"ARN":"arn:aws:s3:::b"}]`, []any{"arn:aws:s3:::b", nil, nil, nil}},
	{`[{"type":"AWS::S3::Object","ARNPrefix":"arn:aws:s3:::b/"},{"ARN":"arn:aws:s3:::b"}]`, []any{nil, "arn:aws:s3:::b", nil, nil}},
	{`[{"ARN":"arn:aws:s3:::b/x/y"},{"ARN":"arn:aws:s3:::b"}]`, []any{"arn:aws:s3:::b/*", "arn:aws:s3:::b", nil, nil}},
	{`[{"ARN":"arn:aws:s3:::b/z"},{"ARN":"arn:aws:s3:::b"}]`, []any{"arn:aws:s3:::b/*", "arn:aws:s3:::b", nil, nil}},
	{`[{"ARN":"a"},{"ARN":"b"},{"ARN":"arn:aws:s3:::c/d"}]`, []any{"a", "b", "arn:aws:s3:::c/*", nil}},
	{`[{"ARN":"a/b"},{"ARN":"b"},{"ARN":"c"},{"ARN":"d"}]`, []any{"a/b", "b", "c", "…"}},
	{`[{"ARN":"a"},{"ARN":"b"},{"ARN":"c"},{"ARNPrefix":"d"},{"ARN":"e"}]`, []any{"a", "b", "c", "…"}},
}

// passParameter are parameters of a call that passed a role, and whether it passed
// more than that.
type passParameter struct {
	json string
	more bool
}

var passParameters = []passParameter{
	{``, false},
	{`{"taskRoleArn":"PASSED"}`, false},
	{`{"role":"p0"}`, false},
	{`{"iamInstanceProfile":{"arn":"arn:aws:iam::000000000001:instance-profile/p"}}`, false},
	{`{"taskRoleArn":"PASSED","executionRoleArn":"PASSED"}`, false},
	{`{"taskRoleArn":"PASSED","executionRoleArn":"arn:aws:iam::000000000001:role/e"}`, true},
	{`{"roleArns":["PASSED","PASSED-too"]}`, true}, // its name begins alike
	{`{"roleArns":["PASSED","PASSED","arn:aws:iam::000000000001:role/a/b"]}`, true},
	{`{"roleARN":"PASSED","definition":"{\"RoleArn\":\"PASSED\"}"}`, true}, // who knows what a text in a text is
}

func passedMore(e event) bool {
	return e.EventSource == "elasticbeanstalk.amazonaws.com" || slices.ContainsFunc(passParameters, func(p passParameter) bool {
		return p.more && e.Parameters != nil && strings.ReplaceAll(p.json, "PASSED", *e.PassedARN) == *e.Parameters
	})
}

func (w *partsWorld) addEvent(n int) {
	e := event{
		EventID: fmt.Sprintf("e%d", len(w.events)), EventSource: "x.amazonaws.com", EventName: "Do", Recipient: ptr(partsAccount(n)),
		EventTime: time.Date(2026, 6, 29, 12, 0, 0, 0, time.UTC).AddDate(0, 0, w.IntN(14)), Outcome: []string{"success", "success", "failed", "denied"}[w.IntN(4)],
		RoleARN: ptr(partsARN(n)), RoleID: ptr(partsID(n)),
	}
	if w.IntN(4) == 0 {
		e.RoleID = nil
	}
	if w.IntN(5) > 0 {
		e.IAMAction = ptr([]string{"s3:GetObject", "s3:PutObject"}[w.IntN(2)])
	}
	if text := resourceTexts[w.IntN(len(resourceTexts))].json; text != "" {
		e.Resources = &text
	}
	if w.IntN(4) == 0 {
		e.Possible = []string{"s3:GetObjectTagging", "iam:PassRole"}
	}
	if w.IntN(6) == 0 {
		e.PassedARN = ptr(fmt.Sprintf("arn:aws:iam::000000000001:role/p%d", w.IntN(2)))
		if text := passParameters[w.IntN(len(passParameters))].json; text != "" {
			e.Parameters = ptr(strings.ReplaceAll(text, "PASSED", *e.PassedARN))
		}
		if w.IntN(9) == 0 {
			e.EventSource = "elasticbeanstalk.amazonaws.com"
		}
	}
	w.events = append(w.events, e)
}

// wantResources counts the calls of a role by hand.
func (w *partsWorld) wantResources(n int, p Params) [][]any {
	counts, totals := map[string]int64{}, map[string]int64{}
	add := func(action string, arns []any) {
		raw, _ := json.Marshal(arns)
		counts[action+"\t"+string(raw)]++
		totals[action]++
	}
	for _, e := range w.events {
		if *e.RoleARN != partsARN(n) || e.RoleID != nil && *e.RoleID != partsID(n) || e.Outcome == "denied" || e.EventTime.Before(p.Since) || !e.EventTime.Before(p.Until) {
			continue
		}
		if e.IAMAction != nil {
			add(*e.IAMAction, arnsOf(e.Resources))
		}
		if e.PassedARN != nil {
			var more any
			if passedMore(e) {
				more = "…"
			}
			add("iam:PassRole", []any{*e.PassedARN, nil, nil, more})
		} else if slices.Contains(e.Possible, "iam:PassRole") {
			add("iam:PassRole", []any{nil, nil, nil, nil})
		}
	}
	facts := map[string][]any{"s3:GetObject": {nil, "data"}, "iam:PassRole": {nil, "permission_only"}, "s3:PutObject": {nil, nil}}
	var out [][]any
	for key, count := range counts {
		action, raw, _ := strings.Cut(key, "\t")
		var arns []any
		_ = json.Unmarshal([]byte(raw), &arns)
		out = append(out, []any{partsAccount(n), partsARN(n), partsID(n), action, facts[action][0], facts[action][1], arns, count, totals[action]})
	}
	return out
}

func arnsOf(resources *string) []any {
	text := ""
	if resources != nil {
		text = *resources
	}
	for _, r := range resourceTexts {
		if r.json == text {
			return r.arns
		}
	}
	panic("unknown resources " + text)
}

func (w *partsWorld) wantPolicies(n int, p Params) (out [][]any) {
	remade := slices.ContainsFunc(w.events, func(e event) bool {
		return *e.RoleARN == partsARN(n) && e.RoleID != nil && *e.RoleID == partsID(n)+strangers && e.EventTime.Format(time.DateOnly) >= "2026-07-09" && e.EventTime.Before(p.Until)
	})
	cut := false // of the patterns of its policies
	for _, r := range w.roles {
		if r.ARN == partsARN(n) && r.SnapshotDate == "2026-07-09" {
			cut = r.Attached != nil && slices.Contains(r.Unread, "…")
		}
	}
	documents := map[string]any{}
	for _, row := range w.policies {
		switch {
		case row.SnapshotDate != "2026-07-09" || row.AccountID != partsAccount(n):
		case row.RoleARN == nil:
			documents[*row.PolicyARN] = textOf(row.Document)
		case *row.RoleARN == partsARN(n):
			out = append(out, []any{partsAccount(n), partsARN(n), partsID(n), "inline:" + *row.Name, textOf(row.Document), false, cut, remade})
		}
	}
	for _, r := range w.roles {
		if r.ARN != partsARN(n) || r.SnapshotDate != "2026-07-09" {
			continue
		}
		for _, arn := range r.Attached {
			out = append(out, []any{r.AccountID, r.ARN, r.RoleID, arn, documents[arn], false, cut, remade})
		}
		if r.Attached == nil {
			out = append(out, []any{r.AccountID, r.ARN, r.RoleID, nil, nil, false, false, remade})
		}
	}
	return out
}

func textOf(text *string) any {
	if text == nil {
		return nil
	}
	return *text
}

// TestRoleParts: the policies and the resources of every other pair of roles, of every one where many
// worlds are wanted, are what a count by hand finds.
func TestRoleParts(t *testing.T) {
	w := newPartsWorld(1)
	e := openFiles(t, newWorkshop(t).write(t.TempDir(), w.world), Options{})
	p := Params{Since: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC), Until: time.Date(2026, 7, 11, 0, 0, 0, 0, time.UTC)}
	compared := map[string]int{}
	var wantAll [][]any
	for n := range partsRoles {
		wantAll = append(wantAll, w.wantPolicies(n, p)...)
	}
	rows, err := e.Run(context.Background(), "role_policies", p)
	if got := all(t, rows, err); !reflect.DeepEqual(ordered(got), ordered(wantAll)) {
		t.Errorf("role_policies of all roles: %d rows, by hand there are %d, or they differ", len(got), len(wantAll))
	}
	step := 2
	if os.Getenv(worldsEnv) != "" {
		step = 1
	}
	for n := range partsRoles {
		if n/2%step > 0 {
			continue
		}
		p.Role = []string{partsARN(n), partsID(n), fmt.Sprintf("r%d", n/2)}[n%3]
		p.Accounts = []string{partsAccount(n)}
		for question, want := range map[string][][]any{"role_resources": w.wantResources(n, p), "role_policies": w.wantPolicies(n, p)} {
			rows, err := e.Run(context.Background(), question, p)
			got := all(t, rows, err)
			compared[question] += len(got)
			if a, b := ordered(got), ordered(want); !reflect.DeepEqual(a, b) {
				t.Fatalf("%s of %s:\n got %v\nwant %v", question, p.Role, a, b)
			}
		}
	}
	if compared["role_resources"] < 400/step || compared["role_policies"] < 80/step {
		t.Errorf("compared %v only", compared)
	}
}

// TestServiceUses: the calls of each service are what a count by hand finds.
func TestServiceUses(t *testing.T) {
	w := newPartsWorld(4)
	e := openFiles(t, newWorkshop(t).write(t.TempDir(), w.world), Options{})
	p := Params{Since: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC), Until: time.Date(2026, 7, 8, 13, 0, 0, 0, time.UTC)}
	for _, accounts := range [][]string{nil, {partsAccount(1)}} {
		p.Accounts = accounts
		counts := map[any][2]int64{}
		for _, e := range w.events {
			if e.EventTime.Before(p.Since) || !e.EventTime.Before(p.Until) || accounts != nil && !strings.Contains(*e.RoleARN, accounts[0]) {
				continue
			}
			var service any
			if e.IAMAction != nil {
				service, _, _ = strings.Cut(*e.IAMAction, ":")
			}
			c := counts[service]
			if e.Outcome == "denied" {
				c[1]++
			} else {
				c[0]++
			}
			counts[service] = c
		}
		var want [][]any
		for service, c := range counts {
			want = append(want, []any{service, c[0], c[1]})
		}
		rows, err := e.Run(context.Background(), "service_uses", p)
		if got := all(t, rows, err); len(got) != 2 || !reflect.DeepEqual(ordered(got), ordered(want)) {
			t.Errorf("of accounts %v:\n got %v\nwant %v", accounts, got, want)
		}
	}
}

func ordered(rows [][]any) [][]any {
	out := slices.Clone(rows)
	slices.SortFunc(out, func(a, b []any) int { return cmp.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	return out
}

// TestRoleResourcesAreCapped: an action with too many resources keeps its number of
// calls, so that the rest is missed.
func TestRoleResourcesAreCapped(t *testing.T) {
	w := &partsWorld{Rand: rand.New(rand.NewPCG(1, 1))}
	w.addRole(0, "2026-07-09")
	for i := range 150 {
		w.addEvent(0)
		e := &w.events[i]
		e.EventTime, e.Outcome, e.IAMAction, e.Possible, e.PassedARN = time.Date(2026, 7, 5, 0, 0, 0, 0, time.UTC), "success", ptr("sqs:SendMessage"), nil, nil
		e.Resources = ptr(fmt.Sprintf(`[{"ARN":"arn:aws:sqs:eu-west-1:000000000001:q%d"}]`, i))
	}
	e := openFiles(t, newWorkshop(t).write(t.TempDir(), w.world), Options{})
	p := window()
	p.Role = partsARN(0)
	rows, err := e.Run(context.Background(), "role_resources", p)
	got := all(t, rows, err)
	if len(got) != 100 || got[0][8] != int64(150) {
		t.Errorf("%d rows, the first %v", len(got), got[0])
	}
}
