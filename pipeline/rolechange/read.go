package rolechange

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"roletrail/cloudtrail"
	"roletrail/iam"
	"roletrail/iam/difference"
)

// Change is what a record says of a role change. Texts are the record's, unescaped.
type Change struct {
	Severity difference.Severity
	// Roles are the ARNs of the roles that the record names, each once, as it names
	// them: where it has a name alone, without the path.
	Roles []string
	// Policy is the ARN of the policy that it names; empty if it names none.
	Policy string
	// Summary says what was done to what, and what is grave about it.
	Summary string
}

// reading is one record being read.
type reading struct {
	event   *Event
	rec     *cloudtrail.Record
	outcome cloudtrail.Outcome
	policy  string              // that it names, empty for none
	attach  string              // that is attached by its name, likewise
	reasons []string            // what is grave about it, or what makes it less so
	steps   int                 // by which it is graver than the table says
	limit   difference.Severity // the most that it can be; no line of the table is over High
	columns *[2]column
}

// column is requestParameters or responseElements, where fields stand.
type column struct {
	cloudtrail.Object
	isRead bool
}

// Reader reads one record after another. The zero value is ready; it is not for concurrent use.
type Reader struct{ columns [2]column }

// Read says what a record of a kind of event changes; ok is false if it changes nothing of a
// role. passed is the role or instance profile that the call hands to a service, see
// [cloudtrail.PassedRoleParser].
func (x *Reader) Read(e *Event, rec *cloudtrail.Record, outcome cloudtrail.Outcome, passed []byte) (c Change, ok bool) {
	if e.passes && len(passed) == 0 {
		return c, false
	}
	x.columns[0].isRead, x.columns[1].isRead = false, false
	r := &reading{event: e, rec: rec, outcome: outcome, limit: difference.Critical, columns: &x.columns}
	r.policy, r.attach = r.text(fieldPolicy), r.text(fieldAttach)
	c.Roles, c.Policy = r.roles(string(passed)), r.policyARN()
	r.judgeAttached()
	r.judgeActor()
	switch outcome {
	case cloudtrail.Success:
		r.judgeDocuments()
	case cloudtrail.Denied:
		r.note(-1, "denied")
		r.limit = difference.High
	default:
		r.note(0, "failed")
		r.limit = difference.High
	}
	c.Severity = min(e.Severity.Moved(r.steps), r.limit)
	c.Summary = summary(e.Name, r.subject(string(passed)), r.reasons)
	return c, true
}

// subject is the name of what was changed beside roles: that of the policy or of what
// the table says.
func (r *reading) subject(passed string) string {
	if arn := cmp.Or(r.attach, r.policy); arn != "" {
		return lastName(arn)
	}
	if text := r.text(fieldSubject); text != "" {
		return text
	}
	return lastName(passed)
}

// policyARN is the ARN of the policy of IAM that the record names.
func (r *reading) policyARN() string {
	_, refused := r.refused()
	for _, text := range [...]string{r.policy, r.attach, refused} {
		if text == "" {
			continue
		}
		if arn, err := iam.ParseARN(text); err == nil && arn.Service == "iam" && strings.HasPrefix(arn.Resource, "policy/") && isPlain(text, "+=,.@_-/:") {
			return text
		}
	}
	return ""
}

// refused is what the message of a denied call names, whose parameters are null (P12).
func (r *reading) refused() (action, resource string) {
	if r.outcome != cloudtrail.Denied {
		return "", ""
	}
	a, b := cloudtrail.DeniedResource(r.rec.Text[cloudtrail.ErrorMessage])
	return string(a), string(b)
}

// maxSummary is the longest summary, in bytes. Each of its parts is cut shorter.
const (
	maxSummary = 600
	maxPart    = 200
)

func summary(name, subject string, reasons []string) string {
	text := name
	if subject != "" {
		text += " " + cut(subject, maxPart)
	}
	if len(reasons) > 0 {
		text += ": " + strings.Join(slices.Compact(reasons), "; ")
	}
	return cut(text, maxSummary)
}

// cut shortens a text to at most size bytes, with … where it was cut.
func cut(text string, size int) string {
	if len(text) <= size {
		return text
	}
	end := size - len("…")
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}
