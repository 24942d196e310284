package action

import (
	_ "embed" // the tables are compiled in
	"strings"
	"sync"
)

//go:embed hosts.txt
var hostsText string

//go:embed renames.txt
var renamesText string

//go:embed verbs.txt
var verbsText string

//go:embed passrole.txt
var passRoleText string

//go:embed tagging.txt
var taggingText string

// mappingRules are the tables by which events become actions. What the files say stands
// at their heads.
type mappingRules struct {
	hosts     map[string]string // label -> IAM prefix
	renames   map[operation]rename
	verbs     map[string][]verb // by IAM prefix
	passRole  map[operation]bool
	onRequest map[operation][]string // tagging actions
}

// operation is an operation of a service's API.
type operation struct{ service, name string } // in lower case

// rename is what a line of renames.txt says.
type rename struct{ used, possible []string }

// verb is the action of the operations whose names begin alike.
type verb struct{ beginning, action string } // the beginning in lower case

func operationOf(service, name string) operation {
	return operation{service, strings.ToLower(name)}
}

// reviewedRules are the tables of this build.
var reviewedRules = sync.OnceValue(func() *mappingRules {
	r, err := readRules(hostsText, renamesText, verbsText, passRoleText, taggingText)
	if err != nil {
		panic(err) // the build is broken, and no test was run on it
	}
	return r
})

func readRules(hosts, renames, verbs, passRole, tagging string) (*mappingRules, error) {
	r := &mappingRules{
		hosts: map[string]string{}, renames: map[operation]rename{}, verbs: map[string][]verb{},
		passRole: map[operation]bool{}, onRequest: map[operation][]string{},
	}
	tables := []struct {
		file, text    string
		keys, columns int
		take          func(fact []string)
	}{
		{"hosts.txt", hosts, 1, 3, func(f []string) { r.hosts[f[0]] = f[1] }},
		{"renames.txt", renames, 2, 5, func(f []string) {
			r.renames[operationOf(f[0], f[1])] = rename{actionList(f[0], f[2]), actionList(f[0], f[3])}
		}},
		{"verbs.txt", verbs, 2, 4, func(f []string) {
			r.verbs[f[0]] = append(r.verbs[f[0]], verb{strings.ToLower(f[1]), f[0] + ":" + f[2]})
		}},
		{"passrole.txt", passRole, 2, 3, func(f []string) { r.passRole[operationOf(f[0], f[1])] = true }},
		{"tagging.txt", tagging, 2, 4, func(f []string) { r.onRequest[operationOf(f[0], f[1])] = actionList(f[0], f[2]) }},
	}
	for _, t := range tables {
		facts, err := readFacts(t.file, t.text, t.keys, t.columns)
		if err != nil {
			return nil, err
		}
		for _, fact := range facts {
			t.take(fact)
		}
	}
	return r, nil
}

// prefix is the IAM prefix of the service that an eventSource names: by the table,
// else what its first label says (iam-data 2.1, 2.2). It is false for a source that
// cannot name a service: no other host than AWS's own speaks for one.
func (r *mappingRules) prefix(eventSource string) (string, bool) {
	label, ok := serviceOf(strings.ToLower(eventSource))
	if !ok {
		return "", false
	}
	if prefix, ok := r.hosts[label]; ok {
		return prefix, true
	}
	label, _, _ = strings.Cut(label, ".")
	if prefix, ok := r.hosts[label]; ok {
		return prefix, true
	}
	return label, isPrefix(label)
}

// domains end the hosts of AWS's services: those of its partitions, by the list of its
// SDKs (awsrulesfn/partitions.json).
var domains = []string{
	".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu",
	".c2s.ic.gov", ".sc2s.sgov.gov", ".cloud.adc-e.uk", ".csp.hci.ic.gov",
}

// serviceOf is what a host has before the domain of AWS, which must be its whole end.
func serviceOf(host string) (label string, ok bool) {
	for _, domain := range domains {
		if label, ok = strings.CutSuffix(host, domain); ok {
			return label, true
		}
	}
	return "", false
}

// longestPrefix bounds what an unknown eventSource may put into the lake.
const longestPrefix = 64

// isPrefix says whether a text could be the prefix of a service.
func isPrefix(s string) bool {
	if s == "" || len(s) > longestPrefix {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}

// verb is the action that the beginning of an operation's name tells, "" if none.
func (r *mappingRules) verb(op operation) string {
	for _, v := range r.verbs[op.service] {
		if strings.HasPrefix(op.name, v.beginning) {
			return v.action
		}
	}
	return ""
}
