package inventory

import (
	"fmt"
	"strings"
	"testing"
)

// BenchmarkParse reads an inventory of 5,000 roles and 20,000 managed policies:
// a very large account.
func BenchmarkParse(b *testing.B) {
	var roles, policies []string
	for i := range 20_000 {
		arn := fmt.Sprintf("arn:aws:iam::111111111111:policy/p%d", i)
		policies = append(policies, policyJSON(arn, readDoc))
		if i%4 == 0 {
			roles = append(roles, roleJSON(fmt.Sprintf("r%d", i), inlineJSON(readDoc, readDoc), attachedJSON(arn)))
		}
	}
	text := `{"RoleDetailList":[` + strings.Join(roles, ",") + `],"Policies":[` + strings.Join(policies, ",") + `]}`
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		inv, err := Parse(strings.NewReader(text), "f", Limits{})
		if err != nil || len(inv.Roles) != 5000 {
			b.Fatal(len(inv.Roles), err)
		}
	}
}
