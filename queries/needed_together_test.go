package queries

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// neededTogether are the pairs "ACTION ALSO" of calls that need both, by the reviewed table
// of renames.
var neededTogether = sync.OnceValue(func() map[string]bool {
	pairs := map[string]bool{}
	for _, r := range renames() {
		for _, also := range r.used[min(1, len(r.used)):] {
			pairs[r.used[0]+" "+also] = true
		}
	}
	return pairs
})

type renamed struct{ used, possible []string }

func renames() (lines []renamed) {
	text, err := os.ReadFile("../iam/action/renames.txt")
	if err != nil {
		panic(err)
	}
	for line := range strings.Lines(string(text)) {
		fields := strings.Split(strings.TrimSpace(line), "\t")
		if len(fields) != 5 || strings.HasPrefix(line, "#") {
			continue
		}
		full := func(list string) (actions []string) {
			for _, action := range strings.Split(list, ",") {
				if !strings.Contains(action, ":") {
					action = fields[0] + ":" + action
				}
				actions = append(actions, action)
			}
			return actions
		}
		lines = append(lines, renamed{used: full(fields[2]), possible: full(fields[3])})
	}
	return lines
}

// TestNeededTogether: the view has the pairs of the table, and no call of which one is
// certain may have needed the other only perhaps: its events could not be told apart.
func TestNeededTogether(t *testing.T) {
	want := neededTogether()
	if len(want) < 20 {
		t.Fatalf("the table has %d pairs", len(want))
	}
	v, err := view("needed_together")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for _, found := range regexp.MustCompile(`\('([^']+)', '([^']+)'\)`).FindAllStringSubmatch(v.text, -1) {
		got[found[1]+" "+found[2]] = true
	}
	if !maps.Equal(got, want) {
		t.Errorf("the view has %q, the table %q", slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
	}
	for _, r := range renames() {
		for _, also := range r.possible {
			if pair := r.used[0] + " " + also; want[pair] {
				t.Errorf("one call needs both of %q, and another may need the second", pair)
			}
		}
	}
}

// TestBothHalvesOfACallAreUsed: what a call needed for certain beside the action that it is
// named by was used, and not only perhaps; what a refused call needed beside it was not.
func TestBothHalvesOfACallAreUsed(t *testing.T) {
	for name, c := range map[string]struct {
		action, outcome     string
		from, to, uses, why string
	}{
		"done":             {"kms:ReEncryptFrom", "success", "used", "used", "1", "used inside the window"},
		"failed otherwise": {"kms:ReEncryptFrom", "failed", "used", "used", "1", "used inside the window"},
		"denied":           {"kms:ReEncryptFrom", "denied", "denied_only", "probably_unused", "0", "never seen, but denied calls inside the window may have needed it"},
		"another call":     {"kms:Decrypt", "success", "unused", "possibly_used", "0", "calls inside the window may have needed it besides the action they are named after"},
	} {
		t.Run(name, func(t *testing.T) {
			call := calledBy("AROAONE", 1)
			call.IAMAction, call.Possible, call.Outcome = ptr(c.action), []string{"kms:GenerateDataKey", "kms:ReEncryptTo"}, c.outcome
			x := unnamedWorld(nil, call)
			x.roles[0].RoleID, x.grants[0].RoleID = "AROAONE", "AROAONE"
			grant, kind := x.grants[0], x.actions[0]
			x.grants, x.actions = nil, nil
			for _, action := range []string{"kms:ReEncryptFrom", "kms:ReEncryptTo"} {
				grant.Action, kind.Action, kind.Service = action, action, "kms"
				x.grants, x.actions = append(x.grants, grant), append(x.actions, kind)
			}
			e := openFiles(t, newWorkshop(t).write(t.TempDir(), x), Options{})
			rows := ask(t, e, "unused", window())
			if len(rows) != 2 || rows[0][5] != c.from || rows[1][5] != c.to || rows[1][6] != c.why || fmt.Sprint(rows[1][8]) != c.uses || rows[1][11] != call.EventID {
				t.Errorf("got %v, want %+v", rows, c)
			}
			used := int64(0)
			for _, row := range rows {
				if row[5] == "used" {
					used++
				}
			}
			if rows := ask(t, e, "unused_summary", window()); len(rows) != 1 || rows[0][4] != used {
				t.Errorf("the summary is %v, want %d used", rows, used)
			}
		})
	}
}
