package policy

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// sources are documents as policies of a role.
func sources(documents ...string) (out []Source) {
	for i, d := range documents {
		out = append(out, Source{Name: fmt.Sprintf("inline:p%d", i), Document: d})
	}
	return out
}

func statements(items string) string { return `{"Version":"2012-10-17","Statement":[` + items + `]}` }

func kept(names ...string) (out []Kept) {
	for _, n := range names {
		out = append(out, Kept{Action: n})
	}
	return out
}

func TestPropose(t *testing.T) {
	const (
		mfa     = `"Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}`
		objects = `{"Effect":"Allow","Action":["s3:*Object","S3:List*"],"Resource":["arn:aws:s3:::b/*","arn:aws:s3:::a/*"]}`
	)
	for name, c := range map[string]struct {
		today []Source
		kept  []Kept
		want  string // statements of the only draft
	}{
		"only what is kept, by service and resources": {
			sources(statements(`{"Effect":"Allow","Action":["ec2:*","s3:*"],"Resource":"*"}`), statements(objects)),
			kept("s3:PutObject", "ec2:RunInstances", "s3:GetObject"),
			`{"Sid":"Ec2","Effect":"Allow","Action":["ec2:RunInstances"],"Resource":["*"]},
			 {"Sid":"S3","Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":["*"]}`,
		},
		"the resources of each statement": {
			sources(statements(objects + `,{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::c/*"}`)),
			kept("s3:GetObject", "s3:ListBucket"),
			`{"Sid":"S3","Effect":"Allow","Action":["s3:GetObject","s3:ListBucket"],"Resource":["arn:aws:s3:::a/*","arn:aws:s3:::b/*"]},
			 {"Sid":"S3Part2","Effect":"Allow","Action":["s3:GetObject"],"Resource":["arn:aws:s3:::c/*"]}`,
		},
		"conditions stay, and a grant without one makes them needless": {
			sources(statements(`{"Effect":"Allow","Action":"iam:*","Resource":"*",` + mfa + `},{"Effect":"Allow","Action":"iam:Get*","Resource":"**"}`)),
			kept("iam:CreateRole", "iam:GetRole"),
			`{"Sid":"Iam","Effect":"Allow","Action":["iam:GetRole"],"Resource":["*"]},
			 {"Sid":"IamPart2","Effect":"Allow","Action":["iam:CreateRole"],"Resource":["*"],` + mfa + `}`,
		},
		"denials stay whole and stand first": {
			sources(statements(`{"Effect":"Allow","Action":"s3:*","Resource":"*"},{"Sid":"no-deletes","Effect":"Deny","NotAction":"s3:Get*","NotResource":"arn:aws:s3:::b/*",` + mfa + `}`)),
			kept("s3:GetObject"),
			`{"Sid":"Deny","Effect":"Deny","NotAction":["s3:Get*"],"NotResource":["arn:aws:s3:::b/*"],` + mfa + `},
			 {"Sid":"S3","Effect":"Allow","Action":["s3:GetObject"],"Resource":["*"]}`,
		},
		"all but some": {
			sources(statements(`{"Effect":"Allow","NotAction":["iam:*","s3:Delete*"],"NotResource":"arn:aws:s3:::secret/*"}`)),
			kept("s3:GetObject"),
			`{"Sid":"S3","Effect":"Allow","Action":["s3:GetObject"],"NotResource":["arn:aws:s3:::secret/*"]}`,
		},
		"patterns that the catalogue does not know": {
			sources(statements(`{"Effect":"Allow","Action":["new:Get*","s3:*"],"Resource":"*"}`)), kept("new:Get*"),
			`{"Sid":"New","Effect":"Allow","Action":["new:Get*"],"Resource":["*"]}`,
		},
		"a resource that looks like two": {
			sources(statements(`{"Effect":"Allow","Action":"s3:GetObject","Resource":"a\u0000b"},{"Effect":"Allow","Action":"s3:PutObject","Resource":["a","b"]}`)),
			kept("s3:GetObject", "s3:PutObject"),
			`{"Sid":"S3","Effect":"Allow","Action":["s3:PutObject"],"Resource":["a","b"]},
			 {"Sid":"S3Part2","Effect":"Allow","Action":["s3:GetObject"],"Resource":["a\u0000b"]}`,
		},
		"touched resources": {
			sources(statements(`{"Effect":"Allow","Action":"s3:*","Resource":["arn:aws:s3:::a*","arn:aws:s3:::b/${aws:username}/*","arn:aws:s3:::c/logs/*"]}`)),
			[]Kept{{"s3:GetObject", []string{"arn:aws:s3:::a1/*", "arn:aws:s3:::b/*", "arn:aws:s3:::c/*"}}},
			`{"Sid":"S3","Effect":"Allow","Action":["s3:GetObject"],"Resource":["arn:aws:s3:::a1/*","arn:aws:s3:::b/${aws:username}/*","arn:aws:s3:::c/logs/*"]}`,
		},
		"touched by a grant of another": {
			sources(statements(`{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::a*"}`)),
			[]Kept{{"s3:GetObject", []string{"arn:aws:s3:::a1/*", "arn:aws:s3:::theirs/*"}}},
			`{"Sid":"S3","Effect":"Allow","Action":["s3:GetObject"],"Resource":["arn:aws:s3:::a*"]}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := Propose(c.today, c.kept)
			if err != nil || len(p.Drafts) != 1 {
				t.Fatalf("got %+v, %v", p, err)
			}
			if want := statements(c.want); !sameJSON(p.Drafts[0].JSON(), want) {
				t.Errorf("got %s\nwant %s", p.Drafts[0].JSON(), want)
			}
		})
	}
}

func sameJSON(a, b string) bool {
	var x, y any
	return json.Unmarshal([]byte(a), &x) == nil && json.Unmarshal([]byte(b), &y) == nil && reflect.DeepEqual(x, y)
}

func TestProposeNothing(t *testing.T) {
	p, err := Propose(sources(statements(`{"Effect":"Allow","Action":"s3:*","Resource":"*"}`), `{"Version":"2012-10-17"}`), nil)
	if err != nil || len(p.Drafts) != 0 || DraftsJSON(p.Drafts) != "[]\n" {
		t.Errorf("got %+v, %v", p, err)
	}
}

func TestProposeTells(t *testing.T) {
	p, err := Propose(sources(statements(
		`{"Effect":"Allow","Action":"s3:*","Resource":"*"},{"Sid":"AllBut","Effect":"Allow","NotAction":"iam:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":true}}},
		 {"Effect":"Allow","Action":"*:Get*","Resource":"arn:aws:s3:::a"},{"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::b"}`)),
		[]Kept{{"s3:ListBucket", []string{"arn:aws:s3:::a"}}, {"ec2:RunInstances", nil}})
	if err != nil {
		t.Fatal(err)
	}
	p.Drafts = nil
	want := &Proposal{Narrowed: map[string][]string{"s3:ListBucket": {"arn:aws:s3:::a"}}, Conditional: []string{"ec2:RunInstances"}, Open: []string{"inline:p0#AllBut", "inline:p0#3"}, Denials: 1}
	if !reflect.DeepEqual(p, want) {
		t.Errorf("got %+v\nwant %+v", p, want)
	}
}

// TestProposeTellsWhatIsGranted, which may be less than what was touched.
func TestProposeTellsWhatIsGranted(t *testing.T) {
	p, err := Propose(sources(statements(
		`{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::a/logs/*"},{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}`)),
		[]Kept{{"s3:GetObject", []string{"arn:aws:s3:::a/*"}}})
	if want := map[string][]string{"s3:GetObject": {"arn:aws:s3:::a/logs/*"}}; err != nil || !reflect.DeepEqual(p.Narrowed, want) {
		t.Errorf("got %+v, %v, want %v", p, err, want)
	}
}

func TestProposeErrors(t *testing.T) {
	condition := `{"StringLike":{"aws:x":["` + strings.Repeat("x", MaxManaged) + `"]}}`
	var exceptions []string
	for i := range 60 {
		exceptions = append(exceptions, fmt.Sprintf(`"s3:%d%s"`, i, strings.Repeat("x", 200)))
	}
	for document, want := range map[string]string{
		`{`: `reading policy "inline:p0": parsing policy: unexpected end of JSON input`,
		statements(`{"Effect":"Allow","Action":"s3:*"}`):                                                                                                  `reading policy "inline:p0": parsing policy: statement 1: it has neither Resource nor NotResource`,
		`{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::${aws:username}"}}`:                                                      `reading policy "inline:p0": parsing policy: statement 1: it has ${, which means itself in a policy of version "" and a variable in 2012-10-17; give it that version if a variable is meant, else write ${$}{`,
		statements(`{"Effect":"Allow","Action":"ec2:*","Resource":"*"}`):                                                                                  `finding what grants "s3:GetObject": no statement of today's policies does`,
		statements(`{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":` + condition + `}`):                                                     `and it cannot be taken apart; shorten it first`,
		statements(`{"Effect":"Deny","NotAction":[` + strings.Join(exceptions, ",") + `],"Resource":"*"},{"Effect":"Allow","Action":"*","Resource":"*"}`): `and it cannot be taken apart; shorten it first`,
	} {
		if p, err := Propose(sources(document), kept("s3:GetObject")); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.100s:\n got %v, %v\nwant %s", document, p, err, want)
		}
	}
}

// TestProposalIsNoMoreAndNoLess: over generated sets of policies, a proposal allows
// nothing that they do not, each action under the same terms as today, and every kept
// action as today.
func TestProposalIsNoMoreAndNoLess(t *testing.T) {
	u := NewUniverse(testNames())
	held, dropped, patterns, denials := 0, 0, 0, 0
	vocabulary := wild
	vocabulary.unknown = 0
	for i := range *sets / 5 {
		r := random(t, i)
		wanted := vocabulary.set(r)
		today, set, ok := documents(r, u, wanted)
		if !ok {
			continue // a document that cannot be read in full is an error
		}
		before := Evaluate(u, set)
		kept, keeps := choose(r, u, before)
		p, err := Propose(today, kept)
		if err != nil {
			t.Fatalf("seed %d, set %d: %v", *seed, i, err)
		}
		denials += p.Denials
		set.Identity = nil
		for n, d := range p.Drafts {
			set.Identity = append(set.Identity, Named{Name: fmt.Sprint(n), Policy: u.Compile(Parse(d.JSON()))})
		}
		after := Evaluate(u, set)
		for index := range u.Len() {
			want := Denied
			if keeps[u.Name(index)] {
				want = before.Effect(index)
				held++
			} else if before.Effect(index) != Denied {
				dropped++
			}
			if got := after.Effect(index); got != want {
				t.Fatalf("seed %d, set %d: %s is %v, was %v, kept %v\n%v\n%s", *seed, i, u.Name(index), got, before.Effect(index), keeps[u.Name(index)], today, DraftsJSON(p.Drafts))
			}
		}
		resourcesWere := map[string]*Permission{}
		for at, perm := range before.All() {
			resourcesWere[u.Name(at)] = perm
		}
		for at, perm := range after.All() {
			if was := resourcesWere[u.Name(at)]; !slices.Equal(tidy(perm.Resources), tidy(was.Resources)) {
				t.Fatalf("seed %d, set %d: %s is granted on %v, was on %v", *seed, i, u.Name(at), perm.Resources, was.Resources)
			}
		}
		for pattern, perm := range after.Unmatched() {
			patterns++
			if !keeps[pattern] {
				t.Fatalf("seed %d, set %d: pattern %s is %v, but was not kept", *seed, i, pattern, perm.Effect)
			}
		}
	}
	if held < 1000 || dropped < 1000 || patterns < 100 || denials < 100 {
		t.Errorf("too little was tried: %d kept, %d dropped, %d patterns, %d denials", held, dropped, patterns, denials)
	}
}

// documents are the identity policies of a set as texts, and the set of just these
// texts.
func documents(r *rand.Rand, u *Universe, wanted wantedSet) (today []Source, set Set, ok bool) {
	set = wanted.compile(r, u)
	for i, p := range wanted.identity {
		text, err := Decode(json.RawMessage(p.write(r)))
		if err != nil {
			panic(err) // the generator writes JSON
		}
		set.Identity[i].Policy = u.Compile(Parse(text))
		if set.Identity[i].Policy.Err() != nil {
			return nil, set, false
		}
		today = append(today, Source{Name: fmt.Sprint(i), Document: text})
	}
	return today, set, true
}

// choose keeps about half of what is granted.
func choose(r *rand.Rand, u *Universe, result *Result) (kept []Kept, keeps map[string]bool) {
	keeps = map[string]bool{}
	keep := func(name string) {
		if oneIn(r, 2) {
			kept, keeps[name] = append(kept, Kept{Action: name}), true
		}
	}
	for at := range result.All() {
		keep(u.Name(at))
	}
	for pattern := range result.Unmatched() {
		keep(pattern)
	}
	return kept, keeps
}
