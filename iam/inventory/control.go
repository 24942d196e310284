package inventory

import (
	"errors"
	"fmt"
	"strings"

	"roletrail/iam/policy"
)

// controlProblems says that the control policies leave no action to any role, as they do
// where the level of a Deny was given without the policy that allows. Roles then look as
// if there were nothing about them to report.
func (j *Judge) controlProblems() []Problem {
	if j.passes(j.scps, j.rcps) {
		return nil
	}
	const hint = "every level has to allow what roles may do, by FullAWSAccess unless somebody took it away: give the describe-policy output of all its policies"
	for _, level := range j.scps {
		if !j.passes([][]policy.Named{level}, nil) {
			return []Problem{{Where: "control policies " + namesOf(level), Err: fmt.Errorf("they allow nothing, so that no role may do anything; %s", hint)}}
		}
	}
	return []Problem{{Where: "control policies", Err: errors.New("together they allow nothing, so that no role may do anything; " + hint)}}
}

// passes says whether a role that is granted everything may do anything under the levels.
func (j *Judge) passes(scps, rcps [][]policy.Named) bool {
	all := policy.Named{Policy: j.compile(everything)}
	allowed, conditional := policy.Evaluate(j.universe, policy.Set{Identity: []policy.Named{all}, SCPs: scps, RCPs: rcps}).Count()
	return allowed+conditional > 0
}

func namesOf(level []policy.Named) string {
	names := make([]string, len(level))
	for i, p := range level {
		names[i] = name(p.Name)
	}
	return strings.Join(names, ", ")
}
