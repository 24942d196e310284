package queries

import (
	"fmt"
	"testing"
)

// TestSessionAttributesAreUses: session tags and a source identity that a role gave a session
// show that it used the actions for them, and a denied attempt, an empty list of tags or a
// record without parameters do not.
func TestSessionAttributesAreUses(t *testing.T) {
	const used, further = "used inside the window", "calls inside the window may have needed it besides the action they are named after"
	for name, c := range map[string]struct {
		tags, identity     *string
		outcome            string
		byARN, isCall      bool
		days               int
		tagged, identified string
		uses               [2]int
	}{
		"tags":             {tags: ptr(`[{"key":"team","value":"blue"}]`), outcome: "success", tagged: used, identified: further, uses: [2]int{0, 1}},
		"a source":         {tags: ptr("[]"), identity: ptr("ann"), outcome: "success", tagged: further, identified: used, uses: [2]int{1, 0}},
		"failed otherwise": {tags: ptr(`[{"key":"team","value":"blue"}]`), identity: ptr("ann"), outcome: "failed", tagged: used, identified: used, uses: [2]int{1, 1}},
		"by ARN":           {tags: ptr(`[{"key":"team","value":"blue"}]`), outcome: "success", byARN: true, tagged: used, identified: further, uses: [2]int{0, 1}},
		"neither":          {tags: ptr("[]"), outcome: "success", tagged: further, identified: further},
		"not shown":        {outcome: "success", tagged: further, identified: further},
		"no assumption":    {tags: ptr(`[{"key":"team","value":"blue"}]`), identity: ptr("ann"), outcome: "success", isCall: true, tagged: further, identified: further},
		"denied": {tags: ptr(`[{"key":"team","value":"blue"}]`), identity: ptr("ann"), outcome: "denied",
			tagged: onlyAssumptions, identified: onlyAssumptions},
		"before the window": {tags: ptr(`[{"key":"team","value":"blue"}]`), outcome: "success", days: -10, tagged: onlyAssumptions, identified: onlyAssumptions},
		"after the window":  {tags: ptr(`[{"key":"team","value":"blue"}]`), outcome: "success", days: 10, tagged: onlyAssumptions, identified: onlyAssumptions},
	} {
		t.Run(name, func(t *testing.T) {
			call := calledBy("AROAONE", 1+c.days)
			call.EventSource, call.EventName, call.IAMAction, call.Possible = "sts.amazonaws.com", "AssumeRole", ptr("sts:AssumeRole"), []string{"sts:TagSession", "sts:SetSourceIdentity"}
			call.AssumedTags, call.AssumedIdentity, call.Outcome = c.tags, c.identity, c.outcome
			if !c.isCall {
				call.Caller, call.CallerKind = ptr(unnamedARN), ptr("role")
			}
			if c.byARN {
				call.RoleID = nil
			}
			x := unnamedWorld(ptr(window().Since.AddDate(0, 0, -90)), call)
			x.roles[0].RoleID, x.grants[0].RoleID = "AROAONE", "AROAONE"
			grant, kind := x.grants[0], x.actions[0]
			x.grants, x.actions = nil, nil
			for _, action := range []string{"sts:SetSourceIdentity", "sts:TagSession"} {
				grant.Action, kind.Action, kind.Service, kind.Observability = action, action, "sts", "permission_only"
				x.grants, x.actions = append(x.grants, grant), append(x.actions, kind)
			}
			e := openFiles(t, newWorkshop(t).write(t.TempDir(), x), Options{})
			rows := ask(t, e, "unused", window())
			if len(rows) != 2 || rows[0][6] != c.identified || rows[1][6] != c.tagged || fmt.Sprint(rows[0][8], rows[1][8]) != fmt.Sprint(c.uses[0], c.uses[1]) {
				t.Fatalf("got %v, want %+v", rows, c)
			}
			seen := int64(0)
			for _, row := range rows {
				if row[5] == "used" {
					seen++
				}
				if row[5] == "used" && (row[7] != call.EventTime || row[11] != call.EventID) {
					t.Errorf("the evidence of %v is not the call", row)
				}
			}
			if c.days < 0 && rows[1][7] != call.EventTime {
				t.Errorf("the last use before the window is %v, not %v", rows[1][7], call.EventTime)
			}
			if rows := ask(t, e, "unused_summary", window()); len(rows) != 1 || rows[0][4] != seen {
				t.Errorf("the summary is %v, want %d used", rows, seen)
			}
		})
	}
}

const onlyAssumptions = "it has no API call of its own: only calls that become a role show it, and this role made none inside the window"
