package history

import (
	"strings"
	"time"

	"roletrail/iam"
)

// FactsOf is what a change tells of documents. It depends on the change alone.
func FactsOf(c *Change) []Fact {
	if !Tells(c.Name) || !iam.IsAccountID(c.AccountID) {
		return nil
	}
	r := read(c)
	if isSetting(c.Name) {
		return r.sessionFact(string(r.in.RoleName))
	}
	return withTags(c.AccountID, r.facts())
}

// facts are those of documents and of whose they are.
func (r *reading) facts() []Fact {
	c := r.Change
	if r.bare {
		return []Fact{r.fact(ofDoubt(c.AccountID), Unclear, "")}
	}
	if facts, ok := r.policyFacts(); ok {
		return facts
	}
	owner, name := r.owner()
	if !isName(name) {
		return []Fact{r.fact(ofDoubt(c.AccountID), Unclear, "")}
	}
	switch c.Name {
	case "CreateUser", "CreateGroup", "CreateServiceLinkedRole":
		return []Fact{r.fact(ofOwner(owner, c.AccountID, name), Here, "")}
	case "CreateRole":
		facts := []Fact{r.fact(ofRole(c.AccountID, name), Here, ""), r.known(ofTrust(c.AccountID, name), r.trustDocument()), r.boundary(name)}
		return append(facts, r.sessionFact(name)...)
	case "DeleteRole", "DeleteServiceLinkedRole", "DeleteUser", "DeleteGroup":
		return []Fact{r.fact(ofOwner(owner, c.AccountID, name), Gone, "")}
	case "UpdateAssumeRolePolicy":
		return []Fact{r.known(ofTrust(c.AccountID, name), r.trustDocument())}
	case "PutRolePermissionsBoundary", "DeleteRolePermissionsBoundary":
		return []Fact{r.boundary(name)}
	}
	return r.inlineFacts(owner, name)
}

// inlineFacts are those of inline policies; what attaches a policy tells of no document.
func (r *reading) inlineFacts(owner, name string) []Fact {
	inline := string(r.in.PolicyName)
	switch {
	case strings.HasPrefix(r.Name, "Attach"), strings.HasPrefix(r.Name, "Detach"):
		return nil
	case !isName(inline):
		return []Fact{r.fact(ofDoubt(r.AccountID), Unclear, "")}
	case strings.HasPrefix(r.Name, "Delete"):
		return []Fact{r.fact(ofInline(owner, r.AccountID, name, inline), Gone, "")}
	}
	return []Fact{r.known(ofInline(owner, r.AccountID, name, inline), document(r.in.PolicyDocument))}
}

// policyFacts are those of changes of managed policies; ok is false for other changes.
func (r *reading) policyFacts() (facts []Fact, ok bool) {
	switch r.Name {
	case "CreatePolicy", "CreatePolicyVersion", "SetDefaultPolicyVersion", "DeletePolicyVersion", "DeletePolicy":
	default:
		return nil, false
	}
	arn, id := r.policyARN(), r.versionID()
	switch {
	case arn == "":
		return []Fact{r.fact(ofDoubt(r.AccountID), Unclear, "")}, true
	case r.Name == "DeletePolicy":
		return []Fact{r.fact(ofDefault(arn), Gone, "")}, true
	case r.Name == "DeletePolicyVersion": // what it said stays true of it
		return nil, true
	}
	if r.Name != "SetDefaultPolicyVersion" && id != "" {
		facts = append(facts, r.known(ofVersion(arn, id), document(r.in.PolicyDocument)))
	}
	if r.Name == "SetDefaultPolicyVersion" || r.inForce() {
		facts = append(facts, r.known(ofDefault(arn), id))
	}
	return facts, true
}

func (r *reading) fact(subject string, s Standing, text string) Fact {
	return Fact{Subject: subject, Moment: r.Moment(), Standing: s, Text: text}
}

// known is the fact of a text, which is unclear if it is empty.
func (r *reading) known(subject, text string) Fact {
	if text == "" {
		return r.fact(subject, Unclear, "")
	}
	return r.fact(subject, Here, text)
}

func (r *reading) boundary(name string) Fact {
	subject, arn := ofBoundary(r.AccountID, name), string(r.in.PermissionsBoundary)
	switch {
	case arn == "" && r.Name == "PutRolePermissionsBoundary", len(arn) > iam.MaxARNLength:
		return r.fact(subject, Unclear, "")
	case arn == "":
		return r.fact(subject, Gone, "")
	}
	return r.fact(subject, Here, arn)
}

// RoleFacts is what an inventory tells of a role at a moment. listed says whether it has
// all of the role's policies, so that what it does not have is not there; trust is compact
// JSON, empty if it could not be read; boundary is empty if there is none.
func RoleFacts(at time.Time, arn string, listed bool, trust, boundary string) []Fact {
	parsed, err := iam.ParseARN(arn)
	_, name, ok := parsed.Role()
	if err != nil || !ok || !isName(name) {
		return nil
	}
	account := parsed.AccountID
	fact := func(subject string, turn int, text string, without Standing) Fact {
		f := Fact{Subject: subject, Moment: Moment{At: at, Turn: turn}, Standing: Here, Text: text}
		if text == "" {
			f.Standing = without
		}
		return f
	}
	facts := []Fact{fact(ofTrust(account, name), 1, trust, Unclear), fact(ofBoundary(account, name), 1, boundary, Gone)}
	if listed {
		facts = append(facts, fact(ofRole(account, name), 0, "", Here))
	}
	return withTags(account, facts)
}

// PolicyFacts is what an inventory tells of a policy at a moment: a managed one by its
// ARN and the id of the version in force, or an inline one by its name and the ARN of its
// role. text is compact JSON, empty if it could not be read.
func PolicyFacts(at time.Time, arn, version, role, inline, text string) []Fact {
	moment := Moment{At: at, Turn: 1}
	standing := Here
	if text == "" {
		standing = Unclear
	}
	if arn != "" {
		if _, err := iam.ParseARN(arn); err != nil || strings.Contains(arn, " ") || !isName(version) {
			return nil
		}
		return withTags(accountOf(arn), []Fact{{ofVersion(arn, version), moment, standing, text}, {ofDefault(arn), moment, Here, version}})
	}
	parsed, err := iam.ParseARN(role)
	_, name, ok := parsed.Role()
	if err != nil || !ok || !isName(name) || !isName(inline) {
		return nil
	}
	return withTags(parsed.AccountID, []Fact{{ofInline("role", parsed.AccountID, name, inline), moment, standing, text}})
}
