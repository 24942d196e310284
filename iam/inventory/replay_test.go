package inventory

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"roletrail/iam/action"
	"roletrail/iam/trust"
)

const replayAccount = "111111111111"

// changeAt is a change of the account, some minutes after the beginning of 2026-03-01.
func changeAt(minute int, name, request, response string) Change {
	c := Change{
		ID: fmt.Sprintf("%04d-%s", minute, name), Time: time.Date(2026, 3, 1, 0, minute, 0, 0, time.UTC),
		AccountID: replayAccount, Name: name,
	}
	if request != "" {
		c.Request = []byte(request)
	}
	if response != "" {
		c.Response = []byte(response)
	}
	return c
}

// made is a CreateRole, its trust as text in the request and URL-encoded in the
// response.
func made(minute int, role, id, more string) Change {
	text, _ := json.Marshal(trustDoc)
	return changeAt(minute, "CreateRole", `{"path":"/","roleName":"`+role+`","assumeRolePolicyDocument":`+string(text)+more+`}`,
		`{"role":{"arn":"arn:aws:iam::111111111111:role/`+role+`","roleId":"`+id+`","createDate":"Mar 1, 2026, 12:00:00\u202fAM","assumeRolePolicyDocument":"%7B%22Version%22%7D"}}`)
}

func put(minute int, role, policyName, document string) Change {
	text, _ := json.Marshal(document)
	return changeAt(minute, "PutRolePolicy", `{"roleName":"`+role+`","policyName":"`+policyName+`","policyDocument":`+string(text)+`}`, "")
}

func of(minute int, name, role, more string) Change {
	return changeAt(minute, name, `{"roleName":"`+role+`"`+more+`}`, "")
}

func attach(minute int, name, role, arn string) Change {
	return of(minute, name, role, `,"policyArn":"`+arn+`"`)
}

const (
	firstID, secondID = "AROAFIRSTFIRSTFIRST1", "AROASECONDSECOND2222"
	awsPolicy         = "arn:aws:iam::aws:policy/ReadOnlyAccess"
	adminPolicy       = "arn:aws:iam::aws:policy/AdministratorAccess"
	sendDoc           = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sqs:SendMessage","Resource":"*"}]}`
	bothDoc           = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sqs:SendMessage","sqs:GetQueueUrl"],"Resource":"*"}]}`
)

// shown is an inventory as text, a line per role with what the judge makes of it.
func shown(inv *Inventory) (lines []string) {
	j := judgeOf(inv)
	for i := range inv.Roles {
		r := &inv.Roles[i]
		g := j.Role(r)
		line := fmt.Sprintf("%s %s made %s %s trust %t", strings.TrimPrefix(r.ARN, "arn:aws:iam::111111111111:role"), cmp.Or(r.RoleID, "-"), clock(r.CreatedAt), r.Kind, r.TrustPolicy != "")
		if r.Boundary != "" {
			line += " within " + lastPart(r.Boundary)
		}
		line += fmt.Sprintf(" %q", cmp.Or(string(g.Privilege), "?"))
		for p := range g.Permissions() {
			if strings.HasPrefix(p.Action, "sqs:") {
				line += fmt.Sprintf(" %s %s %s;", p.Action, p.Effect, clock(p.GrantedAt))
			}
		}
		lines = append(lines, strings.TrimSuffix(line, ";"))
	}
	return lines
}

func clock(t time.Time) string {
	if t.IsZero() {
		return "?"
	}
	return t.Format("15:04")
}

// replayCase is what changes and sightings make, in whatever order they come.
type replayCase struct {
	changes   []Change
	sightings []Sighting
	want      []string
	problems  int
}

func (c replayCase) check(t *testing.T) {
	for _, order := range [][]Change{c.changes, reversed(c.changes)} {
		inv := Replay(order, c.sightings)
		if got := shown(inv); !slices.Equal(got, c.want) {
			t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		}
		if len(inv.Problems) != c.problems || inv.Origin != FromLogs {
			t.Errorf("%d problems, want %d: %v; origin %s", len(inv.Problems), c.problems, inv.Problems, inv.Origin)
		}
		checkBalance(t, inv)
	}
}

// Of the role a, made at 00:00: the beginning of what is shown, and what follows where
// it may send messages.
const (
	headOfA = "/a " + firstID + " made 00:00 service trust true"
	sending = ` "write" sqs:SendMessage allowed `
)

func quotedDoc(text string) string {
	q, _ := json.Marshal(text)
	return string(q)
}

func TestReplay(t *testing.T) {
	const head, all = headOfA, sending
	fresh := made(0, "a", firstID, "")
	for name, c := range map[string]replayCase{
		"made":                        {changes: []Change{fresh}, want: []string{head + ` "none"`}},
		"made with a boundary":        {changes: []Change{made(0, "a", firstID, `,"permissionsBoundary":"`+awsPolicy+`"`), put(1, "a", "p", sendDoc)}, want: []string{head + ` within ReadOnlyAccess "?" sqs:SendMessage conditional 00:01`}},
		"trust of the response":       {changes: []Change{changeAt(0, "CreateRole", `{"roleName":"a"}`, `{"role":{"arn":"arn:aws:iam::111111111111:role/team/a","roleId":"`+firstID+`","assumeRolePolicyDocument":"%7B%22Statement%22%3A%5B%5D%7D"}}`)}, want: []string{"/team/a " + firstID + ` made 00:00 unknown trust true "none"`}, problems: 1},
		"no response":                 {changes: []Change{changeAt(0, "CreateRole", `{"roleName":"a","path":"/team/","assumeRolePolicyDocument":`+quotedDoc(trustDoc)+`}`, "")}, want: []string{`/team/a - made 00:00 service trust true "none"`}},
		"no response, seen":           {changes: []Change{changeAt(0, "CreateRole", `{"roleName":"a","assumeRolePolicyDocument":`+quotedDoc(trustDoc)+`}`, "")}, sightings: []Sighting{seenOn(28, "/a", secondID), seenOn(31, "/a", firstID)}, want: []string{`/a ` + firstID + ` made 00:00 service trust true "none"`}},
		"service-linked":              {changes: []Change{changeAt(0, "CreateServiceLinkedRole", `{"aWSServiceName":"x.amazonaws.com"}`, `{"role":{"arn":"arn:aws:iam::111111111111:role/aws-service-role/x.amazonaws.com/X","roleId":"`+firstID+`","assumeRolePolicyDocument":`+quotedDoc(trustDoc)+`}}`)}, want: []string{"/aws-service-role/x.amazonaws.com/X " + firstID + ` made 00:00 service_linked trust true "?"`}},
		"deleted":                     {changes: []Change{fresh, of(1, "DeleteRole", "A", "")}},
		"deleted before":              {changes: []Change{of(0, "DeleteRole", "a", "")}},
		"made again":                  {changes: []Change{fresh, put(1, "a", "p", sendDoc), of(2, "DeleteRole", "a", ""), made(3, "a", secondID, "")}, want: []string{"/a " + secondID + ` made 00:03 service trust true "none"`}},
		"made again at once":          {changes: []Change{fresh, of(3, "DeleteRole", "a", ""), made(3, "a", secondID, "")}, want: []string{"/a " + secondID + ` made 00:03 service trust true "none"`}},
		"made and deleted at once":    {changes: []Change{of(0, "DeleteRole", "a", ""), fresh}},
		"any order":                   {changes: []Change{put(1, "a", "p", sendDoc), fresh}, want: []string{head + all + "00:01"}},
		"one moment":                  {changes: []Change{put(0, "a", "p", sendDoc), fresh}, want: []string{head + all + "00:00"}},
		"trust changed":               {changes: []Change{of(0, "UpdateAssumeRolePolicy", "a", `,"policyDocument":`+quotedDoc(trustDoc))}, want: []string{`/a - made ? service trust true "?"`}},
		"trust left out":              {changes: []Change{fresh, of(1, "UpdateAssumeRolePolicy", "a", "")}, want: []string{"/a " + firstID + ` made 00:00 unknown trust false "none"`}, problems: 1},
		"inline":                      {changes: []Change{fresh, put(5, "a", "p", sendDoc)}, want: []string{head + all + "00:05"}},
		"inline again":                {changes: []Change{fresh, put(5, "a", "p", sendDoc), put(9, "a", "p", sendDoc)}, want: []string{head + all + "00:05"}},
		"inline grown":                {changes: []Change{fresh, put(5, "a", "p", sendDoc), put(9, "a", "p", bothDoc)}, want: []string{head + ` "write" sqs:GetQueueUrl allowed 00:09; sqs:SendMessage allowed 00:05`}},
		"inline gone and back":        {changes: []Change{fresh, put(5, "a", "p", sendDoc), of(6, "DeleteRolePolicy", "a", `,"policyName":"p"`), put(9, "a", "p", sendDoc)}, want: []string{head + all + "00:09"}},
		"inline no JSON":              {changes: []Change{fresh, put(5, "a", "p", "{")}, want: []string{head + ` "?"`}, problems: 1},
		"inline left out":             {changes: []Change{fresh, of(5, "PutRolePolicy", "a", `,"policyName":"p"`)}, want: []string{head + ` "?"`}, problems: 1},
		"inline unnamed":              {changes: []Change{fresh, of(5, "PutRolePolicy", "a", "")}, want: []string{head + ` "?"`}, problems: 1},
		"parameters left out":         {changes: []Change{fresh, changeAt(5, "PutRolePolicy", "", "")}, want: []string{head + ` "?"`}, problems: 1},
		"parameters of another kind":  {changes: []Change{fresh, changeAt(5, "PutRolePolicy", `["a"]`, "")}, want: []string{head + ` "?"`}, problems: 1},
		"creation left out":           {changes: []Change{fresh, changeAt(5, "CreateRole", "null", "null")}, want: []string{head + ` "none"`}, problems: 1},
		"deletion left out":           {changes: []Change{fresh, changeAt(5, "DeleteRole", "null", "null")}, want: []string{head + ` "?"`}, problems: 1},
		"a name that is none":         {changes: []Change{fresh, of(5, "DetachRolePolicy", "x/../a", "")}, want: []string{head + ` "?"`}, problems: 1},
		"attached":                    {changes: []Change{fresh, attach(5, "AttachRolePolicy", "a", adminPolicy), attach(7, "AttachRolePolicy", "a", adminPolicy)}, want: []string{head + ` "admin" ` + everySQS(5)}},
		"attached, unknown":           {changes: []Change{fresh, attach(5, "AttachRolePolicy", "a", awsPolicy)}, want: []string{head + ` "?"`}},
		"attached, no ARN":            {changes: []Change{fresh, attach(5, "AttachRolePolicy", "a", "mine")}, want: []string{head + ` "?"`}, problems: 1},
		"detached":                    {changes: []Change{fresh, attach(5, "AttachRolePolicy", "a", adminPolicy), attach(7, "DetachRolePolicy", "a", adminPolicy)}, want: []string{head + ` "none"`}},
		"attached in part":            {changes: []Change{attach(5, "AttachRolePolicy", "a", adminPolicy)}, want: []string{`/a - made ? unknown trust false "admin" ` + everySQS(5)}},
		"bounded":                     {changes: []Change{fresh, put(5, "a", "p", sendDoc), of(6, "PutRolePermissionsBoundary", "a", `,"permissionsBoundary":"`+adminPolicy+`"`)}, want: []string{head + ` within AdministratorAccess` + all + "00:05"}},
		"boundary left out":           {changes: []Change{fresh, of(6, "PutRolePermissionsBoundary", "a", "")}, want: []string{head + ` "?"`}, problems: 1},
		"unbounded":                   {changes: []Change{fresh, of(6, "PutRolePermissionsBoundary", "a", `,"permissionsBoundary":"`+awsPolicy+`"`), of(7, "DeleteRolePermissionsBoundary", "a", "")}, want: []string{head + ` "none"`}},
		"changed, seen with a path":   {changes: []Change{put(5, "a", "p", sendDoc)}, sightings: []Sighting{seenOn(5, "/a", firstID), seenOn(3, "/team/a", firstID), seenOn(4, "/old/a", secondID)}, want: []string{"/team/a " + firstID + ` made ? unknown trust false "?" sqs:SendMessage allowed 00:05`}},
		"changed, seen without an id": {changes: []Change{put(5, "a", "p", sendDoc)}, sightings: []Sighting{seenOn(5, "/team/a", "")}, want: []string{"/team/a - made ? unknown trust false" + ` "?" sqs:SendMessage allowed 00:05`}},
		"changed, deleted, changed":   {changes: []Change{of(0, "DeleteRole", "a", ""), put(5, "a", "p", sendDoc)}, sightings: []Sighting{seenOn(28, "/a", firstID), seenOn(32, "/b", secondID)}, want: []string{`/a - made ? unknown trust false "?" sqs:SendMessage allowed 00:05`}},
		"only seen":                   {sightings: []Sighting{seenOn(5, "/a", firstID)}},
	} {
		t.Run(name, c.check)
	}
}

func TestReplayOfManagedPolicies(t *testing.T) {
	const head, all, mine = headOfA, sending, "arn:aws:iam::111111111111:policy/mine"
	createPolicy := func(minute int, document string) Change {
		return changeAt(minute, "CreatePolicy", `{"policyName":"mine","policyDocument":`+quotedDoc(document)+`}`, `{"policy":{"arn":"`+mine+`","defaultVersionId":"v1"}}`)
	}
	version := func(minute int, id, document, more string) Change {
		return changeAt(minute, "CreatePolicyVersion", `{"policyArn":"`+mine+`","policyDocument":`+quotedDoc(document)+more+`}`, `{"policyVersion":{"versionId":"`+id+`"}}`)
	}
	fresh := made(0, "a", firstID, "")
	for name, c := range map[string]replayCase{
		"policy left out":               {changes: []Change{fresh, changeAt(5, "CreatePolicy", "null", "null")}, want: []string{head + ` "none"`}, problems: 1},
		"managed":                       {changes: []Change{fresh, createPolicy(2, sendDoc), attach(5, "AttachRolePolicy", "a", mine)}, want: []string{head + all + "00:05"}},
		"managed, attached before":      {changes: []Change{fresh, createPolicy(2, sendDoc), attach(5, "AttachRolePolicy", "a", mine), version(8, "v2", bothDoc, `,"setAsDefault":true`)}, want: []string{head + ` "write" sqs:GetQueueUrl allowed 00:08; sqs:SendMessage allowed 00:05`}},
		"managed, not the default":      {changes: []Change{fresh, createPolicy(2, sendDoc), attach(5, "AttachRolePolicy", "a", mine), version(8, "v2", bothDoc, "")}, want: []string{head + all + "00:05"}},
		"managed, made the default":     {changes: []Change{fresh, createPolicy(2, sendDoc), attach(5, "AttachRolePolicy", "a", mine), version(8, "v2", bothDoc, ""), changeAt(9, "SetDefaultPolicyVersion", `{"policyArn":"`+mine+`","versionId":"v2"}`, "")}, want: []string{head + ` "write" sqs:GetQueueUrl allowed 00:09; sqs:SendMessage allowed 00:05`}},
		"managed, an older version":     {changes: []Change{fresh, attach(5, "AttachRolePolicy", "a", mine), version(8, "v4", bothDoc, `,"setAsDefault":true`), changeAt(9, "SetDefaultPolicyVersion", `{"policyArn":"`+mine+`","versionId":"v2"}`, "")}, want: []string{head + ` "?"`}},
		"managed, a version deleted":    {changes: []Change{fresh, createPolicy(2, sendDoc), attach(5, "AttachRolePolicy", "a", mine), version(8, "v2", bothDoc, ""), changeAt(9, "DeletePolicyVersion", `{"policyArn":"`+mine+`","versionId":"v2"}`, ""), changeAt(10, "SetDefaultPolicyVersion", `{"policyArn":"`+mine+`","versionId":"v2"}`, "")}, want: []string{head + ` "?"`}},
		"managed, only another version": {changes: []Change{fresh, attach(5, "AttachRolePolicy", "a", mine), version(8, "v4", bothDoc, "")}, want: []string{head + ` "?"`}},
		"managed, deleted":              {changes: []Change{fresh, createPolicy(2, sendDoc), attach(5, "AttachRolePolicy", "a", mine), changeAt(8, "DeletePolicy", `{"policyArn":"`+mine+`"}`, "")}, want: []string{head + ` "none"`}},
		"managed, left out":             {changes: []Change{fresh, changeAt(8, "CreatePolicyVersion", "null", `{"policyVersion":{"versionId":"v2"}}`)}, want: []string{head + ` "?"`}, problems: 1},
		"managed, empty":                {changes: []Change{fresh, createPolicy(2, "{}"), attach(5, "AttachRolePolicy", "a", mine)}, want: []string{head + ` "none"`}},
	} {
		t.Run(name, c.check)
	}
}

// seenOn is a sighting some days after the beginning of February 2026.
func seenOn(day int, role, id string) Sighting {
	return Sighting{ARN: "arn:aws:iam::111111111111:role" + role, RoleID: id, Last: time.Date(2026, 2, day, 0, 0, 0, 0, time.UTC)}
}

// everySQS are all actions of SQS, granted at a minute.
func everySQS(minute int) string {
	var texts []string
	for _, n := range action.Embedded().Names() {
		if strings.HasPrefix(n, "sqs:") {
			texts = append(texts, fmt.Sprintf("%s allowed 00:%02d", n, minute))
		}
	}
	return strings.Join(texts, "; ")
}

func reversed(changes []Change) []Change {
	out := slices.Clone(changes)
	slices.Reverse(out)
	return out
}

// A tag of a role that the logs made is known beside the others.
func TestReplayTags(t *testing.T) {
	inv := Replay([]Change{
		made(0, "a", firstID, `,"maxSessionDuration":3600,"tags":[{"key":"team","value":"x"}]`),
		of(1, "TagRole", "a", `,"tags":[{"key":"cost","value":"1"}]`), of(2, "UntagRole", "a", `,"tagKeys":["team"]`), of(3, "UpdateRole", "a", `,"maxSessionDuration":7200`),
		of(1, "TagRole", "b", `,"tags":[{"key":"cost","value":"1"}]`),
	}, nil)
	if a, b := inv.Roles[0], inv.Roles[1]; a.Tags != `{"cost":"1"}` || a.MaxSession != 7200 || b.Tags != "" || b.MaxSession != 0 {
		t.Errorf("tags %q and %q, sessions %d and %d", a.Tags, b.Tags, a.MaxSession, b.MaxSession)
	}
}

// TestReplayOfInstanceProfiles: a role is of EC2 instances while it is in an instance
// profile, and its trust policy lets nobody in who is more exposed.
func TestReplayOfInstanceProfiles(t *testing.T) {
	of := func(minute int, event, profile string) Change {
		return of(minute, event, "a", `,"instanceProfileName":"`+profile+`"`)
	}
	trusting := func(minute int, principal string) Change {
		return made(minute, "a", firstID, `,"assumeRolePolicyDocument":`+quotedDoc(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":`+principal+`,"Action":"sts:AssumeRole"}]}`))
	}
	const add, remove = "AddRoleToInstanceProfile", "RemoveRoleFromInstanceProfile"
	service, foreign := trusting(0, `{"Service":"lambda.amazonaws.com"}`), trusting(0, `{"AWS":"arn:aws:iam::999999999999:root"}`)
	for name, c := range map[string]struct {
		changes []Change
		want    trust.Kind
	}{
		"in none":                {[]Change{service}, trust.Service},
		"in one":                 {[]Change{service, of(1, add, "p")}, trust.InstanceProfile},
		"in one, in one second":  {[]Change{of(0, add, "p"), service}, trust.InstanceProfile},
		"taken out":              {[]Change{service, of(1, add, "p"), of(2, remove, "P")}, trust.Service},
		"taken out of another":   {[]Change{service, of(1, add, "p"), of(2, add, "q"), of(3, remove, "p")}, trust.InstanceProfile},
		"more exposed":           {[]Change{foreign, of(1, add, "p")}, trust.CrossAccount},
		"trust not in the logs":  {[]Change{of(1, add, "p")}, trust.Unknown},
		"made again without one": {[]Change{service, of(1, add, "p"), changeAt(2, "DeleteRole", `{"roleName":"a"}`, ""), trusting(3, `{"Service":"lambda.amazonaws.com"}`)}, trust.Service},
	} {
		inv := Replay(c.changes, nil)
		if len(inv.Roles) != 1 || inv.Roles[0].Kind != c.want || len(inv.Problems) > 0 {
			t.Errorf("%s: %v, want %s; problems %v", name, inv.Roles, c.want, inv.Problems)
		}
	}
}

// TestReplayOfTagsLeftOut: a change that names no tags leaves them unknown, and that is
// said.
func TestReplayOfTagsLeftOut(t *testing.T) {
	inv := Replay([]Change{made(0, "a", firstID, ""), of(1, "TagRole", "a", "")}, nil)
	if len(inv.Roles) != 1 || inv.Roles[0].Tags != "" || len(inv.Problems) != 1 || !strings.Contains(inv.Problems[0].String(), "it does not name the tags") {
		t.Errorf("%+v, problems %v", inv.Roles, inv.Problems)
	}
}

func TestReplaysEveryChange(t *testing.T) {
	for _, n := range strings.Fields("CreateRole CreateServiceLinkedRole DeleteRole DeleteServiceLinkedRole UpdateRole UpdateAssumeRolePolicy PutRolePolicy DeleteRolePolicy AttachRolePolicy " +
		"DetachRolePolicy PutRolePermissionsBoundary DeleteRolePermissionsBoundary CreatePolicy CreatePolicyVersion SetDefaultPolicyVersion DeletePolicyVersion DeletePolicy TagRole UntagRole AddRoleToInstanceProfile RemoveRoleFromInstanceProfile") {
		if !Replays(n) {
			t.Errorf("%s is not replayed", n)
		}
	}
	if Replays("GetRole") || Replays("") {
		t.Error("what changes nothing is replayed")
	}
}

// emptyJudge is made once: its universe takes longer than any inventory here.
var emptyJudge = sync.OnceValue(func() *Judge { return NewJudge(&Inventory{}, action.Embedded(), nil) })

// judgeOf is a judge of an inventory.
func judgeOf(inv *Inventory) *Judge {
	j := *emptyJudge()
	j.inv, j.managed = inv, map[string]*managed{}
	return &j
}
