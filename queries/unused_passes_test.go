package queries

import (
	"strings"
	"testing"
)

// TestPatternsLongerThanARNsPassNothing: such a pattern is compared with no role, whatever it
// would fit: an expression of it could be of any size.
func TestPatternsLongerThanARNsPassNothing(t *testing.T) {
	for pattern, want := range map[string]string{"arn:aws:iam::*": "used", strings.Repeat("*", 2049): "possibly_used"} {
		call := calledBy("AROAONE", 1)
		call.IAMAction, call.Possible, call.PassedARN = ptr("ec2:RunInstances"), []string{"iam:PassRole"}, ptr("arn:aws:iam::"+ownerAccount+":role/other")
		x := unnamedWorld(nil, call)
		x.roles[0].RoleID, x.grants[0].RoleID, x.grants[0].Action, x.grants[0].Resources = "AROAONE", "AROAONE", "iam:PassRole", []string{pattern}
		e := openFiles(t, newWorkshop(t).write(t.TempDir(), x), Options{})
		if rows := ask(t, e, "unused", window()); len(rows) != 1 || rows[0][5] != want {
			t.Errorf("a pattern of %d characters: got %v, want %s", len(pattern), rows, want)
		}
	}
}
