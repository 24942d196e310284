package inventory

import (
	"slices"
	"testing"

	"roletrail/iam/action"
)

// TestControlPoliciesSpareServiceLinkedRoles: what the organisation denies its roles, those
// that AWS made for its own services may do all the same.
func TestControlPoliciesSpareServiceLinkedRoles(t *testing.T) {
	deny := Policy{Name: "no", Document: document("Deny", `"sqs:*"`, "*", "")}
	levels := [][]ControlPolicy{{{Policy: Policy{Name: "all", Document: adminDoc}}, {Policy: deny}}, {{Policy: deny, Resource: true}}}
	inline := inlineJSON(document("Allow", `"sqs:SendMessage"`, "*", ""))
	for arn, want := range map[string][]string{
		"arn:aws:iam::111111111111:role/aws-service-role/sqs.amazonaws.com/a": {"sqs:SendMessage allowed"},
		"arn:aws:iam::111111111111:role/a":                                    nil,
	} {
		inv := parseText(t, inventoryJSON(`{"Arn":"`+arn+`",`+inline+`,"AttachedManagedPolicies":[]}`, ""))
		var got []string
		for p := range NewJudge(inv, action.Embedded(), levels).Role(&inv.Roles[0]).Permissions() {
			got = append(got, p.Action+" "+p.Effect.String())
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s may do %v, want %v", arn, got, want)
		}
	}
}
