package policy

import (
	"regexp"
	"strings"
	"sync"
)

// The slow evaluator is the definition of Evaluate read aloud: one action at a time,
// one statement at a time, patterns as regular expressions.

var slowPatterns sync.Map

// slowMatch says whether an action pattern fits an action.
func slowMatch(pattern, action string) bool {
	re, ok := slowPatterns.Load(pattern)
	if !ok {
		quoted := regexp.QuoteMeta(pattern)
		quoted = strings.NewReplacer(`\*`, `.*`, `\?`, `.`).Replace(quoted)
		re, _ = slowPatterns.LoadOrStore(pattern, regexp.MustCompile(`(?is)\A`+quoted+`\z`))
	}
	return re.(*regexp.Regexp).MatchString(action)
}

func (s wantedStatement) isAbout(action string) bool {
	for _, pattern := range s.actions {
		if slowMatch(pattern, action) {
			return !s.notAction
		}
	}
	return s.notAction
}

// resourcesHeld says on which part of all resources the statement holds.
func (s wantedStatement) resourcesHeld() tri {
	for _, pattern := range s.resources {
		if strings.Trim(pattern, "*") == "" && pattern != "" {
			if s.notResource {
				return never
			}
			return always
		}
	}
	return sometimes
}

// tally is what the statements of some policies say of an action.
type tally struct{ allow, deny, allowEverywhere tri }

func tallyOf(policies []wantedPolicy, action string) (t tally, unknown bool) {
	for _, p := range policies {
		if p.unknown {
			unknown = true
			continue
		}
		for _, s := range p.statements {
			held := s.resourcesHeld()
			if !s.isAbout(action) || held == never || s.holds == never {
				continue
			}
			if s.allow {
				t.allow = max(t.allow, s.holds)
				t.allowEverywhere = max(t.allowEverywhere, min(s.holds, held))
			} else {
				t.deny = max(t.deny, min(s.holds, held))
			}
		}
	}
	return t, unknown
}

// slowEffect is the effect of a set on an action.
func slowEffect(s wantedSet, action string) Effect {
	own, _ := tallyOf(s.identity, action)
	effect := own.allow
	deny := own.deny
	limits := s.scps
	if s.boundary != nil {
		limits = append([][]wantedPolicy{{*s.boundary}}, limits...)
	}
	for _, level := range limits {
		t, unknown := tallyOf(level, action)
		deny = max(deny, t.deny)
		if unknown {
			effect = min(effect, sometimes)
		} else {
			effect = min(effect, t.allowEverywhere)
		}
	}
	for _, level := range s.rcps {
		t, unknown := tallyOf(level, action)
		if unknown || t.deny != never {
			deny = max(deny, sometimes)
		}
	}
	switch {
	case effect == never || deny == always:
		return Denied
	case effect == sometimes || deny == sometimes:
		return Conditional
	}
	return Allowed
}
