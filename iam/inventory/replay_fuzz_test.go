package inventory

import (
	"testing"
	"time"
)

// FuzzReplay holds of any parameters that roles stay well formed, that the order in
// which changes come does not matter, and that all can be judged.
func FuzzReplay(f *testing.F) {
	for _, c := range []Change{
		made(0, "a", firstID, `,"tags":[{"key":"k","value":"v"}]`), put(1, "a", "p", sendDoc), attach(1, "AttachRolePolicy", "a", adminPolicy),
		of(1, "PutRolePermissionsBoundary", "a", `,"permissionsBoundary":"x"`), of(1, "UpdateAssumeRolePolicy", "a", ""),
		of(1, "TagRole", "a", ""), of(1, "TagRole", "a", `,"tags":null`),
		changeAt(1, "CreatePolicyVersion", `{"policyArn":"arn:aws:iam::111111111111:policy/x","policyDocument":{},"setAsDefault":true}`, `{"policyVersion":{"versionId":"v2"}}`),
	} {
		f.Add(c.Name, string(c.Request), string(c.Response))
	}
	f.Fuzz(func(t *testing.T, name, request, response string) {
		changes := []Change{made(0, "a", firstID, ""), put(1, "a", "p", sendDoc)}
		if Replays(name) {
			changes = append(changes, Change{ID: "x", Time: time.Date(2026, 3, 1, 0, 2, 0, 0, time.UTC), AccountID: replayAccount, Name: name, Request: []byte(request), Response: []byte(response)})
		}
		inv, again := Replay(changes, nil), Replay(reversed(changes), nil)
		if len(inv.Roles) != len(again.Roles) || len(inv.Problems) != len(again.Problems) {
			t.Fatalf("%d roles and %d, %d problems and %d", len(inv.Roles), len(again.Roles), len(inv.Problems), len(again.Problems))
		}
		judge := judgeOf(inv)
		for i := range inv.Roles {
			r := &inv.Roles[i]
			if r.AccountID != replayAccount || r.Name == "" || factsOf(r) != factsOf(&again.Roles[i]) {
				t.Fatalf("role %+v, and in the other order %+v", r, again.Roles[i])
			}
			judge.Role(r)
		}
	})
}
