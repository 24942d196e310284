package inventory

import (
	"fmt"
	"testing"

	"roletrail/iam/action"
)

// TestGrantedTwice: what two policies grant the role has as long as by the older of them, in
// whatever order it has them.
func TestGrantedTwice(t *testing.T) {
	policyOf := func(arn, date, actions string) string {
		return fmt.Sprintf(`{"Arn":%q,"PolicyVersionList":[{"VersionId":"v1","IsDefaultVersion":true,"CreateDate":"2026-%sT00:00:00Z","Document":%s}]}`,
			arn, date, document("Allow", actions, "*", ""))
	}
	const other = "arn:aws:iam::111111111111:policy/other"
	policies := policyOf(mineARN, "02-01", `"sqs:SendMessage"`) + "," + policyOf(other, "04-01", `["sqs:SendMessage","sqs:PurgeQueue"]`)
	for _, attached := range []string{attachedJSON(mineARN, other), attachedJSON(other, mineARN)} {
		inv := parseText(t, inventoryJSON(roleJSON("a", attached, `"CreateDate":"2026-01-01T00:00:00Z"`), policies))
		got := map[string]string{}
		for p := range NewJudge(inv, action.Embedded(), nil).Role(&inv.Roles[0]).Permissions() {
			got[p.Action] = p.GrantedAt.Format("01-02")
		}
		if want := map[string]string{"sqs:SendMessage": "02-01", "sqs:PurgeQueue": "04-01"}; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: granted since %v, want %v", attached, got, want)
		}
	}
}
