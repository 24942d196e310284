package reach

import (
	"roletrail/iam"
	"roletrail/iam/history"
)

// Subjects. Those that begin with the same words but the last are of one group, see
// [history.Group].

func ofSetName(set string) string      { return "set " + set }
func ofAccounts(set string) string     { return history.Group + "set " + set }
func ofTargets(policyID string) string { return history.Group + "policy " + policyID }
func ofOne(group, one string) string   { return group + " " + one }
func moment(c *Change, turn int) (m history.Moment) {
	return history.Moment{At: c.Time, Turn: turn, Event: c.ID}
}

// FactsOf is what a change tells of whom others reach. It depends on the change alone. That an
// assignment was taken back is no fact: others of the same account may be left.
func FactsOf(c *Change) []history.Fact {
	if !c.Succeeded {
		return nil
	}
	request, response := read(c)
	fact := func(subject string, turn int, standing history.Standing, text string) []history.Fact {
		return []history.Fact{{Subject: subject, Moment: moment(c, turn), Standing: standing, Text: text}}
	}
	set, policy, target := set(request, response), string(request.PolicyID), string(request.TargetID)
	switch {
	case c.Source == ssoSource && c.Name == "CreatePermissionSet" && set != "" && request.Name != "":
		return fact(ofSetName(set), 1, history.Here, string(request.Name))
	case c.Source == ssoSource && c.Name == "CreateAccountAssignment" && set != "" && iam.IsAccountID(target):
		return fact(ofOne(ofAccounts(set), target), 2, history.Here, target)
	case c.Source == organizationsSource && c.Name == "AttachPolicy" && policy != "" && target != "":
		return fact(ofOne(ofTargets(policy), target), 2, history.Here, target)
	case c.Source == organizationsSource && c.Name == "DetachPolicy" && policy != "" && target != "":
		return fact(ofOne(ofTargets(policy), target), 3, history.Gone, "")
	}
	return nil
}
