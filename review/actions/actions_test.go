package actions

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"roletrail/iam/policy"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const (
	account = "111111111111"
	// IAM takes these: the scripts must, too.
	oddName   = "a+b=c,d.e@f-g_h"
	oddPolicy = "arn:aws:iam::111111111111:policy/x'$(touch${IFS}pwned)`touch${IFS}pwned`/\"narrow\""
	// No IAM takes this, and a reason in a file of decisions may be it.
	hostile = "x'; touch pwned #\ntouch pwned\n$(touch pwned) ${x} %{x}\u202e"
)

func draft(action string) policy.Draft {
	return policy.Draft{Version: "2012-10-17", Statements: []policy.DraftStatement{{Sid: "S3", Effect: "Allow", Actions: []string{action}, Resources: []string{"*"}}}}
}

func trimOrder() Order {
	return Order{Decision: Trim, RoleName: oddName, RoleARN: "arn:aws:iam::111111111111:role/team/" + oddName, RoleID: "AROAEXAMPLE1", AccountID: account, Dropped: 12, Unsure: 3, By: "alice", Reason: "uses little", Review: "2026Q3",
		Today:  []policy.Source{{Name: "arn:aws:iam::aws:policy/PowerUserAccess", Document: `{"Statement":[]}`}, {Name: oddPolicy, Document: `{"Statement":[]}`}, {Name: "inline:own", Document: `{"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`}},
		Drafts: []policy.Draft{draft("s3:GetObject"), draft("sqs:SendMessage")}}
}

func removeOrder() Order {
	return Order{Decision: Remove, RoleName: "old", RoleARN: "arn:aws:iam::111111111111:role/old", RoleID: "AROAEXAMPLE2", AccountID: account, By: "alice", Review: "2026-10-01"}
}

// workplace is a folder with the files of orders, and a stand-in for IAM.
type workplace struct {
	t        *testing.T
	dir, iam string
	bin      string
}

func newWorkplace(t *testing.T, orders ...Order) *workplace {
	t.Helper()
	w := &workplace{t: t, dir: t.TempDir()}
	w.iam, w.bin = filepath.Join(w.dir, "iam.json"), filepath.Join(w.dir, "bin")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(w.bin, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, filepath.Join(w.bin, "aws")); err != nil {
		t.Fatal(err)
	}
	for _, f := range filesOf(t, orders...) {
		name := filepath.Join(w.dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(f.Text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w.set(&standIn{Account: account, Policies: map[string]string{oddPolicy: "{}"}, Roles: map[string]*standInRole{
		oddName: {ID: "AROAEXAMPLE1", Attached: []string{oddPolicy, "arn:aws:iam::aws:policy/PowerUserAccess"}, Inline: map[string]string{"own": `{"Statement":["newer"]}`}},
		"old":   {ID: "AROAEXAMPLE2", Attached: []string{"arn:aws:iam::aws:policy/ReadOnlyAccess"}, Inline: map[string]string{"a": "{}", "z": "{}"}, Profiles: []string{"old"}},
	}})
	return w
}

func filesOf(t *testing.T, orders ...Order) []File {
	t.Helper()
	files, err := Files(orders)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func (w *workplace) set(s *standIn) {
	w.t.Helper()
	if err := s.write(w.iam); err != nil {
		w.t.Fatal(err)
	}
}

func (w *workplace) state() *standIn {
	w.t.Helper()
	s, err := readStandIn(w.iam)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// run runs a script; it must succeed, or fail with a text.
func (w *workplace) run(script, failure string) {
	w.t.Helper()
	cmd := exec.Command("bash", filepath.Join(w.dir, script))
	cmd.Dir = w.t.TempDir() // a script goes to its own folder
	cmd.Env = []string{"PATH=" + w.bin + ":" + os.Getenv("PATH"), "STAND_IN=" + w.iam, "HOME=" + w.dir}
	out, err := cmd.CombinedOutput()
	if (err != nil) != (failure != "") || !strings.Contains(string(out), failure) {
		w.t.Fatalf("%s: %v, want %q\n%s", script, err, failure, out)
	}
	for _, dir := range []string{cmd.Dir, w.dir} {
		if found, _ := filepath.Glob(filepath.Join(dir, "*", "pwned")); len(found) > 0 {
			w.t.Fatalf("%s ran what a name says", script)
		}
		if _, err := os.Stat(filepath.Join(dir, "pwned")); err == nil {
			w.t.Fatalf("%s ran what a name says", script)
		}
	}
}

// TestTrimAndUndo: the script gives the role its new policies, and undo.sh gives back the
// very ones that it had, in whatever state the first one stopped.
func TestTrimAndUndo(t *testing.T) {
	o := trimOrder()
	o.Reason = hostile
	w := newWorkplace(t, o)
	before := w.state()
	w.run("001-trim/undo.sh", "trim.sh was not run")
	w.run("001-trim/trim.sh", "")
	got := w.state()
	role := got.Roles[oddName]
	names := []string{"arn:aws:iam::111111111111:policy/" + oddName + "-trimmed-2026Q3", "arn:aws:iam::111111111111:policy/" + oddName + "-trimmed-2026Q3-2"}
	if !reflect.DeepEqual(role.Attached, names) || len(role.Inline) != 0 || !strings.Contains(got.Policies[names[1]], "sqs:SendMessage") {
		t.Errorf("after trim.sh: %+v, %v", role, got.Policies)
	}
	w.run("001-trim/trim.sh", "other managed policies are attached")
	w.run("001-trim/undo.sh", "")
	after := w.state()
	after.Calls = nil
	if role := after.Roles[oddName]; len(role.Attached) != 2 || strings.TrimSpace(role.Inline["own"]) != before.Roles[oddName].Inline["own"] || len(after.Policies) != 1 {
		t.Errorf("after undo.sh: %+v, %v", role, after.Policies)
	}
	w.run("001-trim/trim.sh", "") // the order in which they are attached is none
}

// TestScriptsStop: where something is not as the review saw it nothing is changed.
func TestScriptsStop(t *testing.T) {
	for name, c := range map[string]struct {
		change         func(*standIn)
		script, says   string
		changesNothing bool
	}{
		"another role of the name":    {func(s *standIn) { s.Roles[oddName].ID = "AROAOTHER" }, "001-trim/trim.sh", "is not the role AROAEXAMPLE1", true},
		"no role of the name":         {func(s *standIn) { delete(s.Roles, oddName) }, "001-trim/trim.sh", "is not the role AROAEXAMPLE1", true},
		"another account":             {func(s *standIn) { s.Account = "222222222222" }, "001-trim/trim.sh", "not the credentials of account 111111111111", true},
		"a policy more":               {func(s *standIn) { s.Roles[oddName].Attached = append(s.Roles[oddName].Attached, "arn:x") }, "001-trim/trim.sh", "other managed policies", true},
		"another inline one":          {func(s *standIn) { s.Roles[oddName].Inline["more"] = "{}" }, "001-trim/trim.sh", "other inline policies", true},
		"a policy of the new name":    {func(s *standIn) { s.Policies["arn:aws:iam::111111111111:policy/"+oddName+"-trimmed-2026Q3"] = "{}" }, "001-trim/trim.sh", "EntityAlreadyExists", false},
		"locking another role":        {func(s *standIn) { s.Roles["old"].ID = "AROAOTHER" }, "002-remove/lock.sh", "is not the role AROAEXAMPLE2", true},
		"unlocking another role":      {func(s *standIn) { s.Roles["old"].ID = "AROAOTHER" }, "002-remove/unlock.sh", "is not the role AROAEXAMPLE2", true},
		"deleting another role":       {func(s *standIn) { s.Roles["old"].ID = "AROAOTHER" }, "002-remove/delete.sh", "is not the role AROAEXAMPLE2", true},
		"deleting what is not locked": {func(*standIn) {}, "002-remove/delete.sh", "is not locked", true},
	} {
		w := newWorkplace(t, trimOrder(), removeOrder())
		s := w.state()
		c.change(s)
		w.set(s)
		w.run(c.script, c.says)
		if calls := w.state().Calls; c.changesNothing && len(calls) > 0 {
			t.Errorf("%s: %v", name, calls)
		}
	}
}

// TestLockAndDelete: a role is locked, unlocked, and deleted only when it is locked.
func TestLockAndDelete(t *testing.T) {
	w := newWorkplace(t, removeOrder())
	before := w.state()
	w.run("001-remove/lock.sh", "")
	if got := w.state().Roles["old"].Inline[lockName]; !strings.Contains(got, `"Deny"`) {
		t.Errorf("the lock is %q", got)
	}
	w.run("001-remove/unlock.sh", "")
	after := w.state()
	after.Calls = nil
	if !reflect.DeepEqual(after, before) {
		t.Errorf("after unlock.sh: %+v, before it was %+v", after.Roles["old"], before.Roles["old"])
	}
	w.run("001-remove/lock.sh", "")
	w.run("001-remove/delete.sh", "")
	if left := w.state(); left.Roles["old"] != nil || left.Roles[oddName] == nil {
		t.Errorf("left: %v", left.Roles)
	}
	if saved, err := filepath.Glob(filepath.Join(w.dir, "001-remove", "saved-AROAEXAMPLE2", "*.json")); err != nil || len(saved) != 5 {
		t.Errorf("saved %v, %v", saved, err)
	}
}

// TestNothingOfNamesThatIAMCannotHave: whatever is odd about a role or one of its policies,
// there are no commands, and the page says why.
func TestNothingOfNamesThatIAMCannotHave(t *testing.T) {
	spoil := map[string]func(*Order){
		"the name of the role":             func(o *Order) { o.RoleName = hostile },
		"the id of the role":               func(o *Order) { o.RoleID = "AROA" + hostile },
		"account is none":                  func(o *Order) { o.AccountID = "1" + hostile },
		"ARN is not that":                  func(o *Order) { o.RoleARN = "arn:aws:iam::111111111111:role/" + hostile },
		"ARN is not that of its":           func(o *Order) { o.RoleARN = "arn:aws:iam::222222222222:role/" + oddName },
		"no name that a policy":            func(o *Order) { o.Review = "../../x" },
		"a policy whose name":              func(o *Order) { o.Today[0].Name = "arn:aws:iam::aws:policy/a b" },
		"it has a policy whose name":       func(o *Order) { o.Today[2].Name = "inline:" + hostile },
		"AWS owns":                         func(o *Order) { o.RoleARN = "arn:aws:iam::111111111111:role/aws-service-role/x/" + oddName },
		"permission set":                   func(o *Order) { o.RoleARN = "arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com/" + oddName },
		"because":                          func(o *Order) { o.WhyNot = "because " + hostile },
		"nothing has to be done for this ": func(o *Order) { o.Decision = "keep" },
	}
	for want, change := range spoil {
		o := trimOrder()
		change(&o)
		files := filesOf(t, o)
		if len(files) != 1 || files[0].Name != "README.txt" || !strings.Contains(files[0].Text, want) || strings.Contains(files[0].Text, "\ntouch") {
			t.Errorf("%s: %d files, %s", want, len(files), files[0].Text)
		}
	}
}

// TestGolden shows each file as it is.
func TestGolden(t *testing.T) {
	over := trimOrder()
	over.Reason, over.By = hostile, hostile
	for i := range 9 {
		over.Today = append(over.Today, policy.Source{Name: "arn:aws:iam::aws:policy/P" + string(rune('a'+i)), Document: "{}"})
	}
	gone := removeOrder()
	gone.WhyNot = "the role is gone"
	var b strings.Builder
	for _, f := range filesOf(t, trimOrder(), removeOrder(), over, gone) {
		b.WriteString("-- " + f.Name + " --\n" + strings.TrimSuffix(f.Text, "\n") + "\n")
		if strings.HasSuffix(f.Name, ".sh") || strings.HasSuffix(f.Name, ".tf") {
			for line := range strings.Lines(f.Text) {
				if strings.HasPrefix(line, "touch") {
					t.Errorf("%s has a line of somebody else's", f.Name)
				}
			}
		}
	}
	golden := filepath.Join("testdata", "files.golden")
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil || b.String() != string(want) {
		t.Errorf("%v: the files are not those of %s; -update writes them anew", err, golden)
	}
}
