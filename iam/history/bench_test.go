package history

import "testing"

// BenchmarkExplain explains a change of a policy of some actions that is held against the
// one before it.
func BenchmarkExplain(b *testing.B) {
	before := change(3, "PutRolePolicy", put+","+doc("policyDocument", "s3:Get*", "sqs:*", "dynamodb:Query"))
	now := change(5, "PutRolePolicy", put+","+doc("policyDocument", "s3:Get*", "s3:PutObject", "sqs:*", "dynamodb:*"))
	e := &Explainer{Judge: judge, Memory: remember([]*Change{before})}
	for b.Loop() {
		if d, err := e.Explain(now); d == nil || err != nil {
			b.Fatal(d, err)
		}
	}
}
