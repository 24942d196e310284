package history

import (
	"strings"

	"roletrail/iam"
	"roletrail/iam/difference"
)

// Explainer says what changes make of documents.
type Explainer struct {
	Judge  *difference.Judge
	Memory Memory
	// Own says whether an account is one of one's own, beside that of the role.
	Own difference.Own
}

// Explain returns the difference that a change makes, with the severity that it has by
// that; nil if the change is about no document, and about no setting that matters. It asks the memory of what was before the
// change, and does not put into it what the change tells.
func (e *Explainer) Explain(c *Change) (*difference.Difference, error) {
	if !Tells(c.Name) || !iam.IsAccountID(c.AccountID) {
		return nil, nil
	}
	x := &explaining{Explainer: e, reading: read(c)}
	if x.bare {
		return nil, nil
	}
	x.kind, x.name = x.owner()
	d := x.explain()
	return d, x.err
}

// explaining is one change being explained. The first error of the memory ends it.
type explaining struct {
	*Explainer
	*reading
	kind, name string // whose policy it is
	err        error
}

func (x *explaining) explain() *difference.Difference {
	switch x.Name {
	case "CreateRole":
		return x.created()
	case "UpdateAssumeRolePolicy":
		return x.Judge.Trust(x.last(ofTrust(x.AccountID, x.name)), documentOf(x.trustDocument()), x.own)
	case "DeleteRole":
		return x.deleted()
	case "UpdateRole":
		return x.prolonged()
	case "TagRole", "UntagRole":
		return x.tagged()
	case "PutRolePermissionsBoundary", "DeleteRolePermissionsBoundary":
		return x.boundary()
	case "CreatePolicy", "CreatePolicyVersion", "SetDefaultPolicyVersion", "DeletePolicyVersion", "DeletePolicy":
		return x.managed()
	case "PutRolePolicy", "PutUserPolicy", "PutGroupPolicy":
		return x.Judge.Grants(x.inline(), documentOf(document(x.in.PolicyDocument)), x.role())
	case "DeleteRolePolicy", "DeleteUserPolicy", "DeleteGroupPolicy":
		return x.Judge.Grants(x.inline(), absent, x.role())
	}
	return x.attachment()
}

var (
	absent  = difference.Document{State: difference.Absent}
	unknown = difference.Document{State: difference.Unknown}
)

func documentOf(text string) difference.Document {
	if text == "" {
		return unknown
	}
	return difference.DocumentOf(text)
}

// judged gives a difference another severity, if it has one.
func (x *explaining) judged(d *difference.Difference, severity func(difference.Severity) difference.Severity) *difference.Difference {
	if d.Severity != nil {
		s := severity(*d.Severity)
		d.Severity = &s
	}
	return d
}

// own says whether an account is that of the role, or another of one's own.
func (x *explaining) own(account string) bool {
	return account == x.AccountID || x.Own != nil && x.Own(account)
}

// role is the ARN of the role in question, or of one that may be: of a policy without a
// role it is that of some role of the account.
func (x *explaining) role() string {
	name := x.name
	if x.kind != "role" || !isName(name) {
		name = "any"
	}
	return "arn:aws:iam::" + x.AccountID + ":role/" + name
}

// created: a new role is less than an old one that is opened as much, since nobody relies
// on it, and it can do nothing yet.
func (x *explaining) created() *difference.Difference {
	return x.judged(x.Judge.Trust(absent, documentOf(x.trustDocument()), x.own), func(s difference.Severity) difference.Severity {
		return max(difference.Medium, s.Moved(-1))
	})
}

// deleted says who could become a role; nil if that is not known.
func (x *explaining) deleted() *difference.Difference {
	before := x.last(ofTrust(x.AccountID, x.name))
	if before.State != difference.Known {
		return nil
	}
	return x.judged(x.Judge.Trust(before, absent, x.own), func(difference.Severity) difference.Severity { return difference.Medium })
}

// last is the document of a subject of the role or user before the change.
func (x *explaining) last(subject string) difference.Document {
	f := x.before(subject)
	if f == nil {
		return unknown
	}
	switch f.Standing {
	case Gone:
		return absent
	case Here:
		return documentOf(f.Text)
	}
	return unknown
}

func (x *explaining) inline() difference.Document {
	name := string(x.in.PolicyName)
	if !isName(name) || !isName(x.name) {
		return unknown
	}
	return x.last(ofInline(x.kind, x.AccountID, x.name, name))
}

// before is the last fact of a subject before the change: one that is told of itself, or
// that whose it is was made or deleted since. nil means that nothing is known for certain.
func (x *explaining) before(subject string) *Fact {
	moment := x.Moment()
	f := x.lastFact(subject, moment)
	if x.kind != "" && isName(x.name) {
		if owner := x.lastFact(ofOwner(x.kind, x.AccountID, x.name), moment); owner != nil && (f == nil || owner.compare(f.Moment) > 0) {
			f = &Fact{Subject: subject, Moment: owner.Moment, Standing: Gone}
		}
	}
	return x.certain(f, x.AccountID)
}

// certain is a fact, unless something of the account was changed since of which nobody
// knows what it was.
func (x *explaining) certain(f *Fact, account string) *Fact {
	if f == nil {
		return nil
	}
	if doubt := x.lastFact(ofDoubt(account), x.Moment()); doubt != nil && doubt.compare(f.Moment) > 0 {
		return nil
	}
	return f
}

func (x *explaining) lastFact(subject string, m Moment) *Fact {
	before, _ := x.around(subject, m)
	return before
}

func (x *explaining) around(subject string, m Moment) (before, after *Fact) {
	if x.err != nil {
		return nil, nil
	}
	before, after, x.err = x.Memory.Around(subject, m)
	return before, after
}

// managed explains a change of a managed policy. A version that is not in force is one
// severity lower, as is a policy that nobody has yet.
func (x *explaining) managed() *difference.Difference {
	arn, id := x.policyARN(), x.versionID()
	if arn == "" {
		return nil
	}
	x.kind = ""
	lower := func(s difference.Severity) difference.Severity { return s.Moved(-1) }
	after := documentOf(document(x.in.PolicyDocument))
	switch x.Name {
	case "CreatePolicy":
		return x.judged(x.Judge.Grants(absent, after, x.role()), lower)
	case "CreatePolicyVersion":
		d := x.Judge.Grants(x.inForceBefore(arn), after, x.role())
		if !x.inForce() {
			d.Reasons = append(d.Reasons, "not in force")
			return x.judged(d, lower)
		}
		return d
	case "SetDefaultPolicyVersion":
		return x.Judge.Grants(x.inForceBefore(arn), x.version(arn, id), x.role())
	case "DeletePolicyVersion":
		return x.judged(x.Judge.Grants(x.version(arn, id), absent, x.role()), func(difference.Severity) difference.Severity { return difference.Low })
	}
	return x.judged(x.Judge.Grants(x.inForceBefore(arn), absent, x.role()), func(s difference.Severity) difference.Severity { return max(difference.Medium, s) })
}

// inForceBefore is the document that a managed policy had before the change.
func (x *explaining) inForceBefore(arn string) difference.Document {
	f := x.certain(x.lastFact(ofDefault(arn), x.Moment()), accountOf(arn))
	if f == nil {
		return unknown
	}
	switch f.Standing {
	case Gone:
		return absent
	case Here:
		return x.version(arn, f.Text)
	}
	return unknown
}

// version is what a version of a policy says, which never changes: if nobody told it
// before, what is told later holds too.
func (x *explaining) version(arn, id string) difference.Document {
	if id == "" {
		return unknown
	}
	before, after := x.around(ofVersion(arn, id), x.Moment())
	for _, f := range []*Fact{before, after} {
		if f != nil && f.Standing == Here {
			return documentOf(f.Text)
		}
	}
	return unknown
}

// everything is AWS's AdministratorAccess, which no event and not every inventory has.
const everything = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`

// attachment explains that a managed policy was attached or detached; nil if it is not
// known what the policy says, or if the change is none.
func (x *explaining) attachment() *difference.Difference {
	attaches := strings.HasPrefix(x.Name, "Attach")
	if !attaches && !strings.HasPrefix(x.Name, "Detach") {
		return nil
	}
	d := x.named(x.policyARN())
	switch {
	case d.State != difference.Known:
		return nil
	case attaches:
		return x.Judge.Grants(absent, d, x.role())
	}
	return x.Judge.Grants(d, absent, x.role())
}

// named is the document of a policy that is attached, or bounds, by its ARN. Where nobody
// told it before, that of the next inventory is taken, if nothing is known to have changed
// between: what it says of the policy is most likely what it said then.
func (x *explaining) named(arn string) difference.Document {
	if arn == "" {
		return unknown
	}
	if a, err := iam.ParseARN(arn); err == nil && a.IsAWSManagedPolicy("AdministratorAccess") {
		return difference.DocumentOf(everything)
	}
	if d := x.inForceBefore(arn); d.State == difference.Known {
		return d
	}
	before, after := x.around(ofDefault(arn), x.Moment())
	if before == nil && after != nil && after.Event == "" && after.Standing == Here {
		return x.version(arn, after.Text)
	}
	return unknown
}

func (x *explaining) boundary() *difference.Difference {
	before, after := unknown, absent
	if f := x.before(ofBoundary(x.AccountID, x.name)); f != nil {
		switch f.Standing {
		case Gone:
			before = absent
		case Here:
			before = x.named(f.Text)
		}
	}
	if strings.HasPrefix(x.Name, "Put") {
		after = x.named(string(x.in.PermissionsBoundary))
	}
	return x.Judge.Boundary(before, after, x.role())
}

// accountOf is the account of a managed policy; AWS's own have none.
func accountOf(arn string) string {
	a, _ := iam.ParseARN(arn)
	return a.AccountID
}
