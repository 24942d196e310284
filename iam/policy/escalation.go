package policy

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"

	"roletrail/iam"
)

//go:embed escalations.txt
var escalationsText string

// escalation is a known way by which a role makes itself an administrator.
type escalation struct {
	needs []need
	name  string // its actions, joined by " + "
}

// need is an action that must be granted on a resource.
type need struct {
	action  string // as written in the file
	service string // of the resource
	tail    string // last part of the resource's ARN
	self    bool   // the role's own ARN is enough
}

// escalations are the ways of the file in its order. The file is a part of the
// program: a line that cannot be read is a mistake in it.
var escalations = sync.OnceValue(func() []escalation {
	all, err := parseEscalations(escalationsText)
	if err != nil {
		panic(err)
	}
	return all
})

func parseEscalations(text string) (all []escalation, err error) {
	for i, line := range strings.Split(text, "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Split(line, " | ")
		if len(fields) != 3 {
			return nil, fmt.Errorf("reading escalations: line %d: %d fields, not 3", i+1, len(fields))
		}
		var e escalation
		var actions []string
		for _, text := range strings.Fields(fields[0]) {
			n, ok := parseNeed(text)
			if !ok {
				return nil, fmt.Errorf("reading escalations: line %d: %q is not ACTION@SERVICE:RESOURCE", i+1, text)
			}
			e.needs = append(e.needs, n)
			actions = append(actions, n.action)
		}
		e.name = strings.Join(actions, " + ")
		all = append(all, e)
	}
	return all, nil
}

func parseNeed(text string) (n need, ok bool) {
	text, n.self = strings.CutSuffix(text, "+self")
	action, resource, found := strings.Cut(text, "@")
	n.action = action
	n.service, n.tail, ok = strings.Cut(resource, ":")
	return n, found && ok && strings.Contains(action, ":")
}

// coveredBy says whether a resource pattern covers what the need is about, in the
// account of the role.
func (n need) coveredBy(pattern string, role iam.ARN) bool {
	if allStars(pattern) {
		return true
	}
	if p := strings.SplitN(pattern, ":", 6); len(p) == 6 && p[0] == "arn" {
		if matches(p[1], role.Partition) && matches(p[2], n.service) && (p[4] == "" || matches(p[4], role.AccountID)) && matches(p[5], n.tail) {
			return true
		}
	}
	// A star may stand for several parts: arn:aws:iam::* covers all of IAM.
	region := "*"
	if n.service == "iam" {
		region = ""
	}
	if matches(pattern, strings.Join([]string{"arn", role.Partition, n.service, region, role.AccountID, n.tail}, ":")) {
		return true
	}
	return n.self && matches(pattern, strings.Join([]string{"arn", role.Partition, role.Service, role.Region, role.AccountID, role.Resource}, ":"))
}
