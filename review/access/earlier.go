package access

import (
	"errors"
	"fmt"
	"time"

	"roletrail/iam/amount"
	"roletrail/review/termtext"
)

// Earlier is what became of the decisions of an earlier review.
type Earlier struct {
	Since    time.Time `json:"since"`
	Until    time.Time `json:"until"`
	Quarter  Text      `json:"quarter"`
	Reviewer Text      `json:"reviewer"`
	// Numbers are the headline numbers of that review; null where its file has none.
	Numbers   *Numbers  `json:"numbers"`
	Undecided int       `json:"undecided"`
	Outcomes  []Outcome `json:"outcomes"`
}

// Outcome is what became of one decision.
type Outcome struct {
	Role     Text `json:"role"` // ARN, or id where that is not known
	RoleName Text `json:"role_name"`
	Decision Text `json:"decision"`
	Until    Text `json:"until"`
	Reason   Text `json:"reason"`
	// Outcome is done, not_done, not_known; of an exception running or ran_out; kept.
	Outcome Text `json:"outcome"`
	// Says is the outcome in words.
	Says Text `json:"says"`
}

// errOtherWindow refuses decisions of a review that is neither this one nor one before it.
var errOtherWindow = errors.New("the decisions are of another window, and not of one before it: give those of this review or of the last one")

// compare takes in decisions: those of this very review, or those of an earlier one, which
// are held against what is there now.
func (r *reader) compare(d *Decisions) error {
	w := r.review.Window
	switch {
	case d == nil:
		return nil
	case d.Window.Since.Equal(w.Since) && d.Window.Until.Equal(w.Until):
		r.takeDecisions(d)
		return nil
	case !d.Window.Since.Before(w.Since):
		return errOtherWindow
	}
	r.compareEarlier(d)
	return nil
}

// Decided is what was decided in this review about a role.
type Decided struct {
	Decision Text `json:"decision"`
	Until    Text `json:"until"`
	Reason   Text `json:"reason"`
	Reviewer Text `json:"reviewer"`
}

// text is the decision in words, empty if there is none yet.
func (d *Decided) text() string {
	if d == nil {
		return ""
	}
	text := string(d.Decision)
	if d.Until != "" {
		text += " until " + string(d.Until)
	}
	if d.Reviewer != "" {
		text += ", by " + string(d.Reviewer)
	}
	return text
}

// takeDecisions gives the roles what was decided about them in this review.
func (r *reader) takeDecisions(d *Decisions) {
	find := r.decidedAbout()
	for i := range d.Decisions {
		one := &d.Decisions[i]
		if one.Decision == nil {
			continue
		}
		role := find(one)
		if role != nil && role.InReview {
			role.Decided = &Decided{line(*one.Decision), line(deref(one.Until)), line(deref(one.Reason)), line(one.by(d))}
		}
		r.addOrder(d, one, role, false)
	}
}

// decidedAbout finds the role that a decision is about: by its id, or by its ARN where the
// decision has no id.
func (r *reader) decidedAbout() func(*Decision) *Role {
	byARN := map[Text]*Role{}
	for _, role := range r.roles {
		if role.State != "deleted" {
			byARN[role.RoleARN] = role
		}
	}
	return func(one *Decision) *Role {
		if id := deref(one.RoleID); id != "" {
			return r.byID[Text(id)]
		}
		return byARN[Text(deref(one.RoleARN))]
	}
}

// compareEarlier says what became of the decisions of an earlier review.
func (r *reader) compareEarlier(d *Decisions) {
	e := &Earlier{Since: d.Window.Since, Until: d.Window.Until, Quarter: line(deref(d.Window.Quarter)), Reviewer: line(deref(d.Reviewer)), Numbers: d.Numbers, Outcomes: []Outcome{}}
	find := r.decidedAbout()
	for i := range d.Decisions {
		one := &d.Decisions[i]
		if one.Decision == nil {
			e.Undecided++
			continue
		}
		role := find(one)
		o := r.outcome(one, role)
		r.addOrder(d, one, role, o.Outcome == "done")
		e.Outcomes = append(e.Outcomes, o)
		if role != nil && role.InReview {
			role.Earlier = &o
		}
	}
	r.review.Earlier = e
}

func line(s string) Text { return Text(termtext.Line(s)) }

// outcome is what became of a decision about a role, which is nil if it is nowhere now.
func (r *reader) outcome(one *Decision, role *Role) Outcome {
	o := Outcome{Role: line(deref(one.RoleARN)), Decision: Text(*one.Decision), Until: line(deref(one.Until)), Reason: line(deref(one.Reason))}
	o.RoleName = line(principalName(deref(one.RoleARN)))
	if role != nil {
		o.Role, o.RoleName = role.key(), Text(role.called())
	}
	gone := role == nil || role.State == "deleted"
	set := func(outcome, format string, args ...any) {
		o.Outcome, o.Says = Text(outcome), Text(fmt.Sprintf(format, args...))
	}
	switch o.Decision {
	case "keep":
		set("kept", "is kept")
		if gone {
			set("kept", "was to be kept, and is gone")
		}
	case "remove":
		set("not_done", "was to be removed, and is still there")
		switch {
		case gone:
			set("done", "was removed")
		case role.State == "unknown":
			set("not_known", "was to be removed; no inventory says whether it is still there")
		}
	case "trim":
		r.trimmed(one, role, gone, set)
	case "exception":
		r.exception(one, gone, set)
	}
	return o
}

func (r *reader) trimmed(one *Decision, role *Role, gone bool, set func(string, string, ...any)) {
	switch {
	case gone:
		set("done", "was to be trimmed, and is gone")
	case one.Granted == nil || role.Grants == nil:
		set("not_known", "was to be trimmed; what it was or is granted is not known")
	case role.Grants.Granted < *one.Granted:
		set("done", "was trimmed from %s to %s permissions", amount.Grouped(*one.Granted), amount.Grouped(role.Grants.Granted))
	default:
		set("not_done", "was to be trimmed, and has %s permissions; then it had %s", amount.Grouped(role.Grants.Granted), amount.Grouped(*one.Granted))
	}
}

// exception says whether an exception has run out by the end of the window: the day on
// which it ends is no longer in it.
func (r *reader) exception(one *Decision, gone bool, set func(string, string, ...any)) {
	until, err := time.Parse(time.DateOnly, deref(one.Until))
	switch {
	case gone:
		set("done", "had an exception, and is gone")
	case err != nil:
		set("not_known", "has an exception without an end")
	case until.Before(r.review.Window.Until):
		set("ran_out", "has an exception that ran out on %s", dates{year: r.review.Window.Until.Add(-time.Microsecond).Year()}.day(until))
	default:
		set("running", "has an exception until %s", until.Format(time.DateOnly))
	}
}

// judgeEarlier has a finding for what was decided and not done, and for exceptions that
// ran out.
func (role *Role) judgeEarlier() {
	if o := role.Earlier; o != nil && (o.Outcome == "not_done" || o.Outcome == "ran_out") {
		code := map[Text]string{"not_done": "decision_not_done", "ran_out": "exception_ran_out"}[o.Outcome]
		role.finding(Medium, code, string(o.Says)+".", "the decisions of the last review", "", nil)
	}
}
